//! Several rates, quotas, costs and budgets for one call: all of them apply, and a refused call is charged to none.

use std::{sync::Arc, time::Duration};

use secure_tool::{MemorySink, Per, Quota, Rate, ServerBuilder, Stage, Unit, http::HttpOptions, prelude::*};
use secure_tool_tests::clients::{HttpServer, Names, call, call_inside, code};
use serde_json::json;

struct Post;

const A_DAY: Quota = Quota::per_day(3);

impl Post {
    /// Send a letter.
    #[secure_tool(scope = "post", owner = unowned("a letter of nobody"), rate = [3/hour, rate(5/day, burst = 5, per = tenant)], read_only)]
    async fn letter(&self) {}

    /// Send a parcel.
    #[secure_tool(scope = "post", owner = unowned("a parcel of nobody"), rate = 100/hour, quota = A_DAY, read_only)]
    async fn parcel(&self) {}

    /// Send a piano.
    #[secure_tool(scope = "post", owner = unowned("a piano of nobody"), rate = 10/hour, cost = 4, read_only)]
    async fn piano(&self) {}

    /// Ask the way.
    #[secure_tool(scope = "post", owner = unowned("a question"), rate = 100/hour, read_only)]
    async fn question(&self) {}

    /// Read the notice.
    #[secure_tool(scope = public("everybody reads the notice"), owner = unowned("a notice of nobody"), rate = 100/hour, read_only)]
    async fn notice(&self) {}
}

fn builder() -> ServerBuilder<Post> {
    SecureServer::builder(Post)
        .rate_cells(1 << 10)
        .tool(Post::letter())
        .tool(Post::parcel())
        .tool(Post::piano())
        .tool(Post::question())
        .tool(Post::notice())
}

fn caller(name: &str) -> Caller {
    Caller::new(name).with_tenant("acme").with_client("app").with_scopes(["post"])
}

struct Setup {
    server: SecureServer<Post>,
    audit: Arc<MemorySink>,
}

fn setup(change: impl FnOnce(ServerBuilder<Post>) -> ServerBuilder<Post>) -> Setup {
    let audit = Arc::new(MemorySink::new(1000));
    Setup { server: change(builder()).audit(Arc::clone(&audit)).build().unwrap(), audit }
}

impl Setup {
    async fn call(&self, caller: &Caller, tool: &'static str) -> String {
        code(&call_inside(&self.server, caller, tool, json!({})).await)
    }

    /// How many of these calls pass.
    async fn passed(&self, caller: &Caller, tool: &'static str, calls: usize) -> usize {
        let mut passed = 0;
        for _ in 0..calls {
            passed += usize::from(self.call(caller, tool).await == "ok");
        }
        passed
    }

    fn last_rule(&self) -> &'static str {
        let record = self.audit.records().pop().unwrap();
        assert_eq!(record.stage, Stage::Rate);
        record.rule
    }
}

#[tokio::test]
async fn all_rates_of_a_list_apply_and_a_refused_call_is_charged_to_none() {
    let post = setup(|builder| builder);
    assert_eq!(post.passed(&caller("alice"), "letter", 20).await, 3, "her own rate");
    // Her 17 other calls have taken nothing from the tenant's five.
    assert_eq!(post.passed(&caller("bob"), "letter", 20).await, 2, "the tenant's");
    assert_eq!(post.last_rule(), "rate");
    assert_eq!(post.passed(&caller("carol").with_tenant("globex"), "letter", 20).await, 3);
    let nobody = Caller::new("dave").with_scopes(["post"]);
    assert_eq!(post.call(&nobody, "letter").await, "forbidden", "a rate per tenant needs one");
    assert_eq!(post.last_rule(), "tenant");
}

#[tokio::test]
async fn the_limit_with_the_longest_wait_determines_retry_after() {
    let post = setup(|builder| builder);
    let wait = async |caller: &Caller| {
        let caller = Arc::new(caller.clone());
        let response = post.server.call(&caller, "letter", serde_json::Map::new()).await;
        response.error().and_then(secure_tool::CallError::retry_after).unwrap()
    };
    post.passed(&caller("alice"), "letter", 3).await;
    assert!(wait(&caller("alice")).await <= Duration::from_secs(20 * 60), "a third of an hour");
    post.passed(&caller("bob"), "letter", 3).await;
    // Now the tenant's rate refuses as well: a fifth of a day.
    let both = wait(&caller("alice")).await;
    assert!(both > Duration::from_secs(4 * 3600) && both <= Duration::from_secs(24 * 720), "{both:?}");
}

#[tokio::test]
async fn a_quota_ends_at_midnight_and_each_caller_has_its_own() {
    let today = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() / 86_400;
    // Again, should midnight come in between.
    loop {
        let (post, begun) = (setup(|builder| builder), today());
        let passed = [post.passed(&caller("alice"), "parcel", 9).await, post.passed(&caller("bob"), "parcel", 9).await];
        let rule = post.last_rule();
        let alice = Arc::new(caller("alice"));
        let refused = post.server.call(&alice, "parcel", serde_json::Map::new()).await;
        if begun != today() {
            continue;
        }
        assert_eq!((passed, rule), ([3, 3], "quota"));
        assert!(refused.error().unwrap().retry_after().unwrap() <= Duration::from_secs(86_400));
        assert!(refused.text().contains("The quota of this day is used up."), "{}", refused.text());
        break;
    }
}

#[tokio::test]
async fn a_call_is_charged_its_cost() {
    let post = setup(|builder| builder.budget(Rate::new(13, Unit::Hour)));
    assert_eq!(post.passed(&caller("alice"), "piano", 9).await, 2, "eight of ten, and two are left over");
    assert_eq!(post.last_rule(), "rate");
    assert_eq!(
        post.passed(&caller("alice"), "question", 9).await,
        5,
        "eight of the budget's thirteen were the pianos'"
    );
    assert_eq!(post.last_rule(), "budget");
}

#[tokio::test]
async fn a_budget_covers_all_tools_together() {
    let post = setup(|builder| builder.budget(Rate::new(6, Unit::Hour).per(Per::Tenant)).budget(Quota::per_day(1000)));
    assert_eq!(post.passed(&caller("alice"), "letter", 9).await, 3);
    assert_eq!(post.passed(&caller("bob"), "question", 9).await, 3, "what is left of the tenant's");
    assert_eq!(post.passed(&caller("bob"), "letter", 1).await, 0);
    assert_eq!(post.last_rule(), "budget");
    assert_eq!(post.passed(&caller("carol").with_tenant("globex"), "question", 9).await, 6);
    assert_eq!(post.call(&Caller::new("dave").with_scopes(["post"]), "question").await, "forbidden");
    let manifest = serde_json::to_value(post.server.policy()).unwrap();
    let of_rate = json!({"count": 6, "unit": "hour", "burst": 6, "per": "tenant"});
    assert_eq!(manifest["budgets"], json!([{"rate": of_rate}, {"quota": {"per_day": 1000, "per": "caller"}}]));
    let of = |tool| manifest["tools"].as_array().unwrap().iter().find(|it| it["name"] == tool).unwrap();
    assert_eq!((&of("piano")["cost"], &of("parcel")["quota"]["per_day"]), (&json!(4), &json!(3)));
    let table = post.server.policy().to_string();
    assert!(table.contains("all tools together have a budget of 6/hour, per tenant"), "{table}");
    assert!(table.contains("100/hour; 3 until midnight UTC") && table.contains("10/hour; each counts as 4"), "{table}");
}

#[tokio::test]
async fn a_visitor_without_a_credential_has_a_budget_too() {
    let post = setup(|builder| builder.budget(Rate::new(4, Unit::Hour)));
    let names = |name: &str| (name == "alice").then(|| caller(name));
    let http =
        HttpServer::start_with(&post.server, Names(names), HttpOptions::default().allow_anonymous()).await.unwrap();
    let alice = http.connect("alice").await.unwrap();
    let mut codes = Vec::new();
    for tool in ["question", "notice", "question", "letter", "question"] {
        codes.push(code(&call(&alice, tool, json!({})).await.unwrap()));
    }
    assert_eq!(codes, ["ok", "ok", "ok", "ok", "rate_limited"]);
    let mut texts = Vec::new();
    for _ in 0..5 {
        let response = http.post_modern(None, "notice", "notice", &json!({})).send().await.unwrap();
        texts.push(response.text().await.unwrap());
    }
    assert_eq!(texts.iter().filter(|text| text.contains("rate_limited")).count(), 1, "{texts:?}");
}

#[test]
fn build_refuses_limits_that_never_pass_or_never_count() {
    for (built, expected) in [
        (
            builder().budget(Rate::new(3, Unit::Hour)).build(),
            "`piano` has a `cost` of `4`, which exceeds its budget: 3/hour",
        ),
        (builder().budget(Quota::per_day(3)).build(), "`piano` has a `cost` of `4`, which exceeds its budget"),
        (builder().budget(Rate::new(0, Unit::Hour)).build(), "its budget `0/hour` is zero or too large"),
        (builder().budget(Quota::per_day(0)).build(), "is zero or too large"),
        (builder().budget(Rate::new(60, Unit::Hour).per(Per::Tool)).build(), "counts the calls of all tools together"),
        ((0..9).fold(builder(), |builder, _| builder.budget(Rate::new(60, Unit::Hour))).build(), "more than 8 budgets"),
    ] {
        let problems = built.unwrap_err().problems().to_vec();
        assert!(problems.len() == 1 && problems[0].contains(expected), "{expected}: {problems:#?}");
    }
}
