//! A marked value in every argument, error and panic, and the places where it must not appear: answers, traces, logs, and the arguments in audit
//! records. Causes appear only in the audit record.

use std::{
    fmt::Write as _,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use secure_tool::{JsonLines, http::HttpOptions};
use secure_tool_tests::{
    CANARY, Desk, alice,
    clients::{ALICE, HttpServer, call, call_inside, message},
    server,
};
use serde_json::{Value, json};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span,
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};

/// Everything that is traced or logged, as text.
#[derive(Clone, Default)]
struct Traces(Arc<Mutex<String>>);

impl Traces {
    fn add(&self, visit: impl FnOnce(&mut Text)) {
        let mut text = Text(String::new());
        visit(&mut text);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text.0);
    }

    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        writeln!(self.0, "{field}={value:?}").unwrap();
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        writeln!(self.0, "{field}={value}").unwrap();
    }
}

/// The library's own spans and events, and rmcp's at the level that servers run at.
fn watched(metadata: &tracing::Metadata<'_>) -> bool {
    metadata.target().starts_with("secure_tool") || *metadata.level() <= tracing::Level::INFO
}

impl<S: Subscriber> Layer<S> for Traces {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        if watched(attributes.metadata()) {
            self.add(|text| {
                writeln!(text.0, "span {}", attributes.metadata().name()).unwrap();
                attributes.record(text);
            });
        }
    }

    fn on_record(&self, _: &span::Id, values: &span::Record<'_>, _: Context<'_, S>) {
        self.add(|text| values.record(text));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if watched(event.metadata()) {
            self.add(|text| event.record(text));
        }
    }
}

/// A file in memory.
#[derive(Clone, Default)]
struct File(Arc<Mutex<Vec<u8>>>);

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl File {
    fn records(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn calls() -> Vec<(&'static str, Value)> {
    let shapes = json!({
        "colour": CANARY, "small": CANARY, "share": CANARY, "maybe": CANARY, "tags": [CANARY], "counts": { CANARY: CANARY },
        "nested": {"width": CANARY, CANARY: 1}, "page": CANARY, CANARY: CANARY,
    });
    let accepted = json!({
        "colour": "red", "small": 1, "share": 0, "tags": [], "counts": { CANARY: 1 }, "nested": {"width": 1, "content": [CANARY]},
    });
    vec![
        (CANARY, json!({ CANARY: CANARY })),
        ("get_note", json!({"note": CANARY})),
        ("get_note", json!({"note": 1, CANARY: CANARY})),
        ("get_note", json!({"note": 900})),
        ("get_note", json!({"note": 901})),
        ("get_note", json!({"note": 903})),
        ("get_notes", json!({"notes": [CANARY]})),
        ("shapes", shapes),
        ("careless", json!({"forget": true})),
        ("panics", json!({})),
        ("panics_blocking", json!({})),
        ("fails", json!({"how": "internal"})),
        ("fails", json!({"how": CANARY})),
        ("add_note", json!({"text": CANARY.repeat(100)})),
        ("scarce_per_tenant", json!({ CANARY: CANARY })),
        // These bodies may answer with what they were given; it must be nowhere else.
        ("echo", json!({"text": CANARY, "password": CANARY})),
        ("shapes", accepted),
        ("add_note", json!({"text": CANARY})),
    ]
}

const MAY_ANSWER_WITH_IT: [&str; 2] = ["echo", "shapes"];

#[tokio::test]
async fn a_marked_value_appears_only_where_it_may() {
    let traces = Traces::default();
    tracing::subscriber::set_global_default(Registry::default().with(traces.clone())).unwrap();
    let log = File::default();
    let server = server(&Arc::new(Desk::default()), JsonLines::to(log.clone())).unwrap();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();

    for (tool, arguments) in calls() {
        let inside = serde_json::to_string(&call_inside(&server, &alice(), tool, arguments.clone()).await).unwrap();
        let raw = http.post(Some(ALICE), message(tool, &arguments)).send().await.unwrap().text().await.unwrap();
        let through = match call(&client, tool, arguments.clone()).await {
            Ok(result) => serde_json::to_string(&result).unwrap(),
            Err(error) => error.to_string(),
        };
        for answer in [inside, raw, through] {
            let refused = answer.contains("rror\":t") || answer.contains("\"error\"");
            let expected = MAY_ANSWER_WITH_IT.contains(&tool) && !refused;
            assert_eq!(answer.contains(CANARY), expected, "{tool} {arguments}: {answer}");
        }
    }
    drop(client);

    let records = log.records();
    let intents = records.iter().filter(|record| record["phase"] == "intent").count();
    assert_eq!((records.len(), intents), (3 * calls().len() + 3, 3), "one call of each three writes");
    let mut causes = 0;
    for mut record in records {
        causes += usize::from(record["cause"].as_str().is_some_and(|cause| cause.contains(CANARY)));
        record["cause"].take();
        assert!(!record.to_string().contains(CANARY), "{record}");
    }
    assert_eq!(causes, 3 * 5, "two panics of bodies, one of `load`, and two errors");
    let seen = traces.text();
    assert!(seen.contains("gen_ai.tool.name=get_note"), "something was watched");
    assert!(seen.contains("a guarded tool panicked"), "the place of a panic is logged");
    assert!(seen.contains("alert=breach"), "a breach is an alert");
    let found: Vec<_> = seen.lines().filter(|line| line.contains(CANARY)).collect();
    assert!(found.is_empty(), "{found:#?}");
}
