//! The attributes of the crate `secure_tool`: `#[secure_tool]`, `#[secure_resource]`, `#[secure_prompt]`, and its derives.
//!
//! Depend on `secure-tool`, which re-exports them: what they expand to refers to that crate.

use proc_macro::TokenStream;

use secure_tool_rules::Kind;

/// Turns a function into a guarded tool of a Model Context Protocol server.
///
/// ```text
/// /// Fetch one invoice of the caller.
/// #[secure_tool(scope = "invoices:read", owner = invoice, rate = 60/minute, read_only)]
/// async fn get_invoice(
///     &self,
///     /// The invoice's number, such as `inv_0042`.
///     invoice: Owned<Invoice>,
/// ) -> Result<Json<InvoiceView>, ToolError> {
///     Ok(Json(invoice.view()))
/// }
/// ```
///
/// Afterwards `Billing::get_invoice()` is a function without parameters that returns `Tool<Billing>`, to be registered at a
/// server. The body moves to a hidden function that asks for a token only the guard can make: calling it around the guard
/// does not compile. Visibility, doc comments, `#[deprecated]`, `#[cfg]`s and `#[allow]`s stay; every other attribute goes to the body.
///
/// The attribute stands on methods in any `impl` block of a type (not of a trait, which has no room for the guard) and on free
/// functions, async or not. A function that is not async
/// runs where it may block. A free function runs on the type behind its one borrowed parameter other than `&Caller`,
/// `&Call`, `&Progress` and `&Permit<_>`; without such a parameter it fits any state. A trait object, `repo: &dyn Repo`, fits any state that is `AsRef<dyn Repo>`, such as `Arc<dyn Repo>`.
/// A method takes `&self` or `self: Arc<Self>`, and may have a `where` clause. A tool that is private and never registered is dead code, and rustc says so.
///
/// # Keys
///
/// The order is free, and each key is given at most once. Where a constant is allowed, so is any constant expression: `T::READ`, `Duration::from_secs(5)`, `LIMIT - 1`. Its
/// value is held against the rules while compiling. What may depend on a type parameter (one of one letter, `Self::…`, or `const { Store::READ }`) is held against them
/// when the server is built. Names, reasons, questions and formats are literals: the macro has to read them.
///
#[doc = include_str!("../docs/secure_tool.keys.md")]
///
/// `public`, `unowned` and `never` opt out of a rule. Their reason is a sentence of at least 10 characters; it shows up in the policy.
///
/// # Parameters
///
/// What is **owned comes from the model**: it is in the schema, validated and bounded. It needs a doc comment, which the model
/// reads. What is **borrowed comes from the guard**: `&self` (or the state of a free function), `&Caller`, `&Call`, `&Progress`, and `&Permit<E>` for an
/// `E` of `Read`, `Write` or `Destroy` that the tool's effect allows.
///
/// `owner` names parameters, and their types say what that means:
///
/// | parameter | meaning |
/// |---|---|
/// | `caller: &Caller` | the body binds its own queries to the caller, and must use it; a `read_only` tool returns `Mine<_>`, or gives a reason: `owner = caller("why")` |
/// | `invoice: Owned<Invoice>`, also in `Option<_>` or `Vec<_>` | the model gives the key; the guard loads the object and compares its owner with the caller before the body runs |
/// | `invoice: InvoiceKey`, also in `Option<_>` or `Vec<_>` | a key whose owner the state can tell without loading the object |
///
/// # `#[arg(…)]`
///
/// Narrows a parameter that comes from the model. Several on one parameter are read as one.
///
#[doc = include_str!("../docs/secure_tool.arg.keys.md")]
///
/// # What does not compile
///
/// A tool without a scope, an owner or a description; a policy that contradicts itself; an argument that lets the model choose
/// an identity, a command or a credential. Each refusal has a code such as `ST01`: see the error index in the crate `secure_tool`.
#[proc_macro_attribute]
pub fn secure_tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    secure_tool_rules::run(Kind::Tool, attribute.into(), &item.into()).into()
}

/// Turns a function into a guarded resource of a Model Context Protocol server: what clients read by its URI.
///
/// ```text
/// /// One invoice of the caller.
/// #[secure_resource(uri = "invoices://{invoice}", scope = "invoices:read", owner = invoice, list = Self::my_invoices)]
/// async fn invoice(
///     &self,
///     /// The invoice's number, such as `inv_0042`.
///     #[arg(complete = Self::my_invoice_ids)]
///     invoice: Owned<Invoice>,
/// ) -> Result<Json<InvoiceView>, ToolError> {
///     Ok(Json(invoice.view()))
/// }
/// ```
///
/// Afterwards `Billing::invoice()` returns `GuardedResource<Billing>`, to be registered at a server with `.resource(Billing::invoice())`. Where the attribute may
/// stand, what stays, what a parameter means and how `owner` binds the resource to its caller is as for [`macro@secure_tool`]. A resource only reads:
/// it is lent no `Permit<Write>`, and with `owner = caller` it returns `Mine<_>`.
///
/// It answers with `Json<_>`, `String` or `Blob`.
///
/// # The URI
///
/// `uri` is a literal. Its variables are the arguments, by their names on the wire: each variable is a parameter, and each parameter that the guard does not lend is a
/// variable. It is a template of [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570), level 1: `{name}` and nothing else in braces, a reserved character such as `/` between two
/// variables, a scheme in lower case. A URI without variables is that of one resource.
///
/// A variable is one text, number or `bool`, which is always there, and not secret: clients show and log URIs. `Owned<_>` and a type for keys are as for tools.
///
/// # Keys
///
/// The order is free, and each key is given at most once. Constants stand where they do for tools.
///
#[doc = include_str!("../docs/secure_resource.keys.md")]
///
/// # `#[arg(…)]`
///
#[doc = include_str!("../docs/secure_resource.arg.keys.md")]
///
/// The functions of `list` and `complete` are `async`, and take what the resource runs on first.
#[proc_macro_attribute]
pub fn secure_resource(attribute: TokenStream, item: TokenStream) -> TokenStream {
    secure_tool_rules::run(Kind::Resource, attribute.into(), &item.into()).into()
}

/// Turns a function into a guarded prompt of a Model Context Protocol server: messages that a person starts a conversation with.
///
/// ```text
/// /// Write a letter about an invoice that is not paid.
/// #[secure_prompt(scope = "invoices:read", owner = invoice)]
/// async fn dunning_letter(
///     &self,
///     /// The invoice's number, such as `inv_0042`.
///     #[arg(complete = Self::my_invoice_ids)]
///     invoice: Owned<Invoice>,
///     /// How the letter sounds.
///     #[arg(one_of = ["friendly", "firm"], default = "friendly")]
///     tone: String,
/// ) -> Result<Prompt, ToolError> {
///     Ok(Prompt::new().user(format!("Write a {tone} letter about invoice {}.", invoice.number())))
/// }
/// ```
///
/// Afterwards `Billing::dunning_letter()` returns `GuardedPrompt<Billing>`, to be registered at a server with `.prompt(Billing::dunning_letter())`. Where the attribute
/// may stand, what stays, what a parameter means and how `owner` binds the prompt to its caller is as for [`macro@secure_tool`]. A prompt only reads: it is lent no
/// `Permit<Write>`, and with `owner = caller` it returns `ProvenPrompt`.
///
/// An argument is one text, number or `bool`, as clients send texts; `Option<_>` and `default` make one that may be left out.
///
/// # Keys
///
/// The order is free, and each key is given at most once. Constants stand where they do for tools.
///
#[doc = include_str!("../docs/secure_prompt.keys.md")]
///
/// # `#[arg(…)]`
///
#[doc = include_str!("../docs/secure_prompt.arg.keys.md")]
///
/// The function of `complete` is `async`, and takes what the prompt runs on first.
#[proc_macro_attribute]
pub fn secure_prompt(attribute: TokenStream, item: TokenStream) -> TokenStream {
    secure_tool_rules::run(Kind::Prompt, attribute.into(), &item.into()).into()
}

/// Makes the fields of a struct arguments of the tools that take it with `#[arg(flatten)]`; see the trait of the same name.
///
/// Each field has a doc comment, which the model reads, and may have `#[arg(…)]` with the keys that a parameter has. On the struct itself
/// `#[arg(crate = ::renamed)]` names the crate `secure_tool`, if it goes by another name.
#[proc_macro_derive(Arguments, attributes(arg, serde, schemars))]
pub fn arguments(item: TokenStream) -> TokenStream {
    secure_tool_rules::derive_arguments(&item.into()).into()
}

/// Says whose a view is, so that [`Mine`] can check it; see the trait of the same name.
///
/// `#[owner(tenant)]`, `#[owner(subject)]` and `#[owner]` stand on the fields that name an owner, `#[owners]` on fields with owners in them. On the struct
/// itself `#[owner(crate = ::renamed)]` names the crate `secure_tool`, if it goes by another name.
///
/// [`Mine`]: https://docs.rs/secure-tool/latest/secure_tool/struct.Mine.html
#[proc_macro_derive(HasOwners, attributes(owner, owners))]
pub fn has_owners(item: TokenStream) -> TokenStream {
    secure_tool_rules::derive_has_owners(&item.into()).into()
}

/// Says what the model is told of each error of an enum; see the trait of the same name.
///
/// `#[failure(…)]` stands on the variants. On the enum itself `#[failure(crate = ::renamed)]` names the crate `secure_tool`, if it goes by another name.
#[proc_macro_derive(ToolFailure, attributes(failure))]
pub fn tool_failure(item: TokenStream) -> TokenStream {
    secure_tool_rules::derive_tool_failure(&item.into()).into()
}
