//! A tool that runs only after another one: for the same caller, the same object and a limited time, on any node.

mod build;
mod calls;
mod doors;
#[path = "../nodes/faulty.rs"]
mod faulty;
mod nodes;
mod published;
mod shop;
