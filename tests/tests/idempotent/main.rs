//! Repeated calls: the effect happens once, and an authorized caller gets the same answer again.

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
