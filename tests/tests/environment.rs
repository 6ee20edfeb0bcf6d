//! A tool that exists in some environments is an unknown tool in the others, and every record names the environment.

use std::sync::Arc;

use secure_tool::{BuildError, Code, Decision, MemorySink, Stage, http::HttpOptions, prelude::*};
use secure_tool_tests::{
    alice,
    clients::{ALICE, HttpServer, call, call_inside, code, list, message, without_call_id},
    only,
};
use serde_json::json;

struct Theatre;

impl Theatre {
    /// Say hello.
    #[secure_tool(scope = "notes:read", owner = unowned("a greeting is for all"), read_only)]
    async fn greet(&self) -> &'static str {
        "hello"
    }

    /// Rehearse.
    #[secure_tool(scope = "notes:read", owner = unowned("nobody owns a rehearsal"), read_only, only_in("staging", "dev"))]
    async fn rehearse(&self) -> &'static str {
        "done"
    }
}

fn build(environment: Option<&'static str>, audit: &Arc<MemorySink>) -> Result<SecureServer<Theatre>, BuildError> {
    let mut builder =
        SecureServer::builder(Theatre).tool(Theatre::greet()).tool(Theatre::rehearse()).audit(Arc::clone(audit));
    if let Some(environment) = environment {
        builder = builder.environment(environment);
    }
    builder.build()
}

#[tokio::test]
async fn in_another_environment_it_is_an_unknown_tool() {
    for (environment, exists) in [("production", false), ("stagin", false), ("staging", true), ("dev", true)] {
        let audit = Arc::new(MemorySink::new(10));
        let server = build(Some(environment), &audit).unwrap();
        let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
        let client = http.connect(ALICE).await.unwrap();
        let names: Vec<_> = list(&client).await.unwrap().into_iter().map(|tool| tool.name).collect();
        assert_eq!(names, if exists { vec!["greet", "rehearse"] } else { vec!["greet"] });
        assert_eq!(code(&call(&client, "greet", json!({})).await.unwrap()), "ok");
        assert_eq!(only(&audit).environment.as_deref(), Some(environment));
        // No switch brings out what does not exist.
        server.switches().enable("rehearse").unwrap();
        server.switches().resume();
        let mut answers = Vec::new();
        for tool in ["rehearse", "no_such_tool"] {
            let response = http.post(Some(ALICE), message(tool, &json!({}))).send().await.unwrap();
            answers.push((response.status().as_u16(), without_call_id(&response.text().await.unwrap())));
        }
        let [record, unknown] = audit.take().try_into().unwrap();
        assert_eq!((unknown.rule, unknown.environment.as_deref()), ("unknown", Some(environment)));
        assert_eq!(serde_json::to_value(&record).unwrap()["environment"], environment);
        if exists {
            assert_eq!((record.decision, answers[0].0), (Decision::Allowed, 200));
        } else {
            assert_eq!(answers[0], answers[1], "to the byte");
            assert_eq!(
                (record.stage, record.rule, record.code),
                (Stage::Switch, "environment", Some(Code::UnknownTool))
            );
            assert_eq!(code(&call_inside(&server, &alice(), "rehearse", json!({})).await), "unknown_tool");
        }
    }
}

#[test]
fn the_manifest_says_where_a_tool_exists() {
    for (environment, exposed) in [("production", false), ("dev", true)] {
        let server = build(Some(environment), &Arc::new(MemorySink::new(1))).unwrap();
        let manifest = serde_json::to_value(server.policy()).unwrap();
        assert_eq!(manifest["environment"], environment);
        assert_eq!((&manifest["tools"][0]["only_in"], &manifest["tools"][0]["exposed"]), (&json!([]), &json!(true)));
        let rehearse = &manifest["tools"][1];
        assert_eq!((&rehearse["only_in"], &rehearse["exposed"]), (&json!(["staging", "dev"]), &json!(exposed)));
        let table = server.policy().to_string();
        assert!(table.contains("rehearse: exists only in staging, dev"), "{table}");
        assert!(table.contains(&format!("this server runs in {environment}")), "{table}");
        assert_eq!(table.contains("reads (hidden)"), !exposed, "{table}");
    }
}

#[tokio::test]
async fn only_in_requires_an_environment() {
    let audit = Arc::new(MemorySink::new(10));
    let error = build(None, &audit).unwrap_err();
    assert_eq!(error.problems(), ["`rehearse` exists only in some environments: set `.environment(\"…\")`"]);
    for name in ["", "Production", "my staging", "1st", "-x", "größe", "dev\n", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"] {
        let problems = build(Some(name), &audit).unwrap_err();
        assert!(problems.to_string().contains("its environment `"), "{name}: {problems}");
        assert!(!problems.to_string().contains("dev\n"), "{problems}");
    }
    let server = SecureServer::builder(Theatre).tool(Theatre::greet()).audit(Arc::clone(&audit)).build().unwrap();
    assert_eq!(code(&call_inside(&server, &alice(), "greet", json!({})).await), "ok");
    assert_eq!(serde_json::to_value(only(&audit)).unwrap()["environment"], json!(null));
}
