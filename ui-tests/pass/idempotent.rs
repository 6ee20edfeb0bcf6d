//! Calls that are recognized when they are made again.

#![no_implicit_prelude]

struct Desk;

#[derive(::std::clone::Clone)]
struct Account;

impl ::secure_tool::Resource for Account {
    type Key = ::std::primitive::u32;

    fn owner(&self) -> ::secure_tool::Owner {
        ::secure_tool::Owner::subject("alice")
    }
}

impl ::secure_tool::Load<Account> for Desk {
    async fn load(
        &self,
        _: &::std::primitive::u32,
    ) -> ::std::result::Result<::std::option::Option<Account>, ::secure_tool::ToolError> {
        ::std::result::Result::Ok(::std::option::Option::Some(Account))
    }
}

impl Desk {
    /// Pay the rent.
    #[::secure_tool::secure_tool(
        scope = "payments:write", owner = account, destructive, confirm = "Pay {request_id}?",
        idempotent(key = request_id, keep = 1h)
    )]
    async fn pay(
        &self,
        /// Who pays.
        account: ::secure_tool::Owned<Account>,
        /// Which payment.
        #[arg(max_len = 64)]
        request_id: ::std::string::String,
        /// For the statement.
        #[arg(ask = "What shall the statement say?", max_len = 30)]
        note: ::secure_tool::Asked<::std::string::String>,
    ) {
        let _: Account = account.into_inner();
        let _ = (request_id, note);
    }

    /// Pay the rent on a thread of its own.
    #[::secure_tool::secure_tool(scope = "payments:write", owner = account, idempotent(within = 10m))]
    fn pay_blocking(
        &self,
        /// Who pays.
        account: ::secure_tool::Owned<Account>,
    ) {
        let _: Account = account.into_inner();
    }
}

/// Pay nobody.
#[::secure_tool::secure_tool(
    scope = "payments:write", owner = unowned("it pays nobody"), idempotent(key = operation)
)]
async fn pay_nobody(
    /// Which payment.
    operation: ::secure_tool::types::Bounded<16, 64>,
) {
    let _ = operation;
}

fn main() {
    let built = ::secure_tool::SecureServer::builder(Desk)
        .tool(Desk::pay())
        .tool(Desk::pay_blocking())
        .tool(pay_nobody())
        .allow_writes()
        .build();
    ::std::assert!(built.is_ok());
}
