use secure_tool::prelude::*;

/// What to look for.
#[derive(Arguments)]
struct Search {
    /// How many words.
    #[arg(ask = "How many words?")]
    words: Asked<u8>,
}

fn main() {
    let _ = |search: Search| *search.words;
}
