//! Audit, metrics and traces: what is recorded, how the record becomes evidence, and what OpenTelemetry is told.
//!
//! Every call leaves an [`AuditRecord`](crate::AuditRecord), whatever its end. The [sink](crate::AuditSink) decides what it is worth:
//!
//! | sink | survives the end of the process | shows that it was changed |
//! |---|---|---|
//! | [`StderrSink`](crate::StderrSink) | as far as somebody reads it | no |
//! | [`JsonLines`](crate::JsonLines) | yes | no |
//! | `ledger::Ledger` (feature `ledger`) | yes; on request also a loss of power | yes, back to the last checkpoint |
//!
//! # A log that is evidence
//!
//! A file of JSON lines can be edited by everybody who may write to it. The `ledger` writes the same lines, and keeps a Merkle tree over them whose root it signs about
//! once a second. A signed root, a *checkpoint*, fixes all records up to then.
//!
//! 1. Make a key. Offer `ledger::command` as a subcommand of your server:
//!
//!    ```text
//!    $ my-server ledger key --name billing.example.com/audit --file /etc/billing/ledger.key
//!    billing.example.com/audit+1f0e2c3d+AS…
//!    ```
//!
//!    Keep the public key, which it shows, where the log is not.
//! 2. Open the log: `.audit(Ledger::open("/var/log/billing", LedgerOptions::new(SigningKey::from_file("/etc/billing/ledger.key")?))?)`.
//! 3. **Export the checkpoints** to a place that the server can append to and not rewrite: `.export(LogCheckpoints)` where the application's log is collected,
//!    `.export(CheckpointFile::append(…)?)` on another file system,
//!    `.export(CheckpointWebhook::new(…)?)` (feature `webhook`), or a `CheckpointSink` of your own.
//! 4. Verify, from time to time and before you rely on a record:
//!
//!    ```text
//!    $ my-server ledger verify /var/log/billing --key billing.example.com/audit+1f0e2c3d+AS… --checkpoint /mnt/elsewhere/checkpoints
//!    billing.example.com/audit/5be1c0ffee04d2aa: 90210 records, all signed; root 2Vd7…
//!    ```
//!
//! | exit code | means |
//! |---|---|
//! | 0 | everything is as it was signed |
//! | 1 | it is not: each finding names the file, the line and what happened (changed, missing, inserted, swapped, truncated, a bad signature) |
//! | 2 | the command was used wrongly |
//! | 3 | a file cannot be read, or there is no log |
//! | 4 | what was signed is as it was; so many records at the end are not signed yet. Normal for a log that is in use |
//!
//! Without step 3 the log protects against everybody but those who have the signing key, which is on the same machine. They can write
//! another log and sign it. And what was written after the last checkpoint is not protected at all: about a second of records, or what a
//! process that was killed left behind. The next process takes that over, and the log says how many records it was.
//!
//! # One record, without the others
//!
//! `ledger prove DIR N` prints record `N` with the proof that it is in the log, and the checkpoint that covers it. Whoever has the public key checks it with
//! `ledger check FILE`, and sees no other record.
//!
//! # How long and how much
//!
//! By default nothing is deleted and there is no bound. `retain(90 days)` deletes whole files whose newest record is older; the log says so, and the rest can still be
//! verified. `max_bytes(…)` bounds the log: nothing is deleted for it early, so when it is reached calls are refused, as they are when the disk is full. With
//! [`on_audit_failure(AuditFailure::Continue)`](crate::ServerBuilder::on_audit_failure) calls go on without being recorded, and the log says afterwards how many records were refused.
//!
//! When a process ends with `std::process::exit`, nothing is dropped: call `Ledger::checkpoint` before, so that the tail is signed.
//!
//! # Metrics
//!
//! With the feature `otel` the library reports to OpenTelemetry. It speaks to the API, `opentelemetry` 0.33, and brings no SDK and no exporter: the application chooses
//! those. `examples/telemetry` is a whole server, with a configuration for a collector that also serves Prometheus.
//!
//! ```
//! # use secure_tool::prelude::*;
//! # struct Desk;
//! # impl Desk {
//! #     /// Say when the desk is open.
//! #     #[secure_tool(scope = public("it is on the door"), owner = unowned("nobody owns opening hours"), read_only)]
//! #     async fn opening_hours(&self) -> &'static str { "9 to 5" }
//! # }
//! # #[cfg(feature = "otel")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // After `opentelemetry::global::set_meter_provider(…)`, or with a meter of your own:
//! let meter = opentelemetry::global::meter("desk");
//! let server = SecureServer::builder(Desk).tool(Desk::opening_hours()).meter(meter).build()?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "otel"))]
//! # fn main() {}
//! ```
//!
//! Calls are measured when they are over, whatever their end, and once each: a call with an intent and an outcome is measured by its outcome,
//! at the end of its body.
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
