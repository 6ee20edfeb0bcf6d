//! The blocks that a body writes, before the guard has checked them.

use std::borrow::Cow;

use super::{Embedded, Link, Untrusted, media::File};

/// One block of an [`Answer`](crate::Answer) or an [`Output`](crate::Output): a text, an [`Untrusted`] text, an [`Image`](crate::Image),
/// [`Audio`](crate::Audio), a [`Link`] or something [`Embedded`]. Each of these converts into one.
#[derive(Clone, Debug)]
pub struct Block(pub(super) Part);

#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(String),
    Untrusted(Untrusted),
    File(File),
    Link(Link),
    Embedded(Embedded),
}

impl From<String> for Block {
    fn from(text: String) -> Self {
        Self(Part::Text(text))
    }
}

impl From<&str> for Block {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Cow<'_, str>> for Block {
    fn from(text: Cow<'_, str>) -> Self {
        text.into_owned().into()
    }
}

impl From<Untrusted> for Block {
    fn from(text: Untrusted) -> Self {
        Self(Part::Untrusted(text))
    }
}
