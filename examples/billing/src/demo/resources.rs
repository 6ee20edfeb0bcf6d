//! Tour: the resources that clients read by URI.

use std::io::Write;

use super::{Demo, Outcome, Who, scenes::mentions};

impl<W: Write> Demo<'_, W> {
    pub(super) async fn resources(&mut self) -> Outcome<()> {
        self.print.heading("Resources, which clients read by their URIs")?;
        let templates = self.alice.templates().await?;
        self.print.asked(self.alice.name, "resources/templates/list", &templates)?;
        let expected = ["invoices://{invoice}", "invoices://{invoice}/pdf"];
        let listed = templates.each("resourceTemplates", "uriTemplate");
        self.print.expect(listed == expected, || format!("the templates are {listed:?}"))?;
        for (who, own, foreign) in [(Who::Alice, "inv_1001", "inv_2001"), (Who::Bob, "inv_2001", "inv_1001")] {
            let list = self.client(who).resources().await?;
            let list = self.received(who, "resources/list", list, "allowed")?;
            let uris = list.each("resources", "uri");
            let has = |number: &str| uris.contains(&format!("invoices://{number}"));
            self.print.expect(has(own) && !has(foreign), || "a list crossed companies".to_owned())?;
        }
        self.print.why(
            "`list = Self::my_invoices` is a separate call, whose `Mine<Vec<ListedResource>>` the guard compares with the caller; `accounts://mine` needs a \
             scope that bob lacks, so it is not in his list",
        )?;
        self.reading().await?;
        self.foreign_uris().await?;

        let accounts = self.read(Who::Alice, "accounts://mine", "allowed").await?;
        let masked = mentions(&accounts, "[masked: iban]") && !mentions(&accounts, "DE89");
        self.print.expect(masked, || "the accounts' numbers are not masked".to_owned())?;
        self.read(Who::CarolOnAPipe, "accounts://mine", "insufficient_scope").await?;
        self.print.why(
            "one URI, and each caller reads the data of their company; scopes and masks work as in every answer",
        )?;
        Ok(())
    }

    async fn reading(&mut self) -> Outcome<()> {
        let invoice = self.read(Who::Alice, "invoices://inv_1001", "allowed").await?;
        self.print.expect(mentions(&invoice, "[masked: pii]"), || "an e-mail address is not masked".to_owned())?;
        let pdf = self.read(Who::CarolOnAPipe, "invoices://inv_1001/pdf", "allowed").await?;
        // `%PDF-` in base64.
        let begins = pdf.each("contents", "blob").first().is_some_and(|blob| blob.starts_with("JVBERi0"));
        let is_pdf = begins && pdf.each("contents", "mimeType") == ["application/pdf"];
        self.print.expect(is_pdf, || "the PDF is none".to_owned())?;
        self.print.why("`owner = invoice`, as with a tool; `releases(blob)` declares that the PDF is not scanned")?;
        Ok(())
    }

    async fn foreign_uris(&mut self) -> Outcome<()> {
        let absent = self.read(Who::Bob, "invoices://inv_9999", "not_found").await?;
        for uri in [
            "invoices://inv_1001",
            "invoices://inv%5F1001",
            "invoices://inv_2001/../inv_1001",
            "invoices://inv_1001' OR 1=1 --",
            "file:///etc/passwd",
        ] {
            let refused = self.read(Who::Bob, uri, "not_found").await?;
            self.print
                .expect(refused.without_id() == absent.without_id(), || format!("{uri} tells more than inv_9999"))?;
        }
        let absent = self.read(Who::Bob, "invoices://inv_9999/pdf", "not_found").await?;
        let foreign = self.read(Who::Bob, "invoices://inv_1001/pdf", "not_found").await?;
        self.print
            .expect(foreign.without_id() == absent.without_id(), || "the PDF tells foreign from absent".to_owned())?;
        let own = self.read(Who::Bob, "invoices://inv_2001", "allowed").await?;
        self.print.expect(mentions(&own, "Initech"), || "his own invoice is another".to_owned())?;
        self.print.why(
            "absent, foreign, in another spelling, not an invoice: the same bytes except for the id of the call; he can read his own invoice",
        )?;
        Ok(())
    }
}
