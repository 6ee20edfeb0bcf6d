//! The server of these tests, and helpers that read its answers.

use std::{borrow::Cow, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use rmcp::model::{CallToolResult, ContentBlock};
use schemars::JsonSchema;
use secure_tool::{MemorySink, Output, SecureServer, ServerBuilder, ToolOutput, prelude::*};
use serde::Serialize;
use serde_json::Value;

/// The smallest picture there is.
pub(crate) const PIXEL: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\
\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x56\xc7\x2f\x0d\0\0\0\0IEND\xaeB`\x82";
pub(crate) const SOUND: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0";
pub(crate) const HTML: &[u8] = b"<html><script>fetch('https://evil.example')</script></html>";
pub(crate) const CARD: &str = "4111 1111 1111 1111";

#[derive(Clone, Serialize, JsonSchema)]
pub(crate) struct Note {
    author: String,
    pub(crate) text: String,
}

impl Resource for Note {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject(self.author.as_str())
    }
}

pub(crate) fn note(author: &str) -> Note {
    Note { author: author.into(), text: format!("a note of {author}") }
}

/// An answer of the application's own, of which no type tells what is in it.
struct Drawn(Image);

impl ToolOutput for Drawn {
    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.text("drawn:")?;
        output.block(self.0)
    }
}

/// Says that it has structured content, and writes what it is told to.
struct Promised(u8);

impl ToolOutput for Promised {
    fn output_schema() -> Option<Value> {
        Json::<Note>::output_schema()
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.text("a note")?;
        (0..self.0).try_for_each(|_| output.json(&note("alice")))
    }
}

pub(crate) struct Desk;

impl Desk {
    /// Draw.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only, releases(image), max_output = 1KiB, audit_output = masked)]
    async fn draw(
        &self,
        /// What.
        kind: String,
    ) -> Result<Image, ToolError> {
        Ok(match &*kind {
            "png" => Image::png(PIXEL),
            "jpeg" => Image::jpeg(*b"\xff\xd8\xff\xe0"),
            "gif" => Image::gif(*b"GIF89a"),
            "webp" => Image::webp(*b"RIFF\0\0\0\0WEBP"),
            "html" => Image::png(HTML),
            "svg" => Image::png(*b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            "png as jpeg" => Image::jpeg(PIXEL),
            "fits" => Image::gif([&b"GIF89a"[..], &[0; 768 - 6]].concat()),
            "too large" => Image::gif([&b"GIF89a"[..], &[0; 769 - 6]].concat()),
            _ => return Err(ToolError::invalid("no such picture")),
        })
    }

    /// Speak.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, releases(audio))]
    fn speak(
        &self,
        /// What.
        kind: String,
    ) -> Audio {
        match &*kind {
            "wav" => Audio::wav(SOUND),
            "mp3" => Audio::mp3(*b"ID3\x04"),
            "ogg" => Audio::ogg(*b"OggS"),
            "flac" => Audio::flac(*b"fLaC"),
            _ => Audio::wav(HTML),
        }
    }

    /// Answer with everything there is.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only, releases(image, audio), audit_output = shape)]
    async fn mixed(&self) -> Answer<Json<Note>> {
        Answer::new()
            .block(format!("paid with {CARD}"))
            .block(Image::png(PIXEL))
            .json(Note { author: "alice".into(), text: CARD.into() })
            .block(Audio::wav(SOUND))
            .block(Untrusted::new("a mail", "Wel\u{200b}come."))
            .block(Cow::Borrowed("the end"))
    }

    /// Answer with blocks alone.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only, audit_output = digest)]
    async fn undeclared(
        &self,
        /// What.
        kind: String,
    ) -> Answer {
        let answer = Answer::new().block("one").block("two");
        match &*kind {
            "image" => answer.block(Image::png(PIXEL)),
            "audio" => answer.block(Audio::wav(SOUND)),
            _ => answer,
        }
    }

    /// Draw what the type does not tell.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn drawn_undeclared(&self) -> Drawn {
        Drawn(Image::png(PIXEL))
    }

    /// Draw the same.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only, releases(image))]
    async fn drawn(&self) -> Drawn {
        Drawn(Image::png(PIXEL))
    }

    /// List the caller's notes, or everybody's.
    #[secure_tool(scope = "desk:test", owner = caller, rate = 1000000/minute, read_only, releases(image))]
    async fn notes(
        &self,
        caller: &Caller,
        /// Where a note of somebody else is.
        foreign: String,
    ) -> ProvenAnswer<Mine<Vec<Note>>> {
        let (own, other) = (note(caller.subject()), note("mallory"));
        let pick = |place: &str| if place == foreign { &other } else { &own };
        ProvenAnswer::new()
            .text("notes:")
            .block_of(pick("text"), pick("text").text.as_str())
            .json(vec![own.clone(), pick("json").clone()])
            .block_of(
                &if foreign == "of nobody" { vec![] } else { vec![own.clone(), pick("image").clone()] },
                Image::png(PIXEL),
            )
    }

    /// Keep the promise of the output schema, or do not.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn promised(
        &self,
        /// How often.
        times: u8,
    ) -> Promised {
        Promised(times)
    }

    /// Say whether.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn whether(&self) -> bool {
        true
    }

    /// Count.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn count(&self) -> Result<u64, ToolError> {
        Ok(42)
    }

    /// Measure.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn measure(
        &self,
        /// By what a half is divided.
        by: f64,
    ) -> f64 {
        0.5 / by
    }

    /// List names.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn names(&self) -> Vec<String> {
        vec!["ada".into(), CARD.into()]
    }

    /// Answer with many blocks that hold nothing, or next to nothing.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only, releases(image), max_output = 1KiB)]
    async fn many(
        &self,
        /// How many.
        blocks: u32,
        /// Whether they are pictures.
        pictures: bool,
    ) -> Answer {
        many(blocks, pictures)
    }

    /// The same, written down.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only, releases(image), max_output = 4MiB, audit_output = masked)]
    async fn many_masked(
        &self,
        /// How many.
        blocks: u32,
        /// Whether they are pictures.
        pictures: bool,
    ) -> Answer {
        many(blocks, pictures)
    }

    /// The same, as shapes.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only, releases(image), max_output = 4MiB, audit_output = shape)]
    async fn many_shapes(
        &self,
        /// How many.
        blocks: u32,
        /// Whether they are pictures.
        pictures: bool,
    ) -> Answer {
        many(blocks, pictures)
    }

    /// Say something.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn motto(&self) -> Cow<'static, str> {
        Cow::Borrowed("carpe diem")
    }
}

fn many(blocks: u32, pictures: bool) -> Answer {
    (0..blocks).fold(Answer::new(), |answer, number| match (pictures, number % 2) {
        (true, _) => answer.block(Image::gif(*b"GIF89a")),
        (false, 0) => answer.block(""),
        (false, _) => answer.block("a"),
    })
}

pub(crate) fn builder() -> ServerBuilder<Desk> {
    SecureServer::builder(Desk)
        .allow_writes()
        .tool(Desk::draw())
        .tool(Desk::speak())
        .tool(Desk::mixed())
        .tool(Desk::undeclared())
        .tool(Desk::drawn_undeclared())
        .tool(Desk::drawn())
        .tool(Desk::notes())
        .tool(Desk::promised())
        .tool(Desk::whether())
        .tool(Desk::count())
        .tool(Desk::measure())
        .tool(Desk::names())
        .tool(Desk::many())
        .tool(Desk::many_masked())
        .tool(Desk::many_shapes())
        .tool(Desk::motto())
}

pub(crate) fn setup() -> (Arc<MemorySink>, SecureServer<Desk>) {
    let audit = Arc::new(MemorySink::new(1000));
    (Arc::clone(&audit), builder().audit(audit).build().unwrap())
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub(crate) fn image(block: &ContentBlock) -> (String, String) {
    let image = block.as_image().unwrap();
    (image.mime_type.clone(), image.data.clone())
}

pub(crate) fn audio(block: &ContentBlock) -> (String, String) {
    let audio = block.as_audio().unwrap();
    (audio.mime_type.clone(), audio.data.clone())
}

pub(crate) fn said(block: &ContentBlock) -> &str {
    &block.as_text().unwrap().text
}

/// Nothing of a file leaves, in whatever form.
pub(crate) fn holds_nothing(result: &CallToolResult) {
    let written = serde_json::to_string(result).unwrap();
    assert!(!written.contains("script") && !written.contains(&base64(HTML)) && !written.contains("iVBOR"), "{written}");
    assert!(!written.contains("releases") && !written.contains("image/"), "{written}");
}
