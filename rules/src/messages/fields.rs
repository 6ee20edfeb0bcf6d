//! ST26: structs whose fields cannot be arguments.

use super::messages;

messages! {
    ST26 {
        no_struct(what):
            "`Arguments` is derived on {what}, which has no named fields",
            "derive `Arguments` on a struct with named fields; take an enum as a parameter or as a field";
        generic_struct(name):
            "`{name}` is generic, but the arguments of a tool cannot be",
            "write a struct with concrete types for each tool";
        field_borrowed(field, ty):
            "`{field}: {ty}` is borrowed, but values from the model are owned",
            "write an owned type such as `String`; if the guard provides it, such as `&Caller`, make it a parameter of the tool";
        field_owned(field, ty):
            "`{field}: {ty}` is a proof, which cannot be a field of a struct",
            "move it out of the struct: add a parameter `{field}: {ty}`, and name it in `owner`";
        field_serde(key):
            "`{key}` changes what serde reads, but serde does not read the arguments of a tool",
            "remove it; declare what the model may send with `#[arg(…)]` and the type of the field";
        field_serde_flatten():
            "serde's `flatten` does not turn fields into arguments",
            "write `#[arg(flatten)]`, and derive `Arguments` on the inner struct";
        field_serde_skip(key):
            "`{key}` hides the field from the model, but every field is an argument",
            "move the field out of the struct";
        field_serde_alias():
            "an argument has only one name",
            "remove `alias`; to rename it, write `#[arg(name = \"…\")]`";
        field_schemars(key):
            "`{key}` of schemars is not enforced on an argument",
            "use `#[arg(…)]`, which is published and enforced: `min`, `max`, `min_len`, `max_len`, `pattern`, `format`, `example`";
        field_serde_form():
            "this attribute cannot be parsed",
            "write `rename = \"…\"`, `rename_all = \"camelCase\"`, `default` or `deny_unknown_fields`";
        no_such_case(given):
            "`{given}` is not a case that serde knows",
            "write one of `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case`, `SCREAMING-KEBAB-CASE`";
        two_names(field):
            "`{field}` is renamed twice",
            "keep one: `#[arg(name = \"…\")]` or `#[serde(rename = \"…\")]`";
        flatten_of_no_struct(parameter, ty):
            "`{parameter}: {ty}` has no fields that could be arguments",
            "remove `flatten`, or take a struct that derives `Arguments`; instead of an `Option` of a struct, make its fields optional";
        flatten_and(key, parameter):
            "`{key}` has no effect on `{parameter}`, whose fields are the arguments",
            "put `#[arg({key} …)]` on the field that it applies to";
    }
}
