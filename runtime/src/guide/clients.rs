//! Clients of both eras: how calls are asked about, cancelled and cut, by protocol and by transport.
//!
//! Most clients speak 2025-06-18 or 2025-11-25, which begin with a handshake; 2026-07-28 has neither handshake nor sessions. One server serves all of
//! them, at one address. What differs stands here, with the sentence of the specification behind it; each cell has a test
//! (`tests/tests/eras.rs` and `progress.rs` in the repository).
//!
//! | | stdio, before 2026-07-28 | stdio, 2026-07-28 | HTTP, before 2026-07-28 | HTTP, 2026-07-28 |
//! |---|---|---|---|---|
//! | a person is **asked** | by the request `elicitation/create`, if the client has declared `elicitation` (1) | by the result `input_required`; the client calls again with the answer (2) | by `elicitation/create` on the event stream of the response; the answer is a POST of its own (3) | as on stdio (2) |
//! | a call is **cancelled** | by `notifications/cancelled` with the id of the request (4) | the same (5) | the same, from the same session (4) | by closing the response (6); the notification is accepted and has no effect (7) |
//! | a **disconnect** | ends all calls (8) | ends all calls (8) | ends no call of a session (9), but a question, as nobody could answer it; ends a call without a session (12) | ends the call (6) |
//! | a call **lacks a scope** | the result of the call says so | the same | 403 where it helps, with the scopes that the token has as well (10); otherwise the result of the call | 403 where it helps (11); otherwise the result of the call |
//! | **progress** | by `notifications/progress`, if the request has a `progressToken` and the tool takes a [`&Progress`](crate::Progress) | the same | the same, on the event stream of the response, which begins with the first report; a call that reports nothing is answered with JSON (3) | the same (13) |
//!
//! 1. 2025-11-25, elicitation: "Clients that support elicitation MUST declare the `elicitation` capability during initialization". A client that has
//!    not is told so.
//! 2. 2026-07-28, multi round-trip requests; and stdio: "The server MUST NOT write JSON-RPC requests to `stdout`", Streamable HTTP: "The server MUST NOT
//!    send independent JSON-RPC requests on this stream".
//! 3. 2025-11-25, transports: the server "MAY send JSON-RPC requests and notifications before sending the JSON-RPC response. These messages SHOULD relate
//!    to the originating client request".
//! 4. 2025-11-25, cancellation: a notification contains "the ID of the request to cancel", which a client has "previously issued". Two
//!    clients with one API key have two sessions, and cannot cancel each other's calls.
//! 5. 2026-07-28, cancellation: "stdio: There is no per-request stream to close. The client MUST send a `notifications/cancelled` notification".
//! 6. 2026-07-28, cancellation: "Closing the SSE response stream is the cancellation signal. The server MUST treat a client disconnect as cancellation of
//!    that request".
//! 7. 2026-07-28, cancellation: "No `notifications/cancelled` message is required or expected."
//! 8. stdio, shutdown: "Servers SHOULD exit promptly when their standard input is closed".
//! 9. 2025-11-25, transports: "Disconnection SHOULD NOT be interpreted as the client cancelling its request." The call runs until its timeout at the
//!    longest.
//! 10. 2025-11-25, authorization, "step-up". Clients of that time ask for exactly the scopes of the challenge, and would lose the others.
//! 11. 2026-07-28, authorization, "step-up authorization flow": the client asks for the union of both.
//! 12. Here the server does other than (9) says. A cancellation belongs to a session, so that nobody could cancel such a call; its result could never
//!     be fetched, and its sender could leave it behind, free of charge, while it holds a place of its tool. Clients that begin with
//!     `initialize` and send the `Mcp-Session-Id` that they get are not concerned.
//! 13. 2026-07-28, progress: notifications "MUST only reference tokens that were provided in an active request", and "MUST stop after completion". A token
//!     is a string of at most 256 bytes or a 64-bit integer; a call with another one has no progress.
//!
//! Over HTTP, a client that says that it sends nothing more (a half-closed connection) has disconnected as well, and so has one that is gone without a
//! word, once keepalive packets have found out. Further requests on the connection do not hide its end, unless they are more than the system has room
//! for (its receive buffer, 64 KiB as a rule): then the end is not sent until they are. Those that have not begun never do.
//!
//! # Sessions of older clients
//!
//! `Mcp-Session-Id` is a sealed token: authenticated, encrypted, and bound to the principal that it was made for. The server keeps nothing of it, so
//! that it costs no memory, and every process with the same [`KeyRing`](crate::KeyRing) understands it. It ends after
//! [a day](crate::http::HttpOptions::session_lifetime); then, and for everybody else, it is answered with 404, and the client begins anew (2025-11-25,
//! session management). It grants nothing: every request is authenticated. DELETE is answered with 405, as there is nothing to delete, and GET as well,
//! as there is nothing to listen to but responses.
//!
//! What waits is bounded, and of one process: 1,024 questions, and 16,384 calls that can be cancelled. With a shared store, an answer or a cancellation that arrives at
//! another process is [passed on](super::nodes#messages-between-nodes). A request without a session is served as well;
//! its call can be neither asked about nor cancelled, says so where a person has to confirm it, and ends with its connection.
//!
//! When the server stops, a call that has not ended by the [deadline](crate::http::HttpOptions::drain) is cut, and its client is told "The server is
//! stopping", as the answer or as the last event of the stream.
//!
//! # A 403 that does not kill
//!
//! A 403 is an invitation to get a better token. To a client that cannot, it looks like a broken server: Python's client of 2025 ends its session over it,
//! and several agents hang. So only a credential that one of the [authorization servers](crate::http::HttpOptions::authorization_servers) has issued is
//! answered with 403; for API keys and certificates the same refusal is the result of the call, as on stdio. [`StepUp`](crate::http::StepUp) forces
//! either. A credential of an authorization server is one whose [`issuer`](crate::Caller::issuer) has the name of one of them.
//!
//! A model calls only what it sees. So the same callers are shown all tools, each with the scopes that it needs in `_meta` under `secure-tool/scopes`; the others
//! see what they may call. [`ListTools`](crate::http::ListTools) forces either.
//!
//! Errors that HTTP has a status for carry a JSON-RPC error in the body, which clients can show. The id of a 401 is null, as the body was not read.
