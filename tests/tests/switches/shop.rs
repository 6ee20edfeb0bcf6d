//! The server of these tests, and the clients that talk to it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use rmcp::{
    ServiceError,
    model::{ArgumentInfo, CompleteRequestParams, GetPromptRequestParams, ReadResourceRequestParams, Reference},
};
use secure_tool::{
    AllowList, Answered, Approvals, AuditRecord, BodyState, Decision, ListedResource, MemorySink, Phase, ServerBuilder,
    http::HttpOptions, prelude::*,
};
use secure_tool_testkit::{LIMIT, until, within};
use secure_tool_tests::{
    clients::{Client, HttpServer, Names, call, call_inside, code, list},
    revisions,
};
use serde_json::json;
use tokio::{sync::Semaphore, task::JoinHandle};

/// A page of a tenant.
#[derive(Clone, Debug)]
pub(crate) struct Page(String);

impl Resource for Page {
    type Key = String;

    fn owner(&self) -> Owner {
        Owner::tenant(self.0.as_str())
    }
}

pub(crate) struct Shop {
    /// Bodies, lists and completions that have begun.
    pub(crate) began: AtomicUsize,
    /// Those that have come to their ends.
    pub(crate) ended: AtomicUsize,
    /// Lets one of them go on for each permit.
    pub(crate) doors: Semaphore,
    /// Lets all the blocking bodies go on.
    pub(crate) opened: AtomicBool,
    /// Whether pages are slow.
    pub(crate) slow: AtomicBool,
    pub(crate) burnt: AtomicUsize,
}

impl Load<Page> for Shop {
    async fn load(&self, id: &String) -> Result<Option<Page>, ToolError> {
        Ok(Some(Page(id.clone())))
    }
}

impl Shop {
    async fn pass(&self) {
        self.began.fetch_add(1, Ordering::SeqCst);
        if let Ok(door) = self.doors.acquire().await {
            door.forget();
        }
        self.ended.fetch_add(1, Ordering::SeqCst);
    }

    async fn turn_page(&self) {
        if self.slow.load(Ordering::SeqCst) {
            self.pass().await;
        }
    }

    async fn my_pages(&self, caller: &Caller) -> Mine<Vec<ListedResource>> {
        self.turn_page().await;
        let page = caller.tenant().map(|tenant| Page(tenant.to_owned()));
        Mine(page.iter().map(|page| ListedResource::of(page, [("page", &page.0)])).collect())
    }

    async fn my_names(&self, caller: &Caller, _typed: &str) -> Mine<Vec<Completion>> {
        self.turn_page().await;
        let page = caller.tenant().map(|tenant| Page(tenant.to_owned()));
        Mine(page.iter().map(|page| Completion::of(page, &page.0)).collect())
    }

    /// Say hello.
    #[secure_tool(scope = "shop", owner = unowned("a greeting"), rate = 1000000/minute, read_only)]
    async fn greet(&self) -> &'static str {
        "hello"
    }

    /// Say what time it is, to anybody.
    #[secure_tool(scope = public("a clock hangs outside"), owner = unowned("nobody owns the time"), rate = 1000000/minute, read_only)]
    async fn clock(&self) -> &'static str {
        "noon"
    }

    /// Look around until the door opens.
    #[secure_tool(scope = "shop", owner = unowned("nothing but time"), rate = 1000000/minute, read_only, timeout = 5m)]
    async fn look(&self) -> &'static str {
        self.pass().await;
        "looked"
    }

    /// Write a letter until the door opens.
    #[secure_tool(scope = "shop", owner = unowned("nothing but paper"), rate = 1000000/minute, timeout = 5m)]
    async fn write_letter(&self) -> &'static str {
        self.pass().await;
        "written"
    }

    /// Saw until the door opens.
    #[secure_tool(scope = "shop", owner = unowned("nothing but wood"), rate = 1000000/minute, timeout = 5m)]
    fn saw(&self, call: &Call) -> String {
        self.began.fetch_add(1, Ordering::SeqCst);
        let begun = std::time::Instant::now();
        while !self.opened.load(Ordering::SeqCst) && begun.elapsed() < LIMIT {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        self.ended.fetch_add(1, Ordering::SeqCst);
        format!("nobody waits: {}", call.is_abandoned())
    }

    /// Burn the letters.
    #[secure_tool(scope = "shop", owner = unowned("they are the shop's"), rate = 1000000/minute, destructive, confirm = "Burn them?")]
    async fn burn_letters(&self) {
        self.burnt.fetch_add(1, Ordering::SeqCst);
    }

    /// Burn the books.
    #[secure_tool(scope = "shop", owner = unowned("they are the shop's"), rate = 1000000/minute, destructive, confirm = operator("Burn them?"))]
    async fn burn_books(&self) {
        self.burnt.fetch_add(1, Ordering::SeqCst);
    }

    /// One page.
    #[secure_resource(uri = "pages://{page}", scope = "shop", owner = page, rate = 1000000/minute, list = Self::my_pages, timeout = 5m)]
    async fn page(
        &self,
        /// Which one.
        page: Owned<'_, Page>,
    ) -> String {
        self.turn_page().await;
        page.0.clone()
    }

    /// Write a letter about a page.
    #[secure_prompt(scope = "shop", owner = page, rate = 1000000/minute, timeout = 5m)]
    async fn letter(
        &self,
        /// Which one.
        #[arg(complete = Self::my_names)]
        page: Owned<'_, Page>,
    ) -> Prompt {
        self.turn_page().await;
        Prompt::new().user(format!("Write about page {}.", page.0))
    }
}

/// Two of acme, one of globex with the same client as one of them, and one who says nothing of itself.
pub(crate) fn caller(name: &str) -> Option<Caller> {
    let caller = Caller::new(name).with_scopes(["shop"]);
    Some(match name {
        "alice" => caller.with_tenant("acme").with_client("app"),
        "bob" => caller.with_tenant("acme").with_client("web"),
        "carol" => caller.with_tenant("globex").with_client("web"),
        "nobody" => caller,
        _ => return None,
    })
}

pub(crate) const EVERYBODY: [&str; 4] = ["alice", "bob", "carol", "nobody"];

/// The names of all items, in the order of lists.
pub(crate) const TOOLS: [&str; 7] = ["burn_books", "burn_letters", "clock", "greet", "look", "saw", "write_letter"];

pub(crate) struct Setup {
    pub(crate) shop: Arc<Shop>,
    pub(crate) audit: Arc<MemorySink>,
    pub(crate) approvals: Approvals,
    pub(crate) server: SecureServer<Shop>,
    pub(crate) http: HttpServer,
}

pub(crate) fn shop() -> Arc<Shop> {
    Arc::new(Shop {
        began: AtomicUsize::new(0),
        ended: AtomicUsize::new(0),
        doors: Semaphore::new(0),
        opened: AtomicBool::new(false),
        slow: AtomicBool::new(false),
        burnt: AtomicUsize::new(0),
    })
}

/// `lists` are those of the server, and of each of its items.
pub(crate) fn builder(shop: &Arc<Shop>, lists: &[AllowList], of_items: &[AllowList]) -> ServerBuilder<Shop> {
    let mut builder =
        SecureServer::builder_shared(Arc::clone(shop)).rate_cells(1 << 10).refusals_recorded(1000).allow_writes();
    for list in lists {
        builder = builder.only_for(list.clone());
    }
    for tool in [
        Shop::greet(),
        Shop::clock(),
        Shop::look(),
        Shop::write_letter(),
        Shop::saw(),
        Shop::burn_letters(),
        Shop::burn_books(),
    ] {
        builder = builder.tool(of_items.iter().cloned().fold(tool, Tool::only_for));
    }
    let page = of_items.iter().cloned().fold(Shop::page(), GuardedResource::only_for);
    let letter = of_items.iter().cloned().fold(Shop::letter(), GuardedPrompt::only_for);
    builder.resource(page).prompt(letter)
}

pub(crate) async fn setup_with(lists: &[AllowList], of_items: &[AllowList]) -> Setup {
    let (shop, audit, approvals) = (shop(), Arc::new(MemorySink::new(1000)), Approvals::default());
    let server = builder(&shop, lists, of_items).approver(approvals.clone()).audit(Arc::clone(&audit)).build().unwrap();
    let options = HttpOptions::default().allow_anonymous();
    let http = HttpServer::start_with(&server, Names(caller), options).await.unwrap();
    Setup { shop, audit, approvals, server, http }
}

pub(crate) async fn setup() -> Setup {
    setup_with(&[], &[]).await
}

impl Setup {
    /// A client of each transport and each era.
    pub(crate) async fn clients(&self, name: &str) -> Vec<(&'static str, Client)> {
        revisions::clients(&self.server, &self.http, name, &caller(name).unwrap()).await.unwrap()
    }

    pub(crate) async fn began(&self, count: usize) {
        until(format!("{count} to begin"), async || self.shop.began.load(Ordering::SeqCst) == count).await;
    }

    pub(crate) fn ended(&self) -> usize {
        self.shop.ended.load(Ordering::SeqCst)
    }

    /// Calls a tool from within the process: the code of the answer.
    pub(crate) async fn call(&self, name: &str, tool: &str) -> String {
        code(&call_inside(&self.server, &caller(name).unwrap(), tool, json!({})).await)
    }

    /// The same without waiting for the answer.
    pub(crate) fn begin(&self, name: &str, tool: &'static str) -> JoinHandle<String> {
        let (server, caller) = (self.server.clone(), caller(name).unwrap());
        tokio::spawn(async move { code(&call_inside(&server, &caller, tool, json!({})).await) })
    }

    /// Begins a call of a tool in every way there is, and waits until all of them run: the way, and the code of the answer.
    pub(crate) async fn begin_everywhere(
        &self,
        name: &str,
        tool: &'static str,
    ) -> Vec<(&'static str, JoinHandle<String>)> {
        let before = self.shop.began.load(Ordering::SeqCst);
        let mut calls = vec![("within the process", self.begin(name, tool))];
        for (way, client) in self.clients(name).await {
            let call = async move { code(&call(&client, tool, json!({})).await.unwrap()) };
            calls.push((way, tokio::spawn(call)));
        }
        self.began(before + calls.len()).await;
        calls
    }

    /// The records of so many calls at least, which may come a moment after the answers.
    pub(crate) async fn records(&self, count: usize) -> Vec<AuditRecord> {
        until(format!("{count} records"), async || self.audit.records().len() >= count).await;
        self.audit.take()
    }

    pub(crate) fn last(&self) -> AuditRecord {
        self.audit.records().pop().unwrap()
    }
}

/// What a record says of how far it got.
pub(crate) fn said(record: &AuditRecord) -> (Phase, Decision, BodyState, Option<Answered>) {
    (record.phase, record.decision, record.body, record.answered)
}

/// The code of the answer of a call that was begun.
pub(crate) async fn answer(call: JoinHandle<String>) -> String {
    within("the answer", call).await.unwrap()
}

/// What there is for a client: tools, templates, resources and prompts.
pub(crate) async fn listed(client: &Client) -> [usize; 4] {
    [
        list(client).await.unwrap().len(),
        within("the templates", client.list_all_resource_templates()).await.unwrap().len(),
        within("the resources", client.list_all_resources()).await.unwrap().len(),
        within("the prompts", client.list_all_prompts()).await.unwrap().len(),
    ]
}

pub(crate) fn reading(page: &str) -> ReadResourceRequestParams {
    ReadResourceRequestParams::new(format!("pages://{page}"))
}

pub(crate) fn getting(page: &str) -> GetPromptRequestParams {
    let arguments = json!({ "page": page }).as_object().cloned().unwrap();
    GetPromptRequestParams::new("letter").with_arguments(arguments)
}

pub(crate) fn completing() -> CompleteRequestParams {
    let argument = ArgumentInfo::new("page", "");
    CompleteRequestParams::new(Reference::for_prompt("letter"), argument)
}

/// The message of an error of JSON-RPC.
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> String {
    match result.unwrap_err() {
        ServiceError::McpError(error) => error.message.into_owned(),
        other => panic!("{other:?}"),
    }
}
