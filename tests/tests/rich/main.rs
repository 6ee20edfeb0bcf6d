//! Answers beyond one text: pictures, recordings, several blocks in an order, and single values.

mod desk;
mod files;
mod recorded;
mod values;
