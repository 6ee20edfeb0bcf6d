//! Calls that are made again: the effect happens once, and whoever may have the answer has it again.

mod answers;
mod checks;
mod doubt;
mod house;
mod keys;
mod nodes;
mod races;
mod store;
mod withdrawn;
