use secure_tool::prelude::*;

fn leak(pin: &Secret<String>) -> String {
    format!("{pin}")
}

fn main() {
    let _ = leak;
}
