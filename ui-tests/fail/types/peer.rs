use secure_tool::prelude::*;

/// What rmcp has under these names.
mod rmcp {
    pub struct Parameters<T>(pub T);
    pub struct Peer<R>(R);
    pub struct RequestContext<R>(R);
    pub struct RoleServer;
    pub struct CallToolResult;
}

use rmcp::{Peer, RoleServer};

struct Desk;

impl Desk {
    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller)]
    async fn list_notes(&self, caller: &Caller, peer: &Peer<RoleServer>) -> String {
        caller.subject().to_owned()
    }
}

fn main() {}
