use secure_tool::prelude::*;

fn copy(pin: &Secret<String>) -> Secret<String> {
    pin.clone()
}

fn main() {
    let _ = copy;
}
