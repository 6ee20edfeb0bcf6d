//! Checks at compile time where a struct of arguments is used; both sides are constants.

use super::Field;

/// Why structs do not fit the rest of a tool: a text that is concatenated at compile time, because constants cannot be formatted.
#[derive(Clone, Copy, Debug)]
pub struct Misfit {
    text: [u8; Self::LONGEST],
    length: usize,
}

impl Misfit {
    const LONGEST: usize = 1024;

    const fn new(parts: &[&str]) -> Self {
        let mut text = [0; Self::LONGEST];
        let mut length = 0;
        let mut parts = parts;
        while let [part, tail @ ..] = parts {
            let mut bytes = part.as_bytes();
            while let [byte, rest @ ..] = bytes {
                let Some((_, free)) = text.split_at_mut_checked(length) else { break };
                let Some(slot) = free.first_mut() else { break };
                *slot = *byte;
                length += 1;
                bytes = rest;
            }
            parts = tail;
        }
        Self { text, length }
    }

    /// The sentence and its help.
    #[must_use]
    pub const fn text(&self) -> &str {
        let (text, _) = self.text.split_at(self.length);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            // The text was cut within a character.
            Err(_) => "the fields of a struct cannot be arguments of this tool [ST26]",
        }
    }
}

/// Checks for arguments with the same name, and for keys of objects that `owner` does not name.
///
/// `structs` are the structs with their types as written, `own` the names of the tool's other arguments, and `owned` says whether the
/// tool works on objects with owners.
#[must_use]
pub const fn check_fields(structs: &[(&str, &[Field])], own: &[&str], owned: bool) -> Option<Misfit> {
    let mut rest = structs;
    while let [(of, fields), tail @ ..] = rest {
        let found = match check(of, fields, own, owned) {
            None => match duplicates(of, fields, tail) {
                None => within(of, fields, fields),
                found => found,
            },
            found => found,
        };
        if found.is_some() {
            return found;
        }
        rest = tail;
    }
    None
}

/// The name on the wire of a field that a question shows.
///
/// # Errors
///
/// If there is no such field, or if it is secret.
#[expect(clippy::result_large_err, reason = "it exists in the compiler only, where nothing can be boxed")]
pub const fn shown_field(structs: &[&'static [Field]], ident: &str) -> Result<&'static str, Misfit> {
    let mut rest = structs;
    while let [fields, tail @ ..] = rest {
        match find(fields, ident) {
            Some((name, false)) => return Ok(name),
            Some((_, true)) => {
                return Err(Misfit::new(&[
                    "the question shows `",
                    ident,
                    "`, which is a secret [ST16]\nhelp: remove `{",
                    ident,
                    "}` from the question",
                ]));
            }
            None => rest = tail,
        }
    }
    Err(Misfit::new(&[
        "the question names `",
        ident,
        "`, which is neither a parameter nor a field [ST16]\nhelp: write the name of a parameter or of a field; or write a literal brace as `{{`",
    ]))
}

const fn check(of: &str, fields: &[Field], own: &[&str], owned: bool) -> Option<Misfit> {
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        let found = match field {
            Field::All(fields) => check(of, fields, own, owned),
            Field::One { name, .. } if contains(own, name) => Some(twice(name, of)),
            Field::One { ident, object: true, .. } if owned => Some(Misfit::new(&[
                "`",
                ident,
                "` of `",
                of,
                "` is the key of an object, but `owner` does not name it [ST27]\nhelp: move it out of the struct: make it a parameter, and name it in `owner`; or opt out with `#[arg(not_object(\"why it has no owner\"))]`",
            ])),
            Field::One { .. } => None,
        };
        if found.is_some() {
            return found;
        }
        rest = tail;
    }
    None
}

/// Names that a struct shares with the ones after it.
const fn duplicates(of: &str, fields: &[Field], others: &[(&str, &[Field])]) -> Option<Misfit> {
    let mut rest = others;
    while let [(_, other), tail @ ..] = rest {
        if let Some(name) = shared(fields, other, 0) {
            return Some(twice(name, of));
        }
        rest = tail;
    }
    None
}

/// Names that occur twice within a struct: the derive sees its own fields, but not those of nested structs.
const fn within(of: &str, all: &[Field], fields: &[Field]) -> Option<Misfit> {
    match shared(fields, all, 1) {
        Some(name) => Some(twice(name, of)),
        None => None,
    }
}

/// The first name of some fields that occurs more often than `times` among others.
const fn shared(fields: &[Field], others: &[Field], times: usize) -> Option<&'static str> {
    let mut rest = fields;
    while let [field, tail @ ..] = rest {
        let found = match field {
            Field::All(fields) => shared(fields, others, times),
            Field::One { name, .. } if count(others, name) > times => Some(*name),
            Field::One { .. } => None,
        };
        if found.is_some() {
            return found;
        }
        rest = tail;
    }
    None
}

const fn twice(name: &str, of: &str) -> Misfit {
    Misfit::new(&[
        "two arguments are named `",
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

#[cfg(test)]
mod tests {
    use super::*;

    const fn field(name: &'static str) -> Field {
        Field::One { ident: name, name, object: false, secret: false }
    }

    fn refusal(structs: &[(&str, &[Field])], own: &[&str], owned: bool) -> String {
        check_fields(structs, own, owned).map_or_else(String::new, |misfit| misfit.text().to_owned())
    }

    #[test]
    fn names_are_used_once() {
        const PAGE: &[Field] = &[field("limit")];
        const SEARCH: &[Field] = &[field("text"), Field::All(PAGE)];
        assert_eq!(refusal(&[("Search", SEARCH)], &["note"], true), "");
        for text in [
            refusal(&[("Search", SEARCH)], &["limit"], true),
            refusal(&[("Search", SEARCH), ("Page", PAGE)], &[], true),
            refusal(&[("Search", &[Field::All(SEARCH), field("limit")])], &[], true),
        ] {
            assert!(
                text.starts_with("two arguments are named `limit`, one of them in `Search` [ST18]\nhelp: "),
                "{text}"
            );
        }
    }

    #[test]
    fn keys_of_objects_have_an_owner_where_the_tool_has_one() {
        const MOVE: &[Field] = &[Field::One { ident: "folder_id", name: "folderId", object: true, secret: false }];
        assert_eq!(refusal(&[("Move", MOVE)], &[], false), "");
        assert!(refusal(&[("Move", MOVE)], &[], true).contains("`folder_id` of `Move`"));
    }

    #[test]
    fn a_question_shows_fields_that_are_no_secrets() {
        const LOGIN: &[Field] = &[
            Field::One { ident: "name", name: "userName", object: false, secret: false },
            Field::One { ident: "pin", name: "pin", object: false, secret: true },
        ];
        let shown = |field| shown_field(&[LOGIN], field).map_err(|misfit| misfit.text().to_owned());
        assert_eq!(shown("name"), Ok("userName"));
        assert!(shown("pin").unwrap_err().contains("which is a secret [ST16]"));
        assert!(shown("userName").unwrap_err().contains("neither a parameter nor a field [ST16]"));
    }
}
