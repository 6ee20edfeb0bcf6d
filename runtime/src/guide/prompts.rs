//! Prompts and completion: messages that a person starts a conversation with, and suggestions while they fill in the arguments.
//!
//! After this chapter you can offer prompts, and suggest values for the arguments of prompts and for the variables of resources.
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
//! // For Bob, Alice's invoice does not exist.
//! assert!(server.prompt(&by("bob"), "dunning_letter", arguments()).await.is_error());
//!
//! let of = CompletionRef::Prompt("dunning_letter");
//! assert_eq!(server.complete(&by("alice"), of, "invoice", "inv").await.values(), ["inv-1"]);
//! assert!(server.complete(&by("bob"), of, "invoice", "inv").await.values().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Arguments
//!
//! Clients send every argument of a prompt as text. The server parses the text as the type of the parameter requires (`7` for a number, `true` for a `bool`; `07` is not a number), and then
//! validates, bounds and records the value, and compares owners with the caller, as it does for tools. So each argument is one text, number or `bool`. `Option<_>` and `default` make an argument optional.
//!
//! # Messages
//!
//! | return type | contains |
//! |---|---|
//! | [`Prompt`](crate::Prompt) | messages of the user and the assistant: texts, [`Untrusted`](crate::Untrusted) texts, [`Link`](crate::Link)s, [`Embedded`](crate::Embedded) resources, [`Image`](crate::Image)s with `releases(image)`, [`Audio`](crate::Audio) with `releases(audio)` |
//! | [`ProvenPrompt`](crate::ProvenPrompt), `Mine<Proven<Prompt>>` | the same, with a proof of ownership; required with `owner = caller` (ST28) |
//!
//! Masks, classes, detectors and `max_output` work as for [tools](super::answers), and apply to the description as well. A link to a resource that this caller cannot read is left out.
//!
//! `prompts/list` shows the prompts that the caller may get. It has [no pages](super::resources#lists), and clients must not cache it.
//!
//! # Completion
//!
//! A completion discloses which objects exist, so each request is a call of the prompt or resource that it completes: the same scope, rate and
//! timeout apply. It has an audit record (`method` is `completion/complete`), in which the typed text is redacted like the argument, and the
//! guard compares the owner of every value with the caller. Concurrent completions are limited separately.
//!
//! Completions count towards the rate of the prompt, and a client sends one for every keystroke. Give a prompt with completed arguments a `rate` that is high enough.
//!
//! The function of `complete = …` decides what matches the typed text, which has at most 256 characters. Return all matches, or at least 101: the client
//! receives the first 100, and is told if there are more. For values that belong to nobody and are known only at run time, return
//! [`Completion::of_nobody`](crate::Completion::of_nobody) with a reason.
//!
//! The values of `one_of`, of an enum and of a `bool` are suggested without a function. To complete a variable of a resource, a client names the resource by its URI
//! template.
//!
//! # Refusals
//!
//! The protocol has no error result for prompts, so a refusal is a JSON-RPC error. Its `data` has the [code](crate::Code) and the id of the call.
//!
//! | code | JSON-RPC code |
//! |---|---|
//! | `not_found` of a prompt: unknown, hidden, switched off, or about an object that is absent or belongs to somebody else; the bytes are the same in all cases | -32602 |
//! | `not_found` of a completion: unknown, hidden or switched off, an unknown argument, or more than 256 characters; the bytes are the same in all cases | -32602 |
//! | `invalid_arguments`, with what was expected | -32602 |
//! | `insufficient_scope` | HTTP 403 with one challenge, if a better token can be obtained; otherwise -32003 |
//! | `unauthenticated` | HTTP 401; -32001 |
//! | `rate_limited`, `unavailable` | -32005, -32004 |
//! | all others | -32603 |
