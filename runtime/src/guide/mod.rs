//! Chapters on how to use what the reference only lists.
//!
//! - [`from_rmcp`]: how a server written with rmcp's `#[tool]` becomes a guarded one;
//! - [`ownership`]: who an object belongs to, and how the guard checks it on the way in and out;
//! - [`failures`]: what a model learns of an error;
//! - `transports`: what is limited before the guard, and what one caller can hold of a server (feature `http`);
//! - [`data_layer`]: a data layer that cannot be misused, because it asks for proofs;
//! - [`resources`]: what a client reads by its URI, and what it is shown of it;
//! - [`prompts`]: what a person starts a conversation with, and what is offered while they fill in the arguments;
//! - `clients`: clients of both eras, how they are asked, cancelled and cut (feature `http`);
//! - [`confirmation`]: who is asked before something is destroyed, and how the question gets there;
//! - [`asking`]: values that the person at the client gives, and a model cannot;
//! - [`limits`]: how often a tool may be called: rates, quotas, costs and budgets;
//! - [`retries`]: calls that are made again, and happen once;
//! - [`order`]: tools that run only after another one;
//! - [`breaker`]: what happens to calls while the system behind a tool is down;
//! - [`switches`]: what an operator turns off while the server runs, what happens to running calls, and who is let in;
//! - [`nodes`]: a server of several processes: what they share, and what happens while they cannot;
//! - [`audit`]: what is recorded, who is told at once, how the record becomes evidence, and what OpenTelemetry is told;
//! - `who_is_calling`: how a caller gets in, what is known of them, and how they are kept out again (feature `http`).

pub mod asking;
pub mod audit;
pub mod breaker;
#[cfg(feature = "http")]
pub mod clients;
pub mod confirmation;
pub mod data_layer;
pub mod failures;
pub mod from_rmcp;
pub mod limits;
pub mod nodes;
pub mod order;
pub mod ownership;
pub mod prompts;
pub mod resources;
pub mod retries;
pub mod switches;
#[cfg(feature = "http")]
pub mod transports;
#[cfg(feature = "http")]
pub mod who_is_calling;
