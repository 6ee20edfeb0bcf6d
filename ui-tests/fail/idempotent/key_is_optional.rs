use secure_tool::prelude::*;

struct Desk;

impl Desk {
    /// Pay the rent.
    #[secure_tool(scope = "payments:write", owner = unowned("nothing but a test"), idempotent(key = request_id))]
    async fn pay(
        &self,
        /// Which payment.
        request_id: Option<String>,
    ) {
        let _ = request_id;
    }
}

fn main() {}
