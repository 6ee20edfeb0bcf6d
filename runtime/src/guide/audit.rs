//! Audit: the audit log, alerts, metrics and traces.
//!
//! After this chapter you can choose where audit records go, find out from them whether a call had its effect, verify that nobody has changed
//! them, and connect alerts and OpenTelemetry.
//!
//! Every call leaves an [`AuditRecord`](crate::AuditRecord), however it ends. The only exceptions are floods of refusals, which are
//! [counted](#floods-of-refusals). The [sink](crate::AuditSink) decides how reliable the log is:
//!
//! | sink | survives the end of the process | shows later changes |
//! |---|---|---|
//! | [`StderrSink`](crate::StderrSink) (default) | only if another program stores it | no |
//! | [`JsonLines`](crate::JsonLines) | yes | no |
//! | `ledger::Ledger` (feature `ledger`) | yes; optionally also a power failure | yes, up to the last checkpoint |
//!
//! # The fields of a record
//!
//! A record is one JSON object. It names the caller (`caller`, `tenant`, `client`, `key_id`, …), the tool, the redacted arguments (identifiers and
//! numbers in clear, free text as its length; `#[arg(audit = …)]` changes that), the result of the ownership check (`owner`), what a person entered (`asked`) and who confirmed (`confirmed_by`). These fields say how the call ended:
//!
//! | field | meaning |
//! |---|---|
//! | `phase` | `call`: the only record, for a tool that reads, or for a call whose body did not start. `intent` and `outcome`: the two records of a tool that may write, with the same `call_id` |
//! | `decision`, `stage`, `rule`, `code` | the result, the [stage](crate::Stage) of the guard and the [check](#the-rules) that decided, and the [code](crate::Code) that the client received |
//! | `body` | the state of your function: `not_started`, `running` (a blocking body of a tool that reads, still running when the client was answered), `dropped` (an async body, stopped at an `.await`), `ended`, `panicked` |
//! | `answered` | in an outcome: what the caller was told while the body was running (`timeout`, `revoked`, `halted`), or that the client had left (`cancelled`). `null` if the caller got the answer that the record describes |
//! | `cause` | the internal error. It is only here: the client gets a code and the `call_id` |
//!
//! The intent is in the log before the body starts, so it survives `kill -9`. With [`Durability::Intents`](crate::Durability::Intents), an option of
//! `JsonLines` and of the ledger, it also survives a power failure. Without that option a power failure may lose the records of the last seconds (`JsonLines`) or of about one second (the ledger). The outcome is
//! written when the body has ended, even if that is long after the answer.
//!
//! # The rules
//!
//! `rule` names the check that decided, so you can filter the log by it. It is `admitted` in an intent, `allowed` for a call that passed all checks, and `repeated`
//! for a call that got the answer of an earlier one ([retries](super::retries)). The others, by `stage`:
//!
//! | `stage` | `rule` |
//! |---|---|
//! | `switch` | `unknown` (there is no such item), `environment` (`only_in` names another one), `only_for`, `read_only` (the item writes, and the builder lacks `allow_writes()` or an operator has called `set_read_only`), `disabled`, `halted`, `halted_tenant`, `halted_client`, `halted_caller` |
//! | `identity` | `identity` (there is no credential), `caller` (the same, for a public tool whose body takes `&Caller`), `expired_credential`, `revoked_subject`, `revoked_client`, `revoked_token`, `revoked_key`, `removed_key` (an API key that is no longer in its file), `stale_revocations` (a call that may write, while the [store](super::nodes) has not been heard from for 3 seconds) |
//! | `scope` | `scope` |
//! | `rate` | `rate`, `quota`, `budget`; `tenant`, `client` (a limit is counted for each of them, and the caller has none) |
//! | `arguments` | `size`, `depth`, `schema`, `type` (a value that fits the schema and not the type); `answer`, `answer_size` (what a person entered) |
//! | `limits` | `concurrency`, `concurrency_of_caller`, `threads`, `threads_of_caller` (too many [blocking bodies](crate::ServerBuilder::blocking_bodies)), `breaker`, `timeout`; just before the body `expired_credential`, `withdrawn_credential`, `credential_unchecked`, `withdrawn` (the call was cancelled) |
//! | `owner` | `absent`, `foreign`, `load` (your [`Load`](crate::Load) or [`OwnerOf`](crate::OwnerOf) has failed) |
//! | `idempotency` | `key_of_another`, `running`, `in_doubt`, `not_kept`, `secure-tool/idempotency-key` (the client's key is not valid) |
//! | `order` | `out_of_order` |
//! | `confirmation` | `asked`, `waiting`, `waiting_of_caller` (too many calls wait for people), `crowded` (too many answers in a short time), `seal` (the question could not be sealed), and the rules [of a refused confirmation](super::confirmation#in-the-audit-record) |
//! | `body` | `error` (the tool has failed), `runtime` (the runtime is shutting down) |
//! | `release` | `breach` (an object of somebody else), `max_output`, `masked_number` (a number that has to be masked), `content` (a picture, a recording or a link that may not leave), `inspected` (a detector refused), `memory` |
//! | `audit` | `audit` (the sink has failed) |
//!
//! At several stages: `panic` (your code has panicked), `shared_store` (the store is down), `cancelled`, `gone` (the client has left), `dropped` (the call was given up, for example when its connection
//! closed), and the rules of `switch` and `identity` for a call that was ended while it ran. Any other rule, with the code `internal`, is a check of the
//! guard on itself: please report it.
//!
//! # Did it happen?
//!
//! A client reports `outcome_unknown`, or somebody asks whether a payment was made. Find the call by its `call_id`, which the client has received, or by caller and tool, and read its
//! records. The files are lines of JSON: `grep -rh CALL_ID /var/log/billing` searches every file of a log.
//!
//! | the log has | did it happen? | what to do |
//! |---|---|---|
//! | a `call` with `body` `not_started` | no | nothing; the client may try again if its answer said so |
//! | an `outcome` that is `allowed`, `body` `ended` | yes, regardless of `answered` | tell the client; do not repeat it |
//! | an `outcome` with `stage` `release`, `body` `ended` | yes: the body succeeded, and its answer was withheld (too large, a card number, a breach) | tell the client; do not repeat it |
//! | an `outcome` that is `failed`, `stage` `body`, `body` `ended` | as the tool's own error says: see `code` and `cause` | read the error; look at the object |
//! | an `outcome` with `body` `dropped` or `panicked` | perhaps, in part | look at the object, and at the systems that the tool calls |
//! | only an `intent`, and the application's log says “the audit sink could not accept a record” | perhaps; the outcome waits in memory | make room for the log and do **not** restart: the outcome is written as soon as the sink accepts it |
//! | only an `intent`, and the process that wrote it is running | the body is still running | wait for the outcome. A blocking body cannot be stopped; it keeps its place until it ends |
//! | only an `intent`, and that process has ended (the ledger has an `opened` line after the intent; with `JsonLines` compare the time of the intent with the start of the process) | perhaps | look at the object. No outcome will follow |
//!
//! The text of `outcome_unknown` asks the model to look at the state first and not to repeat the call. `unavailable` with a time to try again means that nothing has happened.
//!
//! # Refusals and failed logins
//!
//! Refusals are recorded like every other call, and `rule` names the check that decided. The client is told less: `not_found` is the same for absent and foreign
//! objects, and only `owner` in the record (`absent`, `foreign`) tells them apart.
//!
//! A request without a valid credential is not a call. Over HTTP the server counts such requests by address and reason, and records them as
//! [`FailedLogins`](crate::FailedLogins): lines with `"kind":"failed_logins"` when a burst begins, once a minute while it lasts, and at its
//! end. Records of calls have no `kind`, which distinguishes them from other lines.
//!
//! # Answers in the log
//!
//! By default the log has the SHA-256 of the answers of tools that write, and nothing of the answers of tools that read. `audit_output = …` changes this for a tool, and
//! [`default_audit_output`](crate::ServerBuilder::default_audit_output) for the server:
//!
//! ```
//! use secure_tool::prelude::*;
//!
//! struct Practice;
//!
//! impl Practice {
//!     /// Tell the opening hours.
//!     // With the answer at hand, the log can prove later that this answer was given.
//!     #[secure_tool(scope = "practice:read", owner = unowned("the same for everybody"), read_only, audit_output = digest)]
//!     async fn hours(&self) -> &'static str { "9 to 5" }
//! }
//! ```
//!
//! | value | the record has |
//! |---|---|
//! | `none` | nothing |
//! | `shape` | types and lengths, and the names of fields that the output schema declares |
//! | `digest` | `sha256:…` of the released bytes. It does not protect answers that can be guessed |
//! | `masked` | the answer as it was sent, after masking, up to 8 KiB, and lists of its files and links. Everything that is not masked in the answer is in the log, so consider who reads the log |
//!
//! # Alerts
//!
//! A log is read afterwards; an alert is sent at once. The server counts events, most of them for each caller:
//!
//! | kind | default threshold | about |
//! |---|---|---|
//! | `foreign_objects` | 5 in 5 minutes | a caller who names objects of others |
//! | `missing_scope` | 10 in 5 minutes | a caller |
//! | `unknown_items` | 10 in 5 minutes | a caller who guesses names of tools |
//! | `declined_confirmations` | 3 in 10 minutes | a caller, or a model that does not accept a no |
//! | `override` | each | a caller who used the [override scope](crate::ServerBuilder::override_scope) |
//! | `canary` | each | a caller who touched a [canary](crate::Resource::canary) |
//! | `error_rate` | half of a tool's calls in 5 minutes, and at least 10 | a tool |
//! | `breach` | each | a tool whose answer contained an object of somebody else; it was stopped |
//! | `sink_failure` | each | the audit log |
//!
//! Alerts of one kind about one caller are at least a minute apart, and each has the number of events. They go to the application's log (`tracing`, level `ERROR`, target
//! `secure_tool::alert`), and to every sink that you add:
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
//!         // An alert sink must not wait. If the queue is full, the alert is still in the application's log.
//!         let _ = self.0.try_send(alert.clone());
//!     }
//! }
//!
//! fn alerting<S: Send + Sync + 'static>(builder: ServerBuilder<S>, pager: Pager) -> ServerBuilder<S> {
//!     let quarter = Duration::from_secs(15 * 60);
//!     builder.alerts(
//!         Alerts::new()
//!             .threshold(AlertKind::MissingScope, 20, quarter)
//!             // Five objects of others in five minutes: revoke the caller for a quarter of an hour.
//!             .revoke_for(AlertKind::ForeignObjects, quarter)
//!             .to(pager),
//!     )
//! }
//! ```
//!
//! `AlertWebhook` (feature `webhook`) posts alerts to a URL; the [questions](super::questions#operation) list its fields.
//!
//! `revoke_for` is a reaction: the server [revokes](crate::Revocations) the caller for that time, which ends its running calls. If an agent
//! acts for a subject (`act` in a token), the agent is revoked and not the subject: events are counted for the agent in its tenant, for all
//! subjects together. Consider who shares a name: revoking a service account stops everybody who works through it. The reaction happens only if
//! the events were counted for exactly this caller. If more than 16,384 combinations of caller and kind are active at the same time, the others
//! are counted together, and raise alerts without a reaction.
//!
//! # If the sink fails
//!
//! By default, a call that cannot be recorded is refused. The answer depends on how far the call has got:
//!
//! - Before a body that may write: nothing has happened. The code is `unavailable`, and the client may try again.
//! - After such a body: the effect is there, and its outcome is not in the log. The code is `outcome_unknown`. The server keeps up to 4096 outcomes in memory, and **refuses every call that writes until the log has
//!   them**; reads continue as soon as the sink accepts their records. It tries again before every call, and when the server ends. Outcomes beyond the 4096 are lost, and an
//!   error event says so when the log works again.
//! - A read whose record cannot be written: its answer is withheld. The code is `unavailable`.
//!
//! [`on_audit_failure`](crate::ServerBuilder::on_audit_failure) with [`RefuseWrites`](crate::AuditFailure::RefuseWrites) lets reads pass
//! without a record, and [`Continue`](crate::AuditFailure::Continue) also lets writes pass. Each failure is an error event and a `sink_failure`
//! alert. Outcomes that are still in memory when the server ends are lost, so free disk space before you restart it.
//!
//! # What to watch
//!
//! | signal | meaning | what to do |
//! |---|---|---|
//! | target `secure_tool::alert` in the application's log, or the alert sink | a threshold was reached, or an outcome could not be recorded | read the records of the `call_id` |
//! | “the audit sink could not accept a record” | the disk is full, a permission is missing, or the log has reached `max_bytes` | make room; calls are being refused |
//! | target `secure_tool::ledger` | the log cannot be written, signed or exported | the same. After a failed sync, or if another program wrote to the file, verify the log and restart |
//! | intents without an outcome, older than the longest `timeout` | a body that hangs, or a process that was killed | see the table above |
//! | `failed_logins` with `throttled` | somebody guesses credentials | block the address in front of the server |
//! | `ledger verify`, as a scheduled job | exit code 1: the log was changed. 0 and 4 are normal for a log in use | keep the files as they are; compare with the exported checkpoints |
//! | exported checkpoints stop arriving | the process has stopped, or cannot reach the place | investigate: records without an exported checkpoint can be rewritten |
//!
//! # Floods of refusals
//!
//! A caller who is always refused could fill the disk with records, and a server that cannot record refuses everybody. So the first ten refusals of a kind in a minute have a record
//! each ([`refusals_recorded`](crate::ServerBuilder::refusals_recorded)). Further ones are counted, and the number is recorded as a
//! [`RefusalBurst`](crate::RefusalBurst) in the same log: about once a minute while they continue, and when the server is dropped. Records and numbers add up to
//! the calls that were made.
//!
//! Refusals are of one kind if they have the same caller (tenant, subject and client; without a credential, the address), tool, code, stage and
//! check. The server distinguishes 4096 kinds at the same time, and counts further ones without the caller. For one caller it writes at most
//! 100 such records a minute and distinguishes at most 32 kinds; further refusals of this caller are counted by code and check, without the
//! tool. Only calls that were refused before their body are counted in this way. A call that was allowed, asked a person, was confirmed, or may
//! have done something always has its own record. [`Alerts`](crate::Alerts) count every refusal.
//!
//! The log lacks the arguments, ids and causes of the counted refusals. If the process is killed, it also lacks the numbers of the last minute or two.
//!
//! # A log that is evidence
//!
//! Everybody who may write to a file of JSON lines can edit it. The ledger writes the same lines, keeps a Merkle tree (RFC 6962) over them, and signs the root of the tree about
//! once a second. Such a signed root, a *checkpoint*, fixes all records before it.
//!
//! 1. Create a key. Offer `ledger::command` as a subcommand of your server:
//!
//!    ```text
//!    $ my-server ledger key --name billing.example.com/audit --file /etc/billing/ledger.key
//!    billing.example.com/audit+1f0e2c3d+AS…
//!    ```
//!
//!    It prints the public key. Keep it in another place than the log.
//! 2. Open the log: `.audit(Ledger::open("/var/log/billing", LedgerOptions::new(SigningKey::from_file("/etc/billing/ledger.key")?))?)`.
//! 3. **Export the checkpoints** to a place where the server can append and cannot rewrite: `.export(LogCheckpoints)` if the application's log is collected,
//!    `.export(CheckpointFile::append(…)?)` on another file system, `.export(CheckpointWebhook::new(…)?)` (feature `webhook`), or your own `CheckpointSink`.
//! 4. Verify the log regularly, and before you rely on a record:
//!
//!    ```text
//!    $ my-server ledger verify /var/log/billing --key billing.example.com/audit+1f0e2c3d+AS… --checkpoint /mnt/elsewhere/checkpoints
//!    billing.example.com/audit/5be1c0ffee04d2aa: 90210 records, all signed; root 2Vd7…
//!    ```
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | everything is as it was signed |
//! | 1 | something was changed: each finding names the file, the line and what happened (changed, missing, inserted, swapped, truncated, a bad signature) |
//! | 2 | the command was used wrongly |
//! | 3 | a file cannot be read, or there is no log |
//! | 4 | the signed records are unchanged, and the newest ones are not signed yet. Normal for a log in use |
//!
//! Without step 3, the log protects against everybody except those who have the signing key, which is on the same machine: they can write
//! and sign another log. Records after the last checkpoint are not protected: about a second of records, or the last records of a
//! process that was killed. The next process adopts those, and the log says how many there were.
//!
//! ## One record, without the others
//!
//! `ledger prove DIR N` prints record `N`, the proof that it is in the log, and the checkpoint that covers it. Anybody with the public key can check it with
//! `ledger check FILE`, without access to the other records.
//!
//! ## Retention and size
//!
//! By default nothing is deleted, and the size is not limited. `retain(Duration::from_secs(90 * 24 * 60 * 60))` deletes whole files whose newest record is older; the log records that, and the rest can still be
//! verified. `max_bytes(…)` limits the log. When the limit is reached, nothing is deleted early: calls are refused, as they are when the disk is full. With
//! [`on_audit_failure(AuditFailure::Continue)`](crate::ServerBuilder::on_audit_failure) calls continue without records, and the log says afterwards how many records were refused.
//!
//! `std::process::exit` drops nothing, so call `Ledger::checkpoint` before it to sign the last records.
//!
//! # Metrics
//!
//! With the feature `otel` the library reports to OpenTelemetry. It depends on the API only, `opentelemetry` 0.33; you choose the SDK and the exporter.
//! `examples/telemetry` in the repository is a complete server, with a configuration for a collector that also serves Prometheus.
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
//! // After `opentelemetry::global::set_meter_provider(…)`, or with your own meter:
//! let meter = opentelemetry::global::meter("desk");
//! let server = SecureServer::builder(Desk).tool(Desk::opening_hours()).meter(meter).build()?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "otel"))]
//! # fn main() {}
//! ```
//!
//! A call is measured once, when it is over. A call with an intent and an outcome is measured with its outcome, at the end of its body.
//!
//! | instrument | measures | labels |
//! |---|---|---|
//! | `mcp.server.operation.duration`, a histogram in seconds | the duration of calls, with the bucket boundaries of the [conventions] from 0.01 to 300 | `mcp.method.name`, `gen_ai.operation.name`, `gen_ai.tool.name`, `network.transport` (`tcp`, `pipe`, or absent for a call from within the process), `error.type` |
//! | `secure_tool.decisions` | calls by [decision](crate::Decision) and [code](crate::Code) | `gen_ai.tool.name`, `secure_tool.decision`, `secure_tool.code` |
//! | `secure_tool.masked` | values that were [masked](crate#what-does-not-leave) in answers | `gen_ai.tool.name`, `secure_tool.kind` |
//! | `secure_tool.audit.failures` | how often the audit sink could not take a record, or was not ready for one | |
//!
//! `error.type` follows the [conventions]: `tool_error` if the result is an error, `-32602` for an unknown tool, and absent if the call succeeded
//! or asked a question; `cancelled` if nobody received an answer. The code of this library is in `secure_tool.code`.
//!
//! Reads and lists of resources are measured in the same way, with `resources/read` or `resources/list` as `mcp.method.name`. Instead of
//! `gen_ai.tool.name` and `gen_ai.operation.name` they have `secure_tool.resource.name`, the name of the resource and not its URI. Their `error.type` is the JSON-RPC code
//! (-32602 for absent resources, at every protocol).
//!
//! No label contains a subject, a tenant, a client, a key, or text that a client has written: a call of an unknown tool has no
//! `gen_ai.tool.name`. So the number of time series depends on the tools of the server and not on its callers. The
//! [audit log](crate::AuditSink) and [`Alerts`](crate::Alerts) name the callers. By default the SDK keeps 2000 combinations of labels for each instrument, which is
//! enough for about a hundred tools.
//!
//! In Prometheus the names have underscores. The share of failed calls by tool is:
//!
//! ```text
//! sum by (gen_ai_tool_name) (rate(secure_tool_decisions_total{secure_tool_decision="failed"}[5m]))
//!   / sum by (gen_ai_tool_name) (rate(secure_tool_decisions_total[5m]))
//! ```
//!
//! # Traces
//!
//! Each call is a span, such as `tools/call get_invoice` or `resources/read invoice`. It has the attributes of the [conventions], the `call_id` of the audit record, and
//! `secure_tool.code` if the call failed. [`tracing-opentelemetry`](https://docs.rs/tracing-opentelemetry/0.34) 0.34 exports it: add its layer, with the tracer of
//! your provider, to the subscriber of your application.
//!
//! | the request has | effect |
//! |---|---|
//! | `traceparent` and `tracestate` in `params._meta`, on any transport | that span is the parent ([W3C Trace Context]) |
//! | `traceparent` and `tracestate` as HTTP headers | that span is linked; if a span of the application surrounds the request, that one is linked instead |
//! | no `traceparent` in `_meta` | the surrounding span of the application is the parent; without one, the span begins a trace |
//!
//! Malformed values are ignored, and so is a `tracestate` of more than 512 characters or 32 members. `baggage` is not read.
//!
//! The *sampled* flag of the parent is respected by the default sampler of the SDK, so a client decides what is exported. If you do
//! not trust clients with that, choose a sampler that ignores the parent, such as `TraceIdRatioBased`. The trace id is in the audit record in any case.
//!
//! The attributes of a span name no caller. Events may name one, because they are the application's log: an [alert](crate::AlertLog) names the caller. The layer would
//! attach events to the span, and the spans of rmcp contain messages at the levels `debug` and `trace`. So export the spans of this library and of your application, and no
//! events:
//!
//! ```text
//! let spans = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("secure_tool"));
//! registry().with(tracing_opentelemetry::layer().with_tracer(tracer).with_filter(spans)).init();
//! ```
//!
//! [conventions]: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
//! [W3C Trace Context]: https://www.w3.org/TR/trace-context/
