//! Inside function bodies, of `main` and of a method.
use secure_tool::{Tool, prelude::*};

struct Desk;

impl Desk {
    fn tool() -> Tool<Self> {
        /// Say who calls.
        #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
        async fn whoami(_desk: &Desk, caller: &Caller) -> String {
            caller.subject().to_owned()
        }
        whoami()
    }
}

fn main() {
    const READ: &str = "notes:read";

    /// Say hello.
    #[secure_tool(scope = READ, owner = caller("its answer holds no rows"), read_only)]
    fn hello(caller: &Caller) -> String {
        format!("hello, {}", caller.subject())
    }

    struct Inner;
    impl Inner {
        /// Say goodbye.
        #[secure_tool(scope = READ, owner = caller("its answer holds no rows"), read_only)]
        async fn goodbye(caller: &Caller) -> String {
            let Self = Self;
            format!("goodbye, {}", caller.subject())
        }
    }

    let builder = SecureServer::builder(Desk).tool(Desk::tool()).tool(hello()).tool(Inner::goodbye());
    assert!(builder.build().is_ok());
}
