//! What destroys is confirmed by a person, over every transport, and what was confirmed is what happens.

mod answers;
mod asking;
mod questions;
mod vault;
