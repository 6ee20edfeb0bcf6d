use std::{borrow::Cow, time::Duration};

use serde_json::{json, to_value};

use super::*;
use crate::{Code, Masked, Stage, validate::Problem};

fn released(texts: &[&str]) -> Released {
    let content = texts.iter().map(|text| Content::text((*text).to_owned())).collect();
    Released {
        content,
        file: None,
        voices: Vec::new(),
        structured: None,
        bytes: 0,
        copied: 0,
        masked: Masked::default(),
        cleaned: Masked::default(),
        inspected: Masked::default(),
        repeated: false,
    }
}

#[test]
fn an_error_says_in_types_what_its_json_says() {
    let call_id = CallId::next();
    let refusal = Refusal::new(Code::Unavailable, Stage::Limits, "rule")
        .retry_after(Duration::from_millis(1500))
        .scopes(vec!["a:b".into(), "c:d".into()])
        .problems(vec![Problem::new("/a", "must be there")]);
    let response = ToolResponse::new(call_id, Err(refusal));
    let error = response.error().unwrap();
    assert_eq!(
        (error.call_id(), error.code(), error.message()),
        (call_id, Code::Unavailable, "The server cannot answer this call right now.")
    );
    assert_eq!(error.retry_after(), Some(Duration::from_millis(1500)));
    assert_eq!(error.scopes(), ["a:b", "c:d"]);
    assert_eq!((error.problems()[0].pointer(), error.problems()[0].expected()), ("/a", "must be there"));
    let expected = json!({
        "call_id": call_id.to_string(),
        "code": "unavailable",
        "retry_after": 2,
        "scope": "a:b c:d",
        "problems": [{"pointer": "/a", "expected": "must be there"}],
    });
    assert_eq!(to_value(error).unwrap(), expected);
    assert_eq!(response.text(), error.to_string());
    assert_eq!(response.into_result().unwrap_err().call_id(), call_id);
}

#[test]
fn texts_are_joined_and_a_single_one_is_borrowed() {
    let text = |texts: &[&str]| ToolResponse::new(CallId::next(), Ok(released(texts))).text().into_owned();
    assert_eq!((&*text(&[]), &*text(&["a"]), &*text(&["a", "b\nc"])), ("", "a", "a\nb\nc"));
    let one = ToolResponse::new(CallId::next(), Ok(released(&["a"])));
    assert!(matches!(one.text(), Cow::Borrowed("a")));
}
