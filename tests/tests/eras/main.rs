//! Clients of both eras: each cell of the table in `secure_tool::guide::clients`, with what must not happen beside it.

mod answering;
mod asking;
mod ending;
mod house;
