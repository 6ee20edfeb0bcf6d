use secure_tool::prelude::*;

#[derive(secure_tool::serde::Serialize)]
#[serde(crate = "secure_tool::serde")]
struct Account {
    name: String,
    pin: Secret<String>,
}

fn main() {}
