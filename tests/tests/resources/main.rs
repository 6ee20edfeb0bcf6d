//! Resources through real clients: reads, lists, and what is never disclosed.

mod listing;
mod office;
mod policy;
mod reading;
mod refusals;
