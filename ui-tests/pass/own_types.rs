//! Types of an application that are called like well-known ones, and closed types under names that free text would be refused under.
use secure_tool::prelude::*;
use secure_tool::{schemars, serde};

mod money {
    use super::*;

    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    #[serde(crate = "secure_tool::serde")]
    #[schemars(crate = "secure_tool::schemars")]
    pub struct Value {
        pub cents: u32,
    }
}

mod phone {
    use super::*;

    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    #[serde(crate = "secure_tool::serde")]
    #[schemars(crate = "secure_tool::schemars")]
    pub struct Call {
        pub minutes: u32,
    }
}

mod vault {
    use super::*;

    #[derive(Debug, serde::Serialize, schemars::JsonSchema)]
    #[serde(crate = "secure_tool::serde")]
    #[schemars(crate = "secure_tool::schemars")]
    pub struct Secret {
        pub number: u32,
    }
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct Map<T> {
    width: T,
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
enum Word {
    Left,
    Right,
}

#[derive(Arguments)]
struct Filter {
    /// The style.
    #[arg(not_object("styles are the same for everybody"))]
    style_id: u32,
    /// Which coin.
    #[arg(not_credential("the symbol of a coin"))]
    pin: String,
}

struct Desk;

impl Desk {
    /// Take everything.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only("it answers with a copy"))]
    async fn remove_background(
        &self,
        caller: &Caller,
        /// What it is worth.
        value: money::Value,
        /// What was said.
        call: phone::Call,
        /// Where.
        map: Map<u8>,
        /// How.
        code: Word,
        /// Which.
        token: Option<Word>,
        /// On which side.
        subject: Word,
        /// Whether it is the caller's.
        owner: bool,
        /// Which way.
        path: Vec<Word>,
        /// The coin.
        #[arg(not_credential("the symbol of a coin"))]
        session_token: String,
        /// The category.
        #[arg(not_object("categories are the same for everybody"))]
        category_id: u32,
        #[arg(flatten)] filter: Filter,
    ) -> Json<vault::Secret> {
        let _ = (value.cents, call.minutes, map.width, code, token, subject, owner, path, session_token, category_id);
        let _ = (filter.style_id, filter.pin);
        let _ = (Word::Left, Word::Right, caller.subject());
        Json(vault::Secret { number: 1 })
    }
}

fn main() {
    let server = SecureServer::builder(Desk).tool(Desk::remove_background()).build().unwrap();
    let table = server.policy().to_string();
    for line in [
        "remove_background: it is read_only, despite its name: it answers with a copy",
        "remove_background: `session_token` is not_credential: the symbol of a coin",
        "remove_background: `style_id` is not_object: styles are the same for everybody",
        "remove_background: `category_id` is not_object: categories are the same for everybody",
    ] {
        assert!(table.lines().any(|found| found == line), "{table}");
    }
}
