//! Asking: values that the person at the client enters, and that a model cannot choose.
//!
//! After this chapter you can write tools that ask the person at the client for values.
//!
//! Which account pays, how much may be spent, which of two addresses is right: a model may guess such values, or take them from a text that it has read. A tool that takes
//! an [`Asked<T>`](crate::Asked) asks the person at the client instead, before its body runs:
//!
//! ```
//! # use secure_tool::prelude::*;
//! # use std::fmt;
//! # struct Invoice { customer: String }
//! # impl fmt::Display for Invoice { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("invoice 1001") } }
//! # impl Resource for Invoice {
//! #     type Key = u32;
//! #     fn owner(&self) -> Owner { Owner::subject(self.customer.as_str()) }
//! # }
//! # struct Account { holder: String }
//! # impl Account { fn pay(&self, _: &impl Allows<Write>, _: &Invoice, _: &str) -> String { String::new() } }
//! # impl Resource for Account {
//! #     type Key = String;
//! #     fn owner(&self) -> Owner { Owner::subject(self.holder.as_str()) }
//! # }
//! # struct Billing;
//! # impl Load<Invoice> for Billing {
//! #     async fn load(&self, _: &u32) -> Result<Option<Invoice>, ToolError> { Ok(Some(Invoice { customer: "alice".into() })) }
//! # }
//! # impl Load<Account> for Billing {
//! #     async fn load(&self, _: &String) -> Result<Option<Account>, ToolError> { Ok(Some(Account { holder: "alice".into() })) }
//! # }
//! # impl Billing {
//! /// Pay an invoice.
//! #[secure_tool(scope = "invoices:pay", owner = (invoice, account))]
//! async fn pay_invoice(
//!     &self,
//!     permit: &Permit<Write>,
//!     /// The invoice's number.
//!     invoice: Owned<Invoice>,
//!     /// The account that pays.
//!     #[arg(ask = "Which account shall pay {invoice}?")]
//!     account: Asked<Owned<Account>>,
//!     /// For the statement.
//!     #[arg(ask = "What shall the statement say?", max_len = 30, default = "as agreed")]
//!     note: Asked<String>,
//! ) -> String {
//!     account.pay(permit, &invoice, &note)
//! }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use secure_tool::{Question, Reply};
//! # use serde_json::json;
//! # let server = SecureServer::builder(Billing).tool(Billing::pay_invoice()).allow_writes().build()?;
//! # let alice = std::sync::Arc::new(Caller::local("alice").with_scopes(["invoices:pay"]));
//!
//! // Within the process, the closure of `call_asking` answers. Over MCP the client asks the person.
//! let ask = |question: Question| async move {
//!     assert_eq!(question.text, "Which account shall pay “invoice 1001”? What shall the statement say?");
//!     let filled = json!({"account": "acc_1"});
//!     filled.as_object().cloned().map_or(Reply::Decline, Reply::Accept)
//! };
//! let arguments = json!({"invoice": 1001}).as_object().cloned().unwrap_or_default();
//! let answer = server.call_asking(&alice, "pay_invoice", arguments, ask).await;
//! assert!(!answer.is_error());
//! # Ok(())
//! # }
//! ```
//!
//! So there are three classes of parameters: a value comes from the model, a reference comes from the guard, and an `Asked<_>` comes from the person.
//!
//! # What can be asked for
//!
//! Everything that a form of MCP can show (elicitation, "Requested Schema"): a text, a number, a `bool`, an enum without data, your own type
//! that is one of these in JSON, and the key of an object. The person may leave an `Asked<Option<_>>` empty. Lists, maps and structs do not
//! compile; if an alias hides one, [`build`](crate::ServerBuilder::build) reports it (ST07).
//!
//! An object is asked for by its key: as `Asked<Owned<Account>>`, which dereferences to the proof, or as `Asked<AccountKey>` with [`OwnerOf`](crate::OwnerOf). `owner` names it like any
//! other object. The rules for keys, identities, free text and names apply to values from a person as they do to values from a model.
//!
//! A form can offer the variants of an enum as choices, but not the caller's own objects, because its schema is fixed at compile time. Use the doc comment of the parameter, which the form shows, to say what a
//! key looks like and where to find it.
//!
//! All keys of `#[arg]` apply. The form tells the person about `min`, `max`, `min_len`, `max_len`, `one_of`, `default` and the formats `email`, `uri`, `date` and `date-time`. Forms have no `pattern` and no other
//! formats, so the guard checks those when the answer arrives. The doc comment of a variant is its title in the form.
//!
//! Do not ask for secrets: a form travels in plain text through a client that may store it. A `Secret<_>`, `#[arg(secret)]`, names such as `password` and `pin_code`, and questions such as
//! `ask = "What is your password?"` do not compile. If the value is not a secret, say so: `#[arg(not_credential("a parking token"))]`.
//!
//! Resources and prompts cannot ask.
//!
//! # What happens
//!
//! 1. The guard checks the model's arguments, and the owners of all objects that they name. If the model sends `account` itself, the call is refused: the published schema has no such argument.
//! 2. The person is asked once, for all the values. A placeholder such as `{invoice}` shows an argument of the model, as in a [confirmation](super::confirmation#the-question).
//! 3. The call starts again at the first stage, with the person's values next to the model's arguments. A value that does not fit its schema is
//!    refused as `invalid_arguments`, and the refusal does not repeat the value. A form with a field that was not asked for is refused. Then
//!    the objects that the person named are loaded and compared with the caller. An object of somebody else is `not_found`, with the same bytes
//!    as an absent one.
//! 4. If the tool also has `confirm = …`, its question shows the values, and the confirmation is bound to them.
//! 5. The body runs.
//!
//! While the person decides, the call does not count towards the `concurrency` of the tool, and its `timeout` does not run. The wait ends if
//! the caller is revoked, the credential expires, the client disconnects, or
//! [`confirmation_timeout`](crate::ServerBuilder::confirmation_timeout) has passed.
//!
//! # How the question reaches the person
//!
//! In the same way as a [confirmation](super::confirmation#the-person-at-the-client): at protocol 2026-07-28 by a multi-round result, under the key `values` of `inputRequests` and `inputResponses` (a confirmation
//! has the key `confirm`); at older protocols by `elicitation/create`, over stdio or in an HTTP session. If the client lacks the capability `elicitation`, the call is refused as
//! `confirmation_required`. If the person declines or closes the form, the call ends as `declined`.
//!
//! The `requestState` is signed, and valid for one answer: of this caller, to this question, for this tool and these arguments. If an object that the model named has
//! [changed](super::confirmation#what-a-confirmation-is-bound-to) meanwhile, the call ends as `conflict`. If a confirmation follows, the state of the second question
//! carries the person's values. It is signed but not encrypted, because it goes to the client that has sent the values. The rate counts the first question only.
//!
//! The guard cannot tell whether a client showed the form to a person or filled it in by itself. Use `confirm = operator("…")` for decisions
//! that must not be left to the client; a tool can have both, and the operator is then asked after the person.
//!
//! Entering a value is not consent: a destructive tool needs `confirm` as well (ST05), and the person then answers two forms.
//!
//! # In the audit record
//!
//! The values are in `arguments`, redacted like all arguments (`#[arg(audit = …)]`), and `asked` names them. A question that is sent as a result has the decision
//! `asked`. A refused answer has the rule `answer` (it does not fit), `declined`, `unanswered`, or one of the rules for a [state](super::confirmation#in-the-audit-record). In the policy manifest, `asks` has the
//! questions and `asked_schema` the fingerprint of the form.
