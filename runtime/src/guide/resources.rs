//! Resources: data that a client reads by its URI, behind the same guard as tools.
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
//! // What is somebody else's is not there.
//! assert_eq!(server.read(&by("bob"), "invoices://inv-1").await.error().unwrap().code(), secure_tool::Code::NotFound);
//! # Ok(())
//! # }
//! ```
//!
//! # URIs
//!
//! A `uri` is a template of [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570), level 1, or a URI without variables. Its variables are the parameters, by name. Percent-escapes
//! are decoded, numbers and `bool`s are parsed, and then the values are treated as arguments of a tool: validated, bounded, recorded and compared with the caller.
//!
//! An object has exactly one spelling of its URI. Any other (an escape that is not needed, `07` for `7`) is `not_found`, and so is a value that is empty, `.` or `..`, or has `/`, `\`
//! or a control character.
//!
//! [`build`](crate::ServerBuilder::build) fails if one URI could be that of two resources. Types do not tell URIs apart: `recipes://about` overlaps with `recipes://{id}`, also if `id` is
//! a number. Give the fixed one another scheme or path, such as `recipes://info/about`.
//!
//! A variable that [`ListedResource::of`](crate::ListedResource::of) or [`Link::to`](crate::Link::to) does not name, or misspells, is found when the list or the link is made: the whole answer is refused as
//! `internal`, and the audit record says which variable is missing. Read each list once in a test.
//!
//! # Answers
//!
//! | a resource returns | a client reads |
//! |---|---|
//! | [`Json<T>`](crate::Json), [`Mine<T>`](crate::Mine) | text, `application/json` |
//! | `String`, `&'static str`, [`Untrusted<String>`](crate::Untrusted) | text, `text/plain` |
//! | [`Blob`](crate::Blob), `Mine<Proven<Blob>>` | bytes in base64, and the media type that the `Blob` says; a picture is `Blob::new("image/png", bytes)` with `releases(blob)` |
//!
//! `mime = "…"` says another media type. The release scan, classes, `max_output` and the check of owners work as for tools. The scan reads text: bytes of a `Blob` that are no
//! text in UTF-8 leave only with `releases(blob)`.
//!
//! # Lists
//!
//! `resources/templates/list` shows the templates that the caller may read from, and `resources/list` the fixed URIs and what `list = …` returns. That is a call of its own: the scope, the
//! rate and the timeout of the resource hold for it, and its concurrency as well, with places of its own: reads that hang do not block it. All the lists of one answer together take no
//! longer than the longest timeout among them. Each has an audit record (`method` is `resources/list`), and the guard compares every owner with the caller. A list has to
//! fit into `max_output`; there are no pages, and a `cursor` is refused with -32602, in every list. What all of them list counts together for the memory of the answer. If one `list` fails, so does the request, as a list that silently lacks a part would be worse.
//!
//! Lists depend on the caller, and no client may keep them. The server neither takes subscriptions nor sends notices of changes.
//!
//! # Refusals
//!
//! There is no result that says of itself that it is an error, so a refusal is an error of JSON-RPC. Its `data` has the [code](crate::Code) and the call's id.
//!
//! | refused as | code of JSON-RPC |
//! |---|---|
//! | `not_found`: unknown, absent, somebody else's, hidden, switched off, or no URI of this template: the same bytes for all | -32602; -32002 before protocol 2026-07-28 |
//! | `insufficient_scope` | HTTP 403 with one challenge, where a better token can be had; -32003 |
//! | `unauthenticated` | HTTP 401; -32001 |
//! | `rate_limited`, `unavailable` | -32005, -32004 |
//! | anything else | -32603 |
