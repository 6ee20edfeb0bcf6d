//! A bound of schemars, which nothing would enforce.
use secure_tool::{prelude::*, schemars::JsonSchema, serde::Deserialize};

#[derive(Arguments, Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct Request {
    /// How many.
    #[schemars(range(min = 1, max = 50))]
    limit: u32,
}

fn main() {}
