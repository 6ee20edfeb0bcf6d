//! Answers with more than one text: images, audio, several blocks in order, and single values.

mod desk;
mod files;
mod recorded;
mod values;
