//! Checks that need the finished program and run when the server is built: nested types, aliases, constants of generic code, and the invariants of
//! the attribute's expansion.

#![allow(dead_code, reason = "what these tools would do does not matter")]

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use secure_tool::{
    __private::{
        Argument, Bound, Burst, Definition, Effect, Entry, Ownership, Per, Scope, Unit, argument, boxed, define, output,
    },
    MemorySink, SecureServer, Stage, Tool,
    prelude::*,
};
use secure_tool_tests::{
    alice,
    clients::{call_inside, code},
};
use serde::Deserialize;
use serde_json::{Value, json};

fn problems<S: Send + Sync + 'static>(state: S, tool: Tool<S>) -> Vec<String> {
    match SecureServer::builder(state).tool(tool).allow_writes().build() {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().to_vec(),
    }
}

/// The request of a careless client.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Request {
    user_id: Option<String>,
    session: Session,
    commands: Vec<Command>,
    folder_id: u32,
    text: String,
}

/// Nested in it.
#[derive(Deserialize, JsonSchema)]
struct Session {
    password: String,
}

/// Nested in a list.
#[derive(Deserialize, JsonSchema)]
struct Command {
    path: Cow<'static, str>,
    arguments: BTreeMap<String, String>,
}

/// Who is meant, of whom there are two.
#[derive(Deserialize, JsonSchema)]
enum Who {
    Me,
    Everybody,
}

/// What names say and types do not.
#[derive(Deserialize, JsonSchema)]
struct Harmless {
    user_id: Option<Who>,
    owner: bool,
    password: Secret<String>,
    path: SafePath,
    text: String,
}

type Sql = String;
type Number = uuid::Uuid;

struct Desk;

impl Desk {
    /// Do what the request says.
    #[secure_tool(scope = "desk:test", owner = caller)]
    async fn run(
        &self,
        caller: &Caller,
        /// What to do.
        #[arg(nested)]
        request: Request,
    ) -> String {
        format!("{} {}", caller.subject(), request.text)
    }

    /// Do what the request says, whatever it is.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's objects are nobody's"))]
    async fn run_raw(
        &self,
        /// What to do.
        #[arg(nested, raw("a test says so"), not_identity("a test says so"))]
        request: Request,
    ) -> String {
        request.text
    }

    /// Do what is harmless.
    #[secure_tool(scope = "desk:test", owner = caller)]
    async fn harmless(
        &self,
        caller: &Caller,
        /// What to do.
        #[arg(nested)]
        request: Harmless,
        /// What else.
        more: Vec<Harmless>,
    ) -> String {
        format!("{} {} {}", caller.subject(), request.text, more.len())
    }

    /// Ask the database.
    #[secure_tool(scope = "desk:test", owner = caller("its answer holds no rows"), read_only)]
    async fn ask(
        &self,
        caller: &Caller,
        /// What.
        sql: Sql,
        /// What else.
        #[arg(raw("the statement is only shown"))]
        query_sql: Sql,
        /// How it is sorted.
        #[arg(raw("there is nothing to be set aside"))]
        order: Who,
    ) -> String {
        let _ = order;
        format!("{} {sql} {query_sql}", caller.subject())
    }

    /// Take what the compiler knows by other names.
    #[secure_tool(scope = "desk:test", owner = caller("its answer holds no rows"), read_only)]
    async fn aliased(
        &self,
        caller: &Caller,
        /// Whose.
        tenant: Sql,
        /// Which.
        document: Number,
    ) -> String {
        format!("{} {tenant} {document}", caller.subject())
    }

    /// Take what is called otherwise on the wire.
    #[secure_tool(scope = "desk:test", owner = caller("its answer holds no rows"), read_only)]
    async fn renamed(
        &self,
        caller: &Caller,
        /// Whose.
        #[arg(name = "id", not_identity("a handle that everybody sees"))]
        user_id: String,
        /// Where.
        #[arg(name = "target", raw("it is only shown"))]
        path: String,
    ) -> String {
        format!("{} {user_id} {path}", caller.subject())
    }

    /// Take one object.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's objects are nobody's"), read_only)]
    async fn one(
        &self,
        /// What.
        request: Option<Session2>,
    ) -> String {
        request.map_or_else(String::new, |request| request.text)
    }
}

/// The only argument.
#[derive(Deserialize, JsonSchema)]
struct Session2 {
    /// What it says.
    text: String,
}

#[test]
fn nested_properties_follow_the_same_name_rules_as_arguments() {
    let found = problems(Desk, Desk::run());
    for expected in [
        "`run` lets the model choose whose identity it acts for, in `request.userId` [ST32]",
        "`run` takes a credential as plain text, in `request.session.password` [ST34]",
        "`run` takes free text where a command, a path or an address is expected, in `request.commands[].path` [ST33]",
        "`run` takes the key of an object that `owner` does not name, in `request.folderId` [ST27]",
    ] {
        assert!(found.iter().any(|problem| problem.starts_with(expected)), "{expected}\n{found:#?}");
    }
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().all(|problem| problem.contains(" on `request`")), "they name the way out: {found:#?}");
    let found = problems(Desk, Desk::run_raw());
    assert!(found.len() == 1 && found[0].contains("[ST34]"), "{found:#?}");
    assert_eq!(problems(Desk, Desk::harmless()), [""; 0]);
}

#[test]
fn arguments_are_checked_by_the_json_form_of_their_types() {
    let found = problems(Desk, Desk::ask());
    let [free, surplus] = found.as_slice() else { panic!("{found:#?}") };
    assert!(free.starts_with("`ask` takes free text") && free.contains("in `sql` [ST33]"), "{free}");
    assert!(surplus.starts_with("`ask` has `raw` on the argument `order`, where it has no effect [ST18]"), "{surplus}");
    let found = problems(Desk, Desk::aliased());
    let [whose, which] = found.as_slice() else { panic!("{found:#?}") };
    assert!(whose.starts_with("`aliased` lets the model choose") && whose.contains("in `tenant` [ST32]"), "{whose}");
    assert!(
        which.starts_with("`aliased` takes the key of an object") && which.contains("in `document` [ST27]"),
        "{which}"
    );
    assert_eq!(problems(Desk, Desk::renamed()), [""; 0]);
}

#[test]
fn an_only_argument_that_is_an_object_says_what_clients_send() {
    let found = problems(Desk, Desk::one());
    let [problem] = found.as_slice() else { panic!("{found:#?}") };
    assert!(problem.starts_with("`one` takes a single object, `request` [ST26]"), "{problem}");
    assert!(problem.contains("`#[arg(flatten)]`") && problem.contains("`#[arg(nested)]`"), "{problem}");
}

trait Rights {
    const READ: &'static str;
}

struct Good;

impl Rights for Good {
    const READ: &'static str = "notes:read";
}

struct Library<R>(std::marker::PhantomData<fn() -> R>);

impl<R: Rights + 'static> Library<R> {
    const SCOPE: &'static str = R::READ;

    /// Read.
    #[secure_tool(scope = Self::SCOPE, owner = unowned("a library is everybody's"), read_only)]
    async fn read(&self) -> String {
        String::new()
    }
}

#[test]
fn scopes_of_generic_code_are_checked() {
    assert_eq!(problems(Library::<Good>(std::marker::PhantomData), Library::<Good>::read()), [""; 0]);
    // With a wildcard in it, `Library::<_>::read()` is an error of the compiler; a definition made by hand is refused here.
    let found = problems((), defined(|it| it.scope(Scope::all(&["notes:*"]))));
    assert!(found.len() == 1 && found[0].starts_with("`made` has the scope `notes:*`"), "{found:?}");
}

/// A definition as the expansion makes it, but for what `change` does.
fn defined(change: impl FnOnce(&mut Definition<()>)) -> Tool<()> {
    let mut definition = define::<()>("made", "Made by hand.", Effect::ReadOnly);
    definition.scope(Scope::all(&["desk:test"]));
    definition.owner(Ownership::unowned("a test's objects are nobody's"));
    change(&mut definition);
    let outlet = definition.output(output::<String, _>());
    definition.body(move |entry| {
        boxed(async move {
            let _admitted = Entry::admit(&entry).await?;
            Entry::release(&entry, outlet, "made".to_owned())
        })
    })
}

#[test]
fn limits_that_only_constants_know_are_checked() {
    type Change = fn(&mut Definition<()>);
    assert_eq!(problems((), defined(|_| {})), [""; 0]);
    let changes: [(Change, &str); 21] = [
        (|it| it.rate(0, Unit::Minute, Burst::Count, Per::Caller), "`made` has a rate of `0/minute`"),
        (|it| it.rate(1_000_001, Unit::Second, Burst::Count, Per::Caller), "`made` has a rate of `1000001/second`"),
        (|it| it.rate(1, Unit::Second, Burst::Of(0), Per::Caller), "`made` has a `burst` of `0`"),
        (
            |it| {
                it.rate(5, Unit::Second, Burst::Count, Per::Caller);
                it.rate(3, Unit::Second, Burst::Count, Per::Caller);
            },
            "`made` has two rates per second that count the same calls [ST13]",
        ),
        (|it| it.quota(0, Per::Caller), "`made` has a quota of 0 per day [ST13]"),
        (|it| it.cost(0), "`made` has a `cost` of `0` [ST13]"),
        (|it| it.cost(61), "`made` has a `cost` of `61`, which exceeds its rate: 60/minute [ST13]"),
        (
            |it| {
                it.quota(4, Per::Tenant);
                it.cost(5);
            },
            "`made` has a `cost` of `5`, which exceeds its quota: 4 until midnight UTC, per tenant [ST13]",
        ),
        (|it| it.title(" "), "`made` has an empty `title` [ST10]"),
        (|it| it.deprecated(""), "`made` has an empty `deprecated` [ST10]"),
        (|it| it.timeout_ms(0), "`made` has a `timeout` that is zero or longer than an hour [ST14]"),
        (|it| it.timeout_ms(3_600_001), "`made` has a `timeout` that is zero or longer than an hour [ST14]"),
        (|it| it.max_output(0), "`made` has a `max_output` that is zero or larger than 64 MiB [ST14]"),
        (|it| it.max_output(64 * 1024 * 1024 + 1), "`made` has a `max_output`"),
        (|it| it.concurrency(0), "`made` has a `concurrency` that is zero or larger than 65535 [ST14]"),
        (|it| it.concurrency(65_536), "`made` has a `concurrency`"),
        (|it| it.concurrency_per_caller(8, 0), "`made` has a `per_caller` of `0` with a concurrency of 8 [ST14]"),
        (|it| it.concurrency_per_caller(8, 9), "`made` has a `per_caller` of `9`"),
        (
            |it| {
                let small = Argument::max(argument::<i64>("a", "A."), Bound::Int(1));
                let _ = it.argument(Argument::min(small, Bound::Int(2)));
            },
            "`made` argument `a` has a `min` that is greater than its `max`, so no value fits [ST18]",
        ),
        (
            |it| {
                let listed = Argument::one_of_value(argument::<String>("a", "A."), Ok(json!([])));
                let _ = it.argument(listed);
            },
            "`made` argument `a` has an empty `one_of`, so no value fits [ST18]",
        ),
        (
            |it| {
                let short = Argument::max_len(argument::<String>("a", "A."), 1);
                let _ = it.argument(Argument::min_len(short, 2));
            },
            "`made` argument `a` has a `min_len` that is greater than its `max_len`, so no value fits [ST18]",
        ),
    ];
    for (change, expected) in changes {
        let found = problems((), defined(change));
        assert!(found.len() == 1 && found[0].starts_with(expected), "{expected}\n{found:#?}");
    }
}

#[test]
fn build_refuses_a_definition_without_a_policy() {
    let stated = |scope: bool, owner: Option<Ownership>| {
        let mut definition = define::<()>("made", "Made by hand.", Effect::ReadOnly);
        if scope {
            definition.scope(Scope::all(&["desk:test"]));
        }
        if let Some(owner) = owner {
            definition.owner(owner);
        }
        let slot = definition.argument(argument::<u32>("note", "Which."));
        let outlet = definition.output(output::<String, _>());
        let tool = definition.body(move |entry| {
            boxed(async move {
                let note = Entry::take(&entry, slot)?;
                let _admitted = Entry::admit(&entry).await?;
                Entry::release(&entry, outlet, note.to_string())
            })
        });
        problems((), tool)
    };
    let unowned = || Some(Ownership::unowned("a test's objects are nobody's"));
    assert_eq!(stated(true, unowned()), [""; 0]);
    assert_eq!(stated(true, Some(Ownership::parameters(&["caller"]))), [""; 0]);
    for (found, expected) in [
        (stated(false, unowned()), "`made` declares no `scope` [ST01]"),
        (stated(true, None), "`made` declares no `owner` [ST02]"),
        (stated(true, Some(Ownership::parameters(&[]))), "`made` names no owner"),
        (
            stated(true, Some(Ownership::parameters(&["note"]))),
            "`made` names `note` as its owner, but nothing compares it with the caller [ST21]",
        ),
        (
            stated(true, Some(Ownership::parameters(&["caller", "folder"]))),
            "`made` has fewer ownership checks than `owner` names parameters [ST21]",
        ),
    ] {
        assert!(found.len() == 1 && found[0].starts_with(expected), "{expected}\n{found:#?}");
    }
}

#[tokio::test]
async fn a_call_that_was_not_admitted_cannot_answer() {
    for (admits, blocks, expected, rule) in [
        (true, false, "ok", "allowed"),
        (true, true, "ok", "allowed"),
        (false, false, "internal", "unadmitted"),
        (false, true, "internal", "unadmitted"),
    ] {
        let mut definition = define::<()>("made", "Made by hand.", Effect::ReadOnly);
        definition.scope(Scope::all(&["desk:test"]));
        definition.owner(Ownership::unowned("a test's objects are nobody's"));
        if blocks {
            definition.blocking();
        }
        let outlet = definition.output(output::<String, _>());
        let tool = definition.body(move |entry| {
            boxed(async move {
                let _admitted = if admits { Some(Entry::admit(&entry).await?) } else { None };
                let value = "made".to_owned();
                if blocks {
                    return Entry::blocking(&entry, outlet, |_| Ok(value)).await;
                }
                Entry::release(&entry, outlet, value)
            })
        });
        let audit = Arc::new(MemorySink::new(10));
        let server = SecureServer::builder(()).tool(tool).audit(Arc::clone(&audit)).build().unwrap();
        let answer = call_inside(&server, &alice(), "made", json!({})).await;
        let record = audit.take().remove(0);
        assert_eq!((code(&answer).as_str(), record.rule), (expected, rule), "{admits} {blocks}");
        assert!(admits || (record.stage == Stage::Limits && record.output_bytes == 0));
    }
}

#[tokio::test]
async fn credentials_are_recorded_nowhere_whatever_the_source_says() {
    /// Log in.
    #[derive(Deserialize, JsonSchema)]
    struct Login {
        name: String,
        password: u32,
        by_name: BTreeMap<String, String>,
    }

    /// Log in.
    #[secure_tool(scope = "desk:test", owner = unowned("a test's logins are nobody's"), read_only)]
    async fn log_in(
        /// With what.
        #[arg(nested, audit = full)]
        login: Login,
    ) -> String {
        format!("{} {} {}", login.name, login.password, login.by_name.len())
    }

    let audit = Arc::new(MemorySink::new(10));
    let server = SecureServer::builder(()).tool(log_in()).audit(Arc::clone(&audit)).build().unwrap();
    let login = json!({"name": "Ada", "password": 777_777, "by_name": {"accessToken": "CANARY", "town": "Ulm"}});
    let answer = call_inside(&server, &alice(), "log_in", json!({ "login": login })).await;
    assert_eq!(code(&answer), "ok");
    let recorded: Value = serde_json::from_str(audit.take().remove(0).arguments.unwrap().as_json()).unwrap();
    let by_name = &recorded["login"]["by_name"];
    assert_eq!((&recorded["login"]["name"], &by_name["town"]), (&json!("Ada"), &json!("Ulm")));
    assert!(!recorded.to_string().contains("777777") && !recorded.to_string().contains("CANARY"), "{recorded}");
}
