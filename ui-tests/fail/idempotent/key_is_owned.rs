use secure_tool::prelude::*;

struct Desk;

#[derive(Clone)]
struct Account;

impl Resource for Account {
    type Key = u32;
    fn owner(&self) -> Owner {
        Owner::subject("alice")
    }
}

impl Load<Account> for Desk {
    async fn load(&self, _: &u32) -> Result<Option<Account>, ToolError> {
        Ok(None)
    }
}

impl Desk {
    /// Pay the rent.
    #[secure_tool(scope = "payments:write", owner = account, idempotent(key = account))]
    async fn pay(
        &self,
        /// Who pays.
        account: Owned<Account>,
    ) {
        let _owner = account.owner();
    }
}

fn main() {}
