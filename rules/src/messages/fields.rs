//! ST26: structs whose fields cannot be arguments.

use super::messages;

messages! {
    ST26 {
        no_struct(what):
            "`Arguments` is derived on {what}, which has no named fields",
            "derive `Arguments` on a struct with named fields; take an enum as a parameter or a field of its own";
        generic_struct(name):
            "`{name}` is generic, and the arguments of a tool are not",
            "write one struct for each tool, with types of its own";
        field_borrowed(field, ty):
            "`{field}: {ty}` is borrowed, and what comes from the model is owned",
            "write an owned type such as `String`; what the guard provides, such as `&Caller`, is a parameter of the tool";
        field_owned(field, ty):
            "`{field}: {ty}` asks for a proof inside a struct",
            "take it out of the struct: a parameter `{field}: {ty}` that `owner` names";
        field_serde(key):
            "`{key}` changes what serde reads, and the arguments of a tool are not read by it",
            "remove it; `#[arg(…)]` and the type of the field say what the model may send";
        field_serde_flatten():
            "`flatten` of serde makes no arguments",
            "write `#[arg(flatten)]`, and derive `Arguments` on the struct inside";
        field_serde_skip(key):
            "`{key}` keeps the field from the model, and every field is an argument",
            "take the field out of the struct";
        field_serde_alias():
            "an argument has one name",
            "remove `alias`; to rename it, write `#[arg(name = \"…\")]`";
        field_schemars(key):
            "`{key}` of schemars is not enforced on an argument",
            "say it with `#[arg(…)]`, which is published and enforced: `min`, `max`, `min_len`, `max_len`, `pattern`, `format`, `example`";
        field_serde_form():
            "this attribute cannot be read",
            "write `rename = \"…\"`, `rename_all = \"camelCase\"`, `default` or `deny_unknown_fields`";
        no_such_case(given):
            "`{given}` is not a case that serde knows",
            "write one of `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case`, `SCREAMING-KEBAB-CASE`";
        two_names(field):
            "`{field}` is renamed twice",
            "keep one: `#[arg(name = \"…\")]` or `#[serde(rename = \"…\")]`";
        flatten_of_no_struct(parameter, ty):
            "`{parameter}: {ty}` has no fields to be arguments",
            "remove `flatten`; it is for a struct that derives `Arguments`, not for an `Option` of one, whose fields may be optional instead";
        flatten_and(key, parameter):
            "`{key}` has no effect on `{parameter}`, whose fields are the arguments",
            "put `#[arg({key} …)]` on the field that it is about";
    }
}
