//! Constants and expressions wherever a number, a text or a duration stands, those of type parameters among them.

use core::time::Duration;

use secure_tool::{Per, Quota, Rate, Unit, prelude::*};

const LIMITS: [u32; 2] = [1, 50];
const STATES: &[&str] = &["open", "paid"];
const WORDS: [&str; 2] = ["milk", "tea"];
const LEVELS: [i8; 2] = [-1, 1];
const LOOKUPS: Rate = Rate::new(60, Unit::Minute).burst(10).per(Per::Tenant);
const SOON: Duration = Duration::from_millis(1500);
const PAGE: usize = 4096;
const TITLE: &str = "Notes";

mod limits {
    pub const MOST: u32 = 50;
    pub const LONG: usize = 40;
    pub const RATIO: f64 = 0.5;
    pub const KEY: &str = "^[a-z]{1,8}$";
}

trait Repo: Send + Sync + 'static {
    const READ: &'static str;
    const MOST: u32;
    const SOON: Duration;
    const RATE: Rate;
    const COST: u32;
}

struct Shelf;

impl Repo for Shelf {
    const READ: &'static str = "shelf:read";
    const MOST: u32 = 10;
    const SOON: Duration = Duration::from_secs(1);
    const RATE: Rate = Rate::new(5, Unit::Second);
    const COST: u32 = 2;
}

struct Desk<T>(T);

impl<T: Repo> Desk<T> {
    const LONG: usize = 12;
    const DAILY: Quota = Quota::per_day(500).per(Per::Caller);

    /// List the caller's notes.
    #[secure_tool(
        scope = all(T::READ, "notes:read"), owner = caller("its answer holds no rows"), rate = [T::RATE, 200/hour, Rate::new(500, Unit::Day).per(Per::Tool)], quota = Self::DAILY, cost = T::COST, timeout = T::SOON, max_output = Self::LONG * PAGE,
        concurrency = T::MOST, title = const { T::READ }, read_only
    )]
    async fn list_notes(
        &self,
        caller: &Caller,
        /// How many at most.
        #[arg(min = 1, max = T::MOST, default = T::MOST / 2)]
        limit: u32,
        /// A word.
        #[arg(max_len = Self::LONG, example = "milk")]
        word: String,
    ) -> String {
        let _ = &self.0;
        format!("{limit} {word} {}", caller.subject())
    }

    /// Say how many there are.
    #[secure_tool(scope = Self::COUNT, owner = unowned("a number is nobody's"), timeout = <T as Repo>::SOON)]
    fn count() -> String {
        "0".to_owned()
    }

    const COUNT: &'static str = "notes:count";
}

/// Search the notes.
#[secure_tool(
    scope = "notes:read", owner = caller("its answer holds no rows"), rate = LOOKUPS, quota = Quota::per_day(500), cost = 2, timeout = SOON, max_output = 4 * PAGE, concurrency = limits::MOST,
    title = TITLE, version = concat!("1", ".0"), deprecated = "use `find`", read_only
)]
fn search(
    caller: &Caller,
    /// How many at most.
    #[arg(min = LIMITS[0], max = limits::MOST, default = 20, example = 50)]
    limit: u32,
    /// How many to leave out.
    #[arg(max = u32::MAX - 1)]
    skip: Option<u32>,
    /// Which share of them.
    #[arg(min = -limits::RATIO, max = limits::RATIO, default = 0.25)]
    share: f64,
    /// Which state.
    #[arg(one_of = STATES)]
    state: String,
    /// Which words.
    #[arg(one_of = WORDS, min_items = 1, max_items = WORDS.len(), example = ["milk"])]
    words: Vec<String>,
    /// Which levels.
    #[arg(one_of = LEVELS)]
    level: i8,
    /// Which key.
    #[arg(pattern = limits::KEY, min_len = 1, max_len = limits::LONG)]
    key: String,
) -> String {
    format!("{limit} {skip:?} {share} {state} {words:?} {level} {key} {}", caller.subject())
}

#[derive(Arguments)]
struct Search {
    /// How many at most.
    #[arg(max = Self::MOST, min = limits::MOST - 49)]
    limit: u32,
}

impl Search {
    const MOST: u32 = 20;
}

/// Find a note.
#[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
fn find(caller: &Caller, #[arg(flatten)] search: Search) -> String {
    format!("{} {}", search.limit, caller.subject())
}

fn main() {
    let built = SecureServer::builder(Desk(Shelf))
        .allow_writes()
        .tool(Desk::list_notes())
        .tool(Desk::<Shelf>::count())
        .tool(search())
        .tool(find())
        .build();
    let server = built.unwrap_or_else(|error| panic!("{error}"));
    let manifest = serde_json(server.policy());
    for part in ["shelf:read", "notes:count", "\"burst\":10", "49152", "16384", "1500"] {
        assert!(manifest.contains(part), "{part} in {manifest}");
    }
}

fn serde_json(manifest: impl secure_tool::serde::Serialize) -> String {
    secure_tool::serde_json::to_string(&manifest).unwrap_or_default()
}
