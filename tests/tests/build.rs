//! `build()` reports all problems that the compiler cannot see at once, and the result can be inspected.

#![allow(dead_code, reason = "what these tools would do does not matter")]

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use secure_tool::{MemorySink, Rate, SecureServer, ServerBuilder, Unit, prelude::*};
use secure_tool_tests::{
    Desk, alice,
    clients::{call_inside, code},
    server,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

/// A string in disguise.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
struct Name(String);

/// Something that accepts anything, well hidden.
#[derive(Debug, Deserialize, JsonSchema)]
struct Hidden {
    inner: BTreeMap<String, Vec<Value>>,
}

struct Workshop;

impl Workshop {
    const WORK: &'static str = "work";

    /// Take what cannot be checked.
    #[secure_tool(scope = Self::WORK, owner = unowned("nothing of anybody"), read_only)]
    async fn untyped(
        &self,
        /// Anything.
        hidden: Hidden,
    ) {
        let _ = hidden;
    }

    /// Count a name.
    #[secure_tool(scope = Self::WORK, owner = unowned("nothing of anybody"), read_only)]
    async fn misfit(
        &self,
        /// A name.
        #[arg(min = 1)]
        name: Name,
        /// A name that its own pattern refuses.
        #[arg(pattern = "[a-z]+", default = Name("X1".into()))]
        other: Name,
    ) {
        let _ = (name, other);
    }

    /// Be called like another.
    #[secure_tool(scope = Self::WORK, owner = unowned("nothing of anybody"), read_only, name = "same")]
    async fn one(&self) {}

    /// Be called like another.
    #[secure_tool(scope = Self::WORK, owner = unowned("nothing of anybody"), read_only, name = "same")]
    async fn two(&self) {}

    /// Take every kind of value.
    #[secure_tool(scope = Self::WORK, owner = unowned("nothing of anybody"), read_only)]
    #[expect(clippy::too_many_arguments)]
    async fn kinds(
        &self,
        /// An id.
        id: uuid::Uuid,
        /// A day.
        day: NaiveDate,
        /// A moment.
        moment: Option<DateTime<Utc>>,
        /// A name.
        #[arg(pattern = "[a-z]{1,8}", example = "anna")]
        name: Name,
        /// Some names.
        #[arg(max_len = 8, max_items = 3, example = ["anna", "bert"])]
        names: Vec<Name>,
        /// A part.
        part: f32,
        /// Yes or no.
        sure: bool,
        /// A large number.
        large: u64,
    ) -> String {
        format!("{id} {day} {moment:?} {} {} {part} {sure} {large}", name.0, names.len())
    }
}

#[test]
fn every_problem_is_reported_at_once() {
    let built = SecureServer::builder(Workshop)
        .tool(Workshop::untyped())
        .tool(Workshop::misfit())
        .tool(Workshop::one())
        .tool(Workshop::two())
        .default_rate(Rate::new(0, Unit::Minute))
        .build();
    let error = built.unwrap_err();
    let problems = error.problems();
    for expected in [
        "`untyped` argument `hidden` accepts untyped values",
        "`misfit` argument `name` has a `minimum` that does not apply to its type [ST18]",
        "`same` has a rate that is zero or too large: 0/minute",
    ] {
        assert!(problems.iter().any(|problem| problem.starts_with(expected)), "{expected}\n{error}");
    }
    let twice = SecureServer::builder(Workshop).tool(Workshop::one()).tool(Workshop::two()).build().unwrap_err();
    assert_eq!(twice.problems(), ["two tools are called `same`: rename one with `name = \"…\"`"]);
    let none = SecureServer::builder(Workshop).build().unwrap_err();
    assert_eq!(
        none.problems(),
        ["it has no tool, resource or prompt: add one with `.tool(…)`, `.resource(…)` or `.prompt(…)`"]
    );
    let one = || SecureServer::builder(Workshop).tool(Workshop::one());
    assert!(one().default_concurrency(0).build().is_err());
    assert!(one().blocking_bodies(0).build().is_err());
    assert!(one().default_max_output(0).build().is_err());
    assert!(one().default_timeout(Duration::ZERO).build().is_err());
    assert!(one().default_timeout(Duration::MAX).build().is_err());
    assert!(one().default_timeout(Duration::from_secs(3600)).build().is_ok());
}

#[test]
fn a_default_outside_its_own_bounds_is_found() {
    /// A name that must be lower case.
    #[secure_tool(scope = "work", owner = unowned("nothing of anybody"), read_only)]
    async fn greet(
        /// A name.
        #[arg(pattern = "[a-z]+", default = Name("X1".into()))]
        name: Name,
    ) -> String {
        name.0
    }
    let error = SecureServer::builder(()).tool(greet()).build().unwrap_err();
    assert_eq!(
        error.problems(),
        ["`greet` argument `name` has a default outside its own bounds: must match the pattern ^(?:[a-z]+)$ [ST18]"]
    );
}

#[tokio::test]
async fn ids_dates_newtypes_and_numbers_are_arguments() {
    let server = SecureServer::builder(Workshop).tool(Workshop::kinds()).audit(MemorySink::new(10)).build().unwrap();
    let caller = alice().with_scopes([Workshop::WORK]);
    let good = json!({
        "id": "6f1c0f5e-8f0a-4f57-9a53-0a2f8a1b1c1d", "day": "2026-02-28", "moment": "2026-02-28T12:00:00Z", "name": "anna",
        "names": ["bert", "cleo"], "part": 0.5, "sure": true, "large": u64::MAX,
    });
    assert_eq!(code(&call_inside(&server, &caller, "kinds", good.clone()).await), "ok");
    for (key, value) in [
        ("id", json!("6f1c0f5e")),
        ("day", json!("2026-02-30")),
        ("moment", json!("yesterday")),
        ("name", json!("Anna")),
        ("names", json!(["a", "b", "c", "d"])),
        ("names", json!(["much too long"])),
        ("part", json!("half")),
        ("sure", json!(1)),
        ("large", json!(-1)),
        ("large", json!(1e30)),
    ] {
        let mut wrong = good.clone();
        wrong[key] = value;
        assert_eq!(code(&call_inside(&server, &caller, "kinds", wrong.clone()).await), "invalid_arguments", "{wrong}");
    }
}

struct Studio;

impl Studio {
    /// Answer with a copy of a picture.
    #[secure_tool(scope = "pictures:read", owner = caller("its answer holds no rows"), read_only("it answers with a copy"))]
    async fn remove_background(
        &self,
        caller: &Caller,
        /// Which symbol to draw.
        #[arg(not_credential("the symbol of a coin"))]
        token: String,
        /// In which style.
        #[arg(not_object("styles are the same for everybody"))]
        style_id: u32,
    ) -> String {
        format!("{} {token} {style_id}", caller.subject())
    }
}

#[tokio::test]
async fn the_manifest_lists_the_reasons_of_opt_outs() {
    let server =
        SecureServer::builder(Studio).tool(Studio::remove_background()).audit(MemorySink::new(10)).build().unwrap();
    let manifest = serde_json::to_value(server.policy()).unwrap();
    assert_eq!(
        manifest["tools"][0]["opt_outs"],
        json!([
            {"rule": "read_only", "reason": "it answers with a copy"},
            {"argument": "caller", "rule": "unproven", "reason": "its answer holds no rows"},
            {"argument": "token", "rule": "not_credential", "reason": "the symbol of a coin"},
            {"argument": "style_id", "rule": "not_object", "reason": "styles are the same for everybody"},
        ])
    );
    let table = server.policy().to_string();
    assert!(table.contains("remove_background: it is read_only, despite its name: it answers with a copy"), "{table}");
    // It reads: there is nothing to allow, and nobody is asked.
    let caller = alice().with_scopes(["pictures:read"]);
    let arguments = json!({"token": "xbt", "style_id": 1});
    assert_eq!(code(&call_inside(&server, &caller, "remove_background", arguments).await), "ok");
}

#[test]
fn the_policy_manifest_is_complete_and_stable() {
    let manifest = |server: &SecureServer<Desk>| serde_json::to_value(server.policy()).unwrap();
    let one = server(&Arc::new(Desk::default()), MemorySink::new(1)).unwrap();
    let other = server(&Arc::new(Desk::default()), MemorySink::new(1)).unwrap();
    assert_eq!(manifest(&one).to_string(), manifest(&other).to_string());
    let names: Vec<_> = one.policy().tools.iter().map(|tool| tool.name).collect();
    assert!(names.is_sorted() && names.len() == 24);
    let get_note =
        manifest(&one)["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "get_note").cloned().unwrap();
    let mut expected = json!({
        "name": "get_note", "version": "1.2", "deprecated": null, "effect": "read_only", "exposed": true, "only_in": [],
        "scope": {"all": ["notes:read"]}, "owner": {"parameters": ["note"]}, "confirm": null,
        "rates": [{"count": 1_000_000, "unit": "minute", "burst": 1_000_000, "per": "caller"}], "quota": null, "cost": 1,
        "timeout_ms": 30_000, "max_output": 262_144, "concurrency": 256,
        "concurrency_per_caller": 128, "audit_output": "none", "releases": [], "blocking": false,
        "opt_outs": [],
    });
    let fingerprints = get_note["fingerprints"].clone();
    assert!(
        ["description", "input_schema", "output_schema"]
            .iter()
            .all(|key| fingerprints[key].as_str().unwrap().len() == 64)
    );
    expected["fingerprints"] = fingerprints;
    assert_eq!(get_note, expected);
    let table = one.policy().to_string();
    assert!(
        table.contains("notes:read and notes:write") && table.contains("public: says nothing but hello"),
        "{table}"
    );
}

struct Archive;

impl Archive {
    /// Read the archive.
    #[secure_tool(scope = "archive", owner = unowned("it belongs to the public"), read_only)]
    async fn read_archive(&self) -> &'static str {
        "dust"
    }

    /// Extend the archive.
    #[secure_tool(scope = "archive", owner = unowned("it belongs to the public"))]
    async fn extend_archive(&self) {}
}

/// The text of every event.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<String>>);

impl<S: tracing::Subscriber> Layer<S> for Events {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
            write!(self.0.lock().unwrap(), "{field}={value:?} ").unwrap();
        });
    }
}

#[test]
fn the_log_names_the_tools_that_are_not_offered_because_they_may_write() {
    let log_of = |builder: ServerBuilder<Archive>| {
        let events = Events::default();
        let subscriber = tracing_subscriber::Registry::default().with(events.clone());
        tracing::subscriber::with_default(subscriber, || builder.build()).unwrap();
        events.0.lock().unwrap().clone()
    };
    let archive = || SecureServer::builder(Archive).tool(Archive::read_archive()).tool(Archive::extend_archive());
    let read_only = log_of(archive());
    assert!(read_only.contains("extend_archive") && read_only.contains("allow_writes()"), "{read_only}");
    assert!(!read_only.contains("read_archive"), "{read_only}");
    let writing = log_of(archive().allow_writes());
    assert!(!writing.contains("extend_archive"), "{writing}");
}
