//! The other scenes of the demonstration: lists, scopes, ownership, limits and what else a client can try.

use std::{io::Write, time::Duration};

use serde_json::{Value, json};

use super::{Demo, Outcome, Who, answer::Answer, client::post};
use crate::ALICE;

/// Longer than `list_payments` waits.
const SLOW_BANK: Duration = Duration::from_secs(3);

impl<W: Write> Demo<'_, W> {
    pub(super) async fn listing(&mut self) -> Outcome<()> {
        self.print.heading("What each caller sees in tools/list")?;
        self.print.why("a tool for which the caller lacks a scope is not listed")?;
        let mut sizes = Vec::new();
        for who in [Who::Alice, Who::Bob, Who::Carol, Who::CarolOnAPipe, Who::AliceReading] {
            let tools = self.client(who).tools().await?;
            let name = self.client(who).name;
            self.print.line(&format!("  {name} ({}): {}", tools.len(), tools.join(", ")))?;
            sizes.push(tools.len());
        }
        self.print.expect(sizes == [25, 19, 8, 8, 14], || format!("the lists have {sizes:?} tools"))
    }

    pub(super) async fn allowed(&mut self) -> Outcome<()> {
        self.print.heading("Calls that are allowed")?;
        let got = self.call(Who::Alice, "get_invoice", json!({"invoice": "inv_1001"}), "allowed").await?;
        self.print
            .expect(got.field("total_cents") == Some(&json!(142_800)), || "inv_1001 has another total".to_owned())?;
        self.print.why(
            "`owner = invoice`: the guard loaded the invoice and checked that it belongs to acme; the tool got an `Owned<Invoice>`",
        )?;

        let open = json!({"status": "open"});
        let acme = self.call(Who::Alice, "search_invoices", open.clone(), "allowed").await?;
        let globex = self.call(Who::Bob, "search_invoices", open, "allowed").await?;
        self.print.why("`owner = caller`: the same call, but each query is bound to the caller's own company")?;
        self.print
            .expect(!mentions(&acme, "inv_2") && !mentions(&globex, "inv_1"), || "a search crossed companies".into())?;

        let (first, second) = ("inv_1001", "inv_1003");
        self.call(Who::Alice, "compare_invoices", json!({"invoices": [first, second]}), "allowed").await?;
        self.print.why("`Vec<Owned<Invoice>>`: every invoice belongs to acme")?;
        self.call(Who::Alice, "open_balance", json!({}), "allowed").await?;
        self.call(Who::Alice, "open_balance", json!({"buyer": "buy_01"}), "allowed").await?;
        self.print.why("`Option<Owned<Buyer>>`: no buyer, or one of acme")?;
        self.call(Who::Bob, "invoice_total", json!({"invoice": "inv_2001"}), "allowed").await?;
        self.print.why("a plain key: the guard checked its owner, but did not load the invoice")?;
        self.call(Who::Bob, "exchange_rate", json!({"currency": "usd", "euros": 250}), "allowed").await?;
        self.print.why("`owner = unowned(\"exchange rates are the same for everybody\")`")?;
        self.call(Who::Alice, "list_payments", json!({}), "allowed").await?;
        self.call(Who::CarolOnAPipe, "status", json!({}), "allowed").await?;
        self.writes().await
    }

    async fn writes(&mut self) -> Outcome<()> {
        let invoice = json!({"buyer": "buy_02", "item": "Portable hole", "due": "2026-06-30", "net_cents": 7_500});
        let created = self.call(Who::Alice, "create_invoice", invoice, "allowed").await?;
        let number = created.field("number").cloned().unwrap_or_default();
        let note = json!({"invoice": number, "text": "Mind the edges."});
        self.call(Who::Alice, "add_note", note, "allowed").await?;
        self.call(Who::Alice, "mark_paid", json!({"invoice": number}), "allowed").await?;
        self.call(Who::Alice, "mark_paid", json!({"invoice": number}), "conflict").await?;
        self.print.why("the guard admitted the second call as well; the tool itself returned `ToolError::conflict`")?;
        Ok(())
    }

    pub(super) async fn foreign(&mut self) -> Outcome<()> {
        self.print.heading("Objects of another company")?;
        for (tool, foreign, absent) in [
            ("get_invoice", json!({"invoice": "inv_1001"}), json!({"invoice": "inv_9999"})),
            ("invoice_total", json!({"invoice": "inv_1001"}), json!({"invoice": "inv_9999"})),
            ("open_balance", json!({"buyer": "buy_01"}), json!({"buyer": "buy_99"})),
            (
                "compare_invoices",
                json!({"invoices": ["inv_2001", "inv_1001"]}),
                json!({"invoices": ["inv_2001", "inv_9999"]}),
            ),
            ("mark_paid", json!({"invoice": "inv_1003"}), json!({"invoice": "inv_9999"})),
            ("add_note", json!({"invoice": "inv_1001", "text": "hi"}), json!({"invoice": "inv_9999", "text": "hi"})),
        ] {
            let foreign = self.call(Who::Bob, tool, foreign, "not_found").await?;
            let absent = self.call(Who::Bob, tool, absent, "not_found").await?;
            self.print
                .expect(foreign.without_id() == absent.without_id(), || format!("{tool} tells foreign from absent"))?;
        }
        self.print.why(
            "the first of each pair belongs to acme, the second does not exist, and the answers are the same except for the id of the call: bob learns nothing",
        )?;
        let still = self.call(Who::Alice, "get_invoice", json!({"invoice": "inv_1003"}), "allowed").await?;
        self.print.expect(still.field("status") == Some(&json!("open")), || {
            "bob has changed an invoice of acme".to_owned()
        })?;
        self.print.why("bob's `mark_paid` has changed nothing")?;
        Ok(())
    }

    pub(super) async fn support(&mut self) -> Outcome<()> {
        self.print.heading("A support employee with the override scope")?;
        self.call(Who::Erin, "get_invoice", json!({"invoice": "inv_1001"}), "allowed").await?;
        let overridden = self.last_record()?.text("/owner") == "overridden";
        self.print.expect(overridden, || "the audit record does not say that ownership was overridden".to_owned())?;
        self.call(Who::Erin, "get_invoice", json!({"invoice": "inv_9999"}), "not_found").await?;
        self.call(Who::Erin, "mark_paid", json!({"invoice": "inv_1001"}), "insufficient_scope").await?;
        self.print.why(
            "`.override_scope(\"support:override\")` replaces only the ownership check; the audit record says `overridden`",
        )?;
        let own = self.call(Who::Erin, "search_invoices", json!({"status": "open"}), "allowed").await?;
        self.print.expect(!mentions(&own, "inv_"), || "a search crossed companies".to_owned())?;
        self.print.why("`owner = caller` uses her own company, which has no invoices")?;
        Ok(())
    }

    pub(super) async fn scopes(&mut self) -> Outcome<()> {
        self.print.heading("A scope is missing")?;
        self.call(Who::Carol, "mark_paid", json!({"invoice": "inv_1001"}), "insufficient_scope").await?;
        self.call(Who::Carol, "vat_report", json!({}), "insufficient_scope").await?;
        self.print.why(
            "an API key cannot be stepped up, so the refusal is the result of the tool; a token of an authorization server gets HTTP 403 with a \
             challenge that names every scope of the operation (RFC 6750)",
        )?;
        self.call(Who::CarolOnAPipe, "mark_paid", json!({"invoice": "inv_1001"}), "insufficient_scope").await?;
        self.print.why("the same happens on a pipe")?;
        Ok(())
    }

    pub(super) async fn credentials(&mut self) -> Outcome<()> {
        self.print.heading("No credential, a wrong one, a wrong origin")?;
        let key = ALICE.key;
        for (what, headers, status) in [
            ("get_invoice without a key", String::new(), 401),
            (
                "get_invoice with a wrong key",
                format!("Authorization: Bearer {}\r\n", key.replace("alice", "mallo")),
                401,
            ),
            (
                "get_invoice with alice's key, from a web page of evil.example",
                format!("Authorization: Bearer {key}\r\nOrigin: https://evil.example\r\n"),
                403,
            ),
        ] {
            let answer = post(self.address, &headers).await?;
            self.print.asked("somebody", what, &answer)?;
            let code = answer.code();
            self.print.expect(code == format!("HTTP {status}"), || format!("{what}: {code} instead of {status}"))?;
        }
        self.print.why(
            "the body of such a request is not read, so there is no call; the audit log counts it among the failed logins",
        )?;
        Ok(())
    }

    pub(super) async fn arguments(&mut self) -> Outcome<()> {
        self.print.heading("Arguments that do not fit the published schema")?;
        for (tool, arguments, pointer) in [
            ("search_invoices", json!({"status": "open", "limit": 5_000}), "/limit"),
            ("search_invoices", json!({"status": "open", "tenant": "globex"}), ""),
            ("search_invoices", json!({"status": "everything"}), "/status"),
            ("get_invoice", json!({"invoice": "inv_1' OR 1=1 --"}), "/invoice"),
            ("get_invoice", json!({}), "/invoice"),
            ("compare_invoices", json!({"invoices": ["inv_1001"]}), "/invoices"),
            (
                "create_invoice",
                json!({"buyer": "buy_01", "item": "Bat-Man outfit", "due": "soon", "net_cents": -1}),
                "/due",
            ),
        ] {
            let answer = self.call(Who::Alice, tool, arguments, "invalid_arguments").await?;
            let problems = answer.field("problems").and_then(Value::as_array).cloned().unwrap_or_default();
            let named = problems.iter().any(|problem| problem.get("pointer") == Some(&json!(pointer)));
            self.print.expect(named, || format!("{tool}: no problem at {pointer}"))?;
        }
        self.print.why(
            "the refusal says where the mistake is and what was expected, but never repeats the value, so no data gets into logs",
        )?;
        Ok(())
    }

    pub(super) async fn rate(&mut self) -> Outcome<()> {
        self.print.heading("Too many calls")?;
        for _ in 0..3 {
            self.call(Who::Alice, "vat_report", json!({}), "allowed").await?;
        }
        let refused = self.call(Who::Alice, "vat_report", json!({}), "rate_limited").await?;
        let wait = refused.field("retry_after").and_then(Value::as_u64);
        self.print
            .expect(wait.is_some_and(|seconds| (1..=300).contains(&seconds)), || format!("retry_after is {wait:?}"))?;
        self.print.why(
            "`rate(12/hour, burst = 3, per = tenant)`: three at once for the whole of acme, then one every five minutes",
        )?;
        self.call(Who::Bob, "vat_report", json!({}), "allowed").await?;
        self.print.why("globex has its own three")?;
        Ok(())
    }

    pub(super) async fn slow(&mut self) -> Outcome<()> {
        self.print.heading("A tool that takes too long")?;
        self.billing.bank.slow_down(SLOW_BANK);
        self.call(Who::Alice, "list_payments", json!({}), "timeout").await?;
        self.print.why(
            "`timeout = 750ms`, and the bank takes three seconds; the tool was stopped, and its place is free again",
        )?;
        self.billing.bank.slow_down(Duration::ZERO);
        self.call(Who::Alice, "list_payments", json!({}), "allowed").await?;
        Ok(())
    }

    pub(super) async fn read_only(&mut self) -> Outcome<()> {
        self.print.heading("A server without allow_writes()")?;
        let hidden = self.call(Who::AliceReading, "mark_paid", json!({"invoice": "inv_1001"}), "unknown_tool").await?;
        let unknown =
            self.call(Who::AliceReading, "mark_payed", json!({"invoice": "inv_1001"}), "unknown_tool").await?;
        self.print.expect(hidden.without_id() == unknown.without_id(), || "a hidden tool shows".to_owned())?;
        self.print
            .why("a tool that may write does not exist without `allow_writes()`; the second tool never existed")?;
        Ok(())
    }

    pub(super) async fn switched_off(&mut self) -> Outcome<()> {
        self.print.heading("A tool that an operator has switched off")?;
        let rate = json!({"currency": "chf"});
        self.server.switches().disable("exchange_rate")?;
        self.call(Who::Alice, "exchange_rate", rate.clone(), "unknown_tool").await?;
        self.server.switches().enable("exchange_rate")?;
        self.call(Who::Alice, "exchange_rate", rate, "allowed").await?;
        self.print.why(
            "`server.switches()` works while the server runs; a tool that is off gives the same answer as one that never existed",
        )?;
        Ok(())
    }

    pub(super) async fn broken(&mut self) -> Outcome<()> {
        self.print.heading("An internal error")?;
        self.billing.bank.break_down(true);
        let failed = self.call(Who::Bob, "list_payments", json!({}), "internal").await?;
        self.billing.bank.break_down(false);
        let record = self.last_record()?;
        let cause = record.text("/cause");
        self.print.line(&format!("      audit    {} {cause}", failed.call_id()))?;
        let masked = cause.contains("no route to ledger.bank.internal") && !mentions(&failed, "bank.internal");
        let found = record.text("/call_id") == failed.call_id();
        self.print
            .expect(masked && found, || "the cause of an internal error is not masked, or not recorded".to_owned())?;
        self.print.why("`?` on the bank's error: the model reads a code and the id of the call; the audit log has the cause under this id")?;
        Ok(())
    }
}

pub(super) fn mentions(answer: &Answer, text: &str) -> bool {
    answer.without_id().contains(text)
}
