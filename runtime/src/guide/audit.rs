//! Audit, alerts and metrics: what is recorded, who is told at once, how the record becomes evidence, and what OpenTelemetry is told.
//!
//! Every call leaves an [`AuditRecord`](crate::AuditRecord), whatever its end, but for one exception: refusals that come in floods are counted, see
//! [below](#refusals-that-come-in-floods). The [sink](crate::AuditSink) decides what it is worth:
//!
//! | sink | survives the end of the process | shows that it was changed |
//! |---|---|---|
//! | [`StderrSink`](crate::StderrSink) | as far as somebody reads it | no |
//! | [`JsonLines`](crate::JsonLines) | yes | no |
//! | `ledger::Ledger` (feature `ledger`) | yes; on request also a loss of power | yes, back to the last checkpoint |
//!
//! # What a record says
//!
//! A record is one JSON object. It says who called (`caller`, `tenant`, `client`, `key_id`, …), which tool, with which arguments (redacted: an identifier or a
//! number as it is, free text as its length; `#[arg(audit = …)]` changes that), how ownership came out (`owner`), what a person gave (`asked`) and who confirmed (`confirmed_by`), and how the call ended:
//!
//! | field | says |
//! |---|---|
//! | `phase` | `call`: the only record, of a tool that reads or of a call whose body did not start. `intent` and `outcome`: the two records of a tool that may write, with the same `call_id` |
//! | `decision`, `stage`, `rule`, `code` | the outcome, the stage of the guard and the check that decided, and the code that the client was told |
//! | `body` | how far the tool's own code got: `not_started`, `running` (a blocking body of a tool that reads, answered before its end), `dropped` (an async body, cut off where it waited), `ended`, `panicked` |
//! | `answered` | in an outcome: what the caller was told while the body ran (`timeout`, `revoked`, `halted`), or that the client had left (`cancelled`). Otherwise `null`: the caller got the answer that the record describes |
//! | `cause` | what went wrong inside. It is nowhere else; the client reads a code and the `call_id` |
//!
//! The intent is in the log before the body starts, so it survives `kill -9`; with [`Durability::Intents`](crate::Durability::Intents), an option of
//! `JsonLines` and of the ledger, also a loss of power. Without it a loss of power may cost the lines of the last seconds (`JsonLines`) or of about a second (the ledger). The outcome follows when the body has ended, however late.
//!
//! # At three in the morning: did it happen?
//!
//! A client reports `outcome_unknown`, or somebody asks whether a payment was made. Find the call by the `call_id` that the client was shown, or by caller and tool, and read its
//! records. The files are lines of JSON, so `grep -rh CALL_ID /var/log/billing` finds them in every file of a log.
//!
//! | the log has | it happened? | do |
//! |---|---|---|
//! | a `call` with `body` `not_started` | no | nothing; the client may try again if its answer said so |
//! | an `outcome` that is `allowed`, `body` `ended` | yes, whatever `answered` says | tell the client; do not repeat it |
//! | an `outcome` with `stage` `release`, `body` `ended` | yes: the body succeeded, and its answer was stopped (too large, a card's number, a breach) | tell the client; do not repeat it |
//! | an `outcome` that is `failed`, `stage` `body`, `body` `ended` | as far as the tool's own error says: see `code` and `cause` | read the tool's error; look at the object |
//! | an `outcome` with `body` `dropped` or `panicked` | perhaps, in part | look at the object, and at the systems that the tool calls |
//! | an `intent` alone, and the application's log says “the audit sink cannot take a record” | perhaps; the outcome waits in memory | make room for the log and do **not** restart: the outcome is written as soon as the sink takes it |
//! | an `intent` alone, and the process that wrote it runs | the body runs still | wait for the outcome. A blocking body cannot be stopped; it keeps its place until it ends |
//! | an `intent` alone, and that process has ended (the ledger has an `opened` line after the intent; with `JsonLines` compare the time of the intent with the start of the process) | perhaps | look at the object. Nobody else will write the outcome |
//!
//! `outcome_unknown` never invites the model to try again: its text asks it to look at the state first. `unavailable` with a time to try again is for calls of which
//! nothing has happened.
//!
//! # Refusals and failed logins
//!
//! Refusals are recorded like every other call, with the check that decided in `rule`. A client is told less: `not_found` is the same for absent and foreign
//! objects, and only `owner` in the record (`absent`, `foreign`) tells them apart.
//!
//! Without a valid credential there is no call. With HTTP, such requests are counted by address and reason, and recorded as
//! [`FailedLogins`](crate::FailedLogins): lines with `"kind":"failed_logins"`, when a burst begins, once a minute while it lasts, and at its end. A reader tells calls from events by
//! `kind`, which calls do not have.
//!
//! # Answers in the log
//!
//! By default the log has the SHA-256 of what a tool that writes answered, and nothing of what a tool that only reads answered. `audit_output = …` on a tool, or
//! [`default_audit_output`](crate::ServerBuilder::default_audit_output) for the server, says otherwise:
//!
//! ```
//! use secure_tool::prelude::*;
//!
//! struct Practice;
//!
//! impl Practice {
//!     /// Tell the opening hours.
//!     // With the answer at hand, it can be shown later that the caller was given this one.
//!     #[secure_tool(scope = "practice:read", owner = unowned("the same for everybody"), read_only, audit_output = digest)]
//!     async fn hours(&self) -> &'static str { "9 to 5" }
//! }
//! ```
//!
//! | value | the record has |
//! |---|---|
//! | `none` | nothing |
//! | `shape` | types and lengths, and the names of fields that the output schema declares |
//! | `digest` | `sha256:…` of the released bytes. Answers that can be guessed are not protected by it |
//! | `masked` | the answer as it left, after the release scan and the classes, at most 8 KiB with the lists of files and links. What is not masked in the answer is in the log: mind who reads it |
//!
//! # Alerts
//!
//! A log is read afterwards; an alert comes at once. The server counts, for each caller, refusals that a well-behaved client does not cause, and some other events:
//!
//! | kind | by default | about |
//! |---|---|---|
//! | `foreign_objects` | 5 in 5 minutes | a caller, who names objects of others |
//! | `missing_scope` | 10 in 5 minutes | a caller |
//! | `unknown_items` | 10 in 5 minutes | a caller, who tries names of tools |
//! | `declined_confirmations` | 3 in 10 minutes | a caller, or a model that does not take no for an answer |
//! | `override` | each | a caller, who used the [override scope](crate::ServerBuilder::override_scope) |
//! | `error_rate` | half of a tool's calls in 5 minutes, and at least 10 | a tool |
//! | `breach` | each | a tool that answered with an object of somebody else, which did not leave |
//! | `sink_failure` | each | the audit log |
//!
//! Alerts of one kind about one caller are at least a minute apart, and each says how many events there were. They go to the application's log (`tracing`, level `ERROR`, target
//! `secure_tool::alert`), and to every sink that is added:
//!
//! ```
//! use std::{sync::mpsc::SyncSender, time::Duration};
//! use secure_tool::{Alert, AlertKind, AlertSink, Alerts, ServerBuilder};
//!
//! /// Hands alerts to a thread that pages somebody.
//! struct Pager(SyncSender<Alert>);
//!
//! impl AlertSink for Pager {
//!     fn alert(&self, alert: &Alert) {
//!         // An alert sink must not wait. What is dropped here is in the application's log all the same.
//!         let _ = self.0.try_send(alert.clone());
//!     }
//! }
//!
//! fn alerting<S: Send + Sync + 'static>(builder: ServerBuilder<S>, pager: Pager) -> ServerBuilder<S> {
//!     let quarter = Duration::from_secs(15 * 60);
//!     builder.alerts(
//!         Alerts::new()
//!             .threshold(AlertKind::MissingScope, 20, quarter)
//!             // Five objects of others in five minutes: out for a quarter of an hour.
//!             .revoke_for(AlertKind::ForeignObjects, quarter)
//!             .to(pager),
//!     )
//! }
//! ```
//!
//! `AlertWebhook` (feature `webhook`) posts them. `revoke_for` is a reaction: the caller is [revoked](crate::Revocations) on this server, so that its running calls end and
//! further ones are refused; it ends by itself. The caller is the agent that acts for a subject (`act` in a token), if there is one, and else the subject: what an agent does is
//! counted for it in its tenant, whomever it acts for, and who has lent it their name is not locked out. Mind who shares a name: revoking a service account stops everything that works through it. It is done only where the
//! events were counted for exactly this caller; when more than 16,384 callers and kinds are active at the same time, the others are counted together, and alert without a reaction.
//!
//! # If the sink fails
//!
//! A call that cannot be recorded is refused, by default. What has happened already decides what the caller is told:
//!
//! - Before a body that may write, nothing has happened: `unavailable`, and the client may try again.
//! - After it, the effect is there and its outcome is not in the log: `outcome_unknown`. The outcome is kept in memory (4096 at most), and **no call writes until the log has
//!   it**; reads go on as soon as the sink takes their records. It is tried again before every call, and when the server ends. Outcomes beyond the 4096 are lost, which is
//!   an error event when the log works again.
//! - A read whose record cannot be written is withheld: `unavailable`.
//!
//! [`on_audit_failure`](crate::ServerBuilder::on_audit_failure) with [`RefuseWrites`](crate::AuditFailure::RefuseWrites) lets reads pass unrecorded, with
//! [`Continue`](crate::AuditFailure::Continue) also writes. Each failure is an error event and a `sink_failure` alert. Outcomes that the log does not take when the server ends are lost: free the disk before you restart it.
//!
//! # What to watch
//!
//! | signal | means | do |
//! |---|---|---|
//! | target `secure_tool::alert` in the application's log, or the alert sink | a threshold was reached, or an outcome could not be recorded | read the records of the `call_id` |
//! | “the audit sink cannot take a record” | the disk is full, a permission is missing, the log has reached `max_bytes` | make room. Calls are being refused |
//! | target `secure_tool::ledger` | the log cannot be written, signed or exported | the same. After a failed sync, or if somebody else wrote to the file, verify the log and restart |
//! | intents without an outcome, older than the longest `timeout` | a body that hangs, or a process that was killed | see the table above |
//! | `failed_logins` with `throttled` | somebody guesses credentials | see the address; block it in front of the server |
//! | `ledger verify`, from a scheduled job | exit code 1: the log was changed; 0 and 4 are good for a log in use | keep the files as they are; compare with the exported checkpoints |
//! | checkpoints that no longer arrive where they are exported | the process is gone, or its way out | look after it: what is not exported can be rewritten |
//!
//! # Refusals that come in floods
//!
//! A caller that is refused whatever it does could fill the disk with records, and a server that cannot record refuses everybody. So of each kind of refusal the
//! first ten a minute have a record ([`refusals_recorded`](crate::ServerBuilder::refusals_recorded)). Those beyond are counted, and the number becomes a
//! [`RefusalBurst`](crate::RefusalBurst) in the same log: about once a minute while they go on, and when the server is dropped. Records and numbers add up to
//! the calls that were made.
//!
//! A kind is one caller (tenant, subject and client; without a credential, one address), tool, code, stage and check. 4096 kinds are told apart at the same time; further ones
//! are counted without the caller. One caller has at most 100 such records a minute over all its kinds, and 32 kinds that are told apart; what it is refused beyond those is
//! counted by code and check, without the tool. Only calls that were refused before their body are counted so: one that was allowed, asked a person, was
//! confirmed by one, or may have done something has its own record. [`Alerts`](crate::Alerts) count every refusal.
//!
//! What is not written: the arguments, the ids and the causes of the refusals that are counted, and, if the process is killed, the numbers of the last minute or two.
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
//! `ledger prove DIR N` prints record `N` with the proof that it is in the log, and the checkpoint that covers it. An auditor with the public key checks it with
//! `ledger check FILE`, and sees no other record.
//!
//! # How long and how much
//!
//! By default nothing is deleted and there is no bound. `retain(Duration::from_secs(90 * 24 * 60 * 60))` deletes whole files whose newest record is older; the log says so, and the rest can still be
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
//! A read or a list of a resource is measured as a tool's call is, with `resources/read` or `resources/list` as `mcp.method.name`. In the place of
//! `gen_ai.tool.name` and `gen_ai.operation.name` it has `secure_tool.resource.name`, the name of the resource and not the URI; its `error.type` is the code of the JSON-RPC error
//! (-32602 for what is not there, at every protocol).
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
//! Each call is a span, `tools/call get_invoice` or `resources/read invoice`, with the names of the [conventions], the `call_id` under which the audit record is, and
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
