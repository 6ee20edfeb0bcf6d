use serde_json::json;

use super::*;

const DEPTH: usize = 32;

fn normalized(schema: &Value, mut value: Value) -> Value {
    Normalizer::compile(schema).apply(&mut value, DEPTH);
    value
}

/// Every place where an integer can be asked for.
#[test]
fn whole_floats_become_integers_wherever_one_is_asked() {
    let integer = json!({"type": "integer"});
    let object = |schema: &Value| json!({"type": "object", "properties": {"n": schema}, "required": ["n"]});
    let tree = json!({
        "$ref": "#/$defs/Tree",
        "$defs": {"Tree": {
            "type": "object",
            "properties": {"n": integer, "below": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
        }},
    });
    let tagged = json!({"oneOf": [
        {"type": "object", "properties": {"kind": {"const": "a"}, "n": {"type": "number"}}, "required": ["kind", "n"]},
        {"type": "object", "properties": {"kind": {"const": "b"}, "n": integer}, "required": ["kind", "n"]},
    ]});
    let untagged = json!({"anyOf": [object(&json!({"type": "string"})), object(&integer)]});
    for (schema, value, expected) in [
        (integer.clone(), json!(20.0), json!(20)),
        (integer.clone(), json!(-3.0), json!(-3)),
        (integer.clone(), serde_json::from_str("1e3").unwrap(), json!(1000)),
        (integer.clone(), json!(-0.0), json!(0)),
        (integer.clone(), json!(9_007_199_254_740_992.0), json!(9_007_199_254_740_992_u64)),
        (integer.clone(), json!(9_007_199_254_740_994.0), json!(9_007_199_254_740_994.0)),
        (integer.clone(), json!(0.5), json!(0.5)),
        (integer.clone(), json!(1e300), json!(1e300)),
        (integer.clone(), json!(7), json!(7)),
        (integer.clone(), json!("20.0"), json!("20.0")),
        (json!({"type": "number"}), json!(20.0), json!(20.0)),
        (json!({"type": ["integer", "number"]}), json!(20.0), json!(20.0)),
        (json!({"type": ["integer", "null"]}), json!(20.0), json!(20)),
        (json!({"enum": [1, 2]}), json!(2.0), json!(2)),
        (json!({"enum": [1, 2.5]}), json!(1.0), json!(1.0)),
        (json!({"const": 5}), json!(5.0), json!(5)),
        (json!({"anyOf": [integer, {"type": "string"}]}), json!(5.0), json!(5)),
        (json!({"anyOf": [integer, {"type": "number"}]}), json!(5.0), json!(5.0)),
        (json!({"oneOf": [{"type": "string"}, integer]}), json!(5.0), json!(5)),
        (json!({"allOf": [{"type": "number"}, integer]}), json!(5.0), json!(5)),
        (object(&integer), json!({"n": 1.0, "other": 1.0}), json!({"n": 1, "other": 1.0})),
        (json!({"type": "array", "items": integer}), json!([1.0, 2, 3.5]), json!([1, 2, 3.5])),
        (
            json!({"type": "array", "prefixItems": [{"type": "number"}, integer], "items": false}),
            json!([1.0, 2.0]),
            json!([1.0, 2]),
        ),
        (json!({"type": "object", "additionalProperties": integer}), json!({"a": 1.0}), json!({"a": 1})),
        (json!({"type": "object", "patternProperties": {"^a": integer}}), json!({"a": 1.0}), json!({"a": 1})),
        (
            tree,
            json!({"n": 1.0, "below": [{"n": 2.0}, {"below": [{"n": 3.0}]}]}),
            json!({"n": 1, "below": [{"n": 2}, {"below": [{"n": 3}]}]}),
        ),
        (tagged.clone(), json!({"kind": "a", "n": 1.0}), json!({"kind": "a", "n": 1.0})),
        (tagged, json!({"kind": "b", "n": 1.0}), json!({"kind": "b", "n": 1})),
        (untagged, json!({"n": 1.0}), json!({"n": 1})),
        (
            json!({"type": "object", "properties": {"a": {"type": "number"}}, "oneOf": [object(&integer)]}),
            json!({"a": 1.0, "n": 1.0}),
            json!({"a": 1.0, "n": 1}),
        ),
    ] {
        let found = normalized(&schema, value.clone());
        assert_eq!(found.to_string(), expected.to_string(), "{schema} {value}");
    }
}

#[test]
fn null_means_absent_if_the_schema_does_not_allow_null() {
    let schema = json!({
        "type": "object",
        "properties": {
            "must": {"type": "string"},
            "may": {"type": "string"},
            "told": {"type": ["string", "null"]},
            "one": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "choice": {"enum": ["a"]},
            "inner": {"type": "object", "properties": {"may": {"type": "integer"}}},
            "list": {"type": "array", "items": {"type": ["object", "null"], "properties": {"may": {"type": "integer"}}}},
            "map": {"type": "object", "additionalProperties": {"type": ["integer", "null"]}},
        },
        "required": ["must"],
    });
    assert_eq!(
        normalized(
            &schema,
            json!({
                "must": null, "may": null, "told": null, "one": null, "choice": null, "inner": {"may": null},
                "list": [null, {"may": null}], "map": {"a": null}, "unknown": null,
            })
        ),
        json!({
            "must": null, "told": null, "one": null, "inner": {}, "list": [null, {}], "map": {"a": null}, "unknown": null,
        })
    );
}

#[test]
fn nothing_is_compiled_where_nothing_can_change() {
    let text = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
    assert!(Normalizer::compile(&text).0.is_empty());
    assert!(!Normalizer::compile(&json!({"type": "object", "properties": {"a": {"type": "string"}}})).0.is_empty());
}

/// A schema that refers to itself, and values that are nested deeper than anybody reads, end all the same.
#[test]
fn recursion_ends() {
    assert_eq!(normalized(&json!({"$ref": "#"}), json!(1.0)), json!(1.0));
    let ambiguous = json!({
        "$ref": "#/$defs/T",
        "$defs": {"T": {"anyOf": [
            {"type": "array", "items": {"$ref": "#/$defs/T"}},
            {"type": "array", "items": {"$ref": "#/$defs/T"}},
            {"type": "integer"},
        ]}},
    });
    let nested = |leaf: Value, depth: usize| (0..depth).fold(leaf, |inner, _| json!([inner]));
    assert_eq!(normalized(&ambiguous, nested(json!(1.0), 30)), nested(json!(1), 30));
    assert_eq!(normalized(&ambiguous, nested(json!(1.0), 100)), nested(json!(1.0), 100));
}

mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::{schema, validate::Validator};

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[expect(dead_code)]
    struct Order {
        count: u32,
        price: f64,
        note: Option<String>,
        lines: Vec<Line>,
        by_name: BTreeMap<String, i64>,
    }

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[serde(untagged)]
    #[expect(dead_code)]
    enum Line {
        Number(i32),
        Named { name: String, amount: Option<u8> },
    }

    fn number() -> impl Strategy<Value = Value> {
        prop_oneof![
            (-3i32..300).prop_map(|n| json!(n)),
            (-3i32..300).prop_map(|n| json!(f64::from(n))),
            Just(json!(0.5))
        ]
    }

    fn order() -> impl Strategy<Value = Value> {
        let note = prop_oneof![Just(json!(null)), "[a-z]{0,3}".prop_map(|text| json!(text))];
        let line = prop_oneof![
            number(),
            (prop_oneof![number(), Just(json!(null))]).prop_map(|amount| json!({"name": "x", "amount": amount}))
        ];
        let lines = prop::collection::vec(line, 0..4);
        let by_name = prop::collection::btree_map("[a-z]", number(), 0..3);
        (number(), number(), note, lines, by_name).prop_map(|(count, price, note, lines, by_name)| {
            json!({"count": count, "price": price, "note": note, "lines": lines, "by_name": by_name})
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        /// What the schema accepts after it was normalized is what the type reads, and a second time changes nothing.
        #[test]
        fn what_the_schema_accepts_the_type_reads(order in order()) {
            thread_local!(static PUBLISHED: (Normalizer, Validator) = {
                let schema = schema::input(&[crate::guard::reader::argument::<Order>("order", "").spec]).unwrap();
                (Normalizer::compile(&schema), Validator::compile(&schema).unwrap())
            });
            PUBLISHED.with(|(normalizer, validator)| {
                let mut arguments = json!({ "order": order });
                normalizer.apply(&mut arguments, DEPTH);
                let accepted = validator.check(&arguments).is_ok();
                let read = serde_json::from_value::<Order>(arguments["order"].clone()).is_ok();
                prop_assert_eq!(accepted, read, "{}", arguments);
                let once = arguments.clone();
                normalizer.apply(&mut arguments, DEPTH);
                prop_assert_eq!(once.to_string(), arguments.to_string());
                Ok(())
            })?;
        }
    }
}
