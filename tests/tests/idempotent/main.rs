//! Calls that are made again: the effect happens once, and a caller that may have the answer gets it again.

mod answers;
mod checks;
mod doubt;
mod house;
mod keys;
mod nodes;
mod races;
mod recorded;
mod store;
mod withdrawn;
