//! Resources through real clients: what is read, what is listed, and what nobody learns.

mod listing;
mod office;
mod policy;
mod reading;
mod refusals;
