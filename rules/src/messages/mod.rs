//! Every sentence a user can read, with its code: one table.
//!
//! A message is one lower-case sentence that names the user's own thing in backticks, and a `help:` line with code to paste.
//! [`messages!`] declares each once, as a row of [`ALL`] and as the function that fills it in. Where a mistake has several
//! messages, [`choice`] picks one.

use std::fmt::{self, Display};

mod arg;
mod asked;
mod attribute;
mod calls;
mod choice;
mod code;
mod fields;
mod idempotent;
mod missing;
mod objects;
mod policy;
mod proof;
mod resource;
mod signature;

pub(crate) use arg::*;
pub(crate) use asked::*;
pub(crate) use attribute::*;
pub(crate) use calls::*;
pub(crate) use choice::*;
pub use code::Code;
pub(crate) use fields::*;
pub(crate) use idempotent::*;
pub(crate) use missing::*;
pub(crate) use objects::*;
pub(crate) use policy::*;
pub(crate) use proof::*;
pub(crate) use resource::*;
pub(crate) use signature::*;

/// One row of the table: a message before its names are filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// The class of mistakes that it belongs to.
    pub code: Code,
    /// What the message is called in the source.
    pub name: &'static str,
    /// What is wrong, as a format string.
    pub sentence: &'static str,
    /// What to do about it, as a format string.
    pub help: &'static str,
}

/// The table, in parts that follow each other in the order of their codes.
const ALL: &[&[Template]] = &[
    missing::TEMPLATES,
    asked::TEMPLATES,
    attribute::TEMPLATES,
    arg::TEMPLATES,
    policy::TEMPLATES,
    fields::TEMPLATES,
    objects::TEMPLATES,
    proof::TEMPLATES,
    signature::TEMPLATES,
    resource::TEMPLATES,
    idempotent::TEMPLATES,
    calls::TEMPLATES,
];

/// Every message, in the order of the codes.
pub fn templates() -> impl Iterator<Item = &'static Template> {
    ALL.iter().copied().flatten()
}

/// A sentence, its code, and what to do about it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    code: Code,
    sentence: String,
    help: String,
}

impl Message {
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    pub(crate) fn sentence(&self) -> &str {
        &self.sentence
    }

    pub(crate) fn help(&self) -> &str {
        &self.help
    }
}

impl Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} [{}]\nhelp: {}", self.sentence, self.code, self.help)
    }
}

/// Declares the messages of each code: `name(what, it, names): "sentence", "help";`.
macro_rules! messages {
    ($($code:ident {
        $($(#[$docs:meta])* $name:ident($($named:ident),*): $sentence:literal, $help:literal;)*
    })*) => {
        $($(
            $(#[$docs])*
            pub(crate) fn $name($($named: &(impl ::std::fmt::Display + ?Sized)),*) -> $crate::messages::Message {
                $crate::messages::Message {
                    code: $crate::messages::Code::$code,
                    sentence: format!($sentence),
                    help: format!($help),
                }
            }
        )*)*

        pub(super) const TEMPLATES: &[$crate::messages::Template] = &[$($(
            $crate::messages::Template {
                code: $crate::messages::Code::$code,
                name: stringify!($name),
                sentence: $sentence,
                help: $help,
            },
        )*)*];
    };
}
use messages;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Code, Template, templates};

    #[test]
    fn a_sentence_begins_in_lower_case_and_ends_without_a_stop() {
        for Template { name, sentence, .. } in templates() {
            assert!(sentence.starts_with(|first: char| first == '`' || first.is_lowercase()), "{name}: {sentence}");
            assert!(!sentence.ends_with(['.', ' ']), "{name}: {sentence}");
        }
    }

    #[test]
    fn every_message_helps() {
        for Template { name, help, .. } in templates() {
            assert!(help.starts_with(|first: char| first == '`' || first.is_lowercase()), "{name}: {help}");
            assert!(!help.ends_with(['.', ' ']), "{name}: {help}");
        }
    }

    #[test]
    fn no_message_is_written_twice() {
        let mut texts = BTreeSet::new();
        let mut names = BTreeSet::new();
        for Template { code, name, sentence, help } in templates() {
            assert!(texts.insert((code, sentence, help)), "{code}: {sentence}");
            assert!(names.insert(name), "{name}");
        }
    }

    #[test]
    fn messages_stand_in_the_order_of_their_codes() {
        let mut codes: Vec<Code> = templates().map(|template| template.code).collect();
        assert!(codes.is_sorted(), "{codes:?}");
        codes.dedup();
        assert_eq!(codes, Code::ALL, "each code has a message");
    }
}
