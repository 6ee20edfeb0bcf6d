//! The `#[secure_tool]` attribute of the crate `secure_tool`.
//!
//! Depend on `secure-tool`, which re-exports the attribute: what the attribute expands to refers to that crate.

use proc_macro::TokenStream;

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
/// runs where it may block. A free function runs on the type behind its one borrowed parameter that is neither `&Caller` nor
/// `&Call` nor `&Permit<_>`; without such a parameter it fits any state.
///
/// # Keys
///
/// The order is free, and each key is given at most once.
///
/// | key | meaning | values and units | default |
/// |---|---|---|---|
/// | `scope` | which OAuth scopes a caller needs | `"invoices:read"`, the path of a constant, `all(a, b)`, `any(a, b)`, `public("reason")` | none: required |
/// | `owner` | which parameters bind the tool to its caller | `invoice`, `(invoice, folder)`, `unowned("reason")` | none: required |
/// | `rate` | how often it may be called | `60/minute`, `"60/minute"`, `rate(60/minute, burst = 10, per = caller)`; per `second`, `minute`, `hour`, `day` (`s`, `min`, `h`, `d`); counted per `caller`, `tenant`, `client` or `tool` | the server's |
/// | `read_only` | it changes nothing | no value | it writes |
/// | `destructive` | it changes things so that they are gone; not beside `read_only` | no value | it writes |
/// | `confirm` | who is asked before it runs, and what; a placeholder shows an argument, or the loaded object if it is `Display` | `"Delete {invoice} for good?"` (the person at the client), `operator("…")` (somebody outside of the conversation), `never("reason")` | nobody; required with `destructive` and for names like deletions |
/// | `timeout` | how long a call may take | `5s`, `"5s"`; `ms`, `s`, `m`, `h`; up to an hour | the server's |
/// | `max_output` | how large an answer may be | `64kb`, `"64kb"`; `kb` (1024 bytes), `mb`; up to `64mb` | the server's |
/// | `concurrency` | how many calls may run at once | `8`; up to 65535 | the server's |
/// | `releases` | what its answers show that would be masked | `releases(card, pii, Salary, "employee_id")`: `card`, `ssn`, `private_key`, `api_key`, `jwt`, `bearer`; the classes of data `pii`, `confidential`, or the type of one of the application's own; the name of one of its own patterns as a string | nothing |
/// | `only_in` | the environments of servers that it exists in; elsewhere it is an unknown tool | `only_in("staging", "dev")`; names have 1 to 32 of `a-z 0-9 - _`, a letter first | all |
/// | `name` | what the model calls it | 1 to 64 of `A-Z a-z 0-9 _ - .` | the function's name |
/// | `title` | what people call it | a string | none |
/// | `version` | which version of the tool this is | a string | none |
/// | `deprecated` | what to use instead | a string | none |
/// | `crate` | where `secure_tool` is | a path | `::secure_tool` |
///
/// `public`, `unowned` and `never` opt out of a rule. Their reason is a sentence of at least 10 characters; it shows up in the policy.
///
/// # Parameters
///
/// What is **owned comes from the model**: it is in the schema, validated and bounded. It needs a doc comment, which the model
/// reads. What is **borrowed comes from the guard**: `&self` (or the state of a free function), `&Caller`, `&Call`, and `&Permit<E>` for an
/// `E` of `Read`, `Write` or `Destroy` that the tool's effect allows.
///
/// `owner` names parameters, and their types say what that means:
///
/// | parameter | meaning |
/// |---|---|
/// | `caller: &Caller` | the body binds its own queries to the caller, and must use it |
/// | `invoice: Owned<Invoice>`, also in `Option<_>` or `Vec<_>` | the model gives the key; the guard loads the object and compares its owner with the caller before the body runs |
/// | `invoice: InvoiceKey` | a key whose owner the state can tell without loading the object |
///
/// # `#[arg(…)]`
///
/// Narrows a parameter that comes from the model. Several on one parameter are read as one.
///
/// | key | meaning |
/// |---|---|
/// | `name = "…"` | its name in the schema; by default the parameter's |
/// | `pattern = "…"` | the regular expression that a string matches |
/// | `min = n`, `max = n` | the smallest and the largest number |
/// | `min_len = n`, `max_len = n` | the shortest and the longest string, in characters |
/// | `min_items = n`, `max_items = n` | the shortest and the longest list |
/// | `one_of = ["a", "b"]` | the strings, or the numbers, that are allowed |
/// | `format = "…"` | `uuid`, `date`, `time`, `date-time`, `duration`, `email`, `idn-email`, `hostname`, `ipv4`, `ipv6`, `uri`, `uri-reference`, `json-pointer`, `regex` |
/// | `default = …`, `default` | its value when the model gives none: a literal, a list of literals, an expression, or `Default::default()` |
/// | `example = …` | an example for the model: a literal, a list of literals, or an expression |
/// | `secret` | it is shown nowhere; `Secret<_>` is so by itself |
/// | `audit = full`, `shape` or `none` | how much of it an audit record shows |
/// | `unbounded("reason")` | it has no default bound on its length |
/// | `raw("reason")` | it takes free text although its name says command, path or address; not beside `pattern` or `one_of` |
/// | `not_identity("reason")` | its name looks like an identity, and it is none |
///
/// # What does not compile
///
/// A tool without a scope, an owner or a description; a policy that contradicts itself; an argument that lets the model choose
/// an identity, a command or a credential. Each refusal has a code such as `ST01`: see the error index in the crate `secure_tool`.
#[proc_macro_attribute]
pub fn secure_tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    secure_tool_rules::run(attribute.into(), &item.into()).into()
}
