//! Audit: what is recorded, and how the record becomes evidence.
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
//! # Refusals that come in floods
//!
//! A caller that is refused whatever it does could fill the disk with records, and a server that cannot record refuses everybody. So of each kind of refusal the
//! first ten a minute have a record ([`refusals_recorded`](crate::ServerBuilder::refusals_recorded)). Those beyond are counted, and the number becomes a
//! [`RefusalBurst`](crate::RefusalBurst) in the same log: about once a minute while they go on, and when the server is dropped. Records and numbers add up to
//! the calls that were made.
//!
//! A kind is one caller (tenant, subject and client; without a credential, one address), tool, code, stage and check. 4096 kinds are told apart at the same time; further ones
//! are counted without the caller. Only calls that were refused before their body are counted so: one that was allowed, asked a person, was
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
