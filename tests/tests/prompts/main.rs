//! Prompts and completion through real clients: messages, lists, suggestions, and what is never disclosed.

mod completing;
mod getting;
mod mailroom;
mod policy;
mod refusals;
