//! Images and audio: they arrive in order, and only if their bytes match their declared format and the tool releases them.

use std::sync::Arc;

use rmcp::model::CallToolResult;
use secure_tool::{Content, Decision, SecureServer, Stage, http::HttpOptions, prelude::*};
use secure_tool_tests::{
    alice,
    clients::{ALICE, HttpServer, call, call_inside, code, connect_by_pipe, list},
    only_end,
};
use serde_json::{Value, json};

use crate::desk::{PIXEL, SOUND, audio, base64, holds_nothing, image, said, setup};

/// Whose type is not called by the name that the rule knows.
type Picture = Image;
type Recording = Audio;
type Plain = String;

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
async fn bytes_that_do_not_match_their_format_are_withheld() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    for (tool, kind) in [("draw", "html"), ("draw", "svg"), ("draw", "png as jpeg"), ("speak", "html")] {
        let result = call(&client, tool, json!({"kind": kind})).await.unwrap();
        assert_eq!(code(&result), "internal", "{tool} {kind}");
        holds_nothing(&result);
        let record = only_end(&audit);
        assert_eq!((record.decision, record.stage, record.rule), (Decision::Failed, Stage::Release, "content"));
        assert!(record.cause.unwrap().contains("does not start like that media type"));
        assert_eq!(record.output_bytes, 0);
    }
    let result = call(&client, "draw", json!({"kind": "png"})).await.unwrap();
    assert_eq!(image(&result.content[0]), ("image/png".into(), base64(PIXEL)));
}

#[tokio::test]
async fn undeclared_files_are_withheld() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    for (tool, kind) in [("undeclared", "image"), ("undeclared", "audio"), ("drawn_undeclared", "")] {
        let arguments = if kind.is_empty() { json!({}) } else { json!({"kind": kind}) };
        let result = call(&client, tool, arguments).await.unwrap();
        assert_eq!(code(&result), "internal", "{tool} {kind}");
        holds_nothing(&result);
        let record = only_end(&audit);
        assert_eq!((record.stage, record.rule, record.output_bytes), (Stage::Release, "content", 0));
        assert!(record.cause.unwrap().contains("requires `releases("));
    }
    let result = call(&client, "undeclared", json!({"kind": "text"})).await.unwrap();
    assert_eq!(result.content.iter().map(said).collect::<Vec<_>>(), ["one", "two"]);
    let result = call(&client, "drawn", json!({})).await.unwrap();
    assert_eq!((said(&result.content[0]), image(&result.content[1]).1), ("drawn:", base64(PIXEL)));
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
fn build_checks_releases_against_aliased_types() {
    let says = |tool: Tool<Aliased>| SecureServer::builder(Aliased).tool(tool).build().unwrap_err().to_string();
    assert!(says(Aliased::draw()).contains("[ST19]: add `releases(image)`"), "{}", says(Aliased::draw()));
    let speaks = says(Aliased::speak());
    assert!(speaks.contains("[ST19]: add `releases(audio)`") && speaks.contains("releases `image`"), "{speaks}");
    assert!(says(Aliased::say()).contains("releases `audio`, but its answer contains none [ST19]"));
    let server = SecureServer::builder(Aliased).tool(Aliased::draw_declared()).build().unwrap();
    let manifest = server.policy();
    assert_eq!(manifest.tools[0].releases, ["image"]);
    assert!(manifest.to_string().contains("draw_declared: releases image"), "{manifest}");
    for name in ["image", "audio"] {
        let named = SecureServer::builder(Aliased).tool(Aliased::draw_declared()).mask_pattern(name, "EMP");
        assert!(named.build().unwrap_err().to_string().contains(name));
    }
}
