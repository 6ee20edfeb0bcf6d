//! Answers beyond one text: pictures, recordings, several blocks in an order, and single values.

use std::{borrow::Cow, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use rmcp::model::{CallToolResult, ContentBlock};
use schemars::JsonSchema;
use secure_tool::{
    AuditRecord, Content, Decision, MemorySink, Output, SecureServer, ServerBuilder, Stage, ToolOutput,
    http::HttpOptions, prelude::*,
};
use secure_tool_tests::{
    alice,
    clients::{ALICE, BOB, HttpServer, call, call_inside, code, connect_by_pipe, list, text},
    sha256,
};
use serde::Serialize;
use serde_json::{Value, json};

/// The smallest picture there is.
const PIXEL: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\
\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x56\xc7\x2f\x0d\0\0\0\0IEND\xaeB`\x82";
const SOUND: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0";
const HTML: &[u8] = b"<html><script>fetch('https://evil.example')</script></html>";
const CARD: &str = "4111 1111 1111 1111";

/// Whose type is not called by the name that the rule knows.
type Picture = Image;
type Recording = Audio;
type Plain = String;

#[derive(Clone, Serialize, JsonSchema)]
struct Note {
    author: String,
    text: String,
}

impl Resource for Note {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject(self.author.as_str())
    }
}

fn note(author: &str) -> Note {
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

struct Desk;

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
            .block_of(&[own.clone(), pick("image").clone()], Image::png(PIXEL))
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

    /// Say something.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), rate = 1000000/minute, read_only)]
    async fn motto(&self) -> Cow<'static, str> {
        Cow::Borrowed("carpe diem")
    }
}

fn builder() -> ServerBuilder<Desk> {
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
        .tool(Desk::motto())
}

fn setup() -> (Arc<MemorySink>, SecureServer<Desk>) {
    let audit = Arc::new(MemorySink::new(1000));
    (Arc::clone(&audit), builder().audit(audit).build().unwrap())
}

fn only(audit: &MemorySink) -> AuditRecord {
    let mut records = secure_tool_tests::ends(audit.take());
    assert_eq!(records.len(), 1);
    records.remove(0)
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

fn image(block: &ContentBlock) -> (String, String) {
    let image = block.as_image().unwrap();
    (image.mime_type.clone(), image.data.clone())
}

fn audio(block: &ContentBlock) -> (String, String) {
    let audio = block.as_audio().unwrap();
    (audio.mime_type.clone(), audio.data.clone())
}

fn said(block: &ContentBlock) -> &str {
    &block.as_text().unwrap().text
}

/// Nothing of a file leaves, in whatever form.
fn holds_nothing(result: &CallToolResult) {
    let written = serde_json::to_string(result).unwrap();
    assert!(!written.contains("script") && !written.contains(&base64(HTML)) && !written.contains("iVBOR"), "{written}");
    assert!(!written.contains("releases") && !written.contains("image/"), "{written}");
}

/// What `mixed` answers, at every client.
fn is_mixed(result: &CallToolResult) {
    assert_eq!(result.content.len(), 6);
    let note = json!({"author": "alice", "text": "[masked: card]"});
    assert_eq!(said(&result.content[0]), "paid with [masked: card]");
    assert_eq!(image(&result.content[1]), ("image/png".into(), base64(PIXEL)));
    assert_eq!(serde_json::from_str::<Value>(said(&result.content[2])).unwrap(), note);
    assert_eq!(audio(&result.content[3]), ("audio/wav".into(), base64(SOUND)));
    let fenced = said(&result.content[4]);
    assert!(fenced.contains("a mail") && fenced.contains("\nWelcome.\n"), "{fenced}");
    assert_eq!(said(&result.content[5]), "the end");
    assert_eq!(result.structured_content, Some(note));
}

#[tokio::test]
async fn a_mixed_answer_arrives_in_its_order_at_every_client() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let (modern, older) = (http.connect(ALICE).await.unwrap(), http.connect_legacy(ALICE).await.unwrap());
    let pipe = connect_by_pipe(&server, alice(), ()).await.unwrap();
    for result in [
        call(&modern, "mixed", json!({})).await.unwrap(),
        call(&older, "mixed", json!({})).await.unwrap(),
        call(&pipe, "mixed", json!({})).await.unwrap(),
        call_inside(&server, &alice(), "mixed", json!({})).await,
    ] {
        is_mixed(&result);
    }
    for record in audit.take() {
        assert_eq!((record.masked.get("card"), record.cleaned.get("zero_width")), (2, 1));
    }
    for client in [&modern, &older] {
        let tools = list(client).await.unwrap();
        let schema = |name: &str| tools.iter().find(|tool| tool.name == name).unwrap().output_schema.clone();
        assert_eq!(schema("mixed").unwrap()["properties"].as_object().unwrap().len(), 2);
        assert!(schema("draw").is_none() && schema("undeclared").is_none() && schema("motto").is_none());
    }
    let response = server.call(&Arc::new(alice()), "mixed", serde_json::Map::default()).await;
    assert!(
        matches!(&response.content()[1], Content::Image { data, mime_type, .. } if *data == base64(PIXEL) && mime_type == "image/png")
    );
    assert!(matches!(&response.content()[3], Content::Audio { mime_type, .. } if mime_type == "audio/wav"));
    assert!(response.text().ends_with("\nthe end"));
}

#[tokio::test]
async fn each_format_has_its_media_type() {
    let (_, server) = setup();
    for (kind, media_type) in
        [("png", "image/png"), ("jpeg", "image/jpeg"), ("gif", "image/gif"), ("webp", "image/webp")]
    {
        let result = call_inside(&server, &alice(), "draw", json!({"kind": kind})).await;
        assert_eq!((result.content.len(), image(&result.content[0]).0), (1, media_type.to_owned()));
    }
    for (kind, media_type) in
        [("wav", "audio/wav"), ("mp3", "audio/mpeg"), ("ogg", "audio/ogg"), ("flac", "audio/flac")]
    {
        let result = call_inside(&server, &alice(), "speak", json!({"kind": kind})).await;
        assert_eq!((result.content.len(), audio(&result.content[0]).0), (1, media_type.to_owned()));
    }
}

#[tokio::test]
async fn what_is_not_what_it_says_stays_inside() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    for (tool, kind) in [("draw", "html"), ("draw", "svg"), ("draw", "png as jpeg"), ("speak", "html")] {
        let result = call(&client, tool, json!({"kind": kind})).await.unwrap();
        assert_eq!(code(&result), "internal", "{tool} {kind}");
        holds_nothing(&result);
        let record = only(&audit);
        assert_eq!((record.decision, record.stage, record.rule), (Decision::Failed, Stage::Release, "content"));
        assert!(record.cause.unwrap().contains("does not begin like it"));
        assert_eq!(record.output_bytes, 0);
    }
    let result = call(&client, "draw", json!({"kind": "png"})).await.unwrap();
    assert_eq!(image(&result.content[0]), ("image/png".into(), base64(PIXEL)));
}

#[tokio::test]
async fn what_is_not_declared_stays_inside() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    for (tool, kind) in [("undeclared", "image"), ("undeclared", "audio"), ("drawn_undeclared", "")] {
        let arguments = if kind.is_empty() { json!({}) } else { json!({"kind": kind}) };
        let result = call(&client, tool, arguments).await.unwrap();
        assert_eq!(code(&result), "internal", "{tool} {kind}");
        holds_nothing(&result);
        let record = only(&audit);
        assert_eq!((record.stage, record.rule, record.output_bytes), (Stage::Release, "content", 0));
        assert!(record.cause.unwrap().contains("without `releases("));
    }
    let result = call(&client, "undeclared", json!({"kind": "text"})).await.unwrap();
    assert_eq!(result.content.iter().map(said).collect::<Vec<_>>(), ["one", "two"]);
    let result = call(&client, "drawn", json!({})).await.unwrap();
    assert_eq!((said(&result.content[0]), image(&result.content[1]).1), ("drawn:", base64(PIXEL)));
}

#[tokio::test]
async fn base64_counts_towards_the_size_of_an_answer() {
    let (audit, server) = setup();
    let result = call_inside(&server, &alice(), "draw", json!({"kind": "fits"})).await;
    assert_eq!((code(&result), image(&result.content[0]).1.len()), ("ok".into(), 1024));
    assert_eq!(only(&audit).output_bytes, 1024);
    let result = call_inside(&server, &alice(), "draw", json!({"kind": "too large"})).await;
    assert_eq!((code(&result), only(&audit).rule), ("output_too_large".into(), "max_output"));
}

#[tokio::test]
async fn the_log_has_the_size_and_the_digest_of_a_file_and_not_its_bytes() {
    let (audit, server) = setup();
    let (picture, sound) = (
        json!({"type": "image/png", "bytes": PIXEL.len(), "digest": sha256(PIXEL)}),
        json!({"type": "audio/wav", "bytes": SOUND.len(), "digest": sha256(SOUND)}),
    );
    let recorded = |audit: &MemorySink| {
        let output = only(audit).output.unwrap();
        assert!(!output.as_json().contains("iVBOR"));
        serde_json::from_str::<Value>(output.as_json()).unwrap()
    };
    let _ = call_inside(&server, &alice(), "draw", json!({"kind": "png"})).await;
    assert_eq!(recorded(&audit), json!({"masked": [], "files": [picture]}));
    let _ = call_inside(&server, &alice(), "mixed", json!({})).await;
    assert_eq!(
        recorded(&audit),
        json!({"shape": {"author": {"string": 5}, "text": {"string": 14}}, "files": [picture, sound]})
    );
    let _ = call_inside(&server, &alice(), "undeclared", json!({"kind": "text"})).await;
    assert_eq!(recorded(&audit), json!({"digest": sha256(b"onetwo")}));
    // A tool that writes.
    let _ = call_inside(&server, &alice(), "speak", json!({"kind": "wav"})).await;
    assert_eq!(recorded(&audit), json!({"digest": sha256(base64(SOUND).as_bytes())}));
}

#[tokio::test]
async fn every_block_of_a_proven_answer_is_the_callers() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    for (key, name) in [(ALICE, "alice"), (BOB, "bob")] {
        let client = http.connect(key).await.unwrap();
        let result = call(&client, "notes", json!({"foreign": ""})).await.unwrap();
        let notes = json!([note(name), note(name)]);
        assert_eq!((said(&result.content[0]), said(&result.content[1])), ("notes:", &*note(name).text));
        assert_eq!(said(&result.content[2]), notes.to_string());
        assert_eq!(image(&result.content[3]).1, base64(PIXEL));
        assert_eq!(result.structured_content, Some(json!({"result": notes})));
        assert_eq!(only(&audit).rule, "allowed");
        for foreign in ["text", "json", "image"] {
            let result = call(&client, "notes", json!({"foreign": foreign})).await.unwrap();
            assert_eq!(code(&result), "internal", "{foreign}");
            assert!(!serde_json::to_string(&result).unwrap().contains("mallory"));
            assert_eq!(only(&audit).rule, "breach", "{foreign}");
        }
    }
}

#[tokio::test]
async fn an_output_schema_is_a_promise_of_structured_content() {
    let (audit, server) = setup();
    let result = call_inside(&server, &alice(), "promised", json!({"times": 1})).await;
    assert_eq!((result.structured_content, result.content.len()), (Some(json!(note("alice"))), 2));
    let _ = only(&audit);
    for times in [0, 2] {
        let result = call_inside(&server, &alice(), "promised", json!({"times": times})).await;
        assert_eq!((code(&result), only(&audit).rule), ("internal".into(), "content"), "{times}");
    }
}

#[tokio::test]
async fn values_are_structured_and_texts_are_text() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    let tools = list(&client).await.unwrap();
    for (tool, arguments, value) in [
        ("whether", json!({}), json!(true)),
        ("count", json!({}), json!(42)),
        ("measure", json!({"by": 2.0}), json!(0.25)),
        ("names", json!({}), json!(["ada", "[masked: card]"])),
    ] {
        let result = call(&client, tool, arguments).await.unwrap();
        let structured = result.structured_content.clone().unwrap();
        assert_eq!((&structured, text(&result)), (&json!({"result": value}), value.to_string()));
        let schema = tools.iter().find(|other| other.name == tool).unwrap().output_schema.clone().unwrap();
        assert!(jsonschema::is_valid(&Value::Object((*schema).clone()), &structured), "{tool}");
    }
    let result = call(&client, "motto", json!({})).await.unwrap();
    assert_eq!((text(&result), &result.structured_content), ("carpe diem".into(), &None));
    let _ = audit.take();
    // JSON has no infinity, and `null` would not fit the schema.
    let result = call(&client, "measure", json!({"by": 0.0})).await.unwrap();
    assert_eq!((code(&result), only(&audit).rule), ("internal".into(), "content"));
}

struct Aliased;

impl Aliased {
    /// Draw.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), read_only)]
    async fn draw(&self) -> Result<Picture, ToolError> {
        Ok(Image::png(PIXEL))
    }

    /// Draw, as it says.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), read_only, releases(image))]
    async fn draw_declared(&self) -> Picture {
        Image::png(PIXEL)
    }

    /// Speak.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), read_only, releases(image))]
    async fn speak(&self) -> Result<Recording, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Audio::wav(SOUND))
    }

    /// Say.
    #[secure_tool(scope = "desk:test", owner = unowned("noise belongs to nobody"), read_only, releases(audio))]
    async fn say(&self) -> Plain {
        String::new()
    }
}

#[test]
fn what_a_type_tells_is_found_when_the_server_is_built() {
    let says = |tool: Tool<Aliased>| SecureServer::builder(Aliased).tool(tool).build().unwrap_err().to_string();
    assert!(says(Aliased::draw()).contains("[ST19]: add `releases(image)`"), "{}", says(Aliased::draw()));
    let speaks = says(Aliased::speak());
    assert!(speaks.contains("[ST19]: add `releases(audio)`") && speaks.contains("releases `image`"), "{speaks}");
    assert!(says(Aliased::say()).contains("releases `audio`, of which nothing is in its answer [ST19]"));
    let server = SecureServer::builder(Aliased).tool(Aliased::draw_declared()).build().unwrap();
    let manifest = server.policy();
    assert_eq!(manifest.tools[0].releases, ["image"]);
    assert!(manifest.to_string().contains("draw_declared: releases image"), "{manifest}");
    for name in ["image", "audio"] {
        let named = SecureServer::builder(Aliased).tool(Aliased::draw_declared()).mask_pattern(name, "EMP");
        assert!(named.build().unwrap_err().to_string().contains(name));
    }
}
