use secure_tool::prelude::*;

#[secure_resource(uri = "notes://all", scope = "notes:read", owner = caller)]
struct Notes;

fn main() {}
