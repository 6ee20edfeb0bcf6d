//! Guarded Model Context Protocol tools.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
pub mod __private;
mod audit;
mod call;
mod error;
mod guard;
#[cfg(feature = "http")]
pub mod http;
mod identity;
mod manifest;
mod output;
mod owner;
mod policy;
mod rate;
mod schema;
mod secret;
mod server;
mod tool;
mod validate;

pub use audit::{
    AuditError, AuditFailure, AuditRecord, AuditSink, Decision, JsonLines, MemorySink, OwnerOutcome, RECORD_VERSION,
    RecordedArguments,
};
pub use call::{Call, CallId};
pub use error::ToolError;
pub use guard::refusal::{Code, Stage};
pub use identity::{Caller, ScopeSet};
pub use manifest::{Fingerprints, OptOut, PolicyManifest, ToolPolicy};
pub use output::{Json, Output, ToolOutput};
pub use owner::{Load, Owned, Owner, OwnerOf, Resource};
pub use policy::{Effect, Ownership, Per, Rate, Scope, Unit};
pub use rmcp;
pub use schemars;
pub use secret::Secret;
pub use secure_tool_macros::secure_tool;
pub use serde;
pub use serde_json;
pub use server::{BuildError, NoSuchTool, SecureServer, ServeError, ServerBuilder, Switches};
pub use tool::Tool;

/// What a module of tools needs.
pub mod prelude {
    pub use crate::{
        Call, Caller, Json, Load, Owned, Owner, OwnerOf, Resource, Secret, SecureServer, Tool, ToolError, ToolOutput,
        secure_tool,
    };
}
