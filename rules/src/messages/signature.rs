//! ST30 to ST39: signatures that the guard cannot vouch for.

use super::messages;

messages! {
    ST30 {
        untyped(parameter, ty):
            "`{parameter}: {ty}` takes anything",
            "say what it is with a type of your own: `#[derive(Deserialize, JsonSchema)] struct Filter {{ … }}` and `{parameter}: Filter`; a type of your own that is called so is told apart by its path, such as `filters::Value`";
    }

    ST31 {
        borrowed(parameter, ty, owned):
            "`{parameter}: {ty}` is borrowed, but what the model sends must be owned",
            "write `{parameter}: {owned}`";
        borrowed_type(parameter, ty, owned):
            "`{parameter}: {ty}` is borrowed, but what the model sends must be owned",
            "write `{parameter}: {owned}`; what the guard provides goes by its own name: `&Caller`, `&Call`, `&Progress`, `&Permit<_>`";
        borrowed_object(parameter, ty, shared):
            "`{parameter}: {ty}` cannot be lent by the guard, which shares one state among all calls",
            "write `{parameter}: {shared}`, which every state lends that is `AsRef` of it, such as an `Arc`";
        borrowed_from_guard(parameter, ty, name):
            "`{parameter}: {ty}` is provided by the guard, always and by reference",
            "write `{parameter}: &{name}`";
        guard_by_value(parameter, name):
            "`{parameter}: {name}` is provided by the guard, always and by reference",
            "write `{parameter}: &{name}`; a type of your own that is called so is told apart by its path, such as `phone::{name}`";
        of_the_transport(parameter, ty):
            "`{parameter}: {ty}` is rmcp's, and what speaks to the client past the guard is not offered",
            "take `call: &Call` for the id, the deadline and the cancellation of the call, `progress: &Progress` to say how far it is, and `caller: &Caller` for who makes it; `confirm = \"…\"` asks the person at the client";
        of_the_transport_of_reader(parameter, ty):
            "`{parameter}: {ty}` is rmcp's, and what speaks to the client past the guard is not offered",
            "take `call: &Call` for the id, the deadline and the cancellation of the call, `progress: &Progress` to say how far it is, and `caller: &Caller` for who makes it";
        second_state(parameter, ty, first, owned, noun):
            "`{parameter}: {ty}` is borrowed, but `{first}` is already what the {noun} runs on",
            "write `{parameter}: {owned}` for an argument, or put both into one state";
    }

    ST32 {
        chosen_identity(name, owner, parameter, ty, taken, key, noun):
            "`{name}` lets the model choose whose identity the {noun} acts for",
            "take it from the guard: `caller: &Caller` and `owner = caller`; or check it: `owner = {owner}` and `{parameter}: {taken}`, where `struct {key}({ty});` derives `Deserialize` and `JsonSchema`, and the state implements `OwnerOf<{key}>`; or opt out with `#[arg(not_identity(\"why it is no identity\"))]`";
        chosen_identity_of_type(name, owner, key, noun):
            "`{name}` lets the model choose whose identity the {noun} acts for",
            "take it from the guard: `caller: &Caller` and `owner = caller`; or check it: `owner = {owner}`, where the state implements `OwnerOf<{key}>`; or opt out with `#[arg(not_identity(\"why it is no identity\"))]`";
        chosen_identity_in_struct(name, noun):
            "`{name}` lets the model choose whose identity the {noun} acts for",
            "take it out of the struct, and from the guard: a parameter `caller: &Caller` and `owner = caller` (`owner` names parameters, not fields); or opt out with `#[arg(not_identity(\"why it is no identity\"))]`";
        ambiguous_identity(name, owner, parameter, ty, taken, key, noun):
            "`{name}` lets the model choose whose identity the {noun} acts for",
            "if it is no identity, say what it is: `#[arg(not_identity(\"why it is no identity\"))]`; else take it from the guard: `caller: &Caller` and `owner = caller`; or check it: `owner = {owner}` and `{parameter}: {taken}`, where `struct {key}({ty});` derives `Deserialize` and `JsonSchema`, and the state implements `OwnerOf<{key}>`";
        ambiguous_identity_of_type(name, owner, key, noun):
            "`{name}` lets the model choose whose identity the {noun} acts for",
            "if it is no identity, say what it is: `#[arg(not_identity(\"why it is no identity\"))]`; else take it from the guard: `caller: &Caller` and `owner = caller`; or check it: `owner = {owner}`, where the state implements `OwnerOf<{key}>`";
        ambiguous_identity_in_struct(name, noun):
            "`{name}` lets the model choose whose identity the {noun} acts for",
            "if it is no identity, say what it is: `#[arg(not_identity(\"why it is no identity\"))]`; else take it out of the struct, and from the guard: a parameter `caller: &Caller` and `owner = caller` (`owner` names parameters, not fields)";
        identity_by_value(parameter):
            "`{parameter}: Caller` lets the model choose who calls",
            "take it from the guard: `{parameter}: &Caller`; a type of your own that is called so is told apart by its path, such as `phone::Caller`";
    }

    ST33 {
        free_text(name, narrowed):
            "`{name}` takes free text where a command, a path or an address is meant",
            "say what may stand there: `#[arg({narrowed})]`; or opt out with `#[arg(raw(\"why any text is safe\"))]`";
        ambiguous_text(name, narrowed):
            "`{name}` takes free text where a command, a path or an address is meant",
            "if nothing is run with it, say so: `#[arg(raw(\"why any text is safe\"))]`; else say what may stand there: `#[arg({narrowed})]`";
        free_path(name, parameter, ty, narrowed):
            "`{name}` takes free text where a command, a path or an address is meant",
            "write `{parameter}: {ty}`, which cannot leave the `Root` it is opened in (feature `paths`); or say what may stand there: `#[arg({narrowed})]`; or opt out with `#[arg(raw(\"why any text is safe\"))]`";
        ambiguous_path(name, parameter, ty, narrowed):
            "`{name}` takes free text where a command, a path or an address is meant",
            "if no file is opened with it, say so: `#[arg(raw(\"why any text is safe\"))]`; else write `{parameter}: {ty}`, which cannot leave the `Root` it is opened in (feature `paths`); or say what may stand there: `#[arg({narrowed})]`";
        any_path(parameter, ty, proposed):
            "`{parameter}: {ty}` takes any path, wherever it leads",
            "write `{parameter}: {proposed}`, which cannot leave the `Root` it is opened in (feature `paths`); or opt out with `#[arg(raw(\"why any path is safe\"))]`";
        free_url(name, parameter, ty, narrowed):
            "`{name}` takes free text where a command, a path or an address is meant",
            "write `{parameter}: {ty}` (feature `urls`), which leads to no private network; or say what may stand there: `#[arg({narrowed})]`; or opt out with `#[arg(raw(\"why any text is safe\"))]`";
        any_url(parameter, ty, proposed):
            "`{parameter}: {ty}` takes any address, also of a private network",
            "write `{parameter}: {proposed}` (feature `urls`), which leads to no private network; or opt out with `#[arg(raw(\"why any address is safe\"))]`; a type of your own that is called so is told apart by its path, such as `web::Url`";
        free_pattern(parameter, narrowed):
            "this pattern accepts everything, so `{parameter}` still takes free text where a command, a path or an address is meant",
            "say what may stand there: `#[arg({narrowed})]`; or opt out with `#[arg(raw(\"why any text is safe\"))]`";
    }

    ST34 {
        plain_credential(name, parameter, ty):
            "`{name}` takes a credential as plain text",
            "write `{parameter}: {ty}`; or opt out with `#[arg(not_credential(\"why it is no credential\"))]`";
        ambiguous_credential(name, parameter, ty):
            "`{name}` takes a credential as plain text",
            "if it is no credential, say what it is: `#[arg(not_credential(\"why it is no credential\"))]`; else write `{parameter}: {ty}`";
    }

    ST35 {
        no_function(attribute):
            "`{attribute}` stands on something that is no function",
            "put it above a method or a function: `async fn get_invoice(&self, …)`";
        no_function_but(found, noun):
            "`{found}` begins something that is no function, so it is no {noun}",
            "put it above a method or a function: `async fn get_invoice(&self, …)`";
        unreadable_function(attribute, why):
            "`{attribute}` cannot read this function: {why}",
            "write a plain function: `async fn get_invoice(&self, …) -> Result<…> {{ … }}`";
        /// The rules should have said what is wrong. Without that, nothing is expanded.
        unresolved(item, what, noun):
            "`{item}` breaks no rule, yet its {what} cannot be resolved, so it is no {noun}: this is a bug in secure-tool",
            "please report it with this attribute and this function";
        no_body(function):
            "`{function}` has no body",
            "give it one, in an `impl` block or on its own: `fn {function}(…) {{ … }}`";
        receiver(written):
            "`{written}` cannot be lent by the guard, which shares one state among all calls",
            "write `&self`, or `self: Arc<Self>`";
        qualifier(function, qualifier, noun):
            "`{function}` is `{qualifier}`, which a {noun} cannot be",
            "remove `{qualifier}`";
        generics(function, noun):
            "`{function}` is generic, but a {noun} has one schema",
            "write the types out, or make the `impl` block generic instead";
        lifetime_parameters(written):
            "`{written}` names what the guard lends for one call and no longer",
            "leave `{written}` and its uses out";
        lifetime(lifetime):
            "`{lifetime}` is longer than one call, which is all that the guard lends for",
            "leave the lifetime out";
        impl_trait(written, named, noun):
            "`{written}` leaves the type open, but a {noun} has one schema",
            "name the type, such as `{named}`";
        parameter_pattern(written):
            "`{written}` is a pattern, but an argument needs a name",
            "give it a name and take it apart in the body: `let … = name;`";
        parameters_of_rmcp(name, ty, noun):
            "`Parameters` is rmcp's: the arguments of a {noun} are its parameters",
            "write `#[arg(flatten)] {name}: {ty}`, and derive `secure_tool::Arguments` on `{ty}`: clients send the same";
        serde_default_on_parameter(parameter):
            "serde does not read `{parameter}` as the field of a struct, so its attributes have no effect here",
            "write `#[arg(default)]`, or `#[arg(default = …)]` for another value than `Default::default()`";
        serde_rename_on_parameter(parameter):
            "serde does not read `{parameter}` as the field of a struct, so its attributes have no effect here",
            "write `#[arg(name = \"…\")]`";
        serde_on_parameter(parameter, attribute):
            "`{attribute}` does not read `{parameter}` as the field of a struct, so its attributes have no effect here",
            "remove it; `#[arg(…)]` says what the model may send: `min`, `max`, `min_len`, `max_len`, `pattern`, `one_of`, `format`, `default`, `example`";
        conditional_parameter(attribute, noun):
            "`{attribute}` makes a parameter conditional, but a {noun} has one schema",
            "put the condition on the whole {noun}";
        variadic(noun):
            "`...` takes any number of arguments, but a {noun} has one schema",
            "write `Vec<_>`";
    }

    ST36 {
        answer_of_rmcp(tool, ty):
            "`{tool}` returns `{ty}`, which is rmcp's: what the guard has not seen does not leave",
            "return `Json<View>` for a type with `Serialize` and `JsonSchema`, `String` for text, or a `Result` of these: `Result<Json<View>, ToolError>`";
        answer_of_rmcp_to_read(resource, ty):
            "`{resource}` returns `{ty}`, which is rmcp's: what the guard has not seen does not leave",
            "return `Json<View>` for a type with `Serialize` and `JsonSchema`, `String` for text, `Blob` for bytes, or a `Result` of these: `Result<Json<View>, ToolError>`";
        answer_of_rmcp_to_prompt(prompt, ty):
            "`{prompt}` returns `{ty}`, which is rmcp's: what the guard has not seen does not leave",
            "return `Prompt`, or a `Result` of it: `Result<Prompt, ToolError>`";
        proof_returned(tool):
            "`{tool}` returns an `Owned<_>`, which proves nothing after its call",
            "return the object, `Mine<Note>` with `Mine(note.into_inner())`; or a view that carries its owner, `Mine<Proven<View>>` with `note.view(…)`";
        protocol_error(tool, error):
            "`{tool}` fails with `{error}`, which goes past the guard's masks and codes",
            "fail with `ToolError`: `ToolError::invalid(\"…\")` for `invalid_params`, `ToolError::internal(cause)` for `internal_error`; or with an enum that derives `ToolFailure`";
        error_of_one_thread(tool, error):
            "`{tool}` fails with `{error}`, which cannot leave the thread that it is made on",
            "write `Box<dyn std::error::Error + Send + Sync>`, which is masked; or fail with `ToolError`";
        failure_of_no_enum(name):
            "`{name}` is no enum, and `ToolFailure` is derived on one",
            "derive it on an enum, with a class on each variant; an error without classes needs no derive, it is masked";
        generic_failure(name):
            "`{name}` is generic, and the failures of a tool are not",
            "write an enum with types of its own";
        class_twice(variant):
            "`{variant}` has two classes",
            "keep one `#[failure(…)]`";
        no_class():
            "this is no class of failures",
            "write one of `not_found`, `invalid`, `conflict`, `forbidden`, `unavailable(30s)`, `internal`; `invalid`, `conflict` and `forbidden` may have a text: `conflict(\"the invoice is paid\")`";
        class_without_text(class):
            "`{class}` takes no text: the model is told the same of every object and of every cause",
            "write `#[failure({class})]`";
        class_with_text(class):
            "`{class}` takes the text that the model is told",
            "write `#[failure({class}(\"the invoice is paid\"))]`, or `#[failure({class})]` to tell what the error says";
        no_such_part(part, variant):
            "`{part}` is no field of `{variant}`",
            "name a field, `{{state}}`, or the number of one, `{{0}}`; `{{{{` and `}}}}` are braces";
        no_wait():
            "`unavailable` takes the time after which the model may try again",
            "write `#[failure(unavailable(30s))]` (`ms`, `s`, `m`, `h`), or an expression of the type `Duration`";
        failure_on_enum():
            "`failure` stands on a variant",
            "put `#[failure(conflict)]` on the variant; on the enum it takes the path of the crate `secure_tool` alone: `#[failure(crate = ::renamed)]`";
    }

    ST37 {
        secret_returned(tool):
            "`{tool}` returns a `Secret`, which would reach the model and its logs",
            "return what may be read, such as `Json<View>` with a type of your own that leaves the secret out";
    }

    ST38 {
        bare_key(parameter, ty, taken, key):
            "`{ty}` may name anything, so the guard cannot tell whose object `{parameter}` is",
            "write a type for the keys of this kind, `#[derive(Deserialize, JsonSchema)] struct {key}({ty});`, implement `OwnerOf<{key}>` for the state, and take `{parameter}: {taken}`";
    }

    ST39 {
        permits_nothing(parameter):
            "`{parameter}: &Permit` does not say what it permits",
            "write `{parameter}: &Permit<Read>`, `&Permit<Write>` or `&Permit<Destroy>`";
        permits_nothing_to_read(parameter):
            "`{parameter}: &Permit` does not say what it permits",
            "write `{parameter}: &Permit<Read>`";
        writes_yet_reads(parameter, tool):
            "`{parameter}` is a `Permit<Write>`, and `{tool}` is `read_only`",
            "ask for a `&Permit<Read>`; or, if the tool really does it, leave `read_only` out";
        destroys_yet_reads(parameter, tool):
            "`{parameter}` is a `Permit<Destroy>`, and `{tool}` is `read_only`",
            "ask for a `&Permit<Read>`; or, if the tool really does it, say `destructive` and how it is confirmed";
        destroys_yet_writes(parameter, tool):
            "`{parameter}` is a `Permit<Destroy>`, and `{tool}` is not `destructive`",
            "ask for a `&Permit<Write>`; or, if the tool really does it, say `destructive` and how it is confirmed";
    }
}
