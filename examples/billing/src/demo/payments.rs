//! Tour: the payments, each with an intent and an outcome in the audit log.

use std::{io::Write, time::Duration};

use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{Demo, Outcome, Who};
use crate::ALICE;

/// How long it may take until the log has a record: this often, so long.
const LOOKS: u32 = 3_000;
const LOOK: Duration = Duration::from_millis(10);

const TOOL: &str = "refund_invoice";

impl<W: Write> Demo<'_, W> {
    pub(super) async fn payments(&mut self) -> Outcome<()> {
        self.print.heading("A payment leaves an intent and an outcome in the log")?;
        let first = json!({"invoice": "inv_1002"});
        self.call(Who::Alice, TOOL, first.clone(), "allowed").await?;
        let expected =
            [json!(["intent", "admitted", "not_started", null]), json!(["outcome", "allowed", "ended", null])];
        self.said(&expected)?;
        self.call(Who::Carol, TOOL, first, "insufficient_scope").await?;
        self.print.why(
            "an intent before the body of a tool that may write, and an outcome after it; a call that reads or is refused, such as carol's, leaves one record",
        )?;
        self.hang_up().await
    }

    /// Alice's client leaves while the bank pays.
    async fn hang_up(&mut self) -> Outcome<()> {
        let invoice =
            json!({"buyer": "buy_02", "item": "Dehydrated boulders", "due": "2026-05-31", "net_cents": 4_200});
        let created = self.call(Who::Alice, "create_invoice", invoice, "allowed").await?;
        let invoice = json!({"invoice": created.field("number").cloned().unwrap_or_default()});
        self.call(Who::Alice, "mark_paid", invoice.clone(), "allowed").await?;

        self.billing.bank.dawdle(true);
        self.calls += 1;
        self.print.call(self.alice.name, TOOL, &invoice)?;
        let before = self.log.records()?.len();
        let mut connection = TcpStream::connect(self.address).await?;
        connection.write_all(self.request(&invoice).as_bytes()).await?;
        self.recorded(before + 1).await?;
        drop(connection);
        self.print.line("      (alice's client hangs up while the bank pays)")?;
        self.recorded(before + 2).await?;
        self.billing.bank.dawdle(false);
        let expected =
            [json!(["intent", "admitted", "not_started", null]), json!(["outcome", "allowed", "ended", "cancelled"])];
        self.said(&expected)?;
        self.print.why(
            "no client was told how it ended, but the log has it: the body ended, the money is back, and `answered` says that the client had left",
        )?;
        let again = self.call(Who::Alice, TOOL, invoice, "allowed").await?;
        let record = self.last_record()?;
        let repeated = record.at("/repeated") == &json!(true) && record.text("/body") == "not_started";
        self.print.expect(repeated && again.lines() == ["Paid back."], || format!("it was not repeated: {record}"))?;
        self.print.why(
            "`idempotent(within = 10m)`: alice's client repeats the call and gets the answer that it missed; the bank was called once",
        )?;
        Ok(())
    }

    /// A call as a client of the newest protocol revision sends it. At that revision, a disconnect cancels the call.
    fn request(&self, arguments: &Value) -> String {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({"name": TOOL, "arguments": arguments, "_meta": meta});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string();
        format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n\
             Mcp-Name: {TOOL}\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            ALICE.key,
            body.len()
        )
    }

    /// Waits until the log has so many records.
    async fn recorded(&self, count: usize) -> Outcome<()> {
        for _ in 0..LOOKS {
            if self.log.records()?.len() >= count {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err("a record of a payment is missing".into())
    }

    /// Shows the last two records, and compares what they say of how far the call got.
    fn said(&mut self, expected: &[Value; 2]) -> Outcome<()> {
        let records = self.log.records()?;
        let last = records.get(records.len().saturating_sub(2)..).unwrap_or_default();
        let fields = ["phase", "decision", "body", "answered"];
        let (mut said, mut calls) = (Vec::new(), Vec::new());
        for record in last {
            let values = fields.map(|field| record.at(&format!("/{field}")).clone());
            let shown: Vec<String> =
                fields.iter().zip(&values).map(|(field, value)| format!("{field} {value}")).collect();
            self.print.line(&format!("      audit    {}", shown.join(", ")))?;
            said.push(Value::from(values.to_vec()));
            calls.push(record.text("/call_id").to_owned());
        }
        calls.dedup();
        self.print
            .expect(calls.len() == 1 && said == *expected, || format!("the log says {said:?} instead of {expected:?}"))
    }
}
