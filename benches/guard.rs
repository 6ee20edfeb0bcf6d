//! The cost of the guard: one call of the same body with the same arguments, alternately through plain rmcp and through the guard.
//!
//! `cargo bench -p secure-tool-benches` prints nanoseconds and the ratio to plain rmcp.

mod plain;

use std::{
    future::Future,
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use rmcp::{
    RoleServer, ServiceExt,
    handler::server::tool::ToolCallContext,
    model::{CallToolRequestParams, NumberOrString},
    service::{Peer, RequestContext},
};
use schemars::JsonSchema;
use secure_tool::{AuditError, AuditRecord, AuditSink, MemorySink, prelude::*};
use serde::Serialize;
use serde_json::{Map, Value, json};

use plain::{Found, Plain, Status, search};

/// Rounds per row; the median is shown.
const ROUNDS: usize = 41;
/// Calls per round.
const CALLS: usize = 5_000;

/// The same tool behind the guard.
struct Guarded;

impl Guarded {
    /// Search the invoices.
    #[secure_tool(scope = public("measures validation alone"), owner = unowned("measures validation alone"), rate = 1000000/second, read_only)]
    async fn validation(
        &self,
        /// Which invoices.
        status: Status,
        /// What to look for.
        query: String,
        /// How many at most.
        #[arg(min = 1, max = 50)]
        limit: u32,
        /// Which page.
        page: Option<u32>,
    ) -> Json<Found> {
        Json(search(status, query, limit, page))
    }

    /// Search the caller's invoices.
    #[secure_tool(scope = "invoices:read", owner = caller("its answer holds no rows"), rate = 1000000/second, read_only, timeout = 2s)]
    async fn full(
        &self,
        caller: &Caller,
        /// Which invoices.
        status: Status,
        /// What to look for.
        query: String,
        /// How many at most.
        #[arg(min = 1, max = 50)]
        limit: u32,
        /// Which page.
        page: Option<u32>,
    ) -> Result<Json<Found>, ToolError> {
        black_box(caller);
        Ok(Json(search(status, query, limit, page)))
    }

    /// The same, but it says that it may write.
    #[secure_tool(scope = "invoices:read", owner = caller, rate = 1000000/second, timeout = 2s)]
    async fn writing(
        &self,
        caller: &Caller,
        /// Which invoices.
        status: Status,
        /// What to look for.
        #[arg(max_len = 200)]
        query: String,
        /// How many at most.
        #[arg(min = 1, max = 50)]
        limit: u32,
        /// Which page.
        page: Option<u32>,
    ) -> Json<Found> {
        black_box(caller);
        Json(search(status, query, limit, page))
    }

    /// The same, when a person has said yes.
    #[secure_tool(scope = "invoices:read", owner = caller, rate = 1000000/second, timeout = 2s, confirm = "Search for {query}?")]
    async fn confirmed(
        &self,
        caller: &Caller,
        /// Which invoices.
        status: Status,
        /// What to look for.
        #[arg(max_len = 200)]
        query: String,
        /// How many at most.
        #[arg(min = 1, max = 50)]
        limit: u32,
        /// Which page.
        page: Option<u32>,
    ) -> Json<Found> {
        black_box(caller);
        Json(search(status, query, limit, page))
    }

    /// Do nothing, within one limit.
    #[secure_tool(scope = "invoices:read", owner = unowned("measures limits alone"), rate = 1000000/second, read_only)]
    async fn one_limit(&self) {}

    /// Do nothing, within three limits and a quota.
    #[secure_tool(
        scope = "invoices:read", owner = unowned("measures limits alone"),
        rate = [1000000/second, 60000000/minute, rate(1000000/second, per = tool)], quota = 4000000000/day, read_only
    )]
    async fn four_limits(&self) {}

    /// List a hundred objects that nobody looks at.
    #[secure_tool(scope = "invoices:read", owner = caller("its answer holds no rows"), rate = 1000000/second, read_only)]
    async fn unchecked(&self, caller: &Caller) -> Json<Vec<Line>> {
        Json(lines(caller))
    }

    /// List a hundred objects that are looked at on their way out.
    #[secure_tool(scope = "invoices:read", owner = caller, rate = 1000000/second, read_only)]
    async fn checked(&self, caller: &Caller) -> Mine<Vec<Line>> {
        Mine(lines(caller))
    }

    /// Say it, with everything released: what is left is the answer.
    #[secure_tool(scope = public("measures the scan alone"), owner = unowned("measures the scan alone"), rate = 1000000/second, read_only,
        releases(card, ssn, private_key, api_key, jwt, bearer))]
    async fn unscanned(
        &self,
        /// How much of it.
        bytes: usize,
    ) -> String {
        prose(bytes)
    }

    /// Say it.
    #[secure_tool(scope = public("measures the scan alone"), owner = unowned("measures the scan alone"), rate = 1000000/second, read_only)]
    async fn scanned(
        &self,
        /// How much of it.
        bytes: usize,
    ) -> String {
        prose(bytes)
    }
}

/// Something that belongs to somebody.
#[derive(Debug, Serialize, JsonSchema)]
struct Line {
    owner: String,
    cents: u32,
}

impl HasOwners for Line {
    fn owners(&self) -> impl Iterator<Item = Owner> {
        std::iter::once(Owner::subject(self.owner.as_str()))
    }
}

fn lines(caller: &Caller) -> Vec<Line> {
    (0..100).map(|cents| Line { owner: caller.subject().to_owned(), cents }).collect()
}

/// What a tool might say: words, numbers, a time and an id in every line.
fn prose(bytes: usize) -> String {
    const LINE: &str = "Invoice inv_1042 of 2026-11-21T10:33:18Z over 1,299.00 EUR is open, see 550e8400-e29b-41d4-a716-446655440000.\n";
    LINE.chars().cycle().take(bytes).collect()
}

/// The same answer from two tools, in turns: nanoseconds of each.
async fn compare(tools: [&'static str; 2], arguments: &Map<String, Value>) -> [f64; 2] {
    let server = guarded(Nowhere);
    let caller = Arc::new(Caller::new("alice").with_scopes(["invoices:read"]));
    let mut rows = tools.map(Row::new);
    for _ in 0..ROUNDS {
        for row in &mut rows {
            let started = Instant::now();
            for _ in 0..100 {
                if server.call(&caller, row.name, arguments.clone()).await.is_error() {
                    fail(&format!("{} was refused", row.name));
                }
            }
            row.rounds.push(nanoseconds(started.elapsed(), 100));
        }
    }
    rows.map(|row| row.median())
}

/// Several limits: what each adds to a call that has one.
async fn limits() {
    println!("\n{:<34} {:>9} {:>9} {:>9}", "limits of a call", "one", "four", "ns each");
    let [one, four] = compare(["one_limit", "four_limits"], &Map::new()).await;
    println!("{:<34} {one:>9.0} {four:>9.0} {:>9.1}", "three rates and a quota", (four - one) / 3.0);
}

/// `Mine`: the same list with and without a look at whose each object is.
async fn exit() {
    println!("\n{:<34} {:>9} {:>9} {:>9}", "ownership of an answer", "Json", "Mine", "ns each");
    let [without, with] = compare(["unchecked", "checked"], &Map::new()).await;
    println!("{:<34} {without:>9.0} {with:>9.0} {:>9.1}", "a list of 100", (with - without) / 100.0);
}

/// The release scan: the same answer with and without it.
async fn scan() {
    println!("\n{:<34} {:>9} {:>9} {:>9}", "release scan", "without", "with", "ns per KB");
    for kilobytes in [1_usize, 64] {
        let arguments = Map::from_iter([("bytes".to_owned(), (kilobytes * 1024).into())]);
        let [without, with] = compare(["unscanned", "scanned"], &arguments).await;
        let name = format!("{kilobytes} KB of text");
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let each = (with - without) / kilobytes as f64;
        println!("{name:<34} {without:>9.0} {with:>9.0} {each:>9.0}");
    }
}

/// A sink that keeps nothing: the record is made, and dropped.
struct Nowhere;

impl AuditSink for Nowhere {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        black_box(&record);
        Ok(())
    }
}

fn guarded(audit: impl AuditSink) -> SecureServer<Guarded> {
    let built = SecureServer::builder(Guarded)
        .tool(Guarded::validation())
        .tool(Guarded::full())
        .tool(Guarded::writing())
        .tool(Guarded::confirmed())
        .tool(Guarded::one_limit())
        .tool(Guarded::four_limits())
        .tool(Guarded::unchecked())
        .tool(Guarded::checked())
        .allow_writes()
        .tool(Guarded::unscanned())
        .tool(Guarded::scanned())
        .audit(audit)
        .build();
    built.unwrap_or_else(|error| fail(&error.to_string()))
}

fn fail(why: &str) -> ! {
    eprintln!("{why}");
    std::process::exit(1)
}

fn arguments() -> Map<String, Value> {
    match json!({"status": "open", "query": "late fees", "limit": 20, "page": 2}) {
        Value::Object(arguments) => arguments,
        _ => Map::new(),
    }
}

/// Nanoseconds per call: the median of the rounds.
struct Row {
    name: &'static str,
    rounds: Vec<f64>,
}

impl Row {
    fn new(name: &'static str) -> Self {
        Self { name, rounds: Vec::with_capacity(ROUNDS) }
    }

    /// What a call consumes is made before the clock starts.
    async fn round<A, F: Future<Output = bool>>(
        &mut self,
        expected: bool,
        prepare: impl Fn() -> A,
        call: impl Fn(A) -> F,
    ) {
        let prepared: Vec<A> = (0..CALLS).map(|_| prepare()).collect();
        let started = Instant::now();
        for prepared in prepared {
            if call(prepared).await != expected {
                fail(&format!("{}: not the expected answer", self.name));
            }
        }
        self.rounds.push(nanoseconds(started.elapsed(), CALLS));
    }

    fn median(&self) -> f64 {
        let mut rounds = self.rounds.clone();
        rounds.sort_unstable_by(f64::total_cmp);
        rounds.get(rounds.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn nanoseconds(elapsed: Duration, calls: usize) -> f64 {
    elapsed.as_nanos() as f64 / calls as f64
}

/// A peer to make a request context with.
async fn peer(plain: &Plain) -> Peer<RoleServer> {
    let (ours, theirs) = tokio::io::duplex(4096);
    let (server, client) = tokio::join!(plain.clone().serve(ours), ().serve(theirs));
    match (server, client) {
        (Ok(server), Ok(_)) => server.peer().clone(),
        _ => fail("the handshake failed"),
    }
}

async fn rows() {
    let plain = Plain::new();
    let peer = peer(&plain).await;
    let nowhere = guarded(Nowhere);
    let memory = guarded(MemorySink::new(1_000));
    let reader = Arc::new(Caller::new("alice").with_scopes(["invoices:read"]));
    let stranger = Arc::new(Caller::new("carol"));
    let good = arguments();
    let mut wrong = arguments();
    wrong.insert("limit".into(), 51.into());

    let mut base = Row::new("plain rmcp: ToolRouter::call");
    let mut validation = Row::new("validation only");
    let mut full = Row::new("full policy, owner = caller");
    let mut audited = Row::new("full policy, audit in memory");
    let mut writing = Row::new("full policy, intent and outcome");
    let mut confirmed = Row::new("full policy, asked and confirmed");
    let mut invalid = Row::new("refused: arguments");
    let mut unscoped = Row::new("refused: scope");
    for _ in 0..ROUNDS {
        let context = || {
            let request = CallToolRequestParams::new("search").with_arguments(good.clone());
            let context = RequestContext::new(NumberOrString::Number(1), peer.clone());
            ToolCallContext::new(&plain, request, context)
        };
        base.round(true, context, async |context| plain.router.call(context).await.is_ok()).await;
        let call = async |server: &SecureServer<Guarded>, caller, tool, arguments| {
            !server.call(caller, tool, arguments).await.is_error()
        };
        let good = || good.clone();
        let wrong = || wrong.clone();
        validation.round(true, good, |arguments| call(&nowhere, &reader, "validation", arguments)).await;
        full.round(true, good, |arguments| call(&nowhere, &reader, "full", arguments)).await;
        audited.round(true, good, |arguments| call(&memory, &reader, "full", arguments)).await;
        writing.round(true, good, |arguments| call(&nowhere, &reader, "writing", arguments)).await;
        confirmed
            .round(true, good, async |arguments| {
                let yes = |_| std::future::ready(true);
                !nowhere.call_asking(&reader, "confirmed", arguments, yes).await.is_error()
            })
            .await;
        invalid.round(false, wrong, |arguments| call(&memory, &reader, "full", arguments)).await;
        unscoped.round(false, good, |arguments| call(&memory, &stranger, "full", arguments)).await;
    }
    println!("{:<34} {:>9} {:>7}", "one call", "ns", "ratio");
    for row in [&base, &validation, &full, &audited, &writing, &confirmed, &invalid, &unscoped] {
        println!("{:<34} {:>9.0} {:>7.2}", row.name, row.median(), row.median() / base.median());
    }
}

/// Peak resident memory of this process in KiB, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or_default()
}

/// One call each of so many callers, round about: time per call, and how much the peak of memory grew.
async fn crowd() {
    println!("\n{:<34} {:>9} {:>17}", "distinct callers", "ns", "peak memory grew");
    for callers in [1_usize, 1_000, 1_000_000] {
        let server = guarded(Nowhere);
        let good = arguments();
        let before = peak();
        let mut spent = Duration::ZERO;
        for n in 0..1_000_000_usize {
            let caller = Arc::new(Caller::new(format!("caller {}", n % callers)).with_scopes(["invoices:read"]));
            let arguments = good.clone();
            let started = Instant::now();
            let response = server.call(&caller, "full", arguments).await;
            spent += started.elapsed();
            if response.is_error() {
                fail("a caller was refused");
            }
        }
        println!("{callers:<34} {:>9.0} {:>13} KiB", nanoseconds(spent, 1_000_000), peak() - before);
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let Ok(runtime) = runtime else { fail("no runtime") };
    runtime.block_on(async {
        rows().await;
        limits().await;
        exit().await;
        scan().await;
        crowd().await;
    });
}
