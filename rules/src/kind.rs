//! The kinds of items that an attribute makes, and what is particular to each.

/// What an attribute turns a function into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A tool: `#[secure_tool]`.
    Tool,
}

/// What is particular to a kind. A new kind is a new variant of [`Kind`] and a new `Grammar`; the compiler asks for the rest.
pub(crate) struct Grammar {
    /// The name of the attribute.
    pub(crate) attribute: &'static str,
    /// An attribute to imitate.
    pub(crate) sample: &'static str,
    /// The names of keys that a later version will have.
    pub(crate) later: &'static [&'static str],
}

const TOOL: Grammar = Grammar {
    attribute: "secure_tool",
    sample: r#"#[secure_tool(scope = "invoices:read", owner = invoice)]"#,
    later: &["breaker", "idempotent", "after"],
};

impl Kind {
    /// Every kind; for the keys that all of them share.
    pub(crate) const ALL: &[Self] = &[Self::Tool];

    pub(crate) const fn grammar(self) -> &'static Grammar {
        match self {
            Self::Tool => &TOOL,
        }
    }
}
