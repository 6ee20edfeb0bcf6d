//! The classic bugs of object authorization, written on purpose in tools with `owner = caller`: which of them `Mine` stops at the release stage, and which it
//! cannot detect.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use schemars::JsonSchema;
use secure_tool::{MemorySink, OwnerOutcome, prelude::*};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Clone, Debug, Serialize, JsonSchema, HasOwners)]
struct Line {
    #[serde(skip)]
    #[owner(tenant)]
    tenant: String,
    number: u32,
    cents: u64,
}

#[derive(Clone, Debug, Serialize, JsonSchema, HasOwners)]
struct Page {
    #[owners]
    lines: Vec<Line>,
    more: bool,
}

/// A line with the buyer whom a join found for it.
#[derive(Clone, Debug, Serialize, JsonSchema, HasOwners)]
struct Joined {
    #[serde(skip)]
    #[owner(tenant)]
    tenant: String,
    number: u32,
    #[owners]
    buyer: Option<Buyer>,
}

#[derive(Clone, Debug, Serialize, JsonSchema, HasOwners)]
struct Buyer {
    #[serde(skip)]
    #[owner(tenant)]
    tenant: String,
    name: String,
}

/// What belongs to one person of one company.
#[derive(Clone, Debug, Serialize, JsonSchema, HasOwners)]
struct Draft {
    #[serde(skip)]
    #[owner(tenant)]
    tenant: String,
    #[owner(subject)]
    author: String,
    #[serde(skip)]
    #[owner]
    team: Owner,
}

struct Books {
    /// Whether the body asks for the caller's rows, as it should.
    bound: bool,
    lines: Vec<Line>,
    cache: Mutex<HashMap<String, Line>>,
}

impl Books {
    fn new(bound: bool) -> Self {
        let line = |tenant: &str, number, cents| Line { tenant: tenant.to_owned(), number, cents };
        let lines = vec![line("acme", 1, 100), line("acme", 2, 200), line("globex", 3, 300)];
        Self { bound, lines, cache: Mutex::default() }
    }

    fn rows<'s>(&'s self, caller: &'s Caller) -> impl Iterator<Item = &'s Line> {
        self.lines.iter().filter(|line| !self.bound || caller.tenant() == Some(&line.tenant))
    }

    /// 1. List without its `WHERE`.
    #[secure_tool(scope = "books", owner = caller, read_only)]
    async fn list(&self, caller: &Caller) -> Mine<Vec<Line>> {
        Mine(self.rows(caller).cloned().collect())
    }

    /// 2. Read a line by a number that is anybody's.
    #[secure_tool(scope = "books", owner = caller, read_only)]
    async fn read(
        &self,
        caller: &Caller,
        /// Its number.
        number: u32,
    ) -> Result<Mine<Line>, ToolError> {
        let line = self.rows(caller).find(|line| line.number == number);
        Ok(Mine(line.cloned().ok_or_else(ToolError::not_found)?))
    }

    /// 3. Join without the tenant.
    #[secure_tool(scope = "books", owner = caller, read_only)]
    async fn join(&self, caller: &Caller) -> Mine<Vec<Joined>> {
        let buyer_of = |line: &Line| {
            let tenant = if self.bound { line.tenant.clone() } else { "globex".to_owned() };
            Some(Buyer { tenant, name: "Ada".to_owned() })
        };
        let own = self.lines.iter().filter(|line| caller.tenant() == Some(&line.tenant));
        Mine(
            own.map(|line| Joined { tenant: line.tenant.clone(), number: line.number, buyer: buyer_of(line) })
                .collect(),
        )
    }

    /// 4. A cache whose key forgets the tenant.
    #[secure_tool(scope = "books", owner = caller, read_only)]
    async fn latest(&self, caller: &Caller) -> Result<Mine<Box<Kept>>, ToolError> {
        let tenant = caller.tenant().unwrap_or_default();
        let key = if self.bound { format!("latest of {tenant}") } else { "latest".to_owned() };
        let found = || self.lines.iter().rfind(|line| line.tenant == tenant).cloned();
        let mut cache = self.cache.lock().map_err(|_| ToolError::internal("poisoned"))?;
        let line = match cache.get(&key) {
            Some(line) => line.clone(),
            None => cache.entry(key).or_insert(found().ok_or_else(ToolError::not_found)?).clone(),
        };
        Ok(Mine(Box::new(Kept(line))))
    }

    /// 5. A page whose filter a flag takes away.
    #[secure_tool(scope = "books", owner = caller, read_only)]
    async fn page(&self, caller: &Caller) -> Mine<(Page, Option<Line>)> {
        let lines: Vec<Line> = self.rows(caller).cloned().collect();
        Mine((Page { lines, more: false }, None))
    }

    /// 6. Somebody else's object inside of one's own.
    #[secure_tool(scope = "books", owner = caller, read_only)]
    async fn by_kind(&self, caller: &Caller) -> Mine<BTreeMap<String, Vec<Arc<Line>>>> {
        let all = self.rows(caller).cloned().map(Arc::new).collect();
        Mine([("own".to_owned(), Vec::new()), ("all".to_owned(), all)].into())
    }

    /// 7. A sum over everybody's rows: a number belongs to nobody, so nothing can be compared.
    #[secure_tool(scope = "books", owner = caller("a sum, which belongs to no row"), read_only)]
    async fn total(&self, caller: &Caller) -> Json<u64> {
        Json(self.rows(caller).map(|line| line.cents).sum())
    }

    /// Drafts, which have two owners each.
    #[secure_tool(scope = "books", owner = caller, read_only)]
    async fn draft(
        &self,
        caller: &Caller,
        /// Who wrote it.
        writer: String,
    ) -> Mine<Draft> {
        let tenant = caller.tenant().unwrap_or_default().to_owned();
        Mine(Draft { team: Owner::tenant(tenant.as_str()), tenant, author: writer })
    }

    /// Say that all is well.
    #[secure_tool(scope = "books", owner = caller, read_only)]
    async fn ping(&self, caller: &Caller) -> Result<&'static str, ToolError> {
        caller.tenant().map(|_| "all is well").ok_or_else(ToolError::not_found)
    }
}

/// A line that was loaded.
#[derive(Debug, Serialize, JsonSchema)]
struct Kept(Line);

impl Resource for Kept {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::tenant(self.0.tenant.as_str())
    }
}

impl Resource for Secretive {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::tenant(self.0.tenant.as_str())
    }
}

/// A line of which views are made; it cannot leave itself.
struct Secretive(Line);

#[derive(Clone, Serialize, JsonSchema)]
struct Cents {
    cents: u64,
}

/// What a view can be kept in.
struct Shelf {
    books: Books,
    last: Mutex<Option<Proven<Cents>>>,
}

impl Load<Secretive> for Shelf {
    async fn load(&self, number: &u32) -> Result<Option<Secretive>, ToolError> {
        Ok(self.books.lines.iter().find(|line| line.number == *number).cloned().map(Secretive))
    }
}

impl Shelf {
    /// Tell what a line costs, and keep that.
    #[secure_tool(scope = "books", owner = (caller, line), read_only)]
    async fn cost(
        &self,
        caller: &Caller,
        /// Which line.
        line: Owned<Secretive>,
    ) -> Result<Mine<Proven<Cents>>, ToolError> {
        let cents = line.view(|line| Cents { cents: line.0.cents });
        let mut last = self.last.lock().map_err(|_| ToolError::internal(format!("poisoned for {caller:?}")))?;
        *last = Some(cents.clone());
        Ok(Mine(cents))
    }

    /// Tell what the last line cost, no matter who asked.
    #[secure_tool(scope = "books", owner = caller, read_only)]
    async fn last_cost(&self, caller: &Caller) -> Mine<Option<Proven<Cents>>> {
        Mine(self.last.lock().ok().filter(|_| caller.tenant().is_some()).and_then(|last| last.clone()))
    }
}

fn server(bound: bool) -> (SecureServer<Books>, Arc<MemorySink>) {
    let audit = Arc::new(MemorySink::new(100));
    let server = SecureServer::builder(Books::new(bound))
        .tool(Books::list())
        .tool(Books::read())
        .tool(Books::join())
        .tool(Books::latest())
        .tool(Books::page())
        .tool(Books::by_kind())
        .tool(Books::total())
        .tool(Books::draft())
        .tool(Books::ping())
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    (server, audit)
}

fn of(tenant: &str) -> Arc<Caller> {
    Arc::new(Caller::new("ada").with_tenant(tenant).with_scopes(["books"]))
}

fn arguments(value: Value) -> serde_json::Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other}"),
    }
}

/// Each tool with a bug, and the arguments that show it.
fn bugs() -> [(&'static str, Value); 6] {
    [
        ("list", json!({})),
        ("read", json!({"number": 3})),
        ("join", json!({})),
        ("latest", json!({})),
        ("page", json!({})),
        ("by_kind", json!({})),
    ]
}

#[tokio::test]
async fn the_classic_bugs_are_stopped_at_the_exit() {
    let (server, audit) = server(false);
    // What the cache forgets to tell apart.
    assert!(!server.call(&of("globex"), "latest", arguments(json!({}))).await.is_error());
    let _ = audit.take();
    for (tool, given) in bugs() {
        let answer = server.call(&of("acme"), tool, arguments(given)).await;
        let text = answer.text().into_owned();
        let error = answer.into_result().map(drop).unwrap_err();
        assert_eq!(error.code().as_str(), "internal", "{tool}");
        let record = audit.take().remove(0);
        assert_eq!((record.rule, record.owner), ("breach", OwnerOutcome::Foreign), "{tool}");
        assert!(!text.contains("300") && !text.contains("Ada"), "{tool}: {text}");
    }
}

#[tokio::test]
async fn without_the_bugs_the_same_tools_answer() {
    let (server, audit) = server(true);
    assert!(!server.call(&of("globex"), "latest", arguments(json!({}))).await.is_error());
    for (tool, _) in bugs() {
        let given = if tool == "read" { json!({"number": 1}) } else { json!({}) };
        let answer = server.call(&of("acme"), tool, arguments(given)).await;
        assert!(!answer.is_error(), "{tool}: {}", answer.text());
        assert!(!answer.text().contains("acme"), "{tool}: what is skipped does not leave: {}", answer.text());
        assert_eq!(audit.take().pop().unwrap().rule, "allowed", "{tool}");
    }
    assert_eq!(server.call(&of("acme"), "ping", arguments(json!({}))).await.text(), "all is well");
}

/// A sum has no owner: the reason in the attribute is what is left, for a reviewer to read.
#[tokio::test]
async fn a_sum_over_all_rows_is_not_detected_but_its_tool_is_in_the_manifest() {
    let (server, _) = server(false);
    let answer = server.call(&of("acme"), "total", arguments(json!({}))).await;
    assert_eq!(answer.into_structured().unwrap(), json!({"result": 600}), "the bug that no comparison can find");
    let manifest = server.policy();
    let unproven: Vec<_> = manifest
        .tools
        .iter()
        .flat_map(|tool| {
            tool.opt_outs
                .iter()
                .map(|opt_out| (tool.name, opt_out.argument.unwrap_or_default(), opt_out.rule, &*opt_out.reason))
        })
        .collect();
    assert_eq!(unproven, [("total", "caller", "unproven", "a sum, which belongs to no row")]);
    assert!(manifest.to_string().contains("total: `caller` is unproven: a sum, which belongs to no row"), "{manifest}");
}

#[tokio::test]
async fn every_owner_of_a_view_counts() {
    let (server, audit) = server(true);
    assert!(!server.call(&of("acme"), "draft", arguments(json!({"writer": "ada"}))).await.is_error());
    let answer = server.call(&of("acme"), "draft", arguments(json!({"writer": "bob"}))).await;
    assert!(answer.is_error());
    assert_eq!(audit.take().pop().unwrap().rule, "breach");
}

#[tokio::test]
async fn a_view_carries_the_owner_of_its_object() {
    let audit = Arc::new(MemorySink::new(100));
    let server = SecureServer::builder(Shelf { books: Books::new(true), last: Mutex::new(None) })
        .tool(Shelf::cost())
        .tool(Shelf::last_cost())
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let cost = server.call(&of("globex"), "cost", arguments(json!({"line": 3}))).await;
    assert_eq!(cost.into_structured().unwrap(), json!({"cents": 300}));
    let kept = server.call(&of("globex"), "last_cost", arguments(json!({}))).await;
    assert_eq!(kept.into_structured().unwrap(), json!({"result": {"cents": 300}}));
    let _ = audit.take();
    let stolen = server.call(&of("acme"), "last_cost", arguments(json!({}))).await;
    assert!(stolen.is_error() && !stolen.text().contains("300"), "{}", stolen.text());
    assert_eq!(audit.take().pop().unwrap().rule, "breach", "a view that was kept does not leave in another call");
}
