use secure_tool::prelude::*;

#[derive(Arguments)]
struct Page {
    /// Which request.
    #[arg(not_object("it is only written to a log"))]
    request_id: u32,
}

fn main() {}
