//! Who is asked before something is destroyed, and how the question gets there. What a person gives, rather than confirms, is an [`Asked<T>`](super::asking).
//!
//! A tool that is `destructive`, or named like a deletion, says who confirms it; any other tool that is not `read_only` may.
//!
//! | `confirm = …` | who is asked | use it for |
//! |---|---|---|
//! | `"Delete {invoice} for good?"` | the person at the client | what the caller may do, but not by a model's whim |
//! | `operator("Delete {invoice} for good?")` | a person outside of the conversation | what no client shall confirm to itself |
//! | `never("reason")` | nobody; the reason is in the manifest | what is undone in no time |
//!
//! # The question
//!
//! A placeholder shows an argument. Where the argument is an [`Owned<T>`](crate::Owned) and `T` is [`Display`](std::fmt::Display), it shows what
//! the loaded object says of itself, so that a person reads “invoice 1001 to Road Runner Ltd, 1,428.00 €” and not a number that
//! the model gave. Of a list with `#[arg(skip_foreign)]` it shows what is left, or `(none)`.
//!
//! What the model wrote, and what an object says of itself, is foreign text. It stands in quotation marks that it cannot close, on one line, without
//! control characters, invisible characters and characters that change the direction of text. The characters of Markdown and HTML are replaced by
//! others that look alike (`*` by `∗`, `[` by `［`, `<` by `＜`), so that “No, this is a dry run. ∗∗Approved by IT.∗∗” stays a part of what is
//! asked about. A secret cannot be shown (ST16).
//!
//! A question shows what it names whole, or nobody is asked. A text that it shows is bounded to 200 characters and a list to 10 items: the attribute
//! refuses a `String` without `max_len`, and [`build`](crate::ServerBuilder::build) whatever the schema shows to be larger (ST16). A question that
//! is nevertheless longer than 4000 characters, because of what an object says of itself, is not asked: the call is refused as
//! `invalid_arguments`, and the refusal names the argument.
//!
//! Nor is a question asked in which the [release scan](crate::ServerBuilder::mask_pattern) finds something to mask, in its text or in one of its fields: a person who says yes to
//! `Run “curl https://a:[masked: password]@example.com”?` has not seen what runs. The call is refused in the same way. If people are to confirm what
//! the scan finds, such as a card number, the tool says `releases(card)`, and the question shows it.
//!
//! Beside the text, a question carries its fields: each argument that it shows with its value, for clients and pages that show them in their own
//! way. They are in [`Question::fields`](crate::Question::fields), in [`ApprovalRequest::fields`](crate::ApprovalRequest::fields), and over MCP in the
//! `_meta` of the elicitation, as `"secure-tool/fields": [{"name": …, "value": …}]`. (A form of MCP has no fields that are only shown.)
//!
//! # What a yes is bound to
//!
//! To the caller, the tool, *all* the arguments (also those that the question does not show), the question, what each object that it shows says of
//! itself, and the version of each object that the call loads, where its type has one:
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
//! If any of it is another one when the call would go on, the call ends as `conflict`. Between this check and what the body does, it is the store that
//! has to keep the object as it is.
//!
//! # The person at the client
//!
//! | client | how |
//! |---|---|
//! | protocol 2026-07-28, any transport | a multi-round result: `resultType: "input_required"` with an `elicitation/create` request and a `requestState`; the client calls again with both answered |
//! | older protocols | `elicitation/create` while the call waits: on the pipe, or on the event stream of the response; over HTTP the answer is a POST in the same [session](super::clients) |
//! | every client without the capability `elicitation` | refused as `confirmation_required`, in words that say why |
//! | none: [`SecureServer::call_asking`](crate::SecureServer::call_asking) | the closure that it is given |
//!
//! The form has one field, `confirm`, a boolean that is false by default. Only a form that was accepted with the field set is a yes.
//!
//! The state is signed (HMAC-SHA-256) with a key of the server's [`KeyRing`](crate::KeyRing), or without one with a key that the process makes for itself. It is good for one call: of this caller, of this tool,
//! with these arguments, about this very question and these [versions](#what-a-yes-is-bound-to), within [`confirmation_timeout`](crate::ServerBuilder::confirmation_timeout) (2 minutes), once.
//! Of a hundred retries at once one counts. A state that is not good is a JSON-RPC error (`-32602`, invalid params) and no result, in the same
//! words whatever is wrong with it; the tool does not run. On the way back *everything* is asked again: whether the tool is still switched on, the
//! scopes, the schema, whose the object is. If the object has changed in between, the person has confirmed
//! something else, and the call ends as `conflict`. The rate counts the question, not the answer.
//!
//! Several processes behind one address understand each other's states if they have the same key ring ([more than one process](super::nodes)). Without one, a client that lands
//! on another process with its answer is refused and asks again.
//!
//! # An operator
//!
//! A client that acts for a model can tick boxes, too. `confirm = operator("…")` asks an [`Approver`](crate::Approver): a page, a chat, a
//! pager. The call waits as long as `confirmation_timeout`, which is not part of the tool's `timeout`; then all the stages are passed again, as
//! above. [`Approvals`](crate::Approvals) keeps the calls that wait in memory, with `list`, `approve` and `refuse`. At most 1024 calls of a server wait for people at the same time.
//!
//! An approver is a principal, not a name: a [`Caller`](crate::Caller) that an authenticator has found. A page for operators asks the same
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
//! Serve the page on a listener of its own, which agents do not reach: `serve_http` serves MCP alone. `list` takes no caller and shows the waiting calls of every tenant, so
//! let the page show an operator the calls of its own tenant only, and nothing to anybody who is not an operator: ask for the scope that you give to
//! [`approver_scope`](crate::ServerBuilder::approver_scope). Failed logins of the page are the page's to count; the limits of `serve_http` do not cover it.
//!
//! The guard asks of every approver, whatever the [`Approver`](crate::Approver) is:
//!
//! - it is *another party*. Its subject, its actors (all of the `act` chain) and its client are none of the caller's subject, actors and client; nor
//!   do the two share a key or a token. Names are compared without regard to case, compatible characters (Unicode NFKC), invisible characters and
//!   blanks around them. So an agent does not approve what it asks for, and nobody approves through the agent's client;
//! - it belongs to the *caller's tenant*, byte for byte (`acme` and `Acme` are two tenants, as they are for owners), or holds the scope of
//!   [`cross_tenant_approver_scope`](crate::ServerBuilder::cross_tenant_approver_scope), such as an operator of all tenants who belongs to none;
//! - it holds the scope of [`approver_scope`](crate::ServerBuilder::approver_scope), if the server has one;
//! - its credential has not expired, and it is not [revoked](crate::Revocations).
//!
//! To refuse a call it need not be another party; the other three points hold.
//!
//! # More than one process
//!
//! The state that a client carries from the question to the answer opens at every process of the server that has the same [`KeyRing`](crate::KeyRing);
//! without one, only at the process that has asked, and not after a restart. Which answers have counted is remembered by a [shared
//! store](crate::ServerBuilder::shared) for all of them; without one, by each process for itself, so that an answer can count once at each. While the store is down,
//! an answer is refused as `unavailable`, and can be given again.
//!
//! # Credentials end
//!
//! A call waits no longer than the [caller's credential](crate::Caller::expires_at) lasts: the `exp` of a token (with the leeway of its
//! authenticator), the expiry of an API key, the end of a certificate, also on a connection that is still open. Then it ends as `unauthenticated`, as
//! that of a revoked caller does. The expiry is looked at again just before the body of every tool, confirmed or not; a body that has started goes
//! on.
//!
//! A person may take minutes, and a token may be revoked meanwhile at the server that issued it. With
//! `Introspection` and its option `ask_again_before`, that server is asked once more when the person has said yes, just before the body
//! ([who is calling](super::who_is_calling#out-again)).
//!
//! # In the audit record
//!
//! A question that leaves as a result is a record of its own, with the decision `asked`; the retry is another call, which leaves an intent and an outcome. [`confirmed_by`] says who
//! confirmed: of an operator it has who that was ([`Approval`](crate::Approval)), when, and the digest of what was approved. What a confirmation was refused for is in `rule`: `tampered`, `expired`, `replayed`, `other_caller`, `other_tool`,
//! `other_arguments`, `unanswered`, `changed`, `declined`, `timeout`, `unsupported`, `operator`, `own_approval`, `approver_tenant`,
//! `approver_scope`, `approver_nameless`, `approver_expired`, `approver_revoked`, `approver`, `not_shown_whole`, `expired_credential`, `withdrawn_credential`, `credential_unchecked`. The client reads
//! the same sentence for the first six.
//!
//! [`confirmed_by`]: crate::AuditRecord::confirmed_by
