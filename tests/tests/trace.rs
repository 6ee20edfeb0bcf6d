//! The span of a call has the names that OpenTelemetry prescribes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use rmcp::model::{CallToolRequestParams, RequestParamsMeta};
use secure_tool::{MemorySink, http::HttpOptions};
use secure_tool_testkit::{until, within};
use secure_tool_tests::{
    Desk, alice, builder,
    clients::{ALICE, HttpServer, call_inside},
};
use serde_json::json;
use tracing::{
    Subscriber,
    field::{Field, Visit},
    span,
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

type Fields = BTreeMap<String, String>;

/// The fields of every `tools/call` span that has closed.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<Fields>>>);

struct Collect<'a>(&'a mut Fields);

impl Visit for Collect<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().into(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().into(), value.into());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let mut fields = Fields::from([("name".into(), attributes.metadata().name().into())]);
        attributes.record(&mut Collect(&mut fields));
        context.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        if let Some(fields) = context.span(id).unwrap().extensions_mut().get_mut::<Fields>() {
            values.record(&mut Collect(fields));
        }
    }

    fn on_close(&self, id: span::Id, context: Context<'_, S>) {
        let fields = context.span(&id).unwrap().extensions_mut().remove::<Fields>().unwrap();
        if fields.get("name").map(String::as_str) == Some("tools/call") {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fields);
        }
    }
}

#[tokio::test]
async fn a_call_is_one_span_with_the_standard_names() {
    let spans = Spans::default();
    tracing::subscriber::set_global_default(Registry::default().with(spans.clone())).unwrap();
    let audit = Arc::new(MemorySink::new(10));
    let desk = Arc::new(Desk::default());
    let server = builder(&desk).environment("staging").audit(Arc::clone(&audit)).build().unwrap();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();

    let mut params =
        CallToolRequestParams::new("get_note").with_arguments(json!({"note": 3}).as_object().unwrap().clone());
    params.set_traceparent("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01");
    within("the call", client.call_tool(params)).await.unwrap();
    call_inside(&server, &alice(), "no_such_tool", json!({})).await;

    let closed = || spans.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    until("both spans to close", async || closed().len() >= 2).await;
    // A span closes with its task, and so perhaps after the answer.
    let (of_get_note, others): (Vec<_>, Vec<_>) =
        closed().into_iter().partition(|span| span.get("gen_ai.tool.name").is_some_and(|tool| tool == "get_note"));
    let ([call], [unknown]) = (&*of_get_note, &*others) else { panic!("{of_get_note:#?} {others:#?}") };
    let record = audit.records().into_iter().next().unwrap();
    let call_id = record.call_id.to_string();
    for (field, value) in [
        ("otel.name", "tools/call get_note"),
        ("otel.kind", "server"),
        ("mcp.method.name", "tools/call"),
        ("mcp.protocol.version", "2026-07-28"),
        ("gen_ai.tool.name", "get_note"),
        ("gen_ai.operation.name", "execute_tool"),
        ("network.transport", "tcp"),
        ("error.type", "tool_error"),
        ("otel.status_code", "ERROR"),
        ("secure_tool.code", "not_found"),
        ("deployment.environment.name", "staging"),
        ("trace_id", "0af7651916cd43dd8448eb211c80319c"),
        ("parent_id", "00f067aa0ba902b7"),
        ("call_id", &call_id),
    ] {
        assert_eq!(call.get(field).map(String::as_str), Some(value), "{field}");
    }
    assert!(call.contains_key("jsonrpc.request.id"));
    assert_eq!(record.trace_id.as_deref(), Some("0af7651916cd43dd8448eb211c80319c"));
    assert_eq!(unknown.get("error.type").map(String::as_str), Some("-32602"));
    assert_eq!(unknown.get("secure_tool.code").map(String::as_str), Some("unknown_tool"));
    assert!(
        !unknown.values().any(|value| value.contains("no_such_tool")),
        "a name that the client made up: {unknown:?}"
    );
}
