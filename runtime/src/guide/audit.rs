//! Audit and alerts: what is recorded, who is told at once, and how the record becomes evidence.
//!
//! Every call leaves an [`AuditRecord`](crate::AuditRecord), whatever its end. The [sink](crate::AuditSink) decides what it is worth:
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
//! number as it is, free text as its length; `#[arg(audit = …)]` changes that), how ownership came out (`owner`), who confirmed (`confirmed_by`), and how the call ended:
//!
//! | field | says |
//! |---|---|
//! | `phase` | `call`: the only record, of a tool that reads or of a call whose body did not start. `intent` and `outcome`: the two records of a tool that may write, with the same `call_id` |
//! | `decision`, `stage`, `rule`, `code` | the outcome, the stage of the guard and the check that decided, and the code that the client was told |
//! | `body` | how far the tool's own code got: `not_started`, `running` (a blocking body of a tool that reads, answered before its end), `dropped` (an async body, cut off where it waited), `ended`, `panicked` |
//! | `answered` | in an outcome: what the caller was told while the body ran (`timeout`, `revoked`), or that the client had left (`cancelled`). Otherwise `null`: the caller got the answer that the record describes |
//! | `cause` | what went wrong inside. It is nowhere else; the client reads a code and the `call_id` |
//!
//! The intent is in the log before the body starts, so it survives `kill -9`; with [`Durability::Intents`](crate::Durability::Intents) or the ledger's `PowerLoss::LosesNothing` also a
//! loss of power. The outcome follows when the body has ended, however late.
//!
//! # At three in the morning: did it happen?
//!
//! A client reports `outcome_unknown`, or somebody asks whether a payment was made. Find the call by the `call_id` that the client was shown, or by caller and tool, and read its
//! records:
//!
//! | the log has | it happened? | do |
//! |---|---|---|
//! | a `call` with `body` `not_started` | no | nothing; the client may try again if its answer said so |
//! | an `outcome` that is `allowed`, `body` `ended` | yes, whatever `answered` says | tell the client; do not repeat it |
//! | an `outcome` that is `failed`, `body` `ended` | as far as the tool's own error says: see `code` and `cause` | read the tool's error; look at the object |
//! | an `outcome` with `body` `dropped` or `panicked` | perhaps, in part | look at the object, and at the systems that the tool calls |
//! | an `intent` alone, and the process runs | the body runs still | wait for the outcome. A blocking body cannot be stopped; it keeps its place until it ends |
//! | an `intent` alone, and the process has ended | perhaps | look at the object. Nobody else will write the outcome |
//!
//! `outcome_unknown` never invites the model to try again: its text asks it to look at the state first. `unavailable` with a time to try again is for calls of which
//! nothing has happened.
//!
//! # Refusals and failed logins
//!
//! Refusals are recorded like every other call, with the check that decided in `rule`. A client is told less: `not_found` is the same for absent and foreign
//! objects, and only `owner` in the record (`absent`, `foreign`) tells them apart.
//!
//! Whoever has no valid credential makes no call. With HTTP, such requests are counted by address and reason, and recorded as
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
//!     // Which answer a caller was given can be shown later to whoever has the answer.
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
//! | `masked` | the answer as it left, after the release scan and the classes, at most 8 KiB. What is not masked in the answer is in the log: mind who reads it |
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
//! `AlertWebhook` (feature `webhook`) posts them. `revoke_for` is a reaction: the caller's subject is [revoked](crate::Revocations) on this server, so that its running calls end and
//! further ones are refused; it ends by itself. Mind who shares a subject: revoking a service account stops everything that works through it. It is done only where the
//! events were counted for exactly this caller; when more than 16,384 callers and kinds are active at the same time, the others are counted together, and alert without a reaction.
//!
//! # If the sink fails
//!
//! A call that cannot be recorded is refused, by default. What has happened already decides what the caller is told:
//!
//! - Before a body that may write, nothing has happened: `unavailable`, and the client may try again.
//! - After it, the effect is there and its outcome is not in the log: `outcome_unknown`. The outcome is kept in memory (4096 at most), and **no call writes until the log has
//!   it**; reads go on as soon as the sink takes their records.
//! - A read whose record cannot be written is withheld: `unavailable`.
//!
//! [`on_audit_failure`](crate::ServerBuilder::on_audit_failure) with [`RefuseWrites`](crate::AuditFailure::RefuseWrites) lets reads pass unrecorded, with
//! [`Continue`](crate::AuditFailure::Continue) also writes. Each failure is an error event and a `sink_failure` alert. Outcomes that are kept are lost with the process: free the disk before you restart it.
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
//! | `ledger verify`, from a scheduled job | exit code 1: the log was changed | keep the files as they are; compare with the exported checkpoints |
//! | checkpoints that no longer arrive where they are exported | the process is gone, or its way out | look after it: what is not exported can be rewritten |
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
