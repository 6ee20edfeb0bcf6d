use secure_tool::prelude::*;

struct Desk;

fn forge() -> Tool<Desk> {
    Tool {}
}

fn main() {
    let _ = forge;
}
