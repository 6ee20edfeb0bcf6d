//! Confirmation: who is asked before something is destroyed, and how the question reaches them.
//!
//! After this chapter you can require that a person confirms a call, write a question that cannot mislead that person, and connect an operator who approves calls.
//!
//! A complete destructive tool, and its test:
//!
//! ```
//! use std::{collections::HashMap, fmt, sync::{Arc, Mutex, PoisonError}};
//! use secure_tool::{Code, Question, prelude::*};
//!
//! #[derive(Clone)]
//! struct Note { number: u32, author: String, text: String }
//!
//! impl Resource for Note {
//!     type Key = u32;
//!     fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) }
//! }
//!
//! /// What the question shows for a note. Without it, the question shows the number that the model sent.
//! impl fmt::Display for Note {
//!     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
//!         write!(f, "note {}, {}", self.number, self.text)
//!     }
//! }
//!
//! struct Notes { by_number: Mutex<HashMap<u32, Note>> }
//!
//! impl Load<Note> for Notes {
//!     async fn load(&self, number: &u32) -> Result<Option<Note>, ToolError> {
//!         Ok(self.by_number.lock().unwrap_or_else(PoisonError::into_inner).get(number).cloned())
//!     }
//! }
//!
//! impl Notes {
//!     /// Delete a note for good.
//!     #[secure_tool(scope = "notes:delete", owner = note, destructive, confirm = "Delete {note}?")]
//!     async fn delete_note(
//!         &self,
//!         /// The note's number.
//!         note: Owned<Note>,
//!     ) {
//!         let note = note.into_inner();
//!         self.by_number.lock().unwrap_or_else(PoisonError::into_inner).remove(&note.number);
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let note = Note { number: 3, author: "alice".into(), text: "Buy milk".into() };
//! let server = SecureServer::builder(Notes { by_number: Mutex::new(HashMap::from([(3, note)])) })
//!     .tool(Notes::delete_note())
//!     .allow_writes() // without it, the tool is unknown
//!     .build()?;
//! let alice = Arc::new(Caller::local("alice").with_scopes(["notes:delete"]));
//! let arguments = serde_json::json!({"note": 3}).as_object().cloned().unwrap_or_default();
//!
//! // `call` has nobody to ask, like a client that cannot show a form.
//! let answer = server.call(&alice, "delete_note", arguments.clone()).await;
//! assert_eq!(answer.error().map(|error| error.code()), Some(Code::ConfirmationRequired));
//!
//! // The closure of `call_asking` answers for the person.
//! let ask = |question: Question| async move {
//!     assert_eq!(question.text, "Delete “note 3, Buy milk”?");
//!     false
//! };
//! let answer = server.call_asking(&alice, "delete_note", arguments.clone(), ask).await;
//! assert_eq!(answer.error().map(|error| error.code()), Some(Code::Declined));
//!
//! let answer = server.call_asking(&alice, "delete_note", arguments, |_| async { true }).await;
//! assert_eq!(answer.text(), "done");
//! # Ok(())
//! # }
//! ```
//!
//! A tool that is `destructive`, or whose name says so, has to declare who confirms it. Any other tool that is not `read_only` may declare it.
//! To ask for a value instead of a yes, use [`Asked<T>`](super::asking).
//!
//! | `confirm = …` | asks | use it for |
//! |---|---|---|
//! | `"Delete {invoice} for good?"` | the person at the client | actions that the caller may take, but a model must not take without a person |
//! | `operator("Delete {invoice} for good?")` | a person outside of the conversation | actions that the client itself must not be able to confirm |
//! | `never("reason")` | nobody; the reason is in the manifest | effects that can be undone easily |
//!
//! # The question
//!
//! A placeholder shows an argument. If the argument is an [`Owned<T>`](crate::Owned) and `T` implements [`Display`](std::fmt::Display), it shows the loaded object, so that a person reads
//! “note 3, Buy milk”. Without `Display` the tool compiles as well, and the person reads the number that the model sent: `Delete “3”?`. For a list with `#[arg(skip_foreign)]` it shows the objects that remain, or `(none)`.
//!
//! The model's arguments and the text of objects are not trustworthy. They appear in quotation marks that they cannot close, on one line, without
//! control characters, invisible characters, and characters that change the direction of text. Characters of Markdown and HTML are replaced by
//! similar ones (`*` by `∗`, `[` by `［`, `<` by `＜`). So "No, this is a dry run. ∗∗Approved by IT.∗∗" stays recognizable as a part of the object's text. A secret
//! cannot be shown (ST16).
//!
//! The question shows everything in full, or the person is not asked. A text in a question is at most 200 characters long and a list has at most 10 items: the attribute
//! refuses a `String` without `max_len`, and [`build`](crate::ServerBuilder::build) reports every other argument that its schema allows to be larger (ST16). A key that `owner`
//! names may be longer, because the question is asked only if an object with that key exists and the caller may use it. If a question is
//! nevertheless longer than 4000 characters, because of the text of an object, the call is refused as `invalid_arguments`, and the refusal names the argument.
//!
//! The call is refused in the same way if the [release scan](crate::ServerBuilder::mask_pattern) finds something to mask in the question or in one of its fields. A person who confirms
//! `Run “curl https://a:[masked: password]@example.com”?` does not know what will run. If people have to confirm such values, such as a card number, declare `releases(card)`, and the question shows them.
//!
//! Besides its text, a question has fields: each argument that it shows, with its value, for clients and pages that present them in their own
//! way. They are in [`Question::fields`](crate::Question::fields), in [`ApprovalRequest::fields`](crate::ApprovalRequest::fields), and over MCP in the
//! `_meta` of the elicitation, as `"secure-tool/fields": [{"name": …, "value": …}]`.
//!
//! # What a confirmation is bound to
//!
//! A confirmation is valid for one call: of this caller, of this tool, with *all* these arguments (also those that the question does not show), for this question text. It is bound to the text of each object in the question,
//! and to the version of each object that the call loads, if its type has one:
//!
//! ```
//! # use secure_tool::{Owner, Resource};
//! # struct Invoice { company: String, revision: u64 }
//! impl Resource for Invoice {
//! #   type Key = String;
//! #   fn owner(&self) -> Owner { Owner::tenant(self.company.as_str()) }
//!     // …
//!     fn version(&self) -> Option<String> {
//!         Some(self.revision.to_string())
//!     }
//! }
//! ```
//!
//! If one of these texts or versions has changed when the call continues, the call ends as `conflict`. From this check until the body has done
//! its work, your data layer has to prevent changes, for example with a transaction that compares the version.
//!
//! # The person at the client
//!
//! | client | how it is asked |
//! |---|---|
//! | protocol 2026-07-28, every transport | a multi-round result: `resultType: "input_required"` with an `elicitation/create` request and a `requestState`; the client calls again with the answer and the state |
//! | older protocols | `elicitation/create` while the call waits: over stdio, or on the event stream of the response; over HTTP the answer is a POST in the same [session](super::clients) |
//! | without the capability `elicitation` | not at all: the call is refused as `confirmation_required`, and the text says why |
//! | no client: [`SecureServer::call_asking`](crate::SecureServer::call_asking) | by the closure |
//!
//! The form has one field, `confirm`, a boolean that is false by default. Only an accepted form in which this field is true counts as a yes.
//!
//! The `requestState` is signed with HMAC-SHA-256. The key comes from the server's [`KeyRing`](crate::KeyRing); without one, each process creates its own. The state is valid once, for
//! [`confirmation_timeout`](crate::ServerBuilder::confirmation_timeout) (2 minutes by default). Of a hundred simultaneous retries, one succeeds. An invalid state is a JSON-RPC error (`-32602`) with the
//! same text for every reason, and the tool does not run.
//!
//! When the client calls again, the guard checks everything again: switches, scopes, schema and owners. The rate counts the question and not the answer.
//!
//! # An operator
//!
//! A client that works for a model can also fill in the form for it. `confirm = operator("…")` asks an [`Approver`](crate::Approver) instead: a web page, a chat, a
//! pager. The call waits for up to `confirmation_timeout`, which does not count towards the tool's `timeout`; then it passes all stages again.
//! [`Approvals`](crate::Approvals) keeps the waiting calls in memory, with `list`, `approve` and `refuse`. At most 1024 calls of a server wait for people at the
//! same time.
//!
//! An approver is an authenticated principal and not just a name: a [`Caller`](crate::Caller) from an authenticator. A page for operators uses the same
//! [`Authenticator`](crate::http::Authenticator) as the server, or another one:
//!
//! ```
//! # #[cfg(feature = "http")] mod page {
//! use http::StatusCode;
//! use secure_tool::{Approvals, CallId, http::Authenticator};
//!
//! /// POST /approvals/{id}
//! async fn approve(
//!     approvals: &Approvals,
//!     authenticator: &impl Authenticator,
//!     request: &http::request::Parts,
//!     id: &str,
//! ) -> StatusCode {
//!     let Ok(operator) = authenticator.authenticate(request).await else { return StatusCode::UNAUTHORIZED };
//!     let Ok(id) = id.parse::<CallId>() else { return StatusCode::NOT_FOUND };
//!     match approvals.approve(id, &operator) {
//!         Ok(()) => StatusCode::NO_CONTENT,
//!         Err(_) => StatusCode::FORBIDDEN,
//!     }
//! }
//! # }
//! ```
//!
//! Serve the page on a separate listener, which agents cannot reach; `serve_http` serves MCP only. `list` takes no caller and returns the waiting calls of all tenants, so
//! the page has to filter them by the tenant of the operator, and to show nothing to people who are not operators: require the scope of
//! [`approver_scope`](crate::ServerBuilder::approver_scope). The page has to limit its own failed logins; the limits of `serve_http` do not cover it.
//!
//! The guard checks every approval, regardless of the [`Approver`](crate::Approver):
//!
//! - **Another party.** The approver's subject, actors (the whole `act` chain) and client differ from the caller's subject, actors and client, and the two share
//!   no key and no token. Names are compared without regard to case, compatible characters (Unicode NFKC), invisible characters and
//!   surrounding blanks. So an agent cannot approve its own request, and nobody can approve through the agent's client.
//! - **The caller's tenant**, byte for byte (`acme` and `Acme` are two tenants, as they are for owners), or the scope of
//!   [`cross_tenant_approver_scope`](crate::ServerBuilder::cross_tenant_approver_scope), for operators of all tenants.
//! - **The scope** of [`approver_scope`](crate::ServerBuilder::approver_scope), if the server has one.
//! - **A valid credential**: not expired and not [revoked](crate::Revocations).
//!
//! To refuse a call, the first condition does not have to be met.
//!
//! # More than one process
//!
//! With the same [`KeyRing`](crate::KeyRing), every process of the server accepts the state of a question that another process has asked.
//! Without one, only the process that asked accepts it, and only until it restarts; any other process refuses it, and the client has to make
//! the call again. A [shared store](crate::ServerBuilder::shared) remembers for all processes which answers were used. Without one, each
//! process remembers its own, so an answer can be used once at each process. While the store is down, answers are refused as `unavailable` and
//! can be sent again. See [several processes](super::nodes).
//!
//! # Credentials that expire
//!
//! A call waits no longer than the [caller's credential](crate::Caller::expires_at) is valid: until the `exp` of a token (with the leeway of its
//! authenticator), the expiry of an API key, or the end of a certificate, even on an open connection. Then the call ends as `unauthenticated`,
//! in the same way as if the caller is revoked. The guard checks the expiry again just before the body of every tool, confirmed or not. A body
//! that has started continues.
//!
//! A token may be revoked at the authorization server while a person thinks. With the option `ask_again_before` of `Introspection`, the guard asks that server again after the
//! confirmation, just before the body ([who is calling](super::who_is_calling#revocation)).
//!
//! # In the audit record
//!
//! A question that is sent as a result has its own record, with the decision `asked`; the retry is another call, with an intent and an outcome. [`confirmed_by`] says who
//! confirmed. For an operator it has the [`Approval`](crate::Approval): who, when, and the digest of what was approved. `rule` says why a confirmation was refused:
//! `tampered`, `expired`, `replayed`, `other_caller`, `other_tool`, `other_arguments`, `unanswered`, `changed`, `declined`, `timeout`, `unsupported`, `operator`,
//! `own_approval`, `approver_tenant`, `approver_scope`, `approver_nameless`, `approver_expired`, `approver_revoked`, `approver`, `not_shown_whole`, `expired_credential`,
//! `withdrawn_credential`, `credential_unchecked`. The client receives the same sentence for the first six.
//!
//! [`confirmed_by`]: crate::AuditRecord::confirmed_by
