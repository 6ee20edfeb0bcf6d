//! Metrics and traces: what OpenTelemetry is told (feature `otel`).
//!
//! The library speaks to OpenTelemetry's API, `opentelemetry` 0.33, and brings no SDK and no exporter: the application chooses those. Without the
//! feature, a call is still a span of `tracing`, with the same names. `examples/telemetry` is a whole server with a configuration for a collector, which
//! also serves Prometheus.
//!
//! ```
//! # use secure_tool::prelude::*;
//! # struct Desk;
//! # impl Desk {
//! #     /// Say when the desk is open.
//! #     #[secure_tool(scope = public("it is on the door"), owner = unowned("nobody owns opening hours"), read_only)]
//! #     async fn opening_hours(&self) -> &'static str { "9 to 5" }
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // After `opentelemetry::global::set_meter_provider(…)`, or with a meter of your own:
//! let meter = opentelemetry::global::meter("desk");
//! let server = SecureServer::builder(Desk).tool(Desk::opening_hours()).meter(meter).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Metrics
//!
//! They are measured once for each call, when it is over, whatever its end.
//!
//! | instrument | counts | labels |
//! |---|---|---|
//! | `mcp.server.operation.duration`, a histogram in seconds | how long calls took, with the bucket boundaries of the [conventions] from 0.01 to 300 | `mcp.method.name`, `gen_ai.operation.name`, `gen_ai.tool.name`, `network.transport` (`tcp`, `pipe`, or absent for a call from within the process), `error.type` |
//! | `secure_tool.decisions` | calls by their [decision](crate::Decision) and [code](crate::Code) | `gen_ai.tool.name`, `secure_tool.decision`, `secure_tool.code` |
//! | `secure_tool.masked` | values that were [masked](crate#what-does-not-leave) in answers | `gen_ai.tool.name`, `secure_tool.kind` |
//! | `secure_tool.audit.failures` | times that the audit sink could not take a record, or was not ready for one | |
//!
//! `error.type` is what the [conventions] ask for: `tool_error` if the result is an error, `-32602` for an unknown tool, and absent if the call succeeded
//! or asked a question; it is `cancelled` if nobody received an answer. The code of the library is in `secure_tool.code`.
//!
//! No label names a subject, a tenant, a client or a key, and none holds anything that a client has written: a call of a tool that does not exist has no
//! `gen_ai.tool.name`. So the number of time series depends on the tools of the server and not on its callers. Who it was is in the
//! [audit log](crate::AuditSink), and [`Alerts`](crate::Alerts) name them. The SDK keeps 2000 combinations of labels for each instrument by default, which is
//! enough for about a hundred tools.
//!
//! In Prometheus the names have underscores: the share of failed calls by tool is
//!
//! ```text
//! sum by (gen_ai_tool_name) (rate(secure_tool_decisions_total{secure_tool_decision="failed"}[5m]))
//!   / sum by (gen_ai_tool_name) (rate(secure_tool_decisions_total[5m]))
//! ```
//!
//! # Traces
//!
//! Each call is a span, `tools/call get_invoice`, with the names of the [conventions], the `call_id` under which the audit record is, and
//! `secure_tool.code` if it failed. [`tracing-opentelemetry`](https://docs.rs/tracing-opentelemetry/0.34) 0.34 exports it: install its layer, with the tracer of
//! your provider, in the application's subscriber.
//!
//! | a request carries | and so |
//! |---|---|
//! | `traceparent` and `tracestate` in `params._meta`, on any transport | that is the span's parent ([W3C Trace Context]) |
//! | `traceparent` and `tracestate` as headers of the HTTP request | that is linked, unless a span of the application surrounds the request: then that one is linked |
//! | no `traceparent` in `_meta` | the span of the application around it is the parent, if there is one; otherwise the span begins a trace |
//!
//! What is malformed counts as absent, and so does a `tracestate` of more than 512 characters or 32 members. `baggage` is not read.
//!
//! The *sampled* flag of the parent is passed on, and the SDK's default sampler does what it says: a client then decides what is exported. For clients that you do
//! not trust with that, choose a sampler which does not ask the parent, such as `TraceIdRatioBased`. The trace's id is in the audit record in any case.
//!
//! The attributes of a span name no caller either. Events do, as they are the application's log: an [alert](crate::AlertLog) says who caused it. The layer would attach
//! them to the span, and rmcp's own spans show messages at the levels debug and trace. So let it see the spans of the library and of your application, and no events:
//!
//! ```text
//! let spans = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("secure_tool"));
//! registry().with(tracing_opentelemetry::layer().with_tracer(tracer).with_filter(spans)).init();
//! ```
//!
//! [conventions]: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
//! [W3C Trace Context]: https://www.w3.org/TR/trace-context/
