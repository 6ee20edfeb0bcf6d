//! A shop with a tool that quotes a price and a tool that pays it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use secure_tool::{AuditError, AuditRecord, AuditSink, MemorySink, ServerBuilder, prelude::*};
use secure_tool_tests::clients::{call_inside, code};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Invoices 1 and 2 are alice's, 3 is bob's.
#[derive(Clone)]
pub(crate) struct Invoice(InvoiceKey);

#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
pub(crate) struct InvoiceKey(u32);

pub(crate) struct Account(u32);

impl InvoiceKey {
    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

impl Invoice {
    pub(crate) fn number(&self) -> u32 {
        self.0.number()
    }
}

fn owner(key: u32) -> Option<Owner> {
    match key {
        1 | 2 => Some(Owner::subject_in("acme", "alice")),
        3 => Some(Owner::subject_in("acme", "bob")),
        _ => None,
    }
}

impl Resource for Invoice {
    type Key = InvoiceKey;
    fn owner(&self) -> Owner {
        owner(self.0.0).unwrap()
    }
}

impl Resource for Account {
    type Key = u32;
    fn owner(&self) -> Owner {
        owner(self.0).unwrap()
    }
}

#[derive(Default)]
pub(crate) struct Shop {
    /// How often each body has run.
    ran: Mutex<BTreeMap<&'static str, usize>>,
    pub(crate) fails: AtomicBool,
    pub(crate) panics: AtomicBool,
    pub(crate) hangs: AtomicBool,
    pub(crate) says_too_much: AtomicBool,
}

impl Load<Invoice> for Shop {
    async fn load(&self, key: &InvoiceKey) -> Result<Option<Invoice>, ToolError> {
        Ok(owner(key.0).map(|_| Invoice(*key)))
    }
}

impl Load<Account> for Shop {
    async fn load(&self, key: &u32) -> Result<Option<Account>, ToolError> {
        Ok(owner(*key).map(|_| Account(*key)))
    }
}

impl OwnerOf<InvoiceKey> for Shop {
    async fn owner_of(&self, key: &InvoiceKey) -> Result<Option<Owner>, ToolError> {
        Ok(owner(key.0))
    }
}

impl Shop {
    fn run(&self, tool: &'static str) {
        *self.ran.lock().unwrap().entry(tool).or_default() += 1;
    }

    pub(crate) fn ran(&self, tool: &str) -> usize {
        self.ran.lock().unwrap().get(tool).copied().unwrap_or_default()
    }

    /// Show the total of an invoice.
    #[secure_tool(scope = "shop:read", owner = invoice, rate = 1000/minute, max_output = 1KiB, read_only)]
    pub(crate) async fn quote(
        &self,
        /// Which.
        invoice: Owned<Invoice>,
    ) -> Result<String, ToolError> {
        self.run("quote");
        if self.fails.load(Ordering::Relaxed) {
            return Err(ToolError::conflict("no price yet"));
        }
        assert!(!self.panics.load(Ordering::Relaxed), "told to panic");
        if self.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        Ok("5 ".repeat(if self.says_too_much.load(Ordering::Relaxed) { 1000 } else { invoice.0.0 as usize }))
    }

    /// Pay an invoice.
    #[secure_tool(scope = "shop:pay", owner = invoice, rate = 1000/minute, after(Self::quote, within = 10m))]
    pub(crate) async fn pay(
        &self,
        /// Which.
        invoice: Owned<Invoice>,
    ) -> String {
        self.run("pay");
        invoice.0.0.to_string()
    }

    /// Pay an invoice at once.
    #[secure_tool(scope = "shop:pay", owner = invoice, rate = 10000/minute, after(Self::quote, within = 1s))]
    async fn pay_soon(
        &self,
        /// Which.
        invoice: Owned<Invoice>,
    ) -> String {
        self.run("pay_soon");
        invoice.0.0.to_string()
    }

    /// Tear an invoice up.
    #[secure_tool(
        scope = "shop:pay", owner = invoice, rate = 1000/minute, after(Self::quote, within = 1s), destructive,
        confirm = "Tear invoice {invoice} up?"
    )]
    async fn tear_up(
        &self,
        /// Which.
        invoice: InvoiceKey,
    ) -> String {
        self.run("tear_up");
        invoice.0.to_string()
    }

    /// Show how an invoice came about. It takes a key where `quote` takes the object.
    #[secure_tool(scope = "shop:read", owner = bill, rate = 1000/minute, after(Self::quote, within = 10m), read_only)]
    async fn explain(
        &self,
        /// Which.
        bill: InvoiceKey,
    ) -> String {
        self.run("explain");
        bill.0.to_string()
    }

    /// Reserve an invoice. The same call later is the same reservation.
    #[secure_tool(scope = "shop:pay", owner = invoice, rate = 10000/minute, idempotent(within = 10m))]
    async fn reserve(
        &self,
        /// Which.
        invoice: Owned<Invoice>,
    ) -> String {
        self.run("reserve");
        invoice.0.0.to_string()
    }

    /// Collect what was reserved a moment ago.
    #[secure_tool(scope = "shop:pay", owner = invoice, rate = 10000/minute, after(Self::reserve, within = 1s))]
    async fn collect(
        &self,
        /// Which.
        invoice: Owned<Invoice>,
    ) -> String {
        self.run("collect");
        invoice.0.0.to_string()
    }

    /// Walk through the shop.
    #[secure_tool(scope = "shop:read", owner = caller("its answer holds no rows"), rate = 1000/minute, read_only)]
    fn browse(&self, caller: &Caller) -> String {
        self.run("browse");
        caller.subject().to_owned()
    }

    /// Say what was seen. It takes no object, and `browse` neither.
    #[secure_tool(scope = "shop:read", owner = caller("its answer holds no rows"), rate = 1000/minute, after(Self::browse, within = 10m), read_only)]
    fn tell(&self, caller: &Caller) -> String {
        self.run("tell");
        caller.subject().to_owned()
    }

    /// Praise what was told: the third in a row.
    #[secure_tool(scope = "shop:read", owner = invoice, rate = 1000/minute, after(Self::tell, within = 10m), read_only)]
    async fn praise(
        &self,
        /// Of what. `tell` knows of none.
        invoice: Owned<Invoice>,
    ) -> String {
        self.run("praise");
        invoice.0.0.to_string()
    }

    /// Ring the bell, whatever came before.
    #[secure_tool(scope = "shop:read", owner = unowned("it is the shop's"), rate = 1000/minute, read_only)]
    async fn ring(&self) {}

    /// Offer to pay from an account.
    #[secure_tool(scope = "shop:read", owner = (account, invoice), rate = 1000/minute, read_only)]
    async fn offer(
        &self,
        /// From where.
        account: Owned<Account>,
        /// For what.
        invoice: Owned<Invoice>,
    ) -> String {
        (account.0 + invoice.0.0).to_string()
    }

    /// Pay from an account as it was offered.
    #[secure_tool(scope = "shop:pay", owner = (invoice, account), rate = 1000/minute, after(Self::offer, within = 10m))]
    async fn settle(
        &self,
        /// For what.
        invoice: Owned<Invoice>,
        /// From where.
        account: Owned<Account>,
    ) -> String {
        (account.0 + invoice.0.0).to_string()
    }
}

pub(crate) fn caller(tenant: &str, name: &str) -> Caller {
    Caller::new(name).with_tenant(tenant).with_scopes(["shop:read", "shop:pay"])
}

pub(crate) fn alice() -> Caller {
    caller("acme", "alice")
}

pub(crate) fn bob() -> Caller {
    caller("acme", "bob")
}

/// Refuses to have taken the outcome of a call when told to.
#[derive(Default)]
pub(crate) struct Unsure {
    pub(crate) full: AtomicBool,
}

impl AuditSink for Unsure {
    fn record(&self, _: AuditRecord) -> Result<(), AuditError> {
        if self.full.load(Ordering::Relaxed) { Err(AuditError::new("the disk is full")) } else { Ok(()) }
    }
}

pub(crate) fn builder(shop: &Arc<Shop>) -> ServerBuilder<Shop> {
    SecureServer::builder_shared(Arc::clone(shop))
        .rate_cells(1 << 10)
        .allow_writes()
        .tool(Shop::quote())
        .tool(Shop::pay())
        .tool(Shop::pay_soon())
        .tool(Shop::tear_up())
        .tool(Shop::explain())
        .tool(Shop::reserve())
        .tool(Shop::collect())
        .tool(Shop::browse())
        .tool(Shop::tell())
        .tool(Shop::praise())
        .tool(Shop::ring())
        .tool(Shop::offer())
        .tool(Shop::settle())
}

pub(crate) struct House {
    pub(crate) shop: Arc<Shop>,
    pub(crate) audit: Arc<MemorySink>,
    pub(crate) server: SecureServer<Shop>,
}

impl House {
    pub(crate) fn new() -> Self {
        let (shop, audit) = (Arc::new(Shop::default()), Arc::new(MemorySink::new(10_000)));
        let server = builder(&shop).audit(Arc::clone(&audit)).refusals_recorded(u32::MAX).build().unwrap();
        Self { shop, audit, server }
    }

    pub(crate) async fn result(&self, caller: &Caller, tool: &str, arguments: Value) -> CallToolResult {
        call_inside(&self.server, caller, tool, arguments).await
    }

    /// The code of a call about an invoice.
    pub(crate) async fn call(&self, caller: &Caller, tool: &str, invoice: u32) -> String {
        let name = if tool == "explain" { "bill" } else { "invoice" };
        code(&self.result(caller, tool, json!({ name: invoice })).await)
    }

    /// The code of a call without arguments.
    pub(crate) async fn bare(&self, caller: &Caller, tool: &str) -> String {
        code(&self.result(caller, tool, json!({})).await)
    }

    pub(crate) fn last(&self) -> AuditRecord {
        self.audit.records().pop().unwrap()
    }
}
