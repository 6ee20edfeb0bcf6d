//! The opt-out is for the argument's own name, not for what is in it.
use secure_tool::{prelude::*, schemars::JsonSchema, serde::Deserialize};

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct Login {
    password: String,
}

struct Desk;

impl Desk {
    /// Log in.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"))]
    async fn log_in(
        &self,
        /// As whom.
        #[arg(nested, not_credential("it is checked elsewhere"))]
        login: Login,
    ) -> String {
        login.password
    }
}

fn main() {}
