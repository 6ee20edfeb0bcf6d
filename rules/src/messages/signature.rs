//! ST30 to ST39: signatures that the guard cannot enforce.

use super::messages;

messages! {
    ST30 {
        untyped(parameter, ty):
            "`{parameter}: {ty}` accepts any value",
            "define a type for what the model may send: `#[derive(Deserialize, JsonSchema)] struct Filter {{ … }}` and `{parameter}: Filter`; if this is a type of yours, write its path, such as `filters::Value`";
    }

    ST31 {
        borrowed(parameter, ty, owned):
            "`{parameter}: {ty}` is borrowed, but values from the model must be owned",
            "write `{parameter}: {owned}`";
        borrowed_type(parameter, ty, owned):
            "`{parameter}: {ty}` is borrowed, but values from the model must be owned",
            "write `{parameter}: {owned}`; if the guard provides it, write its type under its own name: `&Caller`, `&Call`, `&Progress` or `&Permit<_>`";
        borrowed_object(parameter, ty, shared):
            "the guard cannot lend `{parameter}: {ty}`, because all calls share one state",
            "write `{parameter}: {shared}`; a state can lend it if it implements `AsRef` for that type, as `Arc` does";
        borrowed_from_guard(parameter, ty, name):
            "`{parameter}: {ty}` is always provided by the guard, as a reference",
            "write `{parameter}: &{name}`";
        guard_by_value(parameter, name):
            "`{parameter}: {name}` is always provided by the guard, as a reference",
            "write `{parameter}: &{name}`; if `{name}` is a type of yours, write its path, such as `phone::{name}`";
        of_the_transport(parameter, ty):
            "`{parameter}: {ty}` is a type of rmcp, which bypasses the guard",
            "take `call: &Call` for the id, the deadline and the cancellation of the call, `progress: &Progress` to report progress, and `caller: &Caller` for the caller; to ask the person at the client, write `confirm = \"…\"`";
        of_the_transport_of_reader(parameter, ty):
            "`{parameter}: {ty}` is a type of rmcp, which bypasses the guard",
            "take `call: &Call` for the id, the deadline and the cancellation of the call, `progress: &Progress` to report progress, and `caller: &Caller` for the caller";
        second_state(parameter, ty, first, owned, noun):
            "`{parameter}: {ty}` is borrowed, but the {noun} already runs on `{first}`",
            "write `{parameter}: {owned}` for an argument, or put both into one state";
    }

    ST32 {
        chosen_identity(name, owner, parameter, ty, taken, key, noun):
            "`{name}` lets the model choose on whose behalf the {noun} acts",
            "take it from the guard: `caller: &Caller` and `owner = caller`; or check it: `owner = {owner}` and `{parameter}: {taken}`, where `struct {key}({ty});` derives `Deserialize` and `JsonSchema`, and the state implements `OwnerOf<{key}>`; or opt out with `#[arg(not_identity(\"why it is not an identity\"))]`";
        chosen_identity_of_type(name, owner, key, noun):
            "`{name}` lets the model choose on whose behalf the {noun} acts",
            "take it from the guard: `caller: &Caller` and `owner = caller`; or check it: `owner = {owner}`, where the state implements `OwnerOf<{key}>`; or opt out with `#[arg(not_identity(\"why it is not an identity\"))]`";
        chosen_identity_in_struct(name, noun):
            "`{name}` lets the model choose on whose behalf the {noun} acts",
            "remove it from the struct, and take it from the guard: a parameter `caller: &Caller` and `owner = caller` (`owner` names parameters, not fields); or opt out with `#[arg(not_identity(\"why it is not an identity\"))]`";
        ambiguous_identity(name, owner, parameter, ty, taken, key, noun):
            "`{name}` lets the model choose on whose behalf the {noun} acts",
            "if it is not an identity, say so: `#[arg(not_identity(\"why it is not an identity\"))]`; otherwise take it from the guard: `caller: &Caller` and `owner = caller`; or check it: `owner = {owner}` and `{parameter}: {taken}`, where `struct {key}({ty});` derives `Deserialize` and `JsonSchema`, and the state implements `OwnerOf<{key}>`";
        ambiguous_identity_of_type(name, owner, key, noun):
            "`{name}` lets the model choose on whose behalf the {noun} acts",
            "if it is not an identity, say so: `#[arg(not_identity(\"why it is not an identity\"))]`; otherwise take it from the guard: `caller: &Caller` and `owner = caller`; or check it: `owner = {owner}`, where the state implements `OwnerOf<{key}>`";
        ambiguous_identity_in_struct(name, noun):
            "`{name}` lets the model choose on whose behalf the {noun} acts",
            "if it is not an identity, say so: `#[arg(not_identity(\"why it is not an identity\"))]`; otherwise remove it from the struct, and take it from the guard: a parameter `caller: &Caller` and `owner = caller` (`owner` names parameters, not fields)";
        identity_by_value(parameter):
            "`{parameter}: Caller` lets the model choose the caller",
            "take it from the guard: `{parameter}: &Caller`; if `Caller` is a type of yours, write its path, such as `phone::Caller`";
    }

    ST33 {
        free_text(name, narrowed):
            "`{name}` accepts free text as a command, a path or an address",
            "restrict the values: `#[arg({narrowed})]`; or opt out with `#[arg(raw(\"why any text is safe\"))]`";
        ambiguous_text(name, narrowed):
            "`{name}` accepts free text as a command, a path or an address",
            "if nothing is run with it, say so: `#[arg(raw(\"why any text is safe\"))]`; otherwise restrict the values: `#[arg({narrowed})]`";
        free_path(name, parameter, ty, narrowed):
            "`{name}` accepts free text as a command, a path or an address",
            "write `{parameter}: {ty}`, which cannot leave the `Root` it is opened in (feature `paths`); or restrict the values: `#[arg({narrowed})]`; or opt out with `#[arg(raw(\"why any text is safe\"))]`";
        ambiguous_path(name, parameter, ty, narrowed):
            "`{name}` accepts free text as a command, a path or an address",
            "if no file is opened with it, say so: `#[arg(raw(\"why any text is safe\"))]`; otherwise write `{parameter}: {ty}`, which cannot leave the `Root` it is opened in (feature `paths`); or restrict the values: `#[arg({narrowed})]`";
        any_path(parameter, ty, proposed):
            "`{parameter}: {ty}` accepts any path",
            "write `{parameter}: {proposed}`, which cannot leave the `Root` it is opened in (feature `paths`); or opt out with `#[arg(raw(\"why any path is safe\"))]`";
        free_url(name, parameter, ty, narrowed):
            "`{name}` accepts free text as a command, a path or an address",
            "write `{parameter}: {ty}` (feature `urls`), which cannot lead to a private network; or restrict the values: `#[arg({narrowed})]`; or opt out with `#[arg(raw(\"why any text is safe\"))]`";
        any_url(parameter, ty, proposed):
            "`{parameter}: {ty}` accepts any address, even one in a private network",
            "write `{parameter}: {proposed}` (feature `urls`), which cannot lead to a private network; or opt out with `#[arg(raw(\"why any address is safe\"))]`; if this is a type of yours, write its path, such as `web::Url`";
        free_pattern(parameter, narrowed):
            "this pattern accepts everything, so `{parameter}` still accepts free text as a command, a path or an address",
            "restrict the values: `#[arg({narrowed})]`; or opt out with `#[arg(raw(\"why any text is safe\"))]`";
    }

    ST34 {
        plain_credential(name, parameter, ty):
            "`{name}` takes a credential in plain text",
            "write `{parameter}: {ty}`; or opt out with `#[arg(not_credential(\"why it is not a credential\"))]`";
        ambiguous_credential(name, parameter, ty):
            "`{name}` takes a credential in plain text",
            "if it is not a credential, say so: `#[arg(not_credential(\"why it is not a credential\"))]`; otherwise write `{parameter}: {ty}`";
    }

    ST35 {
        no_function(attribute):
            "`{attribute}` can only be used on a function",
            "put it above a method or a function: `async fn get_invoice(&self, …)`";
        no_function_but(found, noun):
            "`{found}` does not begin a function, so it cannot be a {noun}",
            "put it above a method or a function: `async fn get_invoice(&self, …)`";
        unreadable_function(attribute, why):
            "`{attribute}` cannot parse this function: {why}",
            "write a plain function: `async fn get_invoice(&self, …) -> Result<…> {{ … }}`";
        /// The rules should have said what is wrong. Without that, nothing is expanded.
        unresolved(item, what, noun):
            "`{item}` breaks no rule, but its {what} cannot be resolved, so it does not become a {noun}: this is a bug in secure-tool",
            "please report it with this attribute and this function";
        no_body(function):
            "`{function}` has no body",
            "add a body, in an `impl` block or in a free function: `fn {function}(…) {{ … }}`";
        receiver(written):
            "the guard cannot lend `{written}`, because all calls share one state",
            "write `&self`, or `self: Arc<Self>`";
        qualifier(function, qualifier, noun):
            "`{function}` is `{qualifier}`, which a {noun} cannot be",
            "remove `{qualifier}`";
        generics(function, noun):
            "`{function}` is generic, but a {noun} has one schema",
            "write concrete types, or make the `impl` block generic instead";
        lifetime_parameters(written):
            "`{written}` names a lifetime, but the guard lends only for one call",
            "remove `{written}` and its uses";
        lifetime(lifetime):
            "`{lifetime}` is longer than one call, but the guard lends only for one call",
            "remove the lifetime";
        impl_trait(written, named, noun):
            "`{written}` leaves the type open, but a {noun} has one schema",
            "name the type, such as `{named}`";
        parameter_pattern(written):
            "`{written}` is a pattern, but an argument needs a name",
            "give it a name, and destructure it in the body: `let … = name;`";
        parameters_of_rmcp(name, ty, noun):
            "`Parameters` is a type of rmcp, but the arguments of a {noun} are its parameters",
            "write `#[arg(flatten)] {name}: {ty}`, and derive `secure_tool::Arguments` on `{ty}`: clients send the same arguments as before";
        serde_default_on_parameter(parameter):
            "serde does not read `{parameter}` as a field of a struct, so its attributes have no effect here",
            "write `#[arg(default)]`, or `#[arg(default = …)]` for a value other than `Default::default()`";
        serde_rename_on_parameter(parameter):
            "serde does not read `{parameter}` as a field of a struct, so its attributes have no effect here",
            "write `#[arg(name = \"…\")]`";
        serde_on_parameter(parameter, attribute):
            "`{attribute}` does not read `{parameter}` as a field of a struct, so its attributes have no effect here",
            "remove it; declare what the model may send with `#[arg(…)]`: `min`, `max`, `min_len`, `max_len`, `pattern`, `one_of`, `format`, `default`, `example`";
        conditional_parameter(attribute, noun):
            "`{attribute}` makes a parameter conditional, but a {noun} has one schema",
            "put the condition on the whole {noun}";
        variadic(noun):
            "`...` takes any number of arguments, but a {noun} has one schema",
            "write `Vec<_>`";
    }

    ST36 {
        answer_of_rmcp(tool, ty):
            "`{tool}` returns `{ty}`, a type of rmcp that the guard cannot check",
            "return `Json<View>` for a type with `Serialize` and `JsonSchema`, `String` for text, or a `Result` of these: `Result<Json<View>, ToolError>`";
        answer_of_rmcp_to_read(resource, ty):
            "`{resource}` returns `{ty}`, a type of rmcp that the guard cannot check",
            "return `Json<View>` for a type with `Serialize` and `JsonSchema`, `String` for text, `Blob` for bytes, or a `Result` of these: `Result<Json<View>, ToolError>`";
        answer_of_rmcp_to_prompt(prompt, ty):
            "`{prompt}` returns `{ty}`, a type of rmcp that the guard cannot check",
            "return `Prompt`, or a `Result` of it: `Result<Prompt, ToolError>`";
        proof_returned(tool):
            "`{tool}` returns an `Owned<_>`, which proves nothing after the call has ended",
            "return the object, `Mine<Note>` with `Mine(note.into_inner())`; or a view that carries its owner, `Mine<Proven<View>>` with `note.view(…)`";
        protocol_error(tool, error):
            "`{tool}` fails with `{error}`, which bypasses the guard's masks and codes",
            "fail with `ToolError`: `ToolError::invalid(\"…\")` for `invalid_params`, `ToolError::internal(cause)` for `internal_error`; or with an enum that derives `ToolFailure`";
        error_of_one_thread(tool, error):
            "`{tool}` fails with `{error}`, which cannot be sent between threads",
            "write `Box<dyn std::error::Error + Send + Sync>`, which is masked; or fail with `ToolError`";
        failure_of_no_enum(name):
            "`{name}` is not an enum, but `ToolFailure` can only be derived on one",
            "derive it on an enum, with a class on each variant; an error without classes needs no derive and is masked";
        generic_failure(name):
            "`{name}` is generic, but the failures of a tool cannot be",
            "write an enum with concrete types";
        class_twice(variant):
            "`{variant}` has two classes",
            "keep one `#[failure(…)]`";
        no_class():
            "this is not a class of failures",
            "write one of `not_found`, `invalid`, `conflict`, `forbidden`, `unavailable(30s)`, `internal`; `invalid`, `conflict` and `forbidden` may have a text: `conflict(\"the invoice is paid\")`";
        class_without_text(class):
            "`{class}` takes no text: the model gets the same text for every object and every cause",
            "write `#[failure({class})]`";
        class_with_text(class):
            "`{class}` takes a text for the model",
            "write `#[failure({class}(\"the invoice is paid\"))]`, or `#[failure({class})]` to use the text of the error";
        no_such_part(part, variant):
            "`{part}` is not a field of `{variant}`",
            "write the name of a field, `{{state}}`, or its position, `{{0}}`; write `{{{{` and `}}}}` for literal braces";
        no_wait():
            "`unavailable` takes the time after which the model may try again",
            "write `#[failure(unavailable(30s))]` (`ms`, `s`, `m`, `h`), or an expression of the type `Duration`";
        failure_on_enum():
            "`failure` belongs on a variant",
            "put `#[failure(conflict)]` on the variant; on the enum, it takes only the path of the crate `secure_tool`: `#[failure(crate = ::renamed)]`";
    }

    ST37 {
        secret_returned(tool):
            "`{tool}` returns a `Secret`, which would reach the model and its logs",
            "return only what may be read, such as `Json<View>` with a type `View` that leaves the secret out";
    }

    ST38 {
        bare_key(parameter, owned, ty, taken, key):
            "`{ty}` can be the key of any kind of object, so the guard cannot tell who owns `{parameter}`",
            "let the guard load and check the object: `{parameter}: {owned}`, with the type of the object for `_`; or write a key type for this kind of object, `#[derive(Deserialize, JsonSchema)] struct {key}({ty});`, implement `OwnerOf<{key}>` for the state, and take `{parameter}: {taken}`";
    }

    ST39 {
        permits_nothing(parameter):
            "`{parameter}: &Permit` does not say what it permits",
            "write `{parameter}: &Permit<Read>`, `&Permit<Write>` or `&Permit<Destroy>`";
        permits_trait(parameter, effect):
            "`{parameter}` is a permit for a trait, but a permit is for an effect",
            "write `{parameter}: &Permit<secure_tool::{effect}>`, because another `{effect}`, such as `std::io::{effect}`, may be in scope";
        permits_nothing_to_read(parameter):
            "`{parameter}: &Permit` does not say what it permits",
            "write `{parameter}: &Permit<Read>`";
        writes_yet_reads(parameter, tool):
            "`{parameter}` is a `Permit<Write>`, but `{tool}` is `read_only`",
            "take a `&Permit<Read>`; or, if the tool does write, remove `read_only`";
        destroys_yet_reads(parameter, tool):
            "`{parameter}` is a `Permit<Destroy>`, but `{tool}` is `read_only`",
            "take a `&Permit<Read>`; or, if the tool does destroy something, replace `read_only` with `destructive` and add `confirm = \"…\"`";
        destroys_yet_writes(parameter, tool):
            "`{parameter}` is a `Permit<Destroy>`, but `{tool}` is not `destructive`",
            "take a `&Permit<Write>`; or, if the tool does destroy something, add `destructive` and `confirm = \"…\"`";
    }
}
