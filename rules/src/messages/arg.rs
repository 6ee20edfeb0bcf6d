//! ST18: `#[arg]`.

use super::messages;

messages! {
    ST18 {
        arg_form():
            "`#[arg]` has no keys",
            "add keys, such as `#[arg(min = 1, max = 50)]`, or remove it";
        arg_on_provided(parameter):
            "`{parameter}` comes from the guard, so `#[arg]` has no effect there",
            "remove `#[arg]`";
        arg_on_struct():
            "`#[arg]` on a struct accepts only the key `crate`",
            "write `#[arg(crate = ::renamed)]`, or move the key to a field";
        no_arg_text(key):
            "`{key}` takes a string",
            "write `{key} = \"…\"`";
        no_number(key):
            "`{key}` takes a number",
            "write a number, `{key} = 1`, or a constant of the argument's type: `{key} = LIMIT`";
        no_length(key, given):
            "`{given}` is not a valid `{key}`",
            "write a whole number, `{key} = 10`, or a constant of the type `usize`";
        no_list():
            "`one_of` takes a list of strings or numbers",
            "write `one_of = [\"draft\", \"sent\"]`, or a constant that holds such a list";
        no_value(key):
            "`{key}` takes a literal or an expression",
            "write `{key} = 20`";
        no_audit(given):
            "`{given}` is not a valid value of `audit`",
            "write `audit = full`, `audit = shape` or `audit = none`";
        argument_twice(name):
            "two arguments are named `{name}`",
            "give each argument its own `#[arg(name = \"…\")]`";
        bad_pattern(why):
            "`pattern` does not compile: {why}",
            "write a regular expression such as `pattern = \"^inv_[0-9]{{4}}$\"`";
        foreign_pattern(part, instead):
            "`pattern` contains `{part}`, which clients in JavaScript or Python cannot compile",
            "write a form that both accept: {instead}";
        unknown_format_near(format, nearest, known):
            "unknown format `{format}`",
            "did you mean `{nearest}`? the known formats are {known}";
        unknown_format_among(format, known):
            "unknown format `{format}`",
            "the known formats are {known}";
        bounds_cross(low, high):
            "`{low}` is greater than `{high}`, so no value fits",
            "swap `{low}` and `{high}`, or correct one of them";
        bound_on_text(key, parameter, ty):
            "`{key}` does not apply to `{parameter}: {ty}`",
            "bound the length instead: `min_len = 1, max_len = 64`";
        bound_on_list(key, parameter, ty):
            "`{key}` does not apply to `{parameter}: {ty}`",
            "bound the length instead: `min_items = 1, max_items = 10`";
        bound_on_number(key, parameter, ty):
            "`{key}` does not apply to `{parameter}: {ty}`",
            "bound the number instead: `min = 1, max = 50`";
        bound_in_fractions(key, parameter, ty):
            "`{key}` is a fraction, but `{parameter}: {ty}` is a whole number",
            "write a whole number: `{key} = 1`";
        bound_on_nothing(key, parameter, ty):
            "`{key}` does not apply to `{parameter}: {ty}`",
            "remove `{key}`";
        bound_range(key, ty, min, max):
            "`{key}` is out of range for `{ty}`",
            "write a value between {min} and {max}, or choose a wider type";
        one_of_empty():
            "`one_of` is empty, so no value fits",
            "list the values: `one_of = [\"draft\", \"sent\"]`";
        one_of_mixed():
            "`one_of` mixes strings and numbers",
            "list values of one kind: `one_of = [\"draft\", \"sent\"]`";
        one_of_twice(value):
            "`one_of` lists `{value}` twice",
            "list each value once";
        value_kind_but(key, kind, ty, fitting):
            "`{key}` is {kind}, but the type is `{ty}`",
            "write a value that `{ty}` can hold: `{key} = {fitting}`";
        value_kind_at_all(key, kind, ty):
            "`{key}` is {kind}, but the type is `{ty}`",
            "give `{key}` a value that `{ty}` can hold";
        item_kind(key, kind, ty, fitting):
            "`{key}` lists {kind}, but the type is `{ty}`",
            "write items that fit: `{key} = {fitting}`";
        choice_kind_but(kind, ty, fitting):
            "`one_of` lists {kind}, but the type is `{ty}`",
            "list values that `{ty}` can hold: `one_of = {fitting}`";
        choice_kind_at_all(kind, ty):
            "`one_of` lists {kind}, but the type is `{ty}`",
            "remove `one_of`";
        value_outside(key, bound):
            "`{key}` does not satisfy `{bound}`",
            "choose a value that `{bound}` allows";
        default_on_option(parameter):
            "`{parameter}` is optional and cannot have a `default`",
            "remove `Option`, or remove `default`: an absent `{parameter}` is `None`";
        default_on_owned(parameter):
            "`{parameter}` is an owned object and cannot have a `default`",
            "remove `default`: every call must name the object";
        secret_in_full():
            "`audit = full` would write a secret into the audit log",
            "remove `audit = full`";
        secret_shown(key):
            "`{key}` would publish a secret in the schema",
            "remove `{key}`";
        arg_without_effect(key, parameter):
            "`{key}` has no effect on `{parameter}`",
            "remove `{key}`: `{parameter}` is accepted without it";
        skips_without_owner(parameter, all):
            "`skip_foreign` has no effect on `{parameter}`, because `owner` does not name it",
            "write `owner = {all}`, so that the guard checks the owner of each object";
        raw_yet_narrowed(parameter, narrowing):
            "`raw` has no effect on `{parameter}`, which `{narrowing}` already restricts",
            "remove `raw`, or remove `{narrowing}`";
    }
}
