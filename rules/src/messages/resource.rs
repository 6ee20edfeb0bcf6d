//! ST40 to ST45: what only resources and prompts can get wrong.

use super::messages;

messages! {
    ST40 {
        no_uri(key):
            "`{key}` takes a string",
            "write `{key} = \"invoices://{{invoice}}\"`; it has to be a literal, because its variables are read at compile time";
        no_template(why):
            "`uri` is not a valid template: {why}",
            "write a fixed URI, `uri = \"prices://list\"`, or one with plain variables, `uri = \"invoices://{{year}}/{{number}}\"`";
    }

    ST41 {
        variable_of_no_parameter(name):
            "`{{{name}}}` in `uri` is not a parameter",
            "add the parameter: `/// Which one.` above `{name}: String`, or with a key type if `owner` names it; or remove it from `uri`";
        variable_of_other_name(name, parameter):
            "`{{{name}}}` in `uri` is not a parameter, and `{parameter}` is not a variable of `uri`",
            "use the same name for both: `{{{parameter}}}` in `uri`, or `#[arg(name = \"{name}\")]` above `{parameter}`";
        parameter_of_no_variable(name, uri):
            "`{name}` is not a variable of `uri`, but a resource has no other arguments",
            "add it to the URI: `uri = \"{uri}\"`; or remove it";
    }

    ST42 {
        optional_variable(parameter, ty, inner):
            "`{parameter}: {ty}` may be absent, but a variable of a URI always has a value",
            "write `{parameter}: {inner}`; if the value may be left out, write a second resource with another URI";
        many_in_text(parameter, ty, noun):
            "`{parameter}: {ty}` holds several values, but an argument of a {noun} is a single string, number or `bool`",
            "write the type of one value, such as `{parameter}: String`, or make the {noun} a tool";
        secret_variable(parameter, ty):
            "`{parameter}: {ty}` is secret, but clients show and log URIs",
            "take it as an argument of a tool: `#[secure_tool(…)]`";
    }

    ST43 {
        reader_with_permit(parameter, asked, item, noun):
            "`{parameter}` is a `Permit<{asked}>`, but `{item}` is a {noun}, which only reads",
            "take a `&Permit<Read>`; or, if it does change something, make it a tool: `#[secure_tool(…)]`";
    }

    ST44 {
        no_function_path(key):
            "`{key}` takes the path of a function",
            "write the name of an `async fn`, with its path: `{key} = Self::my_invoices`";
        called_function(key, function):
            "`{key}` takes the function itself, not its result",
            "remove the parentheses: `{key} = {function}`";
        lists_a_fixed_uri(resource):
            "`list` has no effect on `{resource}`, whose URI has no variables",
            "remove `list`: a fixed URI is always listed";
        offers_without_state(key, item):
            "`{key}` calls a function with the state, but `{item}` has no state",
            "take the state as a parameter, `desk: &Desk`, here and in the function that `{key}` names";
        offers_to_nobody(key, noun):
            "`{key}` offers each caller their own objects, but a public {noun} has no caller",
            "require a scope, `scope = \"invoices:read\"`, or remove `{key}`";
        completes_what_is_listed(parameter):
            "`complete` has no effect on `{parameter}`, whose values `one_of` already lists",
            "remove `complete`: clients are offered the values of `one_of` anyway; or remove `one_of`";
        completes_a_bool(parameter):
            "`complete` has no effect on `{parameter}: bool`, which has two values",
            "remove `complete`";
        completes_a_secret(parameter):
            "`complete` would offer the secret `{parameter}` to clients",
            "remove `complete`";
    }

    ST45 {
        no_media_type(given):
            "`{given}` is not a valid media type",
            "write a type and a subtype: `mime = \"application/json\"` or `mime = \"text/csv; charset=utf-8\"`";
    }
}
