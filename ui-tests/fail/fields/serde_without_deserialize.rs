//! The struct derives `Arguments` alone, and serde's attribute stands on a field.
use secure_tool::prelude::*;

#[derive(Arguments)]
struct Search {
    /// What to look for.
    #[serde(alias = "query")]
    text: String,
}

fn main() {}
