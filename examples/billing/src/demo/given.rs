//! Tour: a value that the person at the client enters, and a model cannot choose.

use std::io::Write;

use serde_json::{Value, json};

use super::{Demo, Outcome, Who};

const TOOL: &str = "pay_buyer";

impl<W: Write> Demo<'_, W> {
    pub(super) async fn given(&mut self) -> Outcome<()> {
        self.print.heading("A person chooses the account that pays")?;
        self.asked.clear();
        let credit = json!({"buyer": "buy_01", "cents": 2_500});
        let mut chosen = credit.clone();
        if let Some(chosen) = chosen.as_object_mut() {
            chosen.insert("account".to_owned(), json!("acc_12"));
        }
        self.call(Who::Alice, TOOL, chosen, "invalid_arguments").await?;
        self.call(Who::Alice, TOOL, json!({"buyer": "buy_11", "cents": 2_500}), "not_found").await?;
        self.call(Who::Bob, TOOL, credit.clone(), "insufficient_scope").await?;
        self.print.expect(self.asked.is_empty(), || "somebody was asked in vain".to_owned())?;
        self.print.why(
            "`account: Asked<Owned<Account>>` is in no schema, so a manipulated model cannot send an account; nobody is asked about a call that is refused \
             anyway",
        )?;

        self.give(Who::Alice, "acc_99", &credit, "not_found").await?;
        let absent = self.last_record()?.text("/code").to_owned();
        self.give(Who::Alice, "acc_21", &credit, "not_found").await?;
        let foreign = self.last_record()?;
        self.print
            .expect(foreign.text("/code") == absent && foreign.text("/owner") == "foreign", || foreign.to_string())?;
        self.alice.human.will_give(None);
        self.call(Who::Alice, TOOL, credit.clone(), "declined").await?;
        self.print.expect(self.billing.bank.payouts().is_empty(), || "something was paid".to_owned())?;
        self.print.why(
            "values of the person are untrusted as well: acc_21 belongs to globex, and gets the same answer as an account that does not exist",
        )?;

        self.give(Who::Alice, "acc_12", &credit, "allowed").await?;
        let asked = self.last_record()?.at("/asked") == &json!(["account"]);
        self.give(Who::AliceOnAPipe, "acc_11", &credit, "allowed").await?;
        let paid: Vec<_> =
            self.billing.bank.payouts().into_iter().map(|(from, to, cents)| (from.0, to.0, cents)).collect();
        let payout = |from: &str| (from.to_owned(), "buy_01".to_owned(), 2_500);
        self.print.expect(asked && paid == [payout("acc_12"), payout("acc_11")], || format!("paid was {paid:?}"))?;
        let question = "Which account shall pay 2500 cents to “Northwind Traders”?";
        self.print
            .expect(self.asked.iter().all(|asked| asked == question), || "another question was asked".to_owned())?;
        self.print.why(
            "the record says which arguments the person entered; a client of an older protocol shows the same form",
        )?;

        let large = json!({"buyer": "buy_01", "cents": 250_000});
        self.give(Who::Alice, "acc_12", &large, "forbidden").await?;
        self.print.expect(self.billing.bank.payouts().len() == 2, || "more than the limit was paid".to_owned())?;
        self.print.why(
            "`caller.require::<PaymentLimit>()`: the limit that the authenticator has attached to alice, 1,000.00 EUR; a caller without a limit cannot pay",
        )?;
        Ok(())
    }

    /// Makes a call whose person names this account.
    async fn give(&mut self, who: Who, account: &str, arguments: &Value, expected: &str) -> Outcome<()> {
        self.client(who).human.will_give(Some(json!({"account": account})));
        self.call(who, TOOL, arguments.clone(), expected).await?;
        Ok(())
    }
}
