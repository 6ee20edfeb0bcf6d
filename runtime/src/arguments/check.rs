//! What the compiler checks where a struct of arguments is taken: both sides are constants by then.

use super::Field;

/// Refuses two arguments of one name, and keys of objects that `owner` does not name.
///
/// `structs` are the structs with their types as written, `own` the names of the tool's other arguments, and `owned` says whether the
/// tool works on objects with owners.
///
/// # Panics
///
/// While compiling, with what is wrong and what to do.
pub const fn check_fields(structs: &[(&str, &[Field])], own: &[&str], owned: bool) {
    let mut rest = structs;
    while let [(of, fields), tail @ ..] = rest {
        check(of, fields, own, owned);
        duplicates(of, fields, tail);
        within(of, fields);
        rest = tail;
    }
}

/// The name on the wire of a field that a question shows.
///
/// # Panics
///
/// While compiling, if there is no such field, or if it is secret.
#[must_use]
pub const fn shown_field(structs: &[&'static [Field]], ident: &str) -> &'static str {
    let mut rest = structs;
    while let [fields, tail @ ..] = rest {
        if let Some((name, secret)) = find(fields, ident) {
            if secret {
                refuse(&[
                    "the question would show `",
                    ident,
                    "`, which is a secret [ST16]\nhelp: take `{",
                    ident,
                    "}` out of the question",
                ]);
            }
            return name;
        }
        rest = tail;
    }
    refuse(&[
        "the question names `",
        ident,
        "`, which is neither a parameter nor a field [ST16]\nhelp: write a literal brace as `{{`",
    ])
}

const fn check(of: &str, fields: &[Field], own: &[&str], owned: bool) {
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        match field {
            Field::All(fields) => check(of, fields, own, owned),
            Field::One { ident, name, object, .. } => {
                if contains(own, name) {
                    twice(name, of);
                }
                if *object && owned {
                    refuse(&[
                        "`",
                        ident,
                        "` of `",
                        of,
                        "` names an object that `owner` does not [ST27]\nhelp: take it out of the struct, as a parameter that `owner` names; or say why it needs no owner: `#[arg(not_object(\"…\"))]`",
                    ]);
                }
            }
        }
        rest = tail;
    }
}

/// Names that a struct shares with the ones after it.
const fn duplicates(of: &str, fields: &[Field], others: &[(&str, &[Field])]) {
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        match field {
            Field::All(fields) => duplicates(of, fields, others),
            Field::One { name, .. } => {
                let mut others = others;
                while let [(_, fields), tail @ ..] = others {
                    if count(fields, name) > 0 {
                        twice(name, of);
                    }
                    others = tail;
                }
            }
        }
        rest = tail;
    }
}

/// Names that a struct has twice: the derive sees its own fields, and not those of the structs inside.
const fn within(of: &str, fields: &[Field]) {
    const fn walk(of: &str, all: &[Field], fields: &[Field]) {
        let mut rest = fields;
        while let [field, tail @ ..] = rest {
            match field {
                Field::All(fields) => walk(of, all, fields),
                Field::One { name, .. } => {
                    if count(all, name) > 1 {
                        twice(name, of);
                    }
                }
            }
            rest = tail;
        }
    }
    walk(of, fields, fields);
}

const fn twice(name: &str, of: &str) -> ! {
    refuse(&[
        "two arguments are called `",
        name,
        "`, one of them in `",
        of,
        "` [ST18]\nhelp: rename one: `#[arg(name = \"…\")]`",
    ])
}

const fn find(fields: &[Field], wanted: &str) -> Option<(&'static str, bool)> {
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        match field {
            Field::All(fields) => {
                if let Some(found) = find(fields, wanted) {
                    return Some(found);
                }
            }
            Field::One { ident, name, secret, .. } => {
                if equal(ident, wanted) {
                    return Some((name, *secret));
                }
            }
        }
        rest = tail;
    }
    None
}

const fn count(fields: &[Field], wanted: &str) -> usize {
    let mut found = 0;
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        found += match field {
            Field::All(fields) => count(fields, wanted),
            Field::One { name, .. } => equal(name, wanted) as usize,
        };
        rest = tail;
    }
    found
}

const fn contains(names: &[&str], wanted: &str) -> bool {
    let mut rest = names;
    while let [name, tail @ ..] = rest {
        if equal(name, wanted) {
            return true;
        }
        rest = tail;
    }
    false
}

const fn equal(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    while let ([a, left_tail @ ..], [b, right_tail @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (left_tail, right_tail);
    }
    true
}

/// Fails the compilation with a text that is put together here, as a constant cannot format one.
#[expect(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "it runs in the compiler, and this is how a constant refuses"
)]
const fn refuse(parts: &[&str]) -> ! {
    const LONGEST: usize = 1024;
    let mut text = [0; LONGEST];
    let mut length = 0;
    let mut parts = parts;
    while let [part, tail @ ..] = parts {
        let mut bytes = part.as_bytes();
        if length + bytes.len() > LONGEST {
            break;
        }
        while let [byte, rest @ ..] = bytes {
            text[length] = *byte;
            length += 1;
            bytes = rest;
        }
        parts = tail;
    }
    let (text, _) = text.split_at(length);
    match core::str::from_utf8(text) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("the fields of a struct cannot be arguments of this tool"),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    const fn field(name: &'static str) -> Field {
        Field::One { ident: name, name, object: false, secret: false }
    }

    fn refusal(check: impl FnOnce() + std::panic::UnwindSafe) -> String {
        match catch_unwind(check) {
            Ok(()) => String::new(),
            Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn names_are_used_once() {
        const PAGE: &[Field] = &[field("limit")];
        const SEARCH: &[Field] = &[field("text"), Field::All(PAGE)];
        assert_eq!(refusal(|| check_fields(&[("Search", SEARCH)], &["note"], true)), "");
        for text in [
            refusal(|| check_fields(&[("Search", SEARCH)], &["limit"], true)),
            refusal(|| check_fields(&[("Search", SEARCH), ("Page", PAGE)], &[], true)),
            refusal(|| check_fields(&[("Search", &[Field::All(SEARCH), field("limit")])], &[], true)),
        ] {
            assert!(
                text.starts_with("two arguments are called `limit`, one of them in `Search` [ST18]\nhelp: "),
                "{text}"
            );
        }
    }

    #[test]
    fn keys_of_objects_have_an_owner_where_the_tool_has_one() {
        const MOVE: &[Field] = &[Field::One { ident: "folder_id", name: "folderId", object: true, secret: false }];
        assert_eq!(refusal(|| check_fields(&[("Move", MOVE)], &[], false)), "");
        assert!(refusal(|| check_fields(&[("Move", MOVE)], &[], true)).contains("`folder_id` of `Move`"));
    }

    #[test]
    fn a_question_shows_fields_that_are_no_secrets() {
        const LOGIN: &[Field] = &[
            Field::One { ident: "name", name: "userName", object: false, secret: false },
            Field::One { ident: "pin", name: "pin", object: false, secret: true },
        ];
        assert_eq!(shown_field(&[LOGIN], "name"), "userName");
        assert!(refusal(|| drop(shown_field(&[LOGIN], "pin").len())).contains("[ST16]"));
        assert!(refusal(|| drop(shown_field(&[LOGIN], "userName").len())).contains("neither a parameter nor a field"));
    }
}
