//! What is exported to OpenTelemetry: metrics with the names of the semantic conventions, and spans that belong to the caller's trace.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError, mpsc},
};

use opentelemetry::{
    KeyValue, global,
    metrics::MeterProvider,
    trace::{Status, TracerProvider},
};
use opentelemetry_sdk::{
    metrics::{
        InMemoryMetricExporter, SdkMeterProvider,
        data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics},
    },
    trace::{InMemorySpanExporter, SdkTracerProvider, SpanData},
};
use rmcp::model::{
    ArgumentInfo, CallToolRequestParams, CompleteRequestParams, GetPromptRequestParams, ReadResourceRequestParams,
    Reference, RequestParamsMeta,
};
use secure_tool::{AuditError, AuditRecord, AuditSink, MemorySink, ServerBuilder, http::HttpOptions, prelude::*};
use secure_tool_testkit::{LIMIT, until, within};
use secure_tool_tests::{
    Desk, alice, builder,
    clients::{ALICE, HttpServer, call, call_inside, connect_by_pipe, message, pipe},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    sync::Notify,
};
use tower_service::Service;
use tracing::Instrument;
use tracing_subscriber::{Layer, Registry, filter::filter_fn, layer::SubscriberExt};

/// A bank that pays when it is told to.
struct Bank {
    started: Notify,
    pay: Mutex<mpsc::Receiver<()>>,
}

impl Bank {
    /// Pay.
    #[secure_tool(scope = "desk:test", owner = unowned("nobody's money"), timeout = 5m)]
    fn pay(&self) -> &'static str {
        self.started.notify_one();
        let _ = self.pay.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(LIMIT);
        "paid"
    }
}

/// A server, and what its meter has measured.
struct Measured<S = Desk> {
    server: SecureServer<S>,
    provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
}

/// Attributes as `name=value`, in the order of the names, and what was counted under them.
type Series = BTreeMap<String, u64>;

impl Measured {
    fn new(audit: impl AuditSink) -> Self {
        Self::of(builder(&Arc::new(Desk::default())), audit)
    }
}

impl<S: Send + Sync + 'static> Measured<S> {
    fn of(server: ServerBuilder<S>, audit: impl AuditSink) -> Self {
        let exporter = InMemoryMetricExporter::default();
        let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
        let server = server.allow_writes().audit(audit).meter(provider.meter("test"));
        Self { server: server.build().unwrap(), provider, exporter }
    }

    fn metrics(&self) -> Metrics {
        self.exporter.reset();
        self.provider.force_flush().unwrap();
        Metrics(self.exporter.get_finished_metrics().unwrap())
    }
}

struct Metrics(Vec<ResourceMetrics>);

impl Metrics {
    fn named(&self, name: &str) -> Option<&Metric> {
        let scopes = self.0.iter().flat_map(ResourceMetrics::scope_metrics);
        scopes.flat_map(ScopeMetrics::metrics).find(|metric| metric.name() == name)
    }

    fn durations(&self) -> Series {
        match self.named("mcp.server.operation.duration").map(Metric::data) {
            Some(AggregatedMetrics::F64(MetricData::Histogram(histogram))) => {
                histogram.data_points().map(|point| (attributes(point.attributes()), point.count())).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn counted(&self, name: &str) -> Series {
        match self.named(name).map(Metric::data) {
            Some(AggregatedMetrics::U64(MetricData::Sum(sum))) => {
                assert!(sum.is_monotonic(), "{name}");
                sum.data_points().map(|point| (attributes(point.attributes()), point.value())).collect()
            }
            None => Series::new(),
            other => panic!("{name}: {other:?}"),
        }
    }
}

fn attributes<'a>(attributes: impl IntoIterator<Item = &'a KeyValue>) -> String {
    let mut attributes: Vec<_> = attributes.into_iter().map(|one| format!("{}={}", one.key, one.value)).collect();
    attributes.sort_unstable();
    attributes.join(" ")
}

fn series<const N: usize>(expected: [(&str, u64); N]) -> Series {
    expected.map(|(attributes, count)| (attributes.to_owned(), count)).into()
}

#[tokio::test]
async fn calls_are_measured_with_the_names_of_the_conventions() {
    let measured = Measured::new(MemorySink::new(10));
    let http = HttpServer::start(&measured.server, HttpOptions::default()).await.unwrap();
    let client = http.connect(ALICE).await.unwrap();
    for note in [1, 2, 3] {
        call(&client, "get_note", json!({"note": note})).await.unwrap();
    }
    call(&client, "echo", json!({"text": "4111 1111 1111 1111 and 4111-1111-1111-1111"})).await.unwrap();
    call(&client, "no_such_tool", json!({})).await.unwrap_err();
    let by_pipe = connect_by_pipe(&measured.server, alice(), ()).await.unwrap();
    call(&by_pipe, "add_note", json!({"text": "milk"})).await.unwrap();
    call_inside(&measured.server, &alice(), "get_note", json!({"note": 1})).await;

    let metrics = measured.metrics();
    let duration = metrics.named("mcp.server.operation.duration").unwrap();
    assert_eq!(duration.unit(), "s");
    let AggregatedMetrics::F64(MetricData::Histogram(histogram)) = duration.data() else { panic!("{duration:?}") };
    for point in histogram.data_points() {
        let boundaries: Vec<f64> = point.bounds().collect();
        assert_eq!(boundaries, [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0]);
        assert!(point.sum() > 0.0 && point.sum() < 300.0, "seconds");
    }
    let tool = "gen_ai.operation.name=execute_tool gen_ai.tool.name";
    assert_eq!(
        metrics.durations(),
        series([
            (&*format!("{tool}=get_note mcp.method.name=tools/call network.transport=tcp"), 2),
            (&*format!("error.type=tool_error {tool}=get_note mcp.method.name=tools/call network.transport=tcp"), 1),
            (&*format!("{tool}=echo mcp.method.name=tools/call network.transport=tcp"), 1),
            (&*format!("{tool}=add_note mcp.method.name=tools/call network.transport=pipe"), 1),
            (&*format!("{tool}=get_note mcp.method.name=tools/call"), 1),
            (
                "error.type=-32602 gen_ai.operation.name=execute_tool mcp.method.name=tools/call network.transport=tcp",
                1
            ),
        ])
    );
    assert_eq!(
        metrics.counted("secure_tool.decisions"),
        series([
            ("gen_ai.tool.name=get_note secure_tool.decision=allowed", 3),
            ("gen_ai.tool.name=get_note secure_tool.code=not_found secure_tool.decision=refused", 1),
            ("gen_ai.tool.name=echo secure_tool.decision=allowed", 1),
            ("gen_ai.tool.name=add_note secure_tool.decision=allowed", 1),
            ("secure_tool.code=unknown_tool secure_tool.decision=refused", 1),
        ])
    );
    assert_eq!(metrics.counted("secure_tool.masked"), series([("gen_ai.tool.name=echo secure_tool.kind=card", 2)]));
    assert_eq!(metrics.counted("secure_tool.audit.failures"), series([]));
}

#[tokio::test]
async fn a_call_that_is_dropped_is_measured_once() {
    let measured = Measured::new(MemorySink::new(10));
    let alice = Arc::new(alice());
    let arguments = json!({"stay": true}).as_object().cloned().unwrap();
    let stays = measured.server.call(&alice, "one_at_a_time", arguments);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(50), stays).await.is_err());
    assert_eq!(
        measured.metrics().counted("secure_tool.decisions"),
        series([("gen_ai.tool.name=one_at_a_time secure_tool.code=cancelled secure_tool.decision=cancelled", 1)])
    );
}

#[tokio::test]
async fn a_body_that_ends_late_is_measured_at_its_end() {
    let (pay, paid) = mpsc::channel();
    let bank = Arc::new(Bank { started: Notify::new(), pay: Mutex::new(paid) });
    let audit = Arc::new(MemorySink::new(10));
    let server = SecureServer::builder_shared(Arc::clone(&bank)).tool(Bank::pay());
    let measured = Measured::of(server, Arc::clone(&audit));
    let called = measured.server.clone();
    let call = tokio::spawn(async move { call_inside(&called, &alice(), "pay", json!({})).await });
    within("the body to start", bank.started.notified()).await;
    call.abort();
    assert!(within("the call to be dropped", call).await.is_err());
    assert_eq!(audit.records().len(), 1, "the intent");
    assert_eq!(measured.metrics().counted("secure_tool.decisions"), series([]));
    pay.send(()).unwrap();
    until("the outcome", async || audit.records().len() == 2).await;
    let metrics = measured.metrics();
    assert_eq!(
        metrics.counted("secure_tool.decisions"),
        series([("gen_ai.tool.name=pay secure_tool.decision=allowed", 1)])
    );
    assert_eq!(
        metrics.durations(),
        series([(
            "error.type=cancelled gen_ai.operation.name=execute_tool gen_ai.tool.name=pay mcp.method.name=tools/call",
            1
        )]),
        "nobody was answered"
    );
}

#[tokio::test]
async fn failures_of_the_audit_sink_are_counted() {
    struct Full;
    impl AuditSink for Full {
        fn record(&self, _: AuditRecord) -> Result<(), AuditError> {
            Err(AuditError::new("the disk is full"))
        }
    }
    let measured = Measured::new(Full);
    for _ in 0..2 {
        assert_eq!(call_inside(&measured.server, &alice(), "ping", json!({})).await.is_error, Some(true));
    }
    assert_eq!(measured.metrics().counted("secure_tool.audit.failures"), series([("", 2)]));
}

#[tokio::test]
async fn without_a_meter_the_global_provider_is_used() {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    global::set_meter_provider(provider.clone());
    let server = builder(&Arc::new(Desk::default())).audit(MemorySink::new(10)).build().unwrap();
    call_inside(&server, &alice(), "ping", json!({})).await;
    provider.force_flush().unwrap();
    let finished = exporter.get_finished_metrics().unwrap();
    let scope = finished.iter().flat_map(ResourceMetrics::scope_metrics).next().unwrap().scope().clone();
    assert_eq!((scope.name(), scope.version()), ("secure-tool", Some("0.1.0")));
    // Servers of other tests may report there as well.
    let counted = Metrics(finished).counted("secure_tool.decisions");
    assert!(counted.keys().any(|labels| labels.contains("gen_ai.tool.name=ping")), "{counted:?}");
}

/// The spans of every test in this process: a subscriber is global, as servers run in tasks of their own.
fn spans() -> &'static InMemorySpanExporter {
    static SPANS: OnceLock<InMemorySpanExporter> = OnceLock::new();
    SPANS.get_or_init(|| {
        let exporter = InMemorySpanExporter::default();
        // The default sampler does what the parent's flags say.
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let ours = filter_fn(|metadata| {
            metadata.is_span() && (metadata.target().starts_with("secure_tool") || metadata.target() == "telemetry")
        });
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        tracing::subscriber::set_global_default(Registry::default().with(layer.with_filter(ours))).unwrap();
        exporter
    })
}

/// The span of a call that belongs to this trace.
async fn span_of(trace: &str) -> SpanData {
    let of_trace = || {
        let spans = spans().get_finished_spans().unwrap();
        spans.into_iter().find(|span| span.span_context.trace_id().to_string() == trace && span.name != "request")
    };
    until("the span to close", async || of_trace().is_some()).await;
    of_trace().unwrap()
}

fn server() -> (Arc<MemorySink>, SecureServer<Desk>) {
    let audit = Arc::new(MemorySink::new(100));
    let server = builder(&Arc::new(Desk::default())).audit(Arc::clone(&audit)).build().unwrap();
    (audit, server)
}

/// The links of a span, as `traceparent` and `tracestate`.
fn links(span: &SpanData) -> Vec<(String, String)> {
    let contexts = span.links.iter().map(|link| &link.span_context);
    contexts
        .map(|context| {
            let flags = context.trace_flags().to_u8();
            let parent = format!("00-{}-{}-{flags:02x}", context.trace_id(), context.span_id());
            (parent, context.trace_state().header())
        })
        .collect()
}

#[tokio::test]
async fn over_http_meta_is_the_parent_and_the_request_is_linked() {
    spans();
    let (audit, server) = server();
    let http = HttpServer::start(&server, HttpOptions::default()).await.unwrap();
    let around = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01";
    let meta = |trace: &str, flags: &str| {
        let parent = format!("00-{trace}-00f067aa0ba902b7-{flags}");
        json!({"traceparent": parent, "tracestate": "rojo=1, congo=t61rcWkgMzE"})
    };
    for (era, trace) in
        [("2025-11-25", "11111111111111111111111111111111"), ("2026-07-28", "22222222222222222222222222222222")]
    {
        let mut meta = meta(trace, "01");
        if era == "2026-07-28" {
            meta["io.modelcontextprotocol/protocolVersion"] = json!(era);
            meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
        }
        let params = json!({"name": "get_note", "arguments": {"note": 3}, "_meta": meta});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string();
        let request = secure_tool_tests::clients::http_client()
            .post(http.url())
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .header("mcp-protocol-version", era)
            .header("mcp-method", "tools/call")
            .header("mcp-name", "get_note")
            .header("traceparent", around)
            .header("tracestate", "a=1")
            .header("tracestate", "b=2")
            .bearer_auth(ALICE)
            .body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{era}");

        let span = span_of(trace).await;
        assert_eq!(span.parent_span_id.to_string(), "00f067aa0ba902b7", "{era}");
        assert!(span.parent_span_is_remote, "{era}");
        assert_eq!(span.span_context.trace_state().header(), "rojo=1,congo=t61rcWkgMzE", "{era}");
        assert_eq!(links(&span), [(around.to_owned(), "a=1,b=2".to_owned())], "{era}");
        assert_eq!(span.name, "tools/call get_note");
        assert_eq!(span.span_kind, opentelemetry::trace::SpanKind::Server);
        assert_eq!(span.status, Status::error(""), "{era}");
        let all = attributes(&span.attributes);
        for expected in [
            "error.type=tool_error",
            "gen_ai.operation.name=execute_tool",
            "gen_ai.tool.name=get_note",
            "mcp.method.name=tools/call",
            "network.transport=tcp",
            "parent_id=00f067aa0ba902b7",
            "secure_tool.code=not_found",
            &format!("trace_id={trace}"),
            &format!("mcp.protocol.version={era}"),
        ] {
            assert!(all.split(' ').any(|one| one == expected), "{expected} in {all}");
        }
        assert_eq!(audit.records().pop().unwrap().trace_id.as_deref(), Some(trace));
    }
}

#[tokio::test]
async fn over_a_pipe_meta_is_the_parent() {
    spans();
    let (_, server) = server();
    let client = connect_by_pipe(&server, alice(), ()).await.unwrap();
    let trace = "33333333333333333333333333333333";
    let mut params =
        CallToolRequestParams::new("get_note").with_arguments(json!({"note": 1}).as_object().cloned().unwrap());
    params.set_traceparent(&format!("00-{trace}-00f067aa0ba902b7-01"));
    params.set_tracestate("rojo=1");
    within("the call", client.call_tool(params)).await.unwrap();
    let span = span_of(trace).await;
    assert_eq!(span.parent_span_id.to_string(), "00f067aa0ba902b7");
    assert_eq!(span.span_context.trace_state().header(), "rojo=1");
    assert!(attributes(&span.attributes).contains("network.transport=pipe"));
    assert_eq!((links(&span), span.status), (vec![], Status::Unset));
}

#[tokio::test]
async fn calls_of_an_unsampled_parent_are_not_sampled() {
    spans();
    let (audit, server) = server();
    let mut pipe = BufReader::new(pipe(&server, alice()));
    let (dark, bright) = ("44444444444444444444444444444444", "55555555555555555555555555555555");
    for (id, trace, flags) in [(1, dark, "00"), (2, bright, "01")] {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
            "traceparent": format!("00-{trace}-00f067aa0ba902b7-{flags}"),
        });
        let params = json!({"name": "get_note", "arguments": {"note": 1}, "_meta": meta});
        let line = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}).to_string();
        within("the server to read", pipe.write_all(format!("{line}\n").as_bytes())).await.unwrap();
        let mut answer = String::new();
        within("the answer", pipe.read_line(&mut answer)).await.unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["result"]["structuredContent"]["id"], 1, "{answer}");
    }
    span_of(bright).await;
    let spans = spans().get_finished_spans().unwrap();
    assert!(spans.iter().all(|span| span.span_context.trace_id().to_string() != dark));
    let recorded: Vec<_> = audit.records().into_iter().map(|record| record.trace_id).collect();
    assert_eq!(recorded, [Some(dark.into()), Some(bright.into())], "the audit log knows the trace all the same");
}

#[tokio::test]
async fn a_span_of_the_application_around_the_request_is_linked_instead() {
    spans();
    let (_, server) = server();
    let mut router = server.router(secure_tool_tests::clients::keys().unwrap());
    let trace = "66666666666666666666666666666666";
    let mut body: Value = serde_json::from_str(&message("get_note", &json!({"note": 1}))).unwrap();
    body["params"]["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
        "traceparent": format!("00-{trace}-00f067aa0ba902b7-01"),
    });
    let request = http::Request::post("/mcp")
        .header("host", "localhost")
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "get_note")
        .header("authorization", format!("Bearer {ALICE}"))
        .header("traceparent", "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01")
        .body(axum::body::Body::from(body.to_string()))
        .unwrap();
    let around = tracing::info_span!(target: "telemetry", "request");
    let response = within("the answer", router.call(request).instrument(around)).await.unwrap();
    assert_eq!(response.status(), 200);
    let span = span_of(trace).await;
    assert_eq!(span.parent_span_id.to_string(), "00f067aa0ba902b7");
    let finished = || spans().get_finished_spans().unwrap().into_iter().find(|span| span.name == "request");
    until("the application's span to close", async || finished().is_some()).await;
    let linked: Vec<_> = span.links.iter().map(|link| link.span_context.span_id()).collect();
    assert_eq!(linked, [finished().unwrap().span_context.span_id()]);
}

#[tokio::test]
async fn no_label_and_no_attribute_says_who_calls_or_what_was_sent() {
    const CANARY: &str = "canary";
    spans();
    let measured = Measured::new(MemorySink::new(100));
    let caller = Caller::new("canary-subject").with_tenant("canary-tenant").with_client("canary-client").with_scopes([
        "notes:read",
        "notes:write",
        "desk:test",
    ]);
    let client = connect_by_pipe(&measured.server, caller, ()).await.unwrap();
    let trace = "77777777777777777777777777777777";
    for (tool, arguments, is_known) in [
        ("add_note", json!({"text": "canary-argument"}), true),
        ("echo", json!({"text": "canary-text 4111 1111 1111 1111"}), true),
        ("fails", json!({"how": "canary-value"}), true),
        ("get_note", json!({"note": 1, "canary-key": "canary-value"}), true),
        ("careless", json!({"forget": true}), true),
        ("canary-tool", json!({}), false),
    ] {
        let mut params = CallToolRequestParams::new(tool).with_arguments(arguments.as_object().cloned().unwrap());
        params.set_traceparent(&format!("00-{trace}-00f067aa0ba902b7-01"));
        assert_eq!(within(tool, client.call_tool(params)).await.is_ok(), is_known, "{tool}");
    }
    let of_trace = || {
        let spans = spans().get_finished_spans().unwrap();
        spans.into_iter().filter(|span| span.span_context.trace_id().to_string() == trace).collect::<Vec<_>>()
    };
    until("six spans to close", async || of_trace().len() == 6).await;
    let spans = format!("{:?}", of_trace());
    let metrics = measured.metrics();
    assert_eq!(metrics.counted("secure_tool.decisions").values().sum::<u64>(), 6);
    let metrics = format!("{:?}", metrics.0);
    for known in ["add_note", "echo", "fails", "get_note", "careless", "card"] {
        assert!(metrics.contains(known), "{known} in {metrics}");
    }
    for text in [metrics, spans] {
        assert!(!text.contains(CANARY), "{text}");
    }
}

/// Letters that nobody owns.
struct Archive;

impl Archive {
    /// A letter.
    #[secure_resource(uri = "letters://{letter}", scope = "desk:test", owner = unowned("an archive for everybody"))]
    async fn letter(
        &self,
        /// Which.
        letter: String,
    ) -> String {
        letter
    }

    /// A prompt.
    #[secure_prompt(scope = "desk:test", owner = unowned("an archive for everybody"))]
    async fn summary(
        &self,
        /// Of what.
        #[arg(one_of = ["canary"])]
        of: String,
    ) -> Prompt {
        Prompt::new().user(of)
    }
}

#[tokio::test]
async fn a_prompt_and_its_completion_are_measured_by_name_and_what_was_typed_stays_out() {
    spans();
    let measured = Measured::of(SecureServer::builder(Archive).prompt(Archive::summary()), MemorySink::new(10));
    let client = connect_by_pipe(&measured.server, alice(), ()).await.unwrap();
    let traces = ["99999999999999999999999999999999", "dddddddddddddddddddddddddddddddd"];
    let arguments = json!({"of": "canary"}).as_object().cloned().unwrap();
    let mut params = GetPromptRequestParams::new("summary").with_arguments(arguments);
    params.set_traceparent(&format!("00-{}-00f067aa0ba902b7-01", traces[0]));
    assert!(within("a prompt", client.get_prompt(params)).await.is_ok());
    let mut params = CompleteRequestParams::new(Reference::for_prompt("summary"), ArgumentInfo::new("of", "canary"));
    params.set_traceparent(&format!("00-{}-00f067aa0ba902b7-01", traces[1]));
    assert!(within("a completion", client.complete(params)).await.is_ok());
    let alice = Arc::new(alice());
    assert!(measured.server.prompt(&alice, "canary", serde_json::Map::new()).await.is_error());

    for (trace, method) in traces.into_iter().zip(["prompts/get", "completion/complete"]) {
        let span = span_of(trace).await;
        assert_eq!(span.name, format!("{method} summary"));
        let told = attributes(&span.attributes);
        assert!(
            told.contains(&format!("mcp.method.name={method}")) && told.contains("gen_ai.prompt.name=summary"),
            "{told}"
        );
        assert!(!told.contains("canary"), "{told}");
    }
    let metrics = measured.metrics();
    assert_eq!(
        metrics.durations(),
        series([
            ("gen_ai.prompt.name=summary mcp.method.name=prompts/get network.transport=pipe", 1),
            ("gen_ai.prompt.name=summary mcp.method.name=completion/complete network.transport=pipe", 1),
            ("error.type=-32602 mcp.method.name=prompts/get", 1),
        ])
    );
    assert!(!format!("{:?}", metrics.0).contains("canary"));
}

#[tokio::test]
async fn a_resource_is_measured_by_its_name_and_its_uri_stays_out() {
    spans();
    let measured = Measured::of(SecureServer::builder(Archive).resource(Archive::letter()), MemorySink::new(10));
    let client = connect_by_pipe(&measured.server, alice(), ()).await.unwrap();
    let trace = "88888888888888888888888888888888";
    let mut params = ReadResourceRequestParams::new("letters://canary");
    params.set_traceparent(&format!("00-{trace}-00f067aa0ba902b7-01"));
    assert!(within("a letter", client.read_resource(params)).await.is_ok());
    let alice = Arc::new(alice());
    assert!(measured.server.read(&alice, "canary://letters").await.is_error());

    let span = span_of(trace).await;
    assert_eq!(span.name, "resources/read letter");
    let told = attributes(&span.attributes);
    assert!(
        told.contains("mcp.method.name=resources/read") && told.contains("secure_tool.resource.name=letter"),
        "{told}"
    );
    let metrics = measured.metrics();
    assert_eq!(
        metrics.durations(),
        series([
            ("mcp.method.name=resources/read network.transport=pipe secure_tool.resource.name=letter", 1),
            ("error.type=-32602 mcp.method.name=resources/read", 1),
        ])
    );
    assert_eq!(
        metrics.counted("secure_tool.decisions"),
        series([
            ("secure_tool.decision=allowed secure_tool.resource.name=letter", 1),
            ("secure_tool.code=not_found secure_tool.decision=refused", 1),
        ])
    );
    for text in [told, format!("{:?}", metrics.0)] {
        assert!(!text.contains("canary"), "{text}");
    }
}
