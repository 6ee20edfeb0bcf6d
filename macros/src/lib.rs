//! The attributes of the crate `secure_tool`: `#[secure_tool]`, `#[secure_resource]`, `#[secure_prompt]`, and its derives.
//!
//! Depend on `secure-tool`, which re-exports them: the generated code refers to that crate.

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
/// Afterwards, `Billing::get_invoice()` is a function without parameters that returns a `Tool<Billing>`, which you register on a
/// server. The body moves to a hidden function that takes a token which only the guard can make: calling it without the guard
/// does not compile. Visibility, doc comments, `#[deprecated]`, `#[cfg]`s and `#[allow]`s stay; every other attribute moves to the body.
///
/// The attribute works on methods in any `impl` block of a type (but not of a trait, because the guard cannot be added to it) and on free
/// functions, async or not. A function that is not async
/// runs on a thread that may block. The state of a free function is its one borrowed parameter other than `&Caller`,
/// `&Call`, `&Progress` and `&Permit<_>`; without such a parameter, it works with any state. A trait object, `repo: &dyn Repo`, works with any state that implements `AsRef<dyn Repo>`, such as `Arc<dyn Repo>`.
/// A method takes `&self` or `self: Arc<Self>`, and may have a `where` clause. rustc warns about a private tool that is never registered, because it is dead code.
///
/// # Keys
///
/// Keys can be in any order, and each key is given at most once. Where a constant is allowed, so is any constant expression: `T::READ`, `Duration::from_secs(5)`, `LIMIT - 1`. Its
/// value is checked at compile time. A value that may depend on a type parameter (`T::…` with a type name of one letter, `Self::…`, or `const { Store::READ }`) is checked
/// when the server is built. Names, reasons, questions and formats are literals, because the macro has to read them.
///
#[doc = include_str!("../docs/secure_tool.keys.md")]
///
/// `public`, `unowned` and `never` opt out of a rule. Their reason has at least 10 characters, and is shown in the policy.
///
/// # Parameters
///
/// **Owned parameters come from the model**: they are in the schema, validated and bounded. Each needs a doc comment, which the model
/// reads. **Borrowed parameters come from the guard**: `&self` (or the state of a free function), `&Caller`, `&Call`, `&Progress`, and `&Permit<E>` for an
/// `E` of `Read`, `Write` or `Destroy` that the tool's effect allows.
///
/// `owner` names parameters, and their types determine what the guard checks:
///
/// | parameter | meaning |
/// |---|---|
/// | `caller: &Caller` | the body limits its own queries to the caller, and must use it; a `read_only` tool returns `Mine<_>`, or gives a reason: `owner = caller("why")` |
/// | `invoice: Owned<Invoice>`, also in `Option<_>` or `Vec<_>` | the model gives the key; the guard loads the object and compares its owner with the caller before the body runs |
/// | `invoice: InvoiceKey`, also in `Option<_>` or `Vec<_>` | a key whose owner the state can determine without loading the object |
///
/// # `#[arg(…)]`
///
/// Restricts a parameter that comes from the model. Several `#[arg(…)]` on one parameter are read as one.
///
#[doc = include_str!("../docs/secure_tool.arg.keys.md")]
///
/// # What does not compile
///
/// A tool without a scope, an owner or a description; a policy that contradicts itself; an argument that lets the model choose
/// an identity, a command or a credential. Each error has a code such as `ST01`: see the error index in the crate `secure_tool`.
#[proc_macro_attribute]
pub fn secure_tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    secure_tool_rules::run(Kind::Tool, attribute.into(), &item.into()).into()
}

/// Turns a function into a guarded resource of a Model Context Protocol server, which clients read by its URI.
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
/// Afterwards, `Billing::invoice()` returns a `GuardedResource<Billing>`, which you register on a server with `.resource(Billing::invoice())`. Where the attribute is
/// allowed, which attributes stay, what a parameter means and how `owner` binds the resource to its caller are the same as for [`macro@secure_tool`]. A resource only reads:
/// it cannot take a `Permit<Write>`, and with `owner = caller` it returns `Mine<_>`.
///
/// It answers with `Json<_>`, `String` or `Blob`.
///
/// # The URI
///
/// `uri` is a literal. Its variables are the arguments, by their names on the wire: each variable is a parameter, and each parameter that does not come from the guard is a
/// variable. It is a template of [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570), level 1: only `{name}` in braces, a reserved character such as `/` between two
/// variables, and a scheme in lower case. A URI without variables names a single resource.
///
/// A variable is a single string, number or `bool`. It always has a value, and is not secret: clients show and log URIs. `Owned<_>` and key types work as in tools.
///
/// # Keys
///
/// Keys can be in any order, and each key is given at most once. Constants are allowed in the same places as for tools.
///
#[doc = include_str!("../docs/secure_resource.keys.md")]
///
/// # `#[arg(…)]`
///
#[doc = include_str!("../docs/secure_resource.arg.keys.md")]
///
/// The functions that `list` and `complete` name are `async`, and their first parameter is the state of the resource.
#[proc_macro_attribute]
pub fn secure_resource(attribute: TokenStream, item: TokenStream) -> TokenStream {
    secure_tool_rules::run(Kind::Resource, attribute.into(), &item.into()).into()
}

/// Turns a function into a guarded prompt of a Model Context Protocol server: messages with which a person starts a conversation.
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
/// Afterwards, `Billing::dunning_letter()` returns a `GuardedPrompt<Billing>`, which you register on a server with `.prompt(Billing::dunning_letter())`. Where the attribute
/// is allowed, which attributes stay, what a parameter means and how `owner` binds the prompt to its caller are the same as for [`macro@secure_tool`]. A prompt only reads: it cannot take a
/// `Permit<Write>`, and with `owner = caller` it returns `ProvenPrompt`.
///
/// An argument is a single string, number or `bool`, because clients send only strings; `Option<_>` and `default` make an argument optional.
///
/// # Keys
///
/// Keys can be in any order, and each key is given at most once. Constants are allowed in the same places as for tools.
///
#[doc = include_str!("../docs/secure_prompt.keys.md")]
///
/// # `#[arg(…)]`
///
#[doc = include_str!("../docs/secure_prompt.arg.keys.md")]
///
/// The function that `complete` names is `async`, and its first parameter is the state of the prompt.
#[proc_macro_attribute]
pub fn secure_prompt(attribute: TokenStream, item: TokenStream) -> TokenStream {
    secure_tool_rules::run(Kind::Prompt, attribute.into(), &item.into()).into()
}

/// Turns the fields of a struct into arguments of the tools that take it with `#[arg(flatten)]`; see the trait of the same name.
///
/// Each field has a doc comment, which the model reads, and may have `#[arg(…)]` with the same keys as a parameter. On the struct itself,
/// `#[arg(crate = ::renamed)]` is the path of the crate `secure_tool`, if it has another name.
#[proc_macro_derive(Arguments, attributes(arg, serde, schemars))]
pub fn arguments(item: TokenStream) -> TokenStream {
    secure_tool_rules::derive_arguments(&item.into()).into()
}

/// Declares who owns a view, so that [`Mine`] can check it; see the trait of the same name.
///
/// Put `#[owner(tenant)]`, `#[owner(subject)]` or `#[owner]` on the fields that name an owner, and `#[owners]` on fields that contain objects with owners. On the struct
/// itself, `#[owner(crate = ::renamed)]` is the path of the crate `secure_tool`, if it has another name.
///
/// [`Mine`]: https://docs.rs/secure-tool/latest/secure_tool/struct.Mine.html
#[proc_macro_derive(HasOwners, attributes(owner, owners))]
pub fn has_owners(item: TokenStream) -> TokenStream {
    secure_tool_rules::derive_has_owners(&item.into()).into()
}

/// Declares what the model is told about each error of an enum; see the trait of the same name.
///
/// Put `#[failure(…)]` on the variants. On the enum itself, `#[failure(crate = ::renamed)]` is the path of the crate `secure_tool`, if it has another name.
#[proc_macro_derive(ToolFailure, attributes(failure))]
pub fn tool_failure(item: TokenStream) -> TokenStream {
    secure_tool_rules::derive_tool_failure(&item.into()).into()
}
