//! Servers that were written with plain SDKs, ported to `secure-tool`.
//!
//! | here | was | has |
//! |---|---|---|
//! | [`counter`] | the example `counter` of rmcp, the Rust SDK of MCP | tools, prompts, fixed resources |
//! | [`structured_output`] | the example `structured_output` of rmcp | tools that answer with JSON, and their schemas |
//! | [`notes`] | the notes server that the SDK for Python starts a project with | a tool, resources with a template and a list, a prompt |
//!
//! The tests call each item through a client. Each module lists the constructs without a counterpart, and their replacements; the guide
//! `from_rmcp` of `secure-tool` has the table of all constructs.

pub mod counter;
pub mod notes;
pub mod structured_output;
