//! The text of a question.

use std::{
    borrow::Cow,
    fmt::{Display, Write},
};

use serde::Serialize;
use serde_json::Value;

use super::wording::quoted;
use crate::{
    guard::entry::Loaded,
    output::scan::{Counts, Masked, Scan},
    policy::Piece,
};

/// The placeholder for no value.
const NONE: &str = "(none)";
/// The maximum number of characters of a whole question.
const LONGEST: usize = 4000;

/// One argument in a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QuestionField {
    /// The argument.
    pub name: String,
    /// Its value, or the description of the object that it names, in the form in which the text shows it: in quotation marks, unless it is a number,
    /// a boolean or empty.
    pub value: String,
}

/// A question under construction.
#[derive(Debug, Default)]
pub(crate) struct Wording {
    pub(crate) text: String,
    pub(crate) fields: Vec<QuestionField>,
    /// The longest value, and its argument.
    largest: (usize, &'static str),
}

/// Why a question cannot be shown in full.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotWhole {
    /// It is too long; this is the longest argument.
    TooLong(&'static str),
    /// The release scan would mask a part of it, in this argument if it is known: a person would confirm something that they cannot see.
    Masked(Option<String>, Masked),
}

/// The question of a template, with the descriptions of objects, or else with the values of the model. Nothing is left out, and nothing is masked.
pub(crate) fn word<'v>(
    pieces: &[Piece],
    objects: &[(&str, Option<Vec<String>>)],
    value: impl Fn(&str) -> Cow<'v, Value>,
) -> Result<Wording, NotWhole> {
    let mut wording = Wording::default();
    wording.write(pieces, objects, value);
    wording.whole()
}

/// The questions of several templates as one, and the text of each.
pub(crate) fn ask_each<'v>(
    templates: impl IntoIterator<Item = &'static [Piece]>,
    objects: &[(&str, Option<Vec<String>>)],
    scan: &Scan,
    value: impl Fn(&str) -> Cow<'v, Value>,
) -> Result<(Wording, Vec<String>), NotWhole> {
    let (mut wording, mut each) = (Wording::default(), Vec::new());
    for pieces in templates {
        if !wording.text.is_empty() {
            wording.text.push(' ');
        }
        let from = wording.text.len();
        wording.write(pieces, objects, &value);
        each.push(wording.text.get(from..).unwrap_or_default().to_owned());
    }
    let wording = wording.whole()?;
    wording.check(scan)?;
    Ok((wording, each))
}

impl Wording {
    /// If nothing is left out.
    fn whole(self) -> Result<Self, NotWhole> {
        if self.text.chars().count() > LONGEST { Err(NotWhole::TooLong(self.largest.1)) } else { Ok(self) }
    }

    /// Whether the scan would mask nothing of it.
    pub(crate) fn check(&self, scan: &Scan) -> Result<(), NotWhole> {
        let mut counts = Counts::default();
        let mut finds = |text: &str| scan.mask(text, &mut counts).is_some();
        let argument = self.fields.iter().find(|field| finds(&field.value)).map(|field| field.name.clone());
        // This also finds data that spans several pieces.
        if argument.is_some() || finds(&self.text) {
            return Err(NotWhole::Masked(argument, scan.masked(&counts)));
        }
        Ok(())
    }

    fn write<'v>(
        &mut self,
        pieces: &[Piece],
        objects: &[(&str, Option<Vec<String>>)],
        value: impl Fn(&str) -> Cow<'v, Value>,
    ) {
        for piece in pieces {
            match *piece {
                Piece::Text(text) => self.text.push_str(text),
                Piece::Argument(name) => {
                    let object = objects.iter().find(|(of, _)| *of == name).and_then(|(_, shown)| shown.as_deref());
                    let value = match object {
                        Some([]) => NONE.to_owned(),
                        Some(shown) => shown.iter().map(|shown| quoted(shown)).collect::<Vec<_>>().join(", "),
                        None => shown(&value(name)),
                    };
                    self.largest = self.largest.max((value.chars().count(), name));
                    self.text.push_str(&value);
                    if !self.fields.iter().any(|field| field.name == name) {
                        self.fields.push(QuestionField { name: name.to_owned(), value });
                    }
                }
            }
        }
    }
}

/// A template as in the source, with the names of the arguments on the wire.
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

fn shown(value: &Value) -> String {
    match value {
        Value::Null => NONE.to_owned(),
        Value::Array(items) if items.is_empty() => NONE.to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::String(text) => quoted(text),
        Value::Object(_) => quoted(&value.to_string()),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Loaded objects for a question. Objects with [`Display`] are shown by it; for all others there is [`NotShown`].
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
    /// The descriptions of the objects.
    #[must_use]
    pub fn __secure_tool_shown(self) -> Option<Vec<String>> {
        Some(self.0.iter().map(ToString::to_string).collect())
    }
}

/// The same for objects without a description: the question shows the key that the model sent.
///
/// An inherent method takes precedence over a trait method, which is how the expansion chooses without knowing the type. It is the only method that
/// the expansion calls with method syntax. Because both take `self` by value, no trait in scope takes precedence over the first one, and another
/// trait in addition to the second one makes the call ambiguous, which does not compile.
pub trait NotShown: Sized {
    /// Nothing.
    fn __secure_tool_shown(self) -> Option<Vec<String>> {
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
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::output::scan::Scanner;

    const SEND: [Piece; 3] = [Piece::Text("Send "), Piece::Argument("what"), Piece::Text("?")];

    fn text(value: &Value) -> String {
        word(&SEND, &[], |_| Cow::Borrowed(value)).unwrap().text
    }

    #[test]
    fn values_cannot_pose_as_the_question() {
        for (value, shown) in [
            (json!(500), "Send 500?"),
            (json!(null), "Send (none)?"),
            (json!([]), "Send (none)?"),
            (json!("(none)"), "Send “(none)”?"),
            (json!("it”? It was checked. “Yes"), "Send “it'? It was checked. 'Yes”?"),
            (json!(["a", 1, true]), "Send “a”, 1, true?"),
            (json!({"a": "b"}), "Send “{'a':'b'}”?"),
        ] {
            assert_eq!(text(&value), shown);
        }
    }

    #[test]
    fn everything_is_shown_or_nothing_is_asked() {
        let longest = LONGEST - "Send “”?".chars().count();
        assert_eq!(text(&json!("é".repeat(longest))).chars().count(), LONGEST);
        let (value, short) = (json!("x".repeat(longest + 1)), json!("x"));
        assert_eq!(word(&SEND, &[], |_| Cow::Borrowed(&value)).unwrap_err(), NotWhole::TooLong("what"));
        let many = json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert_eq!(text(&many), "Send 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12?");
        let two = [Piece::Argument("short"), Piece::Argument("long"), Piece::Text("???")];
        assert_eq!(
            word(&two, &[], |name| Cow::Borrowed(if name == "long" { &value } else { &short })).unwrap_err(),
            NotWhole::TooLong("long")
        );
        let shown = ("what", Some(vec!["y".repeat(LONGEST)]));
        assert_eq!(word(&SEND, &[shown], |_| Cow::Borrowed(&short)).unwrap_err(), NotWhole::TooLong("what"));
    }

    #[test]
    fn several_questions_are_one() {
        const HOW: [Piece; 2] = [Piece::Text("By "), Piece::Argument("how")];
        let scan = Scan::new(&Arc::new(Scanner::default()), &[]).unwrap();
        let value = json!("x");
        let (wording, each) = ask_each([&SEND[..], &HOW[..]], &[], &scan, |_| Cow::Borrowed(&value)).unwrap();
        assert_eq!((&*wording.text, wording.fields.len()), ("Send “x”? By “x”", 2));
        assert_eq!(each, ["Send “x”?", "By “x”"]);
        let long = json!("x".repeat(LONGEST / 2));
        let too_long = ask_each([&SEND[..], &HOW[..]], &[], &scan, |_| Cow::Borrowed(&long)).unwrap_err();
        assert!(matches!(too_long, NotWhole::TooLong(_)));
    }

    #[test]
    fn each_argument_is_a_field() {
        let pieces = [Piece::Argument("a"), Piece::Text(" "), Piece::Argument("b"), Piece::Argument("a")];
        let (one, two) = (json!("x*"), json!(2));
        let wording = word(&pieces, &[], |name| Cow::Borrowed(if name == "a" { &one } else { &two })).unwrap();
        assert_eq!(wording.text, "“x∗” 2“x∗”");
        let fields: Vec<_> = wording.fields.iter().map(|field| (&*field.name, &*field.value)).collect();
        assert_eq!(fields, [("a", "“x∗”"), ("b", "2")]);
    }

    #[test]
    fn objects_show_themselves_where_they_can() {
        struct Silent;
        let (loud, silent) = (Loaded(7_u8), Loaded(Silent));
        assert_eq!(Shown::of(&loud).__secure_tool_shown(), Some(vec!["7".to_owned()]));
        assert_eq!(Shown::of(&silent).__secure_tool_shown(), None);
        let nothing = Shown::of_optional(&None::<Loaded<u8>>).__secure_tool_shown();
        assert_eq!(nothing, Some(Vec::new()));
        let left_out = json!([7]);
        assert_eq!(word(&SEND, &[("what", nothing)], |_| Cow::Borrowed(&left_out)).unwrap().text, "Send (none)?");
        let many = Shown::of_many(&[Loaded("a"), Loaded("b”")]).__secure_tool_shown();
        let value = json!(1);
        assert_eq!(word(&SEND, &[("what", many)], |_| Cow::Borrowed(&value)).unwrap().text, "Send “a”, “b'”?");
    }

    #[test]
    fn a_template_is_shown_as_it_was_written() {
        let pieces = [Piece::Text("Drop {"), Piece::Argument("note"), Piece::Text("}?")];
        assert_eq!(template(&pieces), "Drop {{{note}}}?");
    }
}
