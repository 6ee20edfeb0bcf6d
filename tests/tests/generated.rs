//! Inputs that are generated from the published schemas of the example's tools: valid ones are admitted, invalid ones are refused, and none causes a
//! failure.

use std::sync::Arc;

use billing::{Billing, NoOperator};
use json_schema_ast::SchemaDocument;
use json_schema_fuzz::{GenerationConfig, ValueGenerator};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use secure_tool::{Caller, MemorySink, SecureServer, Stage};
use secure_tool_tests::clients::{call_inside, code, connect_by_pipe, list, text};
use serde_json::{Value, json};

const ROUNDS: u32 = 150;

/// Everything that generated arguments may end in, besides success, once they have been let in.
const LET_IN: [&str; 7] = [
    "ok",
    "not_found",
    "conflict",
    "forbidden",
    "invalid_arguments",
    // Nobody is asked here, neither a person at a client nor an operator.
    "confirmation_required",
    "unavailable",
];

/// A caller of their own company, so that no limit is in the way.
fn newcomer(n: usize) -> Caller {
    let scopes = [
        "invoices:read",
        "invoices:write",
        "invoices:delete",
        "buyers:contact",
        "company:settings",
        "reports:read",
        "payments:read",
    ];
    Caller::new(format!("person {n}")).with_tenant(format!("company {n}")).with_scopes(scopes)
}

/// Replaces, adds or removes something, anywhere in the arguments.
fn spoil(value: &mut Value, random: &mut StdRng) {
    let depth_first = random.random_bool(0.6);
    match value {
        Value::Object(object) if depth_first && !object.is_empty() => {
            let keys: Vec<String> = object.keys().cloned().collect();
            let key = keys.choose(random).unwrap();
            if random.random_bool(0.2) {
                object.remove(key);
            } else {
                spoil(&mut object[key], random);
            }
        }
        Value::Array(items) if depth_first && !items.is_empty() => {
            let at = random.random_range(0..items.len());
            spoil(&mut items[at], random);
        }
        Value::Object(object) => {
            object.insert("surplus".into(), json!(1));
        }
        other => *other = oddity(random),
    }
}

fn oddity(random: &mut StdRng) -> Value {
    let oddities = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(0.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("inv_1001"),
        json!("inv_1001\n"),
        json!("open"),
        json!("2026-02-30"),
        json!("' OR 1=1 --"),
        json!("\u{0}\u{202e}\u{200b}"),
        json!("x".repeat(2000)),
        json!([]),
        json!(["inv_1001", "inv_1001"]),
        json!(vec!["x"; 200]),
        json!({}),
        json!({"x": {}}),
    ];
    oddities.choose(random).unwrap().clone()
}

/// What the guard makes of a `null`: an optional argument that was left out.
fn leave_out_nulls(arguments: &mut Value, schema: &Value) {
    let Value::Object(arguments) = arguments else { return };
    let optional = |name: &str| {
        schema["properties"].get(name).is_some() && !schema["required"].as_array().unwrap().contains(&json!(name))
    };
    arguments.retain(|name, value| !value.is_null() || !optional(name));
    for (name, value) in arguments {
        if schema["properties"][name].get("properties").is_some() {
            leave_out_nulls(value, &schema["properties"][name]);
        }
    }
}

/// The names and input schemas, as a client reads them.
async fn published(server: &SecureServer<Billing>) -> Vec<(String, Value)> {
    let client = connect_by_pipe(server, newcomer(0), ()).await.unwrap();
    let tools = list(&client).await.unwrap();
    tools.iter().map(|tool| (tool.name.to_string(), tool.schema_as_json_value())).collect()
}

#[tokio::test]
async fn generated_inputs_are_admitted_or_refused_according_to_the_published_schema() {
    let audit = Arc::new(MemorySink::new(10));
    let server = billing::builder(Billing::in_memory().unwrap(), NoOperator)
        .allow_writes()
        .refusals_recorded(u32::MAX)
        .audit(Arc::clone(&audit))
        .build()
        .unwrap();
    let mut random = StdRng::seed_from_u64(20_260_728);
    let tools = published(&server).await;
    assert_eq!(tools.len(), 23);
    let (mut let_in, mut refused, mut n) = (0, 0, 0);
    for (tool, schema) in tools {
        let document = SchemaDocument::from_json(&schema).unwrap();
        for _ in 0..ROUNDS {
            let good = ValueGenerator::generate(&document, GenerationConfig::default(), &mut random).unwrap();
            let mut spoilt = good.clone();
            spoil(&mut spoilt, &mut random);
            for arguments in [good, spoilt] {
                if !arguments.is_object() {
                    continue;
                }
                n += 1;
                let result = call_inside(&server, &newcomer(n), &tool, arguments.clone()).await;
                let record = audit.take().remove(0);
                // The generator's own validator takes `format` as a remark; the guard asserts it.
                let asserted = text(&result).contains("must have the format");
                // For an address or a path, the schema describes only the form. The type checks where a host leads and which
                // characters are allowed.
                let typed = record.rule == "type" && ["set_webhook", "export_invoice"].contains(&tool.as_str());
                let mut meant = arguments.clone();
                leave_out_nulls(&mut meant, &schema);
                let fits = document.is_valid(&meant).unwrap() && !asserted && !typed;
                let code = code(&result);
                if fits {
                    assert!(record.stage > Stage::Arguments, "{tool} {arguments}: {record:?}");
                    assert!(LET_IN.contains(&code.as_str()), "{tool} {arguments}: {code}: {record:?}");
                    let_in += 1;
                } else {
                    assert_eq!((&*code, record.stage), ("invalid_arguments", Stage::Arguments), "{tool} {arguments}");
                    refused += 1;
                }
            }
        }
    }
    assert!(let_in > 1000 && refused > 1000, "{let_in} let in, {refused} refused");
}
