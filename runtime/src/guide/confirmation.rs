//! Who is asked before something is destroyed, and how the question gets there.
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
//! the model gave. Text that the model wrote stands in quotation marks that it cannot close, on one line, without invisible characters, cut
//! at 200 characters; and the question goes through the release scan like everything that leaves. A secret cannot be shown
//! (ST16).
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
//! The state is sealed (HMAC-SHA-256) with a key that the process makes for itself, and is good for one call: of this caller, of this tool,
//! with these arguments, about this very question, within [`confirmation_timeout`](crate::ServerBuilder::confirmation_timeout) (2 minutes), once.
//! Of a hundred retries at once one counts. A state that is not good is a JSON-RPC error (`-32602`, invalid params) and no result, in the same
//! words whatever is wrong with it; the tool does not run. On the way back *everything* is asked again: whether the tool is still switched on, the
//! scopes, the schema, whose the object is. If what the object says of itself has changed in between, the person has confirmed
//! something else, and the call ends as `conflict`. The rate counts the question, not the answer.
//!
//! Several processes behind one address do not share that key: a client that lands on another one with its answer is refused and asks again.
//! Route by session or by client if you run more than one.
//!
//! # An operator
//!
//! A client that acts for a model can tick boxes, too. `confirm = operator("…")` asks an [`Approver`](crate::Approver): a page, a chat, a
//! pager. The call waits as long as `confirmation_timeout`, which is not part of the tool's `timeout`; then all the stages are passed again, as
//! above. [`Approvals`](crate::Approvals) keeps the calls that wait in memory, with `list`, `approve` and `refuse`. Nobody approves a call of
//! their own. At most 1024 calls of a server wait for people at the same time.
//!
//! # In the audit record
//!
//! A question that leaves as a result is a record of its own, with the decision `asked`; the retry is another call, which leaves an intent and an outcome. [`confirmed_by`] says who
//! confirmed. What a confirmation was refused for is in `rule`: `tampered`, `expired`, `replayed`, `other_caller`, `other_tool`,
//! `other_arguments`, `unanswered`, `changed`, `declined`, `timeout`, `unsupported`, `operator`, `own_approval`, `approver`. The client
//! reads the same sentence for the first six.
//!
//! [`confirmed_by`]: crate::AuditRecord::confirmed_by
