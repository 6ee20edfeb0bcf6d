//! Every kind of answer.

use std::borrow::Cow;

use secure_tool::{prelude::*, schemars::JsonSchema, serde::Serialize};

#[derive(Clone, Serialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct Note {
    author: String,
}

impl Resource for Note {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject(self.author.as_str())
    }
}

/// A type of the application's own that is called like one of ours.
mod model {
    #[derive(secure_tool::serde::Serialize, secure_tool::schemars::JsonSchema)]
    #[serde(crate = "secure_tool::serde")]
    #[schemars(crate = "secure_tool::schemars")]
    pub struct Image {
        pub name: String,
    }
}

struct Desk;

impl Desk {
    /// Draw.
    #[secure_tool(scope = "desk:read", owner = unowned("a drawing of nobody's"), read_only, releases(image))]
    async fn draw(&self) -> Result<Image, ToolError> {
        Ok(Image::png(Vec::new()))
    }

    /// Name a picture.
    #[secure_tool(scope = "desk:read", owner = unowned("a drawing of nobody's"), read_only)]
    async fn name(&self) -> Json<model::Image> {
        Json(model::Image { name: String::new() })
    }

    /// Speak.
    #[secure_tool(scope = "desk:read", owner = unowned("a saying of nobody's"), read_only, releases(audio))]
    fn speak(&self) -> secure_tool::Audio {
        Audio::ogg(Vec::new())
    }

    /// Mix.
    #[secure_tool(scope = "desk:read", owner = unowned("a drawing of nobody's"), read_only, releases(image, audio))]
    async fn mix(&self) -> Result<Answer<Json<u32>>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Answer::new().block("text").block(Image::gif([])).json(7).block(Audio::flac([])))
    }

    /// Mix what is the caller's.
    #[secure_tool(scope = "desk:read", owner = caller, read_only)]
    async fn notes(&self, caller: &Caller) -> Result<ProvenAnswer<Mine<Vec<Note>>>, ToolError> {
        let note = Note { author: caller.subject().into() };
        Ok(ProvenAnswer::new().text("notes:").block_of(&note, note.author.as_str()).json(vec![note.clone()]))
    }

    /// Say whether.
    #[secure_tool(scope = "desk:read", owner = unowned("a saying of nobody's"), read_only)]
    async fn whether(&self) -> bool {
        true
    }

    /// Measure.
    #[secure_tool(scope = "desk:read", owner = unowned("a number of nobody's"), read_only)]
    async fn measure(&self) -> Result<f64, ToolError> {
        Ok(0.5)
    }

    /// List.
    #[secure_tool(scope = "desk:read", owner = unowned("a list of nobody's"), read_only)]
    async fn list(&self) -> Vec<String> {
        Vec::new()
    }

    /// Say.
    #[secure_tool(scope = "desk:read", owner = unowned("a saying of nobody's"), read_only)]
    async fn say(&self) -> Cow<'static, str> {
        "text".into()
    }
}

fn main() {
    let _ = SecureServer::builder(Desk)
        .tool(Desk::draw())
        .tool(Desk::name())
        .tool(Desk::speak())
        .tool(Desk::mix())
        .tool(Desk::notes())
        .tool(Desk::whether())
        .tool(Desk::measure())
        .tool(Desk::list())
        .tool(Desk::say());
}
