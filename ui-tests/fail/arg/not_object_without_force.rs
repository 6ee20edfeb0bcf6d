use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// Which request.
        #[arg(not_object("it is only written to a log"))]
        request_id: u32,
    ) -> String {
        let _ = request_id;
        caller.subject().to_owned()
    }
}

fn main() {}
