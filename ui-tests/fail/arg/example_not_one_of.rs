use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Which notes.
        #[arg(one_of = ["draft", "sent"], example = "paid")]
        status: String,
    ) -> String {
        let _ = status;
        caller.subject().to_owned()
    }
}

fn main() {}
