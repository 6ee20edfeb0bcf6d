//! Threat model: what is protected, from whom, by which control, and what remains the responsibility of your application.
//!
//! After this chapter you can answer the questions of a security review, and you know which risks you have to handle outside of this library.
//!
//! The tables use the identifiers of three catalogues, so that a review can go through them line by line:
//!
//! - **OWASP**: the [OWASP MCP Top 10](https://owasp.org/www-project-mcp-top-10/), version 2025 (beta), `MCP01` to `MCP10`.
//! - **CoSAI**: [Model Context Protocol (MCP) Security](https://github.com/cosai-oasis/ws4-secure-design-agentic-systems/blob/main/whitepapers/model-context-protocol-security.md),
//!   version 2.0, `MCP-T1` to `MCP-T12`.
//! - **MCP**: the sections of [Security Best Practices](https://modelcontextprotocol.io/docs/2026-07-28/tutorials/security/security_best_practices) of the specification, revision
//!   2026-07-28.
//!
//! # Assets
//!
//! | asset | protected against |
//! |---|---|
//! | the objects of each caller and tenant | being read or changed by others |
//! | actions: payments, deletions, messages | being triggered by somebody who is not allowed to, by a manipulated model, or twice |
//! | credentials and personal data | appearing in answers, logs, errors or questions |
//! | the service: CPU, memory, connections, disk, money for other services | being used up by one client |
//! | the audit log | gaps, changes, and records that claim more or less than what happened |
//!
//! # Attackers
//!
//! | attacker | has | example |
//! |---|---|---|
//! | a stranger on the network | an address | guesses keys, floods the server, sends malformed messages |
//! | a caller | a valid credential for its own objects | sends the id of somebody else's invoice |
//! | a manipulated model | the caller's credential and a client that obeys it | follows an instruction in a web page, and asks for a deletion |
//! | an author of content | text that a tool returns | writes a ticket with hidden instructions |
//! | a web page in a browser | the browser of a person whose machine runs a server | DNS rebinding |
//! | a careless colleague | commit rights | forgets a `WHERE` clause, or adds a tool without an owner |
//! | a thief | a stolen key, token or session id | calls from elsewhere |
//!
//! **Trusted:** the process and its memory, the operating system, the application's own code, the authorization server, and the operator. An attacker who controls one of them is not stopped by this library. The ledger makes
//! later changes of the audit log evident, if its checkpoints are [exported](super::audit#a-log-that-is-evidence).
//!
//! # Controls
//!
//! | threat | control | OWASP | CoSAI | MCP |
//! |---|---|---|---|---|
//! | calls without or with a wrong credential | every request is authenticated before it is read; no router without an [authenticator](crate::http::Authenticator) | MCP07 | MCP-T1 | State Handle Hijacking |
//! | tokens for another service (token passthrough) | `JwtAuthenticator` and `Introspection` require issuer, audience and expiry; no body sees a token, so it cannot be passed on by accident | MCP01, MCP07 | MCP-T1 | Token Passthrough |
//! | stolen credentials | hashed, expiring API keys; tokens bound to a client certificate; [`Revocations`](crate::Revocations), which also end running calls | MCP01 | MCP-T1, MCP-T7 | – |
//! | guessing of credentials | failed logins are limited by address, and recorded | MCP07 | MCP-T1 | – |
//! | excessive permissions | each tool declares its scopes, without wildcards (ST01, ST12); 403 with the scopes of this operation; [`initial_scope`](crate::http::HttpOptions::initial_scope) | MCP02 | MCP-T2 | Scope Minimization |
//! | access to objects of others | [`Owned<T>`](crate::Owned) before the body, [`Mine<T>`](crate::Mine) at the release stage; absent and foreign objects answer with the same bytes | MCP07, MCP10 | MCP-T2, MCP-T5 | State Handle Hijacking |
//! | an identity that the model chooses (`user_id`) | does not compile (ST32); a [`Caller`](crate::Caller) comes from the transport | MCP07 | MCP-T1, MCP-T2 | Confused Deputy Problem |
//! | a tool without a policy | does not compile (ST01, ST02); opt-outs need a reason, which is in the [manifest](crate::PolicyManifest) | MCP02, MCP07 | MCP-T2, MCP-T9 | Scope Minimization |
//! | injection into commands, paths and URLs | no free text where a name says command, path or URL (ST33); `SafePath`, `PublicUrl`; closed schemas with bounds | MCP05 | MCP-T3 | Server-Side Request Forgery |
//! | requests to internal addresses (SSRF) | `PublicUrl` refuses private addresses, also after a lookup and on redirects | MCP05 | MCP-T3, MCP-T8 | Server-Side Request Forgery |
//! | instructions in content (indirect prompt injection) | [`Untrusted`](crate::Untrusted) marks and cleans text; [`Inspect`](crate::Inspect) for a detector; links lead only to resources of this server | MCP03, MCP06, MCP10 | MCP-T4 | – |
//! | descriptions that change at run time (tool poisoning, rug pull) | names, schemas and descriptions are compiled in; the manifest has [fingerprints](crate::Fingerprints) to compare | MCP03 | MCP-T4, MCP-T6 | – |
//! | harmful calls of a manipulated model | [confirmation](super::confirmation) of this very call, by the person or an operator; writes only after [`allow_writes()`](crate::ServerBuilder::allow_writes); [permits](crate::Permit) | MCP06 | MCP-T2, MCP-T9 | Confused Deputy Problem |
//! | misleading questions and approval fatigue | the question shows the loaded object, whole and quoted, or is not asked; only declared tools ask; [`Asked<T>`](crate::Asked) for values | MCP06 | MCP-T2, MCP-T9 | – |
//! | secrets and personal data in answers, errors and logs | the [release scan](super::answers#masks), [`Classified`](crate::Classified), [`Secret`](crate::Secret), masked errors, redacted arguments | MCP01, MCP10 | MCP-T5 | – |
//! | hijacked sessions and replayed confirmations | sealed sessions and states, bound to the principal; an answer counts once | MCP07 | MCP-T1, MCP-T7 | State Handle Hijacking |
//! | DNS rebinding, cross-site requests | `Host` and `Origin` are checked; no cookies; CORS only for named pages | MCP07 | MCP-T7, MCP-T8 | Local MCP Server Compromise |
//! | eavesdropping | plain HTTP only on this machine, unless you say [`behind_tls()`](crate::http::HttpOptions::behind_tls); `serve_https` | MCP01 | MCP-T7 | Local MCP Server Compromise |
//! | header and body that disagree (request smuggling) | one `Host`, one length, and `Mcp-*` headers that agree with the body | – | MCP-T7 | – |
//! | exhaustion of the service | limits on connections, bytes, depth, values, memory, time, calls and answers, each with a share per caller; [rates, quotas and budgets](super::limits) | – | MCP-T10 | – |
//! | actions nobody can explain later | an audit record of every call, an intent before each write, the [ledger](super::audit#a-log-that-is-evidence), [alerts](super::audit#alerts), canaries | MCP08 | MCP-T12 | – |
//! | an incident in progress | [`Switches`](crate::Switches), [`Revocations`](crate::Revocations), alerts with a reaction | MCP08 | MCP-T9, MCP-T12 | – |
//! | a test server that reaches production data | [`environment`](crate::ServerBuilder::environment) and `only_in(…)`; one audience for each environment | MCP09 | MCP-T8, MCP-T11 | – |
//!
//! # What this library does not cover
//!
//! | risk | why | what to do |
//! |---|---|---|
//! | MCP04, MCP-T11: supply chain | a dependency runs in your process | pin, review and audit dependencies (`cargo deny`, `cargo vet`); sign what you ship |
//! | MCP09, MCP-T6: shadow servers, typosquatting | a server does not know about the others | an inventory of servers, and an allowlist in your clients |
//! | MCP03 in *other* servers of the same client | their descriptions share the context of the model | connect few servers to one conversation; confirm what matters |
//! | Mix-Up Attacks, OAuth Authorization URL Validation, Localhost Redirect URI Impersonation, CIMD Trust Policies | they concern clients and authorization servers | choose clients and an authorization server that handle them |
//! | Confused Deputy Problem of an OAuth *proxy* | this library is a resource server and not a proxy | use the authorization server directly; if you need a proxy, follow that section of the specification |
//! | stdio Transport Security in Proxy Scenarios | it concerns programs that start servers for others | a sandbox for each server, see below |
//! | overbroad metadata | the protected resource metadata, which anybody can read, [lists every scope of the server](super::who_is_calling#what-the-metadata-discloses) | set [`initial_scope`](crate::http::HttpOptions::initial_scope), keep scopes narrow, and choose names that disclose nothing |
//!
//! # The responsibility of your application
//!
//! ## The body
//!
//! The guard decides whether a body runs, and with which values. It does not see what the body does. Let the [data layer](super::data_layer)
//! demand proofs, keep pools and clients private, and return [`Mine`](crate::Mine).
//!
//! ## Prompt injection in content
//!
//! No filter finds every injection, so plan for a model that follows one:
//!
//! 1. Return text of others as [`Untrusted`](crate::Untrusted), always.
//! 2. Do not combine, in one credential, access to private data, exposure to text of others, and a way to send data out. Split the scopes, and let a person confirm one of the three.
//! 3. Make tools `read_only` where you can, and require confirmation for tools that destroy, pay or send.
//! 4. Do not put addresses into arguments that the model chooses. An `Asked<_>` address comes from the person; an `Owned<Contact>` comes from the caller's own list.
//!
//! ## Egress
//!
//! A tool that fetches a URL can carry data out in that URL. `PublicUrl` keeps requests out of your network, and does not limit where on the internet they go. If a tool needs a known service, do not take a URL at
//! all: take an identifier, and build the URL in the body. Let the network enforce the rest, with an egress proxy that has an allowlist, or a network policy.
//!
//! ## A sandbox
//!
//! A server should not be able to do more than its tools need, even if a dependency is compromised. On Linux, Landlock restricts a process from inside, without privileges. This example
//! uses the crate [`landlock`](https://docs.rs/landlock/0.4) 0.4 and needs Linux 6.7 or newer:
//!
//! ```no_run
//! # #[cfg(target_os = "linux")] mod sandboxed {
//! use landlock::{
//!     ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, NetPort, Ruleset, RulesetAttr, RulesetCreatedAttr,
//!     RulesetError, path_beneath_rules,
//! };
//!
//! /// After this call, the thread and all threads that it starts can read the configuration and the certificates, write the data, and
//! /// accept connections on one port. They cannot open other files, run programs, or connect to anything over TCP.
//! fn sandbox(port: u16) -> Result<(), RulesetError> {
//!     let abi = ABI::V4; // files, and TCP
//!     Ruleset::default()
//!         .set_compatibility(CompatLevel::HardRequirement) // fail on a kernel that cannot enforce this
//!         .handle_access(AccessFs::from_all(abi))?
//!         .handle_access(AccessNet::BindTcp | AccessNet::ConnectTcp)?
//!         .create()?
//!         .add_rules(path_beneath_rules(["/etc/notes", "/etc/ssl"], AccessFs::ReadFile | AccessFs::ReadDir))?
//!         .add_rules(path_beneath_rules(["/var/lib/notes", "/var/log/notes"], AccessFs::from_all(abi)))?
//!         .add_rule(NetPort::new(port, AccessNet::BindTcp))?
//!         .restrict_self()?;
//!     Ok(())
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     sandbox(8787)?; // before the runtime starts its threads, which inherit it
//!     tokio::runtime::Runtime::new()?.block_on(serve())
//! }
//!
//! async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//!     // … build the server, and serve it.
//! #   Ok(())
//! }
//! # }
//! ```
//!
//! - Do not use `#[tokio::main]` here: it starts its threads before your code runs, and `restrict_self` restricts the calling thread and those that it starts afterwards.
//! - To reach a database over TCP, add its port: `.add_rule(NetPort::new(5432, AccessNet::ConnectTcp))?`. A rule names a port and not a host.
//! - `path_beneath_rules` skips paths that do not exist. Create the directories before.
//! - Landlock at this version does not restrict UDP, and so no DNS lookups. Use a network policy, a container or systemd (`IPAddressDeny=any` with `IPAddressAllow=…`) for that.
//! - Keep limits outside of the process as well: memory and CPU (cgroups), a read-only file system, a user without privileges, `seccomp`.
//!
//! For files that a *model* names, `SafePath` and `Root` (feature `paths`) confine each access to a directory on every platform.
//!
//! ## Your own logs
//!
//! The library masks panics and errors of bodies, and redacts arguments. What your application or a dependency logs is not masked. At the levels `debug` and `trace`, the transport logs whole messages.
