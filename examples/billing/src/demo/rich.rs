//! Tour: an image in an answer, and the progress of a call.

use std::{io::Write, time::Duration};

use rmcp::model::ProgressNotificationParam;
use serde_json::json;

use super::{Demo, Outcome, Who, scenes::mentions};

/// How long it may take until a client has read all that it was told: this often, so long.
const LOOKS: u32 = 3_000;
const LOOK: Duration = Duration::from_millis(10);

impl<W: Write> Demo<'_, W> {
    pub(super) async fn chart(&mut self) -> Outcome<()> {
        self.print.heading("A chart")?;
        let mut charts = Vec::new();
        for who in [Who::Alice, Who::Bob] {
            let answer = self.call(who, "revenue_chart", json!({}), "allowed").await?;
            let image =
                answer.items("content").iter().find(|block| block.get("type") == Some(&json!("image"))).cloned();
            let image = image.unwrap_or_default();
            // How a PNG begins, in base64.
            let data = image.get("data").and_then(|data| data.as_str()).unwrap_or_default().to_owned();
            let is_png = image.get("mimeType") == Some(&json!("image/png")) && data.starts_with("iVBORw0KGgo");
            self.print.expect(is_png, || "a chart is no PNG".to_owned())?;
            charts.push(data);
        }
        self.print.expect(charts.first() != charts.last(), || "both companies have the same chart".to_owned())?;
        let refused = self.call(Who::Carol, "revenue_chart", json!({}), "insufficient_scope").await?;
        self.print.expect(!mentions(&refused, "image/png"), || "the refusal has a picture".to_owned())?;
        self.print.why(
            "`ProvenAnswer` and `.block_of(&invoices, Image::png(…))`: the guard compares the owners of the objects that the picture shows, and checks that it is a \
             PNG; without `releases(image)` no picture leaves, as nobody can scan it",
        )?;
        Ok(())
    }

    pub(super) async fn progress(&mut self) -> Outcome<()> {
        self.print.heading("Progress of a call")?;
        for who in [Who::Alice, Who::AliceOnAPipe] {
            self.call(who, "check_payments", json!({}), "allowed").await?;
            let told = self.told(who).await?;
            let texts: Vec<_> = told.iter().filter_map(|told| told.message.clone()).collect();
            for (told, text) in told.iter().zip(&texts) {
                let total = told.total.unwrap_or_default();
                self.print.line(&format!("      progress {} of {total}: {text}", told.progress))?;
            }
            let masked = texts.iter().all(|text| text.contains("[masked: iban]") && !text.contains("FR14"));
            self.print.expect(masked && texts.len() == told.len(), || format!("progress said {texts:?}"))?;
        }
        self.print.why(
            "`progress: &Progress`: the body reports what it does, and the client receives what may leave, without the payer's account. Over HTTP on the event stream of the \
             response, on a pipe by notifications",
        )?;
        self.call(Who::Carol, "check_payments", json!({}), "insufficient_scope").await?;
        self.print.expect(self.carol.human.take_told().is_empty(), || "a refused call has made progress".to_owned())
    }

    /// What a client was told of a call, up to its end.
    async fn told(&self, who: Who) -> Outcome<Vec<ProgressNotificationParam>> {
        let mut all = Vec::new();
        for _ in 0..LOOKS {
            all.extend(self.client(who).human.take_told());
            if all.iter().any(|told: &ProgressNotificationParam| Some(told.progress) == told.total) {
                // The client handles each notification in a separate task, so a later one may come first.
                all.sort_by(|one, other| one.progress.total_cmp(&other.progress));
                return Ok(all);
            }
            tokio::time::sleep(LOOK).await;
        }
        Err("the last progress of a call is missing".into())
    }
}
