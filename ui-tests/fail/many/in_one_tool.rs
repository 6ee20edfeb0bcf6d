use secure_tool::prelude::*;

struct Desk;

impl Desk {
    #[secure_tool(scope = "notes:*", rate = 0/minute, timout = 5s, max_output = 64kib, read_only, read_only)]
    async fn delete_notes(
        &mut self,
        user_id: u64,
        /// Which ones.
        #[arg(min = 50, max = 1)]
        limit: u32,
        /// Where to look.
        path: String,
        /// The password.
        password: &str,
    ) -> Result<Json<Secret<String>>, ToolError> {
        let _ = (user_id, limit, path, password);
        Err(ToolError::not_found())
    }
}

/// A tool that is used after its mistake: only the mistake is reported.
fn main() {
    let _ = SecureServer::builder(Desk).tool(Desk::delete_notes());
}
