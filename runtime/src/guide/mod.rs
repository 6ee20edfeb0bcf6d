//! The guide: how to build, secure and operate a server with this library.
//!
//! The guide is a set of rustdoc modules and not a separate book. `cargo test` compiles and runs every example in it, rustdoc checks every link, and it is always
//! the guide of the version that you depend on.
//!
//! # Chapters, in reading order
//!
//! Start here:
//!
//! 1. `first_server`: from `cargo new` to a guarded server on stdio and on HTTP, and three ways to call it (feature `http`).
//! 2. [`tools`]: the arguments and the answers of a tool.
//! 3. [`failures`]: what the model learns about an error.
//! 4. [`resources`]: data that a client reads by its URI.
//! 5. [`prompts`]: messages that a person starts a conversation with, and completion of their arguments.
//!
//! Who may do what:
//!
//! 6. `who_is_calling`: authentication, scopes, revocation, and which client supports what (feature `http`).
//! 7. [`ownership`]: who an object belongs to, and how the guard checks it on the way in and on the way out.
//! 8. [`data_layer`]: functions that take proofs instead of ids, and row-level security in PostgreSQL.
//! 9. [`confirmation`]: tools that a person has to confirm.
//! 10. [`asking`]: values that a person enters and a model cannot.
//! 11. [`answers`]: what leaves the server, and what is masked.
//!
//! How often, in which order, and how it stops:
//!
//! 12. [`limits`]: rates, quotas, costs and budgets.
//! 13. [`retries`]: a call that is repeated has its effect only once.
//! 14. [`order`]: tools that run only after another one.
//! 15. [`breaker`]: what happens to calls while the system behind a tool is down.
//! 16. [`switches`]: how an operator turns items off while the server runs.
//!
//! In operation:
//!
//! 17. [`audit`]: the audit log, alerts, metrics and traces.
//! 18. `transports`: what is limited before the guard, TLS and proxies (feature `http`).
//! 19. `clients`: how the protocol versions and transports differ (feature `http`).
//! 20. [`nodes`]: several processes that work as one server.
//! 21. `production`: a checklist before you go live (feature `http`).
//! 22. [`threat_model`]: attackers, controls, and what remains the responsibility of your application.
//!
//! Coming from another framework, and reference:
//!
//! 23. [`from_rmcp`], [`from_turbomcp`], [`from_fastmcp`]: tables of counterparts, each with a worked example.
//! 24. `questions`: short answers to frequent questions (feature `http`).
//!
//! The [error index](crate::error_index) explains every compile-time error, and the docs of [`macro@crate::secure_tool`] list every key.
//!
//! # Glossary
//!
//! All texts of this library use these words in this sense.
//!
//! | term | meaning |
//! |---|---|
//! | actor | The party that acts on behalf of the subject, such as an agent; it comes from the `act` claim of a token (RFC 8693). |
//! | alert | A notice to the operator that is sent while something happens, such as five attempts to reach other people's objects ([`Alerts`](crate::Alerts)). |
//! | answer | What a tool, a resource or a prompt returns when it succeeds. |
//! | approver | A person outside of the conversation, usually an operator, who confirms calls with `confirm = operator("…")` ([`Approver`](crate::Approver)). |
//! | argument | A value of a call that the model writes; the guard validates it before the body sees it. |
//! | attribute | `#[secure_tool(…)]`, `#[secure_resource(…)]` or `#[secure_prompt(…)]`, in which you declare the policy of a function. |
//! | audit record | One line of the audit log: who called what, with which redacted arguments, and how it ended ([`AuditRecord`](crate::AuditRecord)). |
//! | authenticator | Code that verifies the credential of an HTTP request and returns the caller ([`http::Authenticator`](crate::http::Authenticator)). |
//! | body | The code of your function; it runs only after all checks have passed. |
//! | breach | A defect of a tool: its answer contained an object of somebody else. The guard withholds the answer and raises an alert. |
//! | call | One use of an item: a tool call, a read of a resource, a prompt, a list or a completion. |
//! | caller | The authenticated principal of a call, with its tenant and its scopes ([`Caller`](crate::Caller)). |
//! | canary | An object that no honest caller uses; an access to it raises an alert ([`Resource::canary`](crate::Resource::canary)). |
//! | class | A label for sensitive data, such as personal data, that is masked unless the tool releases it ([`Class`](crate::Class)). |
//! | client | The application that connects to the server, such as a desktop assistant; also its `client_id`. |
//! | confirmation | A person's consent to one specific call, before it runs. |
//! | credential | What a caller proves its identity with: an API key, an access token or a certificate. |
//! | effect | What a tool may do: read, write or destroy ([`Effect`](crate::Effect)). |
//! | environment | A name of the deployment, such as `production`; items with `only_in(…)` exist only in the environments that they name. |
//! | guard | The code in front of every body; it checks a call in stages and records it. |
//! | intent and outcome | The two audit records of a call that may write: one before the body starts, one after it has ended. |
//! | item | Anything that a server offers: a tool, a resource or a prompt. |
//! | key | The value by which the model names an object, such as an invoice number; also a key of an attribute, or an API key, where the text says so. |
//! | key ring | The secret that the processes of one server share ([`KeyRing`](crate::KeyRing)). |
//! | ledger | An audit log with a Merkle tree and signed checkpoints, which shows later changes (feature `ledger`). |
//! | manifest | The list of the policies of all items of a server, in a form that can be compared ([`PolicyManifest`](crate::PolicyManifest)). |
//! | mask | The text that replaces sensitive data in an answer, such as `[masked: card]`. |
//! | model | The language model that uses the client and writes the arguments of calls. It is not trusted. |
//! | node | One process of a server that runs as several processes. |
//! | object | A thing of your application that has an owner, such as an invoice ([`Resource`](crate::Resource)). |
//! | operator | A person who runs the server: who reads the audit log, gets alerts, turns switches, and may approve calls. |
//! | opt-out | A declared exception from a rule, such as `unowned("reason")`; it needs a reason and is listed in the manifest. |
//! | owned object | An object that the guard has loaded and compared with the caller ([`Owned`](crate::Owned)). |
//! | owner | The subject or tenant that an object belongs to ([`Owner`](crate::Owner)). |
//! | permit | A proof that the current call may read, write or destroy ([`Permit`](crate::Permit)). |
//! | policy | What an attribute declares about an item: scope, owner, limits, effect, confirmation and releases. |
//! | principal | A party that can be authenticated: a person, a service or an agent. |
//! | proof | A value that only the guard can create and that cannot outlive the call: [`Owned`](crate::Owned) or [`Permit`](crate::Permit). |
//! | question | What a person is asked: for a confirmation, or for values ([`Question`](crate::Question)). |
//! | rate, quota, budget | A rate limits the calls in a period, and a quota those on a calendar day; a budget is a rate or a quota for all tools together. |
//! | refusal | The end of a call that a stage did not let through; it has a [code](crate::Code). |
//! | release | The last check of an answer: ownership, size and masking; `releases(…)` declares what a tool may show unmasked. |
//! | revocation | The decision to refuse a subject, client, token or key although its credential is valid ([`Revocations`](crate::Revocations)). |
//! | scope | A named permission that a credential carries, such as `invoices:read` (RFC 6749). |
//! | session | The connection state of a client before protocol 2026-07-28; the server seals it into a token and does not store it. |
//! | stage | One step of the guard, such as scope, rate or owner ([`Stage`](crate::Stage)). |
//! | state | The value of your application that tools run on (`&self`), such as a struct with a database pool. In [`confirmation`] and [`asking`], also the signed `requestState` of MCP. |
//! | store | Storage that several nodes share for limits, revocations and switches ([`store`](crate::store)). |
//! | subject | The name of the principal on whose behalf a call is made; the `sub` claim of a token. |
//! | switch | A control by which an operator turns items off and on while the server runs ([`Switches`](crate::Switches)). |
//! | tenant | The organisation that a subject belongs to; the same subject in two tenants is two principals. |
//! | view | A struct that a tool returns instead of an object, with only the fields that the model needs ([`HasOwners`](trait@crate::HasOwners)). |

pub mod answers;
pub mod asking;
pub mod audit;
pub mod breaker;
#[cfg(feature = "http")]
pub mod clients;
pub mod confirmation;
pub mod data_layer;
pub mod failures;
#[cfg(feature = "http")]
pub mod first_server;
pub mod from_fastmcp;
pub mod from_rmcp;
pub mod from_turbomcp;
pub mod limits;
pub mod nodes;
pub mod order;
pub mod ownership;
#[cfg(feature = "http")]
pub mod production;
pub mod prompts;
#[cfg(feature = "http")]
pub mod questions;
pub mod resources;
pub mod retries;
pub mod switches;
pub mod threat_model;
pub mod tools;
#[cfg(feature = "http")]
pub mod transports;
#[cfg(feature = "http")]
pub mod who_is_calling;
