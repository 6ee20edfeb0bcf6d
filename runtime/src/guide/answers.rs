//! Answers: what leaves the server, what is masked, and what is withheld.
//!
//! After this chapter you can control what a tool discloses: you can prove ownership of its answer, mask secrets and classified fields, mark untrusted text, and return
//! files.
//!
//! After the body has returned, the guard checks the answer: who owns the objects in it, how large it is, where its links lead, and which texts have to be masked. The
//! [audit record](crate::AuditRecord::masked) counts what was masked.
//!
//! # Ownership of answers
//!
//! [`Mine<T>`](crate::Mine) compares the owner of every object in the answer with the caller. If one object belongs to somebody else, the whole
//! answer is withheld: the caller reads `internal`, and the operator gets an [alert](super::audit#alerts) of the kind `breach`, because this is
//! a defect of the tool.
//!
//! A view declares its owner with [`HasOwners`](trait@crate::HasOwners):
//!
//! ```
//! use secure_tool::prelude::*;
//!
//! #[derive(serde::Serialize, schemars::JsonSchema, HasOwners)]
//! struct Line {
//!     #[serde(skip)]   // the model does not need it
//!     #[owner(tenant)] // the guard compares it
//!     company: String,
//!     cents: u32,
//! }
//!
//! #[derive(serde::Serialize, schemars::JsonSchema, HasOwners)]
//! struct Page {
//!     title: String,
//!     #[owners]        // objects with owners inside
//!     lines: Vec<Line>,
//! }
//!
//! # struct Ledger { lines: Vec<(&'static str, u32)> }
//! # impl Ledger {
//! /// List the lines of the caller's company.
//! #[secure_tool(scope = "lines:read", owner = caller, read_only)]
//! async fn list_lines(&self, caller: &Caller) -> Mine<Page> {
//!     let line = |(company, cents): &(&str, u32)| Line { company: (*company).into(), cents: *cents };
//!     // The query has no `WHERE` clause: these are the lines of all companies.
//!     let lines = self.lines.iter().map(line).collect();
//!     Mine(Page { title: format!("For {}", caller.subject()), lines })
//! }
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use secure_tool::Code;
//!
//! # let ledger = Ledger { lines: vec![("acme", 100), ("globex", 200)] };
//! # let server = SecureServer::builder(ledger).tool(Ledger::list_lines()).build()?;
//! # let alice = std::sync::Arc::new(Caller::new("alice").with_tenant("acme").with_scopes(["lines:read"]));
//! let answer = server.call(&alice, "list_lines", Default::default()).await;
//! assert_eq!(answer.error().map(|error| error.code()), Some(Code::Internal)); // nothing of globex has left
//! # Ok(())
//! # }
//! ```
//!
//! Every [`Resource`](crate::Resource) has an owner already. [`Owned::view`](crate::Owned::view) makes a view that carries the owner of the object, so that the view needs no field for it:
//! the tool returns `Mine<Proven<View>>`.
//!
//! # Masks
//!
//! The release scan searches all texts, all strings and keys of structured content, and the messages of failures. It replaces what it finds
//! with a mask such as `[masked: card]`. It finds the kinds `card`, `ssn`, `private_key`, `api_key`, `jwt`, `bearer` and `password`; the [table
//! in the crate docs](crate#what-does-not-leave) says how it finds each kind, and what it does not find.
//!
//! Add the patterns of your application's secrets, and declare which kinds a tool may show:
//!
//! ```
//! # use secure_tool::prelude::*;
//! # struct Desk;
//! # impl Desk {
//! /// Say who is on duty.
//! #[secure_tool(scope = "desk:read", owner = unowned("the roster hangs on the wall"), read_only)]
//! async fn on_duty(&self) -> &'static str {
//!     "EMP-004217"
//! }
//!
//! /// Look up the number of the employee on duty.
//! #[secure_tool(scope = "desk:admin", owner = unowned("for administrators"), read_only, releases("employee_id"))]
//! async fn employee_on_duty(&self) -> &'static str {
//!     "EMP-004217"
//! }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = SecureServer::builder(Desk)
//!     .tool(Desk::on_duty())
//!     .tool(Desk::employee_on_duty())
//!     .mask_pattern("employee_id", r"\bEMP-[0-9]{6}\b")
//!     .build()?;
//! # let alice = std::sync::Arc::new(Caller::local("alice").with_scopes(["desk:read", "desk:admin"]));
//! assert_eq!(server.call(&alice, "on_duty", Default::default()).await.text(), "[masked: employee_id]");
//! assert_eq!(server.call(&alice, "employee_on_duty", Default::default()).await.text(), "EMP-004217");
//! # Ok(())
//! # }
//! ```
//!
//! A *number* cannot be masked, because a mask would not fit its schema. If a numeric field holds a card number, the whole answer is refused as `forbidden`, and the
//! [cause](crate::AuditRecord::cause) in the audit record names the field. Send such values as text, or release them.
//!
//! The scan is a safety net and not a proof: it does not find values that are encoded or split over several texts.
//!
//! # Classes of data
//!
//! The scan recognizes formats. If your application *knows* that a value is sensitive, declare that in its type: a
//! [`Classified<Pii, String>`](crate::Classified) leaves as `[masked: pii]` from every tool that does not declare `releases(pii)`. It is masked in
//! logs, in `Debug`, and wherever else it is serialized. [`Pii`](crate::Pii) and [`Confidential`](crate::Confidential) exist; for your own class
//! implement [`Class`](crate::Class) and release it by its type, `releases(Salary)`.
//!
//! ```
//! # use secure_tool::prelude::*;
//! #[derive(serde::Serialize, schemars::JsonSchema)]
//! struct Contact { name: String, phone: Classified<Pii, String> }
//!
//! # struct Desk;
//! # impl Desk {
//! /// Find a colleague.
//! #[secure_tool(scope = "desk:read", owner = unowned("colleagues know each other"), read_only)]
//! async fn find_colleague(&self) -> Json<Contact> {
//!     Json(Contact { name: "Ada".into(), phone: Classified::new("+44 20 7946 0018".into()) })
//! }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = SecureServer::builder(Desk).tool(Desk::find_colleague()).build()?;
//! # let alice = std::sync::Arc::new(Caller::local("alice").with_scopes(["desk:read"]));
//! let answer = server.call(&alice, "find_colleague", Default::default()).await;
//! assert_eq!(answer.structured(), Some(&serde_json::json!({"name": "Ada", "phone": "[masked: pii]"})));
//! # Ok(())
//! # }
//! ```
//!
//! A [`Secret<T>`](crate::Secret) never leaves, and a tool that returns one does not compile (ST37).
//!
//! # Text that others wrote
//!
//! A web page, a mail or a note of another user can contain instructions for the model. [`Untrusted::new(origin, text)`](crate::Untrusted::new)
//! marks it as data with its origin, and removes what a person cannot see: characters without width, tag characters, control characters and
//! HTML comments. You can return it as the whole answer, as a block of an [`Answer`](crate::Answer), or as a field of a struct. Your own
//! detector, [`Inspect`](crate::Inspect), sees such texts on their way out and can pass, mask, replace or refuse them.
//!
//! The mark makes an injection visible. It does not make a model immune: scopes, owners and confirmations decide what the model can do after it has read the text.
//!
//! # Pictures, recordings, files and links
//!
//! The scan cannot read a picture, so a tool that returns one declares it. The guard checks that the bytes begin like a file of that format.
//!
//! | answer | the tool declares |
//! |---|---|
//! | [`Image`](crate::Image) | `releases(image)` |
//! | [`Audio`](crate::Audio) | `releases(audio)` |
//! | [`Blob`](crate::Blob), [`Embedded::bytes`](crate::Embedded::bytes) that are not UTF-8 text | `releases(blob)` |
//! | [`Link`](crate::Link) | nothing. It leads to a resource of this server; a link that leads elsewhere stops the answer, and a link to a resource that this caller cannot read is left out |
//!
//! # Size
//!
//! `max_output = 64KiB` limits one answer, 256 KiB by default and 64 MiB at most. A larger answer is refused as `output_too_large`; it is never
//! shortened, because half an answer can say the opposite of the whole. A tool that writes has already written by then, and its outcome says
//! so.
//!
//! # Answers in the audit log
//!
//! By default the log holds a digest of the answers of tools that write, and nothing of the answers of tools that read. `audit_output` changes that: see
//! [audit](super::audit#answers-in-the-log).
