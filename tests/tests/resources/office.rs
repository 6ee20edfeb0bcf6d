//! The server of these tests, and the clients that read from it.

#![expect(clippy::unused_async, reason = "a data layer would wait")]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rmcp::model::ReadResourceRequestParams;
use schemars::JsonSchema;
use secure_tool::{
    AuditRecord, Blob, Completion, ListedResource, MemorySink, Proven, ServerBuilder,
    http::{HttpOptions, StepUp},
    prelude::*,
};
use secure_tool_testkit::within;
pub(crate) use secure_tool_tests::revisions::{REVISIONS, anonymous};
use secure_tool_tests::{
    clients::{Client, HttpServer, Names},
    only, revisions,
};
use serde::Serialize;
use serde_json::Value;

/// What must not leave.
pub(crate) const SECRET: &str = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
/// Bytes that are no text.
pub(crate) const BINARY: &[u8] = b"%PDF-1.7\n\xff\xfe\x00";

/// An invoice of a customer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Invoice {
    pub(crate) id: String,
    pub(crate) customer: String,
    pub(crate) note: String,
}

impl Resource for Invoice {
    type Key = String;

    fn owner(&self) -> Owner {
        Owner::subject(self.customer.as_str())
    }

    fn canary(&self) -> bool {
        self.id == "bait"
    }
}

pub(crate) struct Office {
    invoices: Vec<Invoice>,
    pub(crate) ran: AtomicUsize,
}

impl Load<Invoice> for Office {
    async fn load(&self, id: &String) -> Result<Option<Invoice>, ToolError> {
        Ok(self.invoices.iter().find(|invoice| invoice.id == *id).cloned())
    }
}

impl Office {
    fn run(&self) {
        self.ran.fetch_add(1, Ordering::SeqCst);
    }

    fn entries<'a>(&'a self, of: impl Fn(&Invoice) -> bool + 'a) -> Mine<Vec<ListedResource>> {
        let entries = self.invoices.iter().filter(|invoice| of(invoice)).map(|invoice| {
            ListedResource::of(invoice, [("invoice", &invoice.id)]).title(format!("Invoice\u{202e} {}", invoice.id))
        });
        Mine(entries.collect())
    }

    async fn my_invoices(&self, caller: &Caller) -> Result<Mine<Vec<ListedResource>>, ToolError> {
        self.run();
        Ok(self.entries(|invoice| invoice.customer == caller.subject()))
    }

    async fn my_busy(&self, caller: &Caller) -> Mine<Vec<ListedResource>> {
        self.entries(|invoice| invoice.customer == caller.subject())
    }

    async fn my_numbers(&self, caller: &Caller, typed: &str) -> Mine<Vec<Completion>> {
        let own = self.invoices.iter().filter(|invoice| invoice.customer == caller.subject());
        Mine(own.filter(|own| own.id.starts_with(typed)).map(|own| Completion::of(own, &own.id)).collect())
    }

    async fn all_invoices(&self, _caller: &Caller) -> Mine<Vec<ListedResource>> {
        self.entries(|_| true)
    }

    async fn no_invoices(&self, _caller: &Caller) -> Result<Mine<Vec<ListedResource>>, ToolError> {
        Err(ToolError::internal("a secret reason"))
    }

    /// One invoice.
    #[secure_resource(uri = "invoices://{invoice}", scope = "invoices:read", owner = invoice, rate = 1000000/minute, list = Self::my_invoices)]
    pub(crate) async fn invoice(
        &self,
        /// Its number.
        invoice: Owned<'_, Invoice>,
    ) -> Json<Invoice> {
        self.run();
        Json(invoice.into_inner())
    }

    /// The note on an invoice, as text.
    #[secure_resource(uri = "invoices://{invoice}/note", scope = "invoices:read", owner = invoice, rate = 1000000/minute)]
    pub(crate) async fn note(
        &self,
        /// Its number.
        invoice: Owned<'_, Invoice>,
    ) -> Result<String, ToolError> {
        self.run();
        Ok(invoice.note.clone())
    }

    /// An invoice as it was scanned.
    #[secure_resource(uri = "scans://{invoice}", scope = "invoices:read", owner = invoice, rate = 1000000/minute, mime = "application/pdf", releases(blob))]
    pub(crate) async fn scan(
        &self,
        /// Its number.
        invoice: Owned<'_, Invoice>,
    ) -> Mine<Proven<Blob>> {
        Mine(invoice.view(|_| Blob::new("application/pdf", BINARY)))
    }

    /// The same of a resource that does not say so.
    #[secure_resource(uri = "leaks://{invoice}", scope = "invoices:read", owner = invoice, rate = 1000000/minute)]
    pub(crate) async fn leak(
        &self,
        /// Its number.
        invoice: Owned<'_, Invoice>,
    ) -> Blob {
        match &*invoice.id {
            "a b" => {
                let wide = format!("paid with {SECRET}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
                Blob::new("text/plain", wide)
            }
            id => Blob::new("application/pdf", [BINARY, id.as_bytes()].concat()),
        }
    }

    /// Invoices as a table.
    #[secure_resource(uri = "tables://{invoice}", scope = "invoices:read", owner = invoice, rate = 1000000/minute)]
    pub(crate) async fn table(
        &self,
        /// Its number.
        invoice: Owned<'_, Invoice>,
    ) -> Blob {
        Blob::new("text/csv", format!("id,note\n{},{}\n", invoice.id, invoice.note))
    }

    /// The caller's invoices.
    #[secure_resource(uri = "summary://mine", scope = "invoices:read", owner = caller, rate = 1000000/minute)]
    pub(crate) async fn summary(&self, caller: &Caller) -> Mine<Vec<Invoice>> {
        Mine(self.invoices.iter().filter(|invoice| invoice.customer == caller.subject()).cloned().collect())
    }

    /// A year of the house.
    #[secure_resource(uri = "years://{year}", scope = "invoices:read", owner = unowned("history is nobody's"), rate = 1000000/minute, max_output = 1KiB)]
    pub(crate) async fn year(
        &self,
        /// Which.
        year: u16,
    ) -> String {
        self.run();
        if year == 9999 { "x".repeat(2000) } else { format!("in {year}") }
    }

    /// What is seldom read.
    #[secure_resource(uri = "seldom://{invoice}", scope = "invoices:read", owner = invoice, rate = 1/hour, list = Self::my_invoices)]
    pub(crate) async fn seldom(
        &self,
        /// Its number.
        invoice: Owned<'_, Invoice>,
    ) -> Json<Invoice> {
        Json(invoice.into_inner())
    }

    /// What takes for ever.
    #[secure_resource(uri = "eternity://{invoice}", scope = "invoices:read", owner = invoice, rate = 1000000/minute, timeout = 1m)]
    pub(crate) async fn eternity(
        &self,
        /// Its number.
        invoice: Owned<'_, Invoice>,
    ) -> String {
        self.run();
        std::future::pending::<()>().await;
        invoice.note.clone()
    }

    /// What takes for ever, of which each caller is read one at a time.
    #[secure_resource(uri = "busy://{invoice}", scope = "invoices:read", owner = invoice, rate = 1000000/minute, timeout = 1m, concurrency(2, per_caller = 1), list = Self::my_busy)]
    pub(crate) async fn busy(
        &self,
        /// Its number.
        #[arg(complete = Self::my_numbers)]
        invoice: Owned<'_, Invoice>,
    ) -> String {
        self.run();
        std::future::pending::<()>().await;
        invoice.note.clone()
    }

    /// Greet.
    #[secure_prompt(scope = "invoices:read", owner = unowned("a greeting is nobody's"))]
    pub(crate) async fn greeting(&self) -> Prompt {
        Prompt::new().user("Hello.")
    }

    /// What exists elsewhere.
    #[secure_resource(uri = "elsewhere://{invoice}", scope = "invoices:read", owner = invoice, only_in("production"))]
    pub(crate) async fn elsewhere(
        &self,
        /// Its number.
        invoice: Owned<'_, Invoice>,
    ) -> Json<Invoice> {
        Json(invoice.into_inner())
    }

    /// A resource whose list forgot its `WHERE`.
    #[secure_resource(uri = "careless://{invoice}", scope = "invoices:read", owner = invoice, rate = 1000000/minute, list = Self::all_invoices)]
    pub(crate) async fn careless(
        &self,
        /// Its number.
        invoice: Owned<'_, Invoice>,
    ) -> Json<Invoice> {
        Json(invoice.into_inner())
    }

    /// A resource whose list fails.
    #[secure_resource(uri = "failing://{invoice}", scope = "invoices:read", owner = invoice, rate = 1000000/minute, list = Self::no_invoices)]
    pub(crate) async fn failing(
        &self,
        /// Its number.
        invoice: Owned<'_, Invoice>,
    ) -> Json<Invoice> {
        Json(invoice.into_inner())
    }
}

pub(crate) fn person(name: &str) -> Option<Caller> {
    Some(match name {
        "alice" | "bob" | "dave" | "dora" => Caller::new(name).with_scopes(["invoices:read"]),
        "carol" => Caller::new(name),
        _ => return None,
    })
}

pub(crate) fn alice() -> Arc<Caller> {
    Arc::new(person("alice").unwrap())
}

pub(crate) struct Setup {
    pub(crate) office: Arc<Office>,
    pub(crate) audit: Arc<MemorySink>,
    pub(crate) server: SecureServer<Office>,
    pub(crate) http: HttpServer,
}

/// A server with all of it but what only some tests want.
pub(crate) async fn setup() -> Setup {
    setup_with(|builder| builder).await
}

pub(crate) async fn setup_with(more: impl FnOnce(ServerBuilder<Office>) -> ServerBuilder<Office>) -> Setup {
    let invoice = |id: &str, customer: &str| Invoice {
        id: id.into(),
        customer: customer.into(),
        note: format!("of {customer}, paid with {SECRET}"),
    };
    let invoices = vec![
        invoice("inv-1", "alice"),
        invoice("a b", "alice"),
        invoice("inv-3", "bob"),
        invoice("bait", "bob"),
        invoice("inv-4", "dora"),
        invoice("4111111111111111", "dora"),
        invoice("4111 1111 1111 1111", "dora"),
    ];
    let office = Arc::new(Office { invoices, ran: AtomicUsize::new(0) });
    let audit = Arc::new(MemorySink::new(1000));
    let builder = SecureServer::builder_shared(Arc::clone(&office))
        .rate_cells(1 << 10)
        .environment("staging")
        .refusals_recorded(u32::MAX)
        .resource(Office::invoice())
        .resource(Office::note())
        .resource(Office::scan())
        .resource(Office::leak())
        .resource(Office::table())
        .resource(Office::summary())
        .resource(Office::year())
        .resource(Office::eternity())
        .resource(Office::elsewhere())
        .audit(Arc::clone(&audit));
    let server = more(builder).build().unwrap();
    let http =
        HttpServer::start_with(&server, Names(person), HttpOptions::default().step_up(StepUp::Always)).await.unwrap();
    Setup { office, audit, server, http }
}

impl Setup {
    /// A client of each transport and each era, with its name.
    pub(crate) async fn clients(&self, name: &str) -> Vec<(&'static str, Client)> {
        revisions::clients(&self.server, &self.http, name, &person(name).unwrap()).await.unwrap()
    }

    /// The only record since the last look.
    pub(crate) fn recorded(&self) -> AuditRecord {
        only(&self.audit)
    }

    /// A request over HTTP at a revision, as its bytes go out.
    pub(crate) fn request(
        &self,
        key: Option<&str>,
        revision: &str,
        method: &str,
        params: &Value,
    ) -> reqwest::RequestBuilder {
        revisions::request(&self.http, key, revision, method, params)
    }

    /// Its status and its answer.
    pub(crate) async fn ask(&self, key: Option<&str>, revision: &str, method: &str, params: &Value) -> (u16, Value) {
        revisions::ask(&self.http, key, revision, method, params).await.unwrap()
    }
}

/// The contents of a resource, or the code of the error and its data without the call's id.
pub(crate) async fn read(client: &Client, uri: &str) -> Result<Value, (i32, String)> {
    let params = ReadResourceRequestParams::new(uri);
    let result = revisions::received(within(format!("the contents of {uri}"), client.read_resource(params)).await)?;
    Ok(result["contents"].clone())
}
