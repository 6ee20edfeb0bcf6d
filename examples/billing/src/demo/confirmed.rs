//! Tour: deletions, and the people who are asked before.

use std::{error::Error, io::Write, sync::Arc, time::Duration};

use secure_tool::{ApprovalRequest, Approvals, NoApproval};
use serde_json::{Value, json};

use super::{Demo, Outcome, Who, answer::Answer, client::Round, scenes::mentions};
use crate::operator::{self, Decide};

/// How long it may take until a call waits for an operator: this often, so long.
const LOOKS: u32 = 3_000;
const LOOK: Duration = Duration::from_millis(10);

impl<W: Write> Demo<'_, W> {
    pub(super) async fn confirmed(&mut self) -> Outcome<()> {
        self.print.heading("Deletions require confirmation by a person")?;
        self.asked.clear();
        let (one, other) = (json!({"invoice": "inv_1003"}), self.new_invoice().await?);
        self.call(Who::Alice, "delete_invoice", json!({"invoice": "inv_2001"}), "not_found").await?;
        self.print.expect(self.asked.is_empty(), || "somebody was asked about what is not theirs".to_owned())?;
        self.print.why("nobody is asked about a call that is refused anyway: inv_2001 belongs to globex")?;

        self.alice.human.will_say(false);
        self.call(Who::Alice, "delete_invoice", one.clone(), "declined").await?;
        self.call(Who::Alice, "get_invoice", one.clone(), "allowed").await?;
        self.alice.human.will_say(true);
        self.call(Who::Alice, "delete_invoice", one.clone(), "allowed").await?;
        let by_client = self.last_record()?.text("/confirmed_by") == "client";
        self.call(Who::Alice, "get_invoice", one, "not_found").await?;
        let question = "Delete “invoice inv_1003 (Contoso Retail, 105.93 EUR)” for good?";
        let asked = self.asked.clone();
        self.print.expect(by_client && asked == [question, question], || format!("asked was {asked:?}"))?;
        self.print.why(
            "`confirm = \"Delete {invoice} for good?\"`: the question shows the loaded invoice, not the number that the model wrote; \
             each round is a call with an audit record of its own",
        )?;

        self.alice_on_a_pipe.human.will_say(true);
        self.call(Who::AliceOnAPipe, "delete_invoice", other, "allowed").await?;
        self.print.expect(self.asked.len() == 3, || "the older client was not asked".to_owned())?;
        self.print.why("a client of an older protocol is asked in the middle of the call (elicitation)")?;
        Ok(())
    }

    pub(super) async fn nobody_to_ask(&mut self) -> Outcome<()> {
        self.print.heading("A client that cannot ask anybody")?;
        let invoice = json!({"invoice": "inv_2003"});
        let refused = self.call(Who::Bob, "delete_invoice", invoice.clone(), "confirmation_required").await?;
        self.print
            .expect(mentions(&refused, "this client cannot ask one"), || "the refusal does not say why".to_owned())?;
        self.call(Who::Bob, "get_invoice", invoice, "allowed").await?;
        self.print.why("it did not declare that it can show a form, so it cannot confirm anything")?;
        Ok(())
    }

    pub(super) async fn forged(&mut self) -> Outcome<()> {
        self.print.heading("A client that invents a yes")?;
        let (one, other) = (json!({"invoice": "inv_1001"}), json!({"invoice": "inv_1002"}));
        let declined = self.ask(&one).await?;
        self.reply(&one, "the person says no", (&declined, false), ("declined", "declined")).await?;
        self.reply(&one, "the same state with a yes", (&declined, true), ("confirmation_required", "replayed")).await?;
        self.print.why("a no consumes the question as well: a state is valid for one answer")?;
        let state = self.ask(&one).await?;
        let expected = ("confirmation_required", "other_arguments");
        self.reply(&other, "the yes to inv_1001, for inv_1002", (&state, true), expected).await?;
        let tampered: String = state.chars().rev().collect();
        let expected = ("confirmation_required", "tampered");
        self.reply(&one, "a state of its own making", (&tampered, true), expected).await?;
        self.print
            .why("the state is signed, bound to the caller, the tool and its arguments, and valid for two minutes")?;
        for invoice in [one, other] {
            self.call(Who::Alice, "get_invoice", invoice, "allowed").await?;
        }
        Ok(())
    }

    pub(super) async fn operated(&mut self) -> Outcome<()> {
        self.print.heading("An operator confirms what a client must not be able to confirm")?;
        let cancelled = json!({"status": "cancelled"});
        self.purge("refuses", Approvals::refuse, "declined").await?;
        let left = self.call(Who::Alice, "search_invoices", cancelled.clone(), "allowed").await?;
        self.print.expect(mentions(&left, "inv_1004"), || "what was refused was done".to_owned())?;
        let purged = self.purge("approves", Approvals::approve, "allowed").await?;
        let record = self.last_record()?;
        let approval = record.at("/confirmed_by/operator");
        let has = |field: &str| approval.get(field).is_some_and(Value::is_string);
        let by_olga = approval.get("subject") == Some(&json!("olga")) && has("time") && has("digest");
        self.print.line(&format!("      audit    confirmed_by {approval}"))?;
        let one = purged.field("invoices") == Some(&json!(1));
        self.print.expect(by_olga && one, || format!("confirmed by {approval}"))?;
        let left = self.call(Who::Alice, "search_invoices", cancelled, "allowed").await?;
        self.print.expect(!mentions(&left, "inv_"), || "what was approved was not done".to_owned())?;
        self.print.why(
            "`confirm = operator(\"…\")`: the call waits for a person outside of the conversation, who is a principal like every caller: nobody called alice, or Alice, approves \
             her own, and the audit record says who approved, when, and the digest of what. With `billing http` that person sits at the server's terminal",
        )?;
        Ok(())
    }

    /// An invoice that nobody misses.
    async fn new_invoice(&mut self) -> Outcome<Value> {
        let invoice = json!({"buyer": "buy_02", "item": "Tornado seeds", "due": "2026-05-31", "net_cents": 990});
        let created = self.call(Who::Alice, "create_invoice", invoice, "allowed").await?;
        Ok(json!({"invoice": created.field("number").cloned().unwrap_or_default()}))
    }

    /// Alice's client calls `delete_invoice`, and gets the state of a question.
    async fn ask(&mut self, invoice: &Value) -> Outcome<String> {
        self.calls += 1;
        self.print.call(self.alice.name, "delete_invoice", invoice)?;
        let Round::Asked { question, state } = self.alice.round("delete_invoice", invoice, None).await? else {
            return Err("nobody was asked".into());
        };
        self.print.question("the person at the client", &question, "…")?;
        Ok(state)
    }

    /// Alice's client sends an answer by hand. The client gets the code of the refusal; the rule is only in the audit log.
    async fn reply(
        &mut self,
        invoice: &Value,
        what: &str,
        answer: (&str, bool),
        expected: (&str, &str),
    ) -> Outcome<()> {
        self.calls += 1;
        let Round::Done(answer) = self.alice.round("delete_invoice", invoice, Some(answer)).await? else {
            return Err("asked again".into());
        };
        self.print.asked(self.alice.name, &format!("delete_invoice {invoice} ({what})"), &answer)?;
        let (code, record) = (answer.code(), self.last_record()?);
        let rule = record.text("/rule");
        self.print
            .expect((code.as_str(), rule) == expected, || format!("{what}: {code}, {rule} instead of {expected:?}"))
    }

    /// Alice's client calls `purge_cancelled`, and olga decides.
    async fn purge(&mut self, what: &str, decide: Decide, expected: &str) -> Outcome<Answer> {
        let (tool, arguments) = ("purge_cancelled", json!({"before": "2026-06-30"}));
        self.calls += 1;
        self.print.call(self.alice.name, tool, &arguments)?;
        let operator = async {
            let request = waiting(&self.approvals).await?;
            let own = self.approvals.approve(request.id, &Arc::new(operator::operator("Alice")));
            decide(&self.approvals, request.id, &Arc::new(operator::operator("olga")))?;
            Ok::<_, Box<dyn Error + Send + Sync>>((request.question, own))
        };
        let (answer, decided) = tokio::join!(self.alice.call(tool, &arguments), operator);
        let (answer, (question, own)) = (answer?, decided?);
        let refused = own.map_or_else(|refusal| refusal.to_string(), |()| "approved".to_owned());
        self.print.question("Alice, at the terminal", &question, &refused)?;
        self.print.question("olga, an operator", &question, what)?;
        self.print.outcome(&answer)?;
        let code = answer.code();
        self.print.expect(code == expected, || format!("{tool}, which olga {what}: {code} instead of {expected}"))?;
        self.print.expect(own == Err(NoApproval::OwnCall), || "alice could approve her own call".to_owned())?;
        Ok(answer)
    }
}

/// The call that waits, as soon as there is one.
async fn waiting(approvals: &Approvals) -> Outcome<ApprovalRequest> {
    for _ in 0..LOOKS {
        if let Some(request) = approvals.list().into_iter().next() {
            return Ok(request);
        }
        tokio::time::sleep(LOOK).await;
    }
    Err("no call waits for an operator".into())
}
