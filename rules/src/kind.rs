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
    /// A resource: `#[secure_resource]`.
    Resource: RESOURCE;
    /// A prompt: `#[secure_prompt]`.
    Prompt: PROMPT;
}

/// What is particular to a kind. A new kind is a row of `kinds!` and a new `Grammar`; the compiler asks for the rest.
pub(crate) struct Grammar {
    /// The name of the attribute.
    pub(crate) attribute: &'static str,
    /// An attribute to imitate.
    pub(crate) sample: &'static str,
    /// What one is called in a sentence.
    pub(crate) noun: &'static str,
    /// Everything that its signature may hold, once. It follows the first ST35 of an item.
    pub(crate) legal: &'static str,
    /// A return type to imitate.
    pub(crate) answer: &'static str,
    /// The type of rmcp that such an item answers with there.
    pub(crate) answer_of_rmcp: &'static str,
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
    /// The function that describes an answer, and the one for an answer that proves whose it is.
    pub(crate) output: &'static str,
    pub(crate) proven_output: &'static str,
    /// The method that ends a description with the body.
    pub(crate) body: &'static str,
}

const TOOL: Grammar = Grammar {
    attribute: "secure_tool",
    noun: "tool",
    sample: r#"#[secure_tool(scope = "invoices:read", owner = invoice)]"#,
    legal: r#"a tool is a method or a function such as this one:
    /// Search the folder's invoices.
    #[secure_tool(scope = "invoices:read", owner = (caller, folder), read_only)]
    async fn search(
        &self,
        caller: &Caller,
        call: &Call,
        /// The folder's number.
        folder: Owned<Folder>,
        /// How many at most.
        #[arg(max = 50, default = 20)]
        limit: u32,
    ) -> Result<Json<Found>, ToolError> { … }"#,
    answer: "Result<Json<View>, ToolError>",
    answer_of_rmcp: "CallToolResult",
    rules: check::TOOL,
    types: Types { guarded: "Tool", define: "define", output: "output", proven_output: "proven_output", body: "body" },
};

const RESOURCE: Grammar = Grammar {
    attribute: "secure_resource",
    noun: "resource",
    sample: r#"#[secure_resource(uri = "invoices://{invoice}", scope = "invoices:read", owner = invoice)]"#,
    legal: r#"a resource is a method or a function such as this one:
    /// One invoice.
    #[secure_resource(uri = "invoices://{invoice}", scope = "invoices:read", owner = invoice)]
    async fn invoice(
        &self,
        caller: &Caller,
        call: &Call,
        /// The invoice's number.
        invoice: Owned<Invoice>,
    ) -> Result<Json<InvoiceView>, ToolError> { … }"#,
    answer: "Result<Json<View>, ToolError>",
    answer_of_rmcp: "ReadResourceResult",
    rules: check::RESOURCE,
    types: Types {
        guarded: "GuardedResource",
        define: "define_resource",
        output: "resource_output",
        proven_output: "proven_resource_output",
        body: "resource",
    },
};

const PROMPT: Grammar = Grammar {
    attribute: "secure_prompt",
    noun: "prompt",
    sample: r#"#[secure_prompt(scope = "invoices:read", owner = invoice)]"#,
    legal: r#"a prompt is a method or a function such as this one:
    /// Write a letter about an invoice that is not paid.
    #[secure_prompt(scope = "invoices:read", owner = invoice)]
    async fn dunning_letter(
        &self,
        caller: &Caller,
        call: &Call,
        /// The invoice's number.
        invoice: Owned<Invoice>,
        /// How the letter sounds.
        #[arg(one_of = ["friendly", "firm"], default = "friendly")]
        tone: String,
    ) -> Result<Prompt, ToolError> { … }"#,
    answer: "Result<Prompt, ToolError>",
    answer_of_rmcp: "GetPromptResult",
    rules: check::PROMPT,
    types: Types {
        guarded: "GuardedPrompt",
        define: "define_prompt",
        output: "prompt_output",
        proven_output: "proven_prompt_output",
        body: "prompt",
    },
};
