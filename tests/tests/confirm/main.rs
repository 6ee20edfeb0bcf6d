//! Destructive tools require the confirmation of a person over every transport, and exactly the confirmed call runs.

mod answers;
mod asking;
mod questions;
mod vault;
