//! Chapters on how to use what the reference only lists.
//!
//! - [`from_rmcp`]: how a server written with rmcp's `#[tool]` becomes a guarded one;
//! - [`data_layer`]: a data layer that cannot be misused, because it asks for proofs;
//! - [`resources`]: what a client reads by its URI, and what it is shown of it;
//! - [`prompts`]: what a person starts a conversation with, and what is offered while they fill in the arguments;
//! - `clients`: clients of both eras, how they are asked, cancelled and cut (feature `http`);
//! - [`confirmation`]: who is asked before something is destroyed, and how the question gets there;
//! - [`asking`]: values that the person at the client gives, and a model cannot;
//! - [`limits`]: how often a tool may be called: rates, quotas, costs and budgets;
//! - [`nodes`]: more than one node: what the processes of a server share, and what a failure of each part means;
//! - [`audit`]: what is recorded, who is told at once, how the record becomes evidence, and what OpenTelemetry is told;
//! - `who_is_calling`: how a caller gets in, what is known of them, and how they are kept out again (feature `http`).

pub mod asking;
pub mod audit;
#[cfg(feature = "http")]
pub mod clients;
pub mod confirmation;
pub mod data_layer;
pub mod from_rmcp;
pub mod limits;
pub mod nodes;
pub mod prompts;
pub mod resources;
#[cfg(feature = "http")]
pub mod who_is_calling;
