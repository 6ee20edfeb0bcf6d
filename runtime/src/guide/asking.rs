//! Values that the person at the client gives, and a model cannot.
//!
//! Which account pays, how much at most, which of two addresses: a model guesses, or is talked into an answer by what it has read. A tool that takes an
//! [`Asked<T>`](crate::Asked) asks the person at the client instead, before its body runs:
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
//! // Within the process, `call_asking` puts the question. Over MCP the client does.
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
//! There are three classes of parameters then: what is taken by value comes from the model, what is borrowed comes from the guard, and what is `Asked<_>`
//! comes from the person.
//!
//! # What can be asked for
//!
//! What a form of MCP can show (elicitation, "Requested Schema"): a text, a number, a `bool`, an enum without data, a type of the application that is one of these in JSON,
//! and the key of an object. An `Asked<Option<_>>` may be left empty. Lists, maps and structs are refused while compiling, or at
//! [`build`](crate::ServerBuilder::build) where an alias hides them (ST07).
//!
//! An object is asked for by its key: as `Asked<Owned<Account>>`, which dereferences to the proof, or as an `Asked<AccountKey>` that
//! [`OwnerOf`](crate::OwnerOf) knows. `owner` names it as any other, and all the rules for keys, identities, free text and names hold for what is asked as they do for
//! what a model sends.
//!
//! A form can show a choice of what is known while compiling, the variants of an enum, but not of the caller's own objects. So say in the docs of the parameter, which the
//! form shows, what a key looks like or where the person finds it.
//!
//! All keys of `#[arg]` hold. Of `min`, `max`, `min_len`, `max_len`, `one_of`, `default` and the formats `email`, `uri`, `date` and `date-time` the form tells the
//! person; `pattern` and other formats, which no form knows, are checked when the answer comes. The docs of a variant are its title in the form.
//!
//! Nobody is asked for a secret: a form goes in plain text through a client that may keep it. A `Secret<_>`, `#[arg(secret)]` and names such as `password` and `pin_code`
//! do not compile.
//!
//! # What happens
//!
//! 1. The model's arguments are checked, and the ownership of all that they name is proven. A model that sends `account` itself is refused, as of every argument
//!    that the schema does not name.
//! 2. The person is asked, once for all the values of the tool. A placeholder such as `{invoice}` shows an argument of the model's, as in a
//!    [confirmation](super::confirmation#the-question), whole or not at all.
//! 3. The call begins again at the first stage, with what the person gave beside what the model sent. What does not fit its schema is refused as `invalid_arguments`, without
//!    repeating it; a field that nobody asked for refuses the form. Then the objects that the person has named are loaded and compared with the caller: one of somebody else
//!    is `not_found`, in the bytes of one that does not exist.
//! 4. If the tool says `confirm = …` as well, its question shows what was given, and a yes is bound to it.
//! 5. The body runs.
//!
//! The tool's place is given back while the person thinks, and `timeout` does not count their time. A caller who is revoked, a credential that ends and a client that goes away
//! end the wait, as does [`confirmation_timeout`](crate::ServerBuilder::confirmation_timeout).
//!
//! # How the question gets there
//!
//! As that of a [confirmation](super::confirmation#the-person-at-the-client): by a multi-round result at protocol 2026-07-28, under the key `values` of `inputRequests` and `inputResponses` (a confirmation has the key `confirm`); by `elicitation/create` at older protocols,
//! over stdio and in a session over HTTP. A client without the capability `elicitation` is refused as `confirmation_required`. A person who declines or closes the form ends the
//! call as `declined`.
//!
//! The `requestState` is signed, and good for one answer, of this caller, to this question, for this tool and these arguments of the model. If an object that the model named has
//! [changed](super::confirmation#what-a-yes-is-bound-to) since, the call ends as `conflict`. Where a confirmation follows, the state of the second question carries what was given, signed but
//! not encrypted: it goes to the client that has sent it. The rate counts the first question alone.
//!
//! The guard cannot tell whether a client showed the form to a person or answered it by itself. What no client may answer
//! by itself needs `confirm = operator("…")`, which may follow the values.
//!
//! A value that is given is no consent: a destructive tool says `confirm` as well (ST05), and the person answers two forms.
//!
//! # In the audit record
//!
//! The values stand in `arguments`, redacted as all of them (`#[arg(audit = …)]`), and `asked` names those that the person gave. A question that leaves as a result has the decision
//! `asked`. An answer is refused with the rule `answer` (it does not fit), `declined`, `unanswered`, or one of those of a [state](super::confirmation#in-the-audit-record). The policy manifest has the
//! questions in `asks`, and the fingerprint of the form in `asked_schema`.
//!
//! Resources and prompts ask nobody.
