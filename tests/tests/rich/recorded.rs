//! The size limits of answers, and what the audit log contains of them.

use secure_tool::{AuditOutput, MemorySink, http::HttpOptions};
use secure_tool_tests::{
    alice,
    clients::{ALICE, HttpServer, call, call_inside, code},
    only_end, sha256,
};
use serde_json::{Value, json};

use crate::desk::{PIXEL, SOUND, base64, image, setup};

#[tokio::test]
async fn base64_counts_towards_the_size_of_an_answer() {
    let (audit, server) = setup();
    let result = call_inside(&server, &alice(), "draw", json!({"kind": "fits"})).await;
    assert_eq!((code(&result), image(&result.content[0]).1.len()), ("ok".into(), 1024));
    assert_eq!(only_end(&audit).output_bytes, 1024);
    let result = call_inside(&server, &alice(), "draw", json!({"kind": "too large"})).await;
    assert_eq!((code(&result), only_end(&audit).rule), ("output_too_large".into(), "max_output"));
}

#[tokio::test]
async fn blocks_count_towards_the_size_of_an_answer() {
    let (audit, server) = setup();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    // 64 bytes for each but the first, and for every other text one more; a picture is 8 bytes, and has a media type of 9.
    for (pictures, most, bytes) in [(false, 16, 8), (true, 13, 13 * 8)] {
        let result = call(&client, "many", json!({"blocks": most, "pictures": pictures})).await.unwrap();
        assert_eq!((code(&result), result.content.len()), ("ok".into(), most), "{pictures}");
        assert_eq!(only_end(&audit).output_bytes, bytes);
        for blocks in [most + 1, 200_000] {
            let result = call(&client, "many", json!({"blocks": blocks, "pictures": pictures})).await.unwrap();
            assert_eq!((code(&result), only_end(&audit).rule), ("output_too_large".into(), "max_output"), "{blocks}");
        }
    }
}

#[tokio::test]
async fn the_recorded_part_of_an_answer_is_limited() {
    let (audit, server) = setup();
    let recorded = async |tool: &str, blocks: usize, pictures: bool| -> (usize, Value) {
        let result = call_inside(&server, &alice(), tool, json!({"blocks": blocks, "pictures": pictures})).await;
        assert_eq!((code(&result), result.content.len()), ("ok".into(), blocks));
        let output = only_end(&audit).output.unwrap();
        (output.as_json().len(), serde_json::from_str(output.as_json()).unwrap())
    };
    let length = |list: &Value| list.as_array().map_or(0, Vec::len);
    for (tool, pictures) in
        [("many_masked", true), ("many_masked", false), ("many_shapes", true), ("many_shapes", false)]
    {
        let (bytes, output) = recorded(tool, 8000, pictures).await;
        assert!(bytes < AuditOutput::LONGEST + 100, "{tool}: {bytes}");
        assert_eq!(output["cut"], true, "{tool}: {output}");
        let texts = if tool == "many_masked" { &output["masked"] } else { &output["shape"]["text"] };
        let kept = length(texts) + length(&output["files"]);
        // Empty texts say nothing, and are not counted where texts are shown.
        let all = if tool == "many_masked" && !pictures { 4000 } else { 8000 };
        assert!(kept > 50 && output["omitted"] == all - kept, "{tool}: {kept}, {}", output["omitted"]);
        let (_, output) = recorded(tool, 10, pictures).await;
        assert!(output.get("cut").is_none() && output.get("omitted").is_none(), "{tool}: {output}");
        assert_eq!(length(&output["files"]), if pictures { 10 } else { 0 }, "{tool}");
    }
}

#[tokio::test]
async fn the_log_has_the_size_and_the_digest_of_a_file_and_not_its_bytes() {
    let (audit, server) = setup();
    let (picture, sound) = (
        json!({"type": "image/png", "bytes": PIXEL.len(), "digest": sha256(PIXEL)}),
        json!({"type": "audio/wav", "bytes": SOUND.len(), "digest": sha256(SOUND)}),
    );
    let recorded = |audit: &MemorySink| {
        let output = only_end(audit).output.unwrap();
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
