//! Resources: data that a client reads by its URI, behind the same guard as tools.
//!
//! After this chapter you can offer resources with a fixed URI or a URI template, and list them for each caller.
//!
//! ```
//! use secure_tool::prelude::*;
//!
//! # #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
//! # struct Invoice { id: String, customer: String, cents: u32 }
//! # impl Resource for Invoice { type Key = String; fn owner(&self) -> Owner { Owner::subject(self.customer.as_str()) } }
//! # struct Billing { invoices: Vec<Invoice> }
//! # impl Load<Invoice> for Billing {
//! #     async fn load(&self, id: &String) -> Result<Option<Invoice>, ToolError> { Ok(self.invoices.iter().find(|invoice| invoice.id == *id).cloned()) }
//! # }
//! impl Billing {
//!     /// An invoice of the caller.
//!     #[secure_resource(uri = "invoices://{invoice}", scope = "invoices:read", owner = invoice, list = Self::my_invoices)]
//!     async fn invoice(
//!         &self,
//!         /// The invoice's number.
//!         invoice: Owned<'_, Invoice>,
//!     ) -> Json<Invoice> {
//!         Json(invoice.into_inner())
//!     }
//!
//!     async fn my_invoices(&self, caller: &Caller) -> Result<Mine<Vec<ListedResource>>, ToolError> {
//!         let mine = self.invoices.iter().filter(|invoice| caller.owns(&invoice.owner()));
//!         Ok(Mine(mine.map(|invoice| ListedResource::of(invoice, [("invoice", &invoice.id)])).collect()))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let invoice = Invoice { id: "inv-1".into(), customer: "alice".into(), cents: 100 };
//! let server = SecureServer::builder(Billing { invoices: vec![invoice] }).resource(Billing::invoice()).build()?;
//! let by = |name: &str| std::sync::Arc::new(Caller::local(name).with_scopes(["invoices:read"]));
//!
//! assert!(server.read(&by("alice"), "invoices://inv-1").await.text().contains("inv-1"));
//! // For Bob, Alice's invoice does not exist.
//! assert_eq!(server.read(&by("bob"), "invoices://inv-1").await.error().unwrap().code(), secure_tool::Code::NotFound);
//! # Ok(())
//! # }
//! ```
//!
//! # URIs
//!
//! `uri` is a fixed URI, or a template of [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570), level 1. The variables of the template are the parameters, by name. The server decodes
//! percent-escapes, parses numbers and `bool`s, and treats the values like the arguments of a tool: it validates, bounds and records them, and compares owners with the caller.
//!
//! Each object has exactly one URI. Another spelling (an unnecessary escape, `07` for `7`) is `not_found`, and so is a value that is empty, `.` or `..`, or that contains `/`, `\`
//! or a control character.
//!
//! [`build`](crate::ServerBuilder::build) fails if one URI could belong to two resources. The types of variables make no difference: `recipes://about` overlaps with `recipes://{id}` even if `id` is
//! a number. Give the fixed URI another scheme or path, such as `recipes://info/about`.
//!
//! [`ListedResource::of`](crate::ListedResource::of) and [`Link::to`](crate::Link::to) take the values of the variables by name. If a name is missing or misspelled, the whole answer is refused as
//! `internal`, and the audit record names the variable. Read each list once in a test.
//!
//! # Answers
//!
//! | return type | the client receives |
//! |---|---|
//! | [`Json<T>`](crate::Json), [`Mine<T>`](crate::Mine) | text, `application/json` |
//! | `String`, `&'static str`, [`Untrusted<String>`](crate::Untrusted) | text, `text/plain` |
//! | [`Blob`](crate::Blob), `Mine<Proven<Blob>>` | bytes in base64, with the media type of the `Blob`; for a picture, return `Blob::new("image/png", bytes)` and declare `releases(blob)` |
//!
//! `mime = "…"` sets another media type. Masks, classes, `max_output` and the check of owners work as for [tools](super::answers). The release scan reads text: the bytes of a `Blob` that
//! are not UTF-8 text leave only with `releases(blob)`.
//!
//! # Lists
//!
//! `resources/templates/list` shows the templates that the caller may read from. `resources/list` shows the fixed URIs, and what the functions of `list = …` return.
//!
//! Each such function runs as a separate call, under the scope, the rate and the timeout of its resource. It has an audit record (`method` is
//! `resources/list`), and the guard compares every owner with the caller. Concurrent lists and concurrent reads are limited separately, so
//! reads that hang do not block a list. All functions of one request together take no longer than the longest of their timeouts.
//!
//! A list is either complete or an error: if one function fails, the request fails, because a list with a missing part would be misleading. A
//! list has to fit into `max_output`. The entries of all functions together count towards the memory limit for answers.
//!
//! Lists have no pages. The server never returns a `nextCursor`, and a request with a `cursor` is answered with the JSON-RPC error -32602, "no
//! list of this server has given this cursor". This applies to `tools/list`, `prompts/list`, `resources/list` and `resources/templates/list`; a
//! `cursor` that is `null` is accepted.
//!
//! Lists depend on the caller, so clients must not cache them. There are no subscriptions and no change notices.
//!
//! # Refusals
//!
//! The protocol has no error result for resources, so a refusal is a JSON-RPC error. Its `data` has the [code](crate::Code) and the id of the call.
//!
//! | code | JSON-RPC code |
//! |---|---|
//! | `not_found`: unknown, absent, owned by somebody else, hidden, switched off, or not a URI of this template; the bytes are the same in all cases | -32602; -32002 before protocol 2026-07-28 |
//! | `insufficient_scope` | HTTP 403 with one challenge, if a better token can be obtained; otherwise -32003 |
//! | `unauthenticated` | HTTP 401; -32001 |
//! | `rate_limited`, `unavailable` | -32005, -32004 |
//! | all others | -32603 |
