//! The words of a question.

use std::fmt::{Display, Write};

use serde_json::Value;

use crate::{guard::entry::Loaded, output::scan::is_invisible, policy::Piece};

/// The most characters of one value.
const LONGEST: usize = 200;
/// The most values of one list.
const MOST: usize = 10;

/// The question of a template: with what an object says of itself, or else with what the model sent.
pub(crate) fn ask<'v>(
    pieces: &[Piece],
    objects: &[(&str, Option<String>)],
    value: impl Fn(&str) -> &'v Value,
) -> String {
    let mut question = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => question.push_str(text),
            Piece::Argument(name) => {
                let object = objects.iter().find(|(of, _)| of == name).and_then(|(_, shown)| shown.as_deref());
                match object {
                    Some(shown) => question.push_str(shown),
                    None => show(&mut question, value(name)),
                }
            }
        }
    }
    question
}

/// A template as it stands in the source, with the arguments' names on the wire.
pub(crate) fn template(pieces: &[Piece]) -> String {
    pieces.iter().fold(String::new(), |mut template, piece| {
        match piece {
            Piece::Text(text) => template.push_str(&text.replace('{', "{{").replace('}', "}}")),
            Piece::Argument(name) => {
                // Writing to a `String` cannot fail.
                let _ = write!(template, "{{{name}}}");
            }
        }
        template
    })
}

/// Text in quotes that it cannot close, so that nothing the model wrote reads like a part of the question.
fn show(question: &mut String, value: &Value) {
    match value {
        Value::Null => question.push_str("(none)"),
        Value::String(text) => {
            question.push('“');
            question.push_str(&plain(text).replace(['“', '”'], "'"));
            question.push('”');
        }
        Value::Array(items) if items.is_empty() => question.push_str("(none)"),
        Value::Array(items) => list(
            question,
            items.len(),
            items.iter().map(|item| {
                let mut shown = String::new();
                show(&mut shown, item);
                shown
            }),
        ),
        Value::Object(_) => question.push_str(&plain(&value.to_string())),
        Value::Bool(_) | Value::Number(_) => question.push_str(&value.to_string()),
    }
}

fn list(question: &mut String, count: usize, items: impl Iterator<Item = String>) {
    let shown: Vec<String> = items.take(MOST).collect();
    question.push_str(&shown.join(", "));
    if count > MOST {
        // Writing to a `String` cannot fail.
        let _ = write!(question, " and {} more", count - MOST);
    }
}

/// One line of what can be seen, and not too much of it.
fn plain(text: &str) -> String {
    let mut letters = text.chars().filter(|letter| !is_invisible(*letter));
    let mut plain: String = letters
        .by_ref()
        .take(LONGEST)
        .map(|letter| if letter.is_control() || letter.is_whitespace() { ' ' } else { letter })
        .collect();
    if letters.next().is_some() {
        plain.push('…');
    }
    plain
}

/// Loaded objects on their way into a question. What is [`Display`] shows itself; for anything else there is [`NotShown`].
pub struct Shown<'o, T>(Vec<&'o T>);

impl<'o, T> Shown<'o, T> {
    /// One object.
    #[must_use]
    pub fn of(object: &'o Loaded<T>) -> Self {
        Self(vec![&object.0])
    }

    /// An object, if there is one.
    #[must_use]
    pub fn of_optional(object: &'o Option<Loaded<T>>) -> Self {
        Self(object.iter().map(|object| &object.0).collect())
    }

    /// All of them.
    #[must_use]
    pub fn of_many(objects: &'o [Loaded<T>]) -> Self {
        Self(objects.iter().map(|object| &object.0).collect())
    }
}

impl<T: Display> Shown<'_, T> {
    /// What they say of themselves.
    #[must_use]
    pub fn __secure_tool_shown(self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut text = String::new();
        list(&mut text, self.0.len(), self.0.iter().map(|object| plain(&object.to_string())));
        Some(text)
    }
}

/// The same for objects that say nothing of themselves: the question shows the key that the model sent.
///
/// A method of the type itself goes before a trait's, which is how the expansion finds out without knowing the type. It is the one method
/// that the expansion calls as such. As both take `self` by value, no trait in scope comes before the first, and a trait beside the second makes the call
/// ambiguous, which does not compile.
pub trait NotShown: Sized {
    /// Nothing.
    fn __secure_tool_shown(self) -> Option<String> {
        None
    }
}

impl<T> NotShown for Shown<'_, T> {}

/// What never says anything: with it the expansion uses the trait whether or not the objects need it, so that no lint takes the import for an
/// unused one.
pub struct Nothing;

impl NotShown for Nothing {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(value: &Value) -> String {
        ask(&[Piece::Text("Send "), Piece::Argument("what"), Piece::Text("?")], &[], |_| value)
    }

    #[test]
    fn values_cannot_pose_as_the_question() {
        for (value, text) in [
            (json!(500), "Send 500?"),
            (json!(null), "Send (none)?"),
            (json!([]), "Send (none)?"),
            (json!("ten"), "Send “ten”?"),
            (json!("it”? It was checked. “Yes"), "Send “it'? It was checked. 'Yes”?"),
            (json!("a\n\nb\u{202e}c\u{200b}d\u{e0041}"), "Send “a  bcd”?"),
            (json!(["a", 1, true]), "Send “a”, 1, true?"),
            (json!({"a": "b"}), "Send {\"a\":\"b\"}?"),
        ] {
            assert_eq!(shown(&value), text);
        }
    }

    #[test]
    fn values_are_cut() {
        assert_eq!(shown(&json!("x".repeat(1000))).chars().count(), "Send “”?…".chars().count() + LONGEST);
        assert_eq!(
            shown(&json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])),
            "Send 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more?"
        );
    }

    #[test]
    fn objects_show_themselves_where_they_can() {
        struct Silent;
        let (loud, silent) = (Loaded(7_u8), Loaded(Silent));
        assert_eq!(Shown::of(&loud).__secure_tool_shown().as_deref(), Some("7"));
        assert_eq!(Shown::of(&silent).__secure_tool_shown(), None);
        assert_eq!(Shown::of_optional(&None::<Loaded<u8>>).__secure_tool_shown(), None);
        assert_eq!(Shown::of_many(&[Loaded(1), Loaded(2)]).__secure_tool_shown().as_deref(), Some("1, 2"));
    }

    #[test]
    fn a_template_is_shown_as_it_was_written() {
        let pieces = [Piece::Text("Drop {"), Piece::Argument("note"), Piece::Text("}?")];
        assert_eq!(template(&pieces), "Drop {{{note}}}?");
    }
}
