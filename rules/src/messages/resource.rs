//! ST40 to ST45: what only resources and prompts can get wrong.

use super::messages;

messages! {
    ST40 {
        no_uri(key):
            "`{key}` takes a string",
            "write `{key} = \"invoices://{{invoice}}\"`; its variables are read while compiling, so it is no constant";
        no_template(why):
            "`uri` is no template that can be read: {why}",
            "write a fixed URI, `uri = \"prices://list\"`, or one with plain variables, `uri = \"invoices://{{year}}/{{number}}\"`";
    }

    ST41 {
        variable_of_no_parameter(name):
            "`{{{name}}}` in `uri` is no parameter",
            "take it as one: `/// Which one.` above `{name}: String`, or with the type of a key that `owner` names; or remove it from `uri`";
        variable_of_other_name(name, parameter):
            "`{{{name}}}` in `uri` is no parameter, and `{parameter}` is no variable of `uri`",
            "call them the same: `{{{parameter}}}` in `uri`, or `#[arg(name = \"{name}\")]` above `{parameter}`";
        parameter_of_no_variable(name, uri):
            "`{name}` is no variable of `uri`, and a resource is told nothing else",
            "put it into the URI: `uri = \"{uri}\"`; or remove it";
    }

    ST42 {
        optional_variable(parameter, ty, inner):
            "`{parameter}: {ty}` may be absent, and a variable of a URI is always there",
            "write `{parameter}: {inner}`; for what may be left out write a second resource with a URI of its own";
        many_in_text(parameter, ty, noun):
            "`{parameter}: {ty}` holds several values, and an argument of a {noun} is one text, number or `bool`",
            "write the type of one value, such as `{parameter}: String`, or make it a tool";
        secret_variable(parameter, ty):
            "`{parameter}: {ty}` is secret, and a URI is shown and logged by every client",
            "take it as an argument of a tool: `#[secure_tool(…)]`";
    }

    ST43 {
        reader_with_permit(parameter, asked, item, noun):
            "`{parameter}` is a `Permit<{asked}>`, and `{item}` is a {noun}, which only reads",
            "ask for a `&Permit<Read>`; or, if it really changes something, make it a tool: `#[secure_tool(…)]`";
    }

    ST44 {
        no_function_path(key):
            "`{key}` takes the path of a function",
            "write the name of an `async fn`, with its path: `{key} = Self::my_invoices`";
        called_function(key, function):
            "`{key}` takes the function itself, for the guard to call",
            "leave the parentheses out: `{key} = {function}`";
        lists_a_fixed_uri(resource):
            "`list` has no effect on `{resource}`, whose URI has no variables",
            "remove `list`: a fixed URI is listed by itself";
        offers_without_state(key, item):
            "`{key}` calls a function with the state, and `{item}` has none",
            "take the state as a parameter, `desk: &Desk`, and in the function of `{key}` as well";
        offers_to_nobody(key, noun):
            "`{key}` offers each caller what is theirs, and a public {noun} has no caller",
            "ask for a scope, `scope = \"invoices:read\"`, or remove `{key}`";
        completes_what_is_listed(parameter):
            "`complete` has no effect on `{parameter}`, whose values `one_of` lists already",
            "remove `complete`: clients are proposed the values of `one_of`; or remove `one_of`";
        completes_a_bool(parameter):
            "`complete` has no effect on `{parameter}: bool`, which has two values",
            "remove `complete`";
        completes_a_secret(parameter):
            "`complete` would propose the secret `{parameter}`",
            "remove `complete`";
    }

    ST45 {
        no_media_type(given):
            "`{given}` is no media type",
            "write a type and a subtype: `mime = \"application/json\"`, `mime = \"text/csv; charset=utf-8\"`";
    }
}
