//! The kinds of items that an attribute makes, and what is particular to each.

use crate::check::{self, Rule};

/// Declares the kinds once: the variants, the list of them, and the grammar of each.
macro_rules! kinds {
    ($($(#[$docs:meta])* $kind:ident: $grammar:ident;)*) => {
        /// What an attribute turns a function into.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$docs])* $kind,)*
        }

        impl Kind {
            /// Every kind; for the keys that all of them share.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind),*];

            pub(crate) const fn grammar(self) -> &'static Grammar {
                match self {
                    $(Self::$kind => &$grammar,)*
                }
            }
        }
    };
}

kinds! {
    /// A tool: `#[secure_tool]`.
    Tool: TOOL;
}

/// What is particular to a kind. A new kind is a row of `kinds!` and a new `Grammar`; the compiler asks for the rest.
pub(crate) struct Grammar {
    /// The name of the attribute.
    pub(crate) attribute: &'static str,
    /// An attribute to imitate.
    pub(crate) sample: &'static str,
    /// What one is called in a sentence.
    pub(crate) noun: &'static str,
    /// The names of keys that a later version will have.
    pub(crate) later: &'static [&'static str],
    /// What it is held against.
    pub(crate) rules: &'static [Rule],
    /// The runtime's type of it, and what starts the description that it is built from.
    pub(crate) types: Types,
}

/// Names in the runtime.
pub(crate) struct Types {
    pub(crate) guarded: &'static str,
    /// The function that starts a description.
    pub(crate) define: &'static str,
}

const TOOL: Grammar = Grammar {
    attribute: "secure_tool",
    noun: "tool",
    sample: r#"#[secure_tool(scope = "invoices:read", owner = invoice)]"#,
    later: &["breaker", "idempotent", "after"],
    rules: check::TOOL,
    types: Types { guarded: "Tool", define: "define" },
};
