//! Prompts and completion: messages that a person starts a conversation with, and what is offered while they fill in the arguments.
//!
//! ```
//! use secure_tool::prelude::*;
//!
//! # #[derive(Clone)]
//! # struct Invoice { id: String, customer: String, remark: String }
//! # impl Resource for Invoice { type Key = String; fn owner(&self) -> Owner { Owner::subject(self.customer.as_str()) } }
//! # struct Billing { invoices: Vec<Invoice> }
//! # impl Load<Invoice> for Billing {
//! #     async fn load(&self, id: &String) -> Result<Option<Invoice>, ToolError> { Ok(self.invoices.iter().find(|invoice| invoice.id == *id).cloned()) }
//! # }
//! impl Billing {
//!     /// Write a letter about an invoice that is not paid.
//!     #[secure_prompt(scope = "invoices:read", owner = invoice)]
//!     async fn dunning_letter(
//!         &self,
//!         /// The invoice's number.
//!         #[arg(complete = Self::my_numbers)]
//!         invoice: Owned<'_, Invoice>,
//!         /// How the letter sounds.
//!         #[arg(one_of = ["friendly", "firm"], default = "friendly")]
//!         tone: String,
//!     ) -> Prompt {
//!         Prompt::new()
//!             .user(format!("Write a {tone} letter about the invoice {}. The customer's last remark was:", invoice.id))
//!             .user(Untrusted::new("the customer's remark", &invoice.remark))
//!     }
//!
//!     async fn my_numbers(&self, caller: &Caller, typed: &str) -> Result<Mine<Vec<Completion>>, ToolError> {
//!         let mine = self.invoices.iter().filter(|invoice| caller.owns(&invoice.owner()) && invoice.id.starts_with(typed));
//!         Ok(Mine(mine.map(|invoice| Completion::of(invoice, &invoice.id)).collect()))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use secure_tool::CompletionRef;
//!
//! # let invoice = Invoice { id: "inv-1".into(), customer: "alice".into(), remark: "What invoice?".into() };
//! let server = SecureServer::builder(Billing { invoices: vec![invoice] }).prompt(Billing::dunning_letter()).build()?;
//! let by = |name: &str| std::sync::Arc::new(Caller::local(name).with_scopes(["invoices:read"]));
//! let arguments = || serde_json::json!({"invoice": "inv-1"}).as_object().cloned().unwrap_or_default();
//!
//! assert_eq!(server.prompt(&by("alice"), "dunning_letter", arguments()).await.messages().len(), 2);
//! // What is somebody else's is not there.
//! assert!(server.prompt(&by("bob"), "dunning_letter", arguments()).await.is_error());
//!
//! let of = CompletionRef::Prompt("dunning_letter");
//! assert_eq!(server.complete(&by("alice"), of, "invoice", "inv").await.values(), ["inv-1"]);
//! assert!(server.complete(&by("bob"), of, "invoice", "inv").await.values().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Prompts
//!
//! Clients send every argument as text. The text is read as the argument's type asks (`7` for a number, `true` for a `bool`; `07` is no number), and then validated,
//! bounded, recorded and compared with the caller as the arguments of tools are. So an argument is one text, number or `bool`; `Option<_>` and `default` make one that may be left out.
//!
//! | a prompt returns | with |
//! |---|---|
//! | [`Prompt`](crate::Prompt) | messages of the user and the assistant: texts, [`Untrusted`](crate::Untrusted) texts, [`Link`](crate::Link)s, [`Embedded`](crate::Embedded) resources, [`Image`](crate::Image)s with `releases(image)`, [`Audio`](crate::Audio) with `releases(audio)` |
//! | [`ProvenPrompt`](crate::ProvenPrompt), `Mine<Proven<Prompt>>` | the same, shown to be the caller's: what `owner = caller` asks for (ST28) |
//!
//! The release scan, classes, detectors and `max_output` work as for tools, also for the description. A link to a resource that this caller cannot read is left out.
//!
//! `prompts/list` shows the prompts that the caller may get; no client may keep it. The server says that it has prompts if there is one in its environment.
//!
//! # Completion
//!
//! Completion tells what there is, so each of its requests is a call of what it completes: the scope, the rate and the timeout of the prompt or the resource
//! hold for it, and its concurrency as well, with places of its own. It has an audit record (`method` is `completion/complete`) in which the typed text is recorded under the argument's audit setting, and the guard compares the owner of
//! every value with the caller. A completion counts for the same rate as the prompt, and a client asks with every key that is pressed: give a prompt with completed
//! arguments a `rate` that is high enough. Values that belong to nobody and are known at run time alone are [`Completion::of_nobody`](crate::Completion::of_nobody), with the reason.
//!
//! A function of `complete = …` decides what fits what was typed, at most 256 characters. Return as many values as there are, or at least 101: the first 100 leave, and the client is told whether
//! there are more. The values of `one_of`, of an enum and of a `bool` are offered without a function, those that begin like what was typed. For other arguments nothing is offered.
//! Resources are named by their template.
//!
//! # Refusals
//!
//! There is no result that says of itself that it is an error, so a refusal is an error of JSON-RPC. Its `data` has the [code](crate::Code) and the call's id.
//!
//! | refused as | code of JSON-RPC |
//! |---|---|
//! | `not_found`, of a prompt: unknown, hidden, switched off, or about what is absent or somebody else's: the same bytes for all | -32602 |
//! | `not_found`, of a completion: of what is unknown, hidden or switched off, for an unknown argument, or with more than 256 characters typed: the same bytes for all | -32602 |
//! | `invalid_arguments`, with what was expected | -32602 |
//! | `insufficient_scope` | HTTP 403 with one challenge, where a better token can be had; -32003 |
//! | `unauthenticated` | HTTP 401; -32001 |
//! | `rate_limited`, `unavailable` | -32005, -32004 |
//! | anything else | -32603 |
