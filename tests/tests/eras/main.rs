//! Clients of both eras: each cell of the table in `secure_tool::guide::clients`, and the behaviour that each cell excludes.

mod answering;
mod asking;
mod ending;
mod house;
