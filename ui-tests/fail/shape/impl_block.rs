use secure_tool::prelude::*;

struct Desk;

#[secure_tool(scope = "notes:read", owner = unowned("every caller sees the same notes"))]
impl Desk {
    fn notes(&self) {}
}

fn main() {
    Desk.notes();
}
