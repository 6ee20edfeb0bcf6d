//! Prompts and completion through real clients: what is got, what is listed, what is offered, and what nobody learns.

mod completing;
mod getting;
mod mailroom;
mod policy;
mod refusals;
