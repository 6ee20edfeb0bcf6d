//! The server of these tests: a house whose bills must be paid only once.

use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use rmcp::{
    RoleClient,
    model::{CallToolRequestParams, CallToolResult, RequestMetaObject},
    service::RunningService,
};
use secure_tool::{
    Answer, AuditRecord, Image, Link, MemorySink, Mine, ServerBuilder, http::HttpOptions, prelude::*,
    schemars::JsonSchema,
};
use secure_tool_testkit::{LIMIT, within};
use secure_tool_tests::clients::{Client, HttpServer, Names, call_inside, connect_by_pipe, text};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Notify;

#[derive(Clone, JsonSchema, Serialize)]
pub(crate) struct Account {
    owner: String,
}

impl Resource for Account {
    type Key = String;

    fn owner(&self) -> Owner {
        Owner::subject_in("acme", self.owner.as_str())
    }
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the account of {}", self.owner)
    }
}

#[derive(Serialize, JsonSchema)]
struct Receipt {
    number: usize,
    amount: f64,
    /// The third is masked where it leaves.
    notes: Vec<String>,
}

#[derive(Default)]
pub(crate) struct House {
    /// Whose each account is, if it is no longer that of the caller it is named after.
    owners: Mutex<HashMap<String, String>>,
    /// What was done, by the tool.
    done: Mutex<Vec<&'static str>>,
    pub(crate) go_on: Notify,
    blocked: (Mutex<bool>, Condvar),
}

impl Load<Account> for House {
    async fn load(&self, key: &String) -> Result<Option<Account>, ToolError> {
        let owner = lock(&self.owners).get(key).unwrap_or(key).clone();
        Ok(Some(Account { owner }))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl House {
    fn act(&self, tool: &'static str) -> usize {
        let mut done = lock(&self.done);
        done.push(tool);
        done.len()
    }

    /// How often something was done by this tool.
    pub(crate) fn times(&self, tool: &str) -> usize {
        lock(&self.done).iter().filter(|done| **done == tool).count()
    }

    pub(crate) fn give_away(&self, account: &str, to: &str) {
        lock(&self.owners).insert(account.to_owned(), to.to_owned());
    }

    /// Lets bodies on that block, all of them from now on.
    pub(crate) fn unblock(&self) {
        *lock(&self.blocked.0) = true;
        self.blocked.1.notify_all();
    }

    fn block(&self) {
        let free = lock(&self.blocked.0);
        drop(self.blocked.1.wait_timeout_while(free, LIMIT, |free| !*free));
    }
}

impl House {
    /// Pay a bill.
    #[secure_tool(
        scope = "house", owner = account, rate = 1000000/second, concurrency(64, per_caller = 64), audit_output = digest,
        idempotent(key = request_id), releases(image)
    )]
    async fn pay(
        &self,
        /// From which account.
        account: Owned<Account>,
        /// How much.
        #[arg(default = 1)]
        amount: u32,
        /// Which payment.
        request_id: String,
    ) -> Answer<Json<Receipt>> {
        let _ = (account.owner.as_str(), request_id);
        let number = self.act("pay");
        let amount = 0.1_f64 + f64::from(amount) * 0.2;
        // Whether the number after the point survives is seen by its last digit.
        let notes = vec!["paid".into(), format!("{amount:?}"), "the card is 4111 1111 1111 1111".into()];
        Answer::new()
            .block(format!("Payment {number}"))
            .block(Link::to_fixed("house://rules").title("The rules"))
            .json(Receipt { number, amount, notes })
            .block(Image::png(*b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on"))
    }

    /// Pay a bill on a thread of its own.
    #[secure_tool(scope = "house", owner = account, rate = 1000000/second, idempotent(key = request_id))]
    fn pay_blocking(
        &self,
        /// From which account.
        account: Owned<Account>,
        /// Which payment.
        request_id: String,
    ) -> String {
        let _ = (account.owner.as_str(), request_id);
        format!("payment {}", self.act("pay_blocking"))
    }

    /// Order things for the house.
    #[secure_tool(scope = "house", owner = unowned("they are for everybody"), rate = 1000000/second, idempotent(within = 10m))]
    async fn order(
        &self,
        /// What.
        item: String,
        /// How many.
        #[arg(default = 1)]
        count: u32,
    ) -> String {
        format!("order {} of {count} {item}", self.act("order"))
    }

    /// Sell an account.
    #[secure_tool(
        scope = "house", owner = account, rate = 1000000/second, destructive, confirm = "Sell {account}?", idempotent(key = request_id)
    )]
    async fn sell(
        &self,
        /// Which.
        account: Owned<Account>,
        /// Which sale.
        request_id: String,
    ) -> String {
        let _ = (account.owner.as_str(), request_id);
        format!("sale {}", self.act("sell"))
    }

    /// Send a letter with what a person says.
    #[secure_tool(scope = "house", owner = unowned("nothing but paper"), rate = 1000000/second, idempotent(key = request_id))]
    async fn send(
        &self,
        /// What it says.
        #[arg(ask = "What shall it say?", max_len = 40)]
        letter: Asked<String>,
        /// Which letter.
        request_id: String,
    ) -> String {
        let _ = request_id;
        format!("letter {}: {}", self.act("send"), letter.into_inner())
    }

    /// Fail in some way.
    #[secure_tool(scope = "house", owner = unowned("it is nobody's"), rate = 1000000/second, timeout = 200ms, idempotent(key = request_id))]
    async fn fail(
        &self,
        /// How.
        how: String,
        /// Which failure.
        request_id: String,
    ) -> Result<String, ToolError> {
        let _ = request_id;
        self.act("fail");
        Err(match &*how {
            "not_found" => ToolError::not_found(),
            "conflict" => ToolError::conflict("it is paid"),
            "invalid" => ToolError::invalid("it is too much"),
            "forbidden" => ToolError::forbidden("not on Sundays"),
            "unavailable" => ToolError::unavailable(std::time::Duration::from_secs(5)),
            "internal" => ToolError::internal("the disk is full"),
            "late" => std::future::pending().await,
            _ => panic!("told to"),
        })
    }

    /// Say much.
    #[secure_tool(scope = "house", owner = unowned("it is nobody's"), rate = 1000000/second, max_output = 256KiB, idempotent(key = request_id))]
    async fn say_much(
        &self,
        /// How many bytes.
        bytes: u32,
        /// Which speech.
        request_id: String,
    ) -> String {
        let _ = request_id;
        self.act("say_much");
        "x".repeat(bytes as usize)
    }

    /// Close all accounts.
    #[secure_tool(scope = "house", owner = caller, rate = 1000000/second, idempotent(within = 10m))]
    async fn close_all(&self, caller: &Caller) -> Mine<Vec<Account>> {
        let _ = caller.subject();
        self.act("close_all");
        Mine(["alice", "bob"].map(|owner| Account { owner: owner.to_owned() }).into())
    }

    /// Wait for a sign.
    #[secure_tool(scope = "house", owner = unowned("it is nobody's"), rate = 1000000/second, concurrency(64, per_caller = 64), idempotent(key = request_id))]
    async fn wait(
        &self,
        /// Which wait.
        request_id: String,
    ) -> String {
        let _ = request_id;
        let number = self.act("wait");
        within("a sign", self.go_on.notified()).await;
        format!("waited {number}")
    }

    /// Block until a sign, for longer than anybody waits.
    #[secure_tool(scope = "house", owner = unowned("it is nobody's"), rate = 1000000/second, timeout = 200ms, idempotent(key = request_id))]
    fn block_long(
        &self,
        /// Which block.
        request_id: String,
    ) -> String {
        let _ = request_id;
        let number = self.act("block_long");
        self.block();
        format!("blocked {number}")
    }

    /// Open the door.
    #[secure_tool(scope = "house", owner = unowned("it is nobody's"), rate = 1000000/second)]
    async fn open(&self) -> String {
        format!("opened {}", self.act("open"))
    }

    /// The rules of the house.
    #[secure_resource(uri = "house://rules", scope = "house:rules", owner = unowned("they hang at the door"))]
    async fn rules(&self) -> &'static str {
        "be kind"
    }
}

pub(crate) fn caller(name: &str) -> Caller {
    Caller::new(name).with_tenant("acme").with_scopes(["house", "house:rules"])
}

/// Two callers; alice elsewhere, alice without a scope, alice who passes for everybody's objects, and alice who may not read the rules.
pub(crate) fn principal(name: &str) -> Option<Caller> {
    Some(match name {
        "alice" | "bob" => caller(name),
        "namesake" => Caller::new("alice").with_tenant("globex").with_scopes(["house"]),
        "unscoped" => Caller::new("alice").with_tenant("acme"),
        "helper" => Caller::new("alice").with_tenant("acme").with_scopes(["house", "support"]),
        "illiterate" => Caller::new("alice").with_tenant("acme").with_scopes(["house"]),
        _ => return None,
    })
}

pub(crate) fn builder(house: &Arc<House>) -> ServerBuilder<House> {
    SecureServer::builder_shared(Arc::clone(house))
        .rate_cells(1 << 10)
        .tool(House::pay())
        .tool(House::pay_blocking())
        .tool(House::order())
        .tool(House::sell())
        .tool(House::send())
        .tool(House::fail())
        .tool(House::say_much())
        .tool(House::close_all())
        .tool(House::wait())
        .tool(House::block_long())
        .tool(House::open())
        .resource(House::rules())
        .allow_writes()
}

/// A server, and all that its tests look at.
pub(crate) struct Setup {
    pub(crate) house: Arc<House>,
    pub(crate) server: SecureServer<House>,
    pub(crate) audit: Arc<MemorySink>,
}

impl Setup {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(change: impl FnOnce(ServerBuilder<House>) -> ServerBuilder<House>) -> Self {
        Self::of(&Arc::default(), change)
    }

    pub(crate) fn of(house: &Arc<House>, change: impl FnOnce(ServerBuilder<House>) -> ServerBuilder<House>) -> Self {
        let audit = Arc::new(MemorySink::new(10_000));
        let server = change(builder(house).audit(Arc::clone(&audit))).build().unwrap();
        Self { house: Arc::clone(house), server, audit }
    }

    pub(crate) async fn http(&self) -> HttpServer {
        HttpServer::start_with(&self.server, Names(principal), HttpOptions::default()).await.unwrap()
    }

    /// Clients of alice: of both eras over HTTP, and on a pipe.
    pub(crate) async fn clients(&self, http: &HttpServer) -> [(&'static str, Client); 3] {
        [
            ("2026-07-28 over HTTP", http.connect("alice").await.unwrap()),
            ("2025-11-25 over HTTP", http.connect_legacy("alice").await.unwrap()),
            ("a pipe", connect_by_pipe(&self.server, caller("alice"), ()).await.unwrap()),
        ]
    }

    /// Calls a tool within the process.
    pub(crate) async fn call(&self, name: &str, tool: &str, arguments: Value) -> CallToolResult {
        call_inside(&self.server, &principal(name).unwrap(), tool, arguments).await
    }

    /// The record of a call that was refused, if it has one of its own: of many refusals of one kind, the first ten have.
    pub(crate) fn record_of(&self, refused: &CallToolResult) -> Option<AuditRecord> {
        let told = text(refused);
        self.audit.records().into_iter().find(|record| told.contains(&record.call_id.to_string()))
    }

    /// The last record.
    pub(crate) fn last(&self) -> AuditRecord {
        self.audit.records().pop().unwrap()
    }
}

/// Calls a tool with a key in `_meta`.
pub(crate) async fn call_with_key(
    client: &RunningService<RoleClient, ()>,
    tool: &'static str,
    arguments: Value,
    key: Value,
) -> CallToolResult {
    let mut params = CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone());
    let meta: RequestMetaObject = serde_json::from_value(json!({"secure-tool/idempotency-key": key})).unwrap();
    params.meta = Some(meta);
    within(format!("the result of {tool}"), client.call_tool(params)).await.unwrap()
}

/// What a client received, without what differs from call to call.
pub(crate) fn seen(result: &CallToolResult) -> Value {
    let json = serde_json::to_string(result).unwrap();
    serde_json::from_str(&secure_tool_tests::clients::without_call_id(&json)).unwrap()
}
