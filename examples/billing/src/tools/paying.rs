//! Tools that pay, from an account that a person chooses.

use secure_tool::prelude::*;

use super::REFUND;
use crate::{Billing, accounts::Account, callers::PaymentLimit, invoices::Buyer};

impl Billing {
    /// Pay a buyer of the caller's company money, such as a credit for damaged goods.
    // A model must not choose the account that pays: the person at the client is asked, and the account has to belong to the company as well.
    #[secure_tool(scope = REFUND, owner = (buyer, account), rate = 20/hour, timeout = 30s)]
    pub(crate) async fn pay_buyer(
        &self,
        permit: &Permit<Write>,
        caller: &Caller,
        /// The buyer.
        #[arg(example = "buy_01")]
        buyer: Owned<Buyer>,
        /// The amount in euro cents.
        #[arg(min = 1, max = 100_000_000)]
        cents: i64,
        /// Its key, as `accounts://mine` shows it.
        #[arg(ask = "Which account shall pay {cents} cents to {buyer}?")]
        account: Asked<Owned<Account>>,
    ) -> Result<String, ToolError> {
        // The limit that the authenticator has attached to the caller: a scope cannot carry a number.
        if cents > caller.require::<PaymentLimit>()?.cents {
            return Err(ToolError::forbidden("This is more than the caller may pay at once."));
        }
        self.bank.pay(permit, &account.key, &buyer.key, cents)?;
        Ok(format!("Paid from {}.", account.key.0))
    }
}
