//! What the compile-time rules and the runtime of `secure-tool` both have to know: which names are valid, and which words mean what.
//!
//! Each fact stands here once, so that what compiles and what a server enforces cannot drift apart.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod data;
mod deletions;
mod environment;
mod hints;
mod limits;
mod lists;
mod media_type;
mod names;
mod pattern;
mod scope;
mod tool;
mod uri_template;
mod words;

pub use data::{CLASSES, CONFIDENTIAL, Media, PII, SecretKind, is_label};
pub use deletions::deletion_verb;
pub use environment::is_environment;
pub use hints::{icon_fault, meta_key_fault};
pub use limits::{
    LARGEST_OUTPUT, LONGEST_COOLDOWN, LONGEST_REPEAT, LONGEST_TIMEOUT, LONGEST_WITHIN, MOST_A_SECOND, MOST_AT_ONCE,
    MOST_FAILURES, MOST_RATES, SHORTEST_COOLDOWN, SHORTEST_REPEAT,
};
pub use media_type::is_media_type;
pub use names::{
    FreeText, free_text, is_ambiguous, is_credential, is_identity, is_identity_of, is_key, is_object_key,
    is_of_no_object, is_repository_owner, speaks_of_credential,
};
pub use pattern::foreign_part;
pub use scope::{is_policy_scope, is_scope_token};
pub use tool::{LONGEST_NAME, is_wire_name};
pub use uri_template::{LONGEST_URI, LONGEST_URI_TEMPLATE, NoUri, UriTemplate, UriTemplateError, UriTemplateFault};

/// The values of `format` in JSON Schema that arguments are checked against.
pub const FORMATS: &[&str] = &[
    "uuid",
    "date",
    "time",
    "date-time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "json-pointer",
    "regex",
];
