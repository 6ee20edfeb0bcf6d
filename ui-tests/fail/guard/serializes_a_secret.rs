use secure_tool::prelude::*;

fn leak(pin: &Secret<String>) -> Option<String> {
    secure_tool::serde_json::to_string(pin).ok()
}

fn main() {
    let _ = leak;
}
