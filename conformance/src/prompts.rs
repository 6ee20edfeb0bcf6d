//! Prompts, and the completions of an argument.

use secure_tool::prelude::*;

use crate::{PIXEL, SUITE, Suite};

/// A word that is offered.
struct Word(&'static str);

impl Resource for Word {
    type Key = String;

    fn owner(&self) -> Owner {
        Owner::subject(SUITE)
    }
}

const WORDS: [Word; 3] = [Word("testament"), Word("testimony"), Word("toast")];

impl Suite {
    /// A fixed message.
    #[secure_prompt(scope = public("the suite has no credential"), owner = unowned("a fixed text"))]
    pub(crate) async fn test_simple_prompt(&self) -> Prompt {
        Prompt::new().user("This is a simple prompt for testing.")
    }

    /// A message with two arguments.
    #[secure_prompt(scope = "suite:ask", owner = unowned("made of the arguments"))]
    pub(crate) async fn test_prompt_with_arguments(
        &self,
        /// First test argument.
        #[arg(complete = Self::words)]
        arg1: String,
        /// Second test argument.
        arg2: String,
    ) -> Prompt {
        Prompt::new().user(format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"))
    }

    #[expect(clippy::unused_async, reason = "a completion may wait; this one need not")]
    async fn words(&self, _caller: &Caller, typed: &str) -> Mine<Vec<Completion>> {
        let fitting = WORDS.iter().filter(|word| word.0.starts_with(typed));
        Mine(fitting.map(|word| Completion::of(word, word.0)).collect())
    }

    /// The contents of a resource in a message.
    #[secure_prompt(scope = public("the suite has no credential"), owner = unowned("a fixed text"))]
    pub(crate) async fn test_prompt_with_embedded_resource(
        &self,
        /// Where the resource is.
        #[arg(name = "resourceUri", one_of = ["test://example-resource"])]
        resource: String,
    ) -> Prompt {
        Prompt::new()
            .user(Embedded::text(Link::to_fixed(resource), "Embedded resource content for testing."))
            .user("Please process the embedded resource above.")
    }

    /// A picture in a message.
    #[secure_prompt(scope = public("the suite has no credential"), owner = unowned("a fixed picture"), releases(image))]
    pub(crate) async fn test_prompt_with_image(&self) -> Prompt {
        Prompt::new().user(Image::png(PIXEL)).user("Please analyze the image above.")
    }
}
