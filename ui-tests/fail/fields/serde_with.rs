//! An attribute of serde that changes what is read.
use secure_tool::{prelude::*, schemars::JsonSchema, serde::{Deserialize, Deserializer}};

#[derive(Arguments, Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct Request {
    /// How many.
    #[serde(deserialize_with = "doubled")]
    limit: u32,
}

fn doubled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    u32::deserialize(deserializer).map(|limit| 2 * limit)
}

fn main() {}
