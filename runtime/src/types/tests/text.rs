use serde_json::json;

use super::{published, reads, table};
use crate::{
    audit::redact::Redactor,
    guard::reader::argument,
    schema::{self, argument::Audit},
    types::{Bounded, Email, Slug},
};

#[test]
fn slugs() {
    table::<Slug>(
        &["a", "0", "quarterly-report", "a-b-c-1", &"x".repeat(64)],
        &[
            "",
            "-",
            "-a",
            "a-",
            "a--b",
            "A",
            "a_b",
            "a b",
            "a.b",
            "a/b",
            "é",
            "a\n",
            "\na",
            "\u{ff41}",
            "a\0",
            &"x".repeat(65),
        ],
        &[],
    );
    assert_eq!(published::<Slug>().recorded(&json!("a-b")), json!({"it": "a-b"}));
}

#[test]
fn emails() {
    let long_local = format!("{}@example.com", "x".repeat(64));
    let longer_local = format!("{}@example.com", "x".repeat(65));
    let longest_label = format!("a@{}.com", "x".repeat(63));
    let longer_label = format!("a@{}.com", "x".repeat(64));
    let too_long = format!("a@{}com", "abcdefg.".repeat(32));
    table::<Email>(
        &[
            "a@b.co",
            "ada@example.com",
            "ada.lovelace+tools@mail.example.co.uk",
            "o'brien@example.ie",
            "x_y-z@a-b.example",
            "1@2.example",
            "a@xn--bcher-kva.example",
            "A@EXAMPLE.COM",
            "a@b.xn--p1ai",
            &long_local,
            &longest_label,
        ],
        &[
            "",
            "@",
            "a@",
            "@example.com",
            "a",
            "a@b",
            "a@localhost",
            "a@@example.com",
            "a@b@example.com",
            "a @example.com",
            " a@example.com",
            "a@example.com ",
            "a@example.com\n",
            "a@example.com\r\nBcc: all@example.com",
            "a\r\nb@example.com",
            "a@example.com,b@example.com",
            "a@example.com;b@example.com",
            "Ada <ada@example.com>",
            "<a@example.com>",
            "\"a b\"@example.com",
            "\"a\"@example.com",
            "a(comment)@example.com",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@[IPv6:::1]",
            "user%other@example.com",
            "other!user@example.com",
            "@relay.example:a@example.com",
            "a@example.com.",
            "a@.example.com",
            "a@example..com",
            "a..b@example.com",
            ".a@example.com",
            "a.@example.com",
            "a@-example.com",
            "a@example-.com",
            "-oQ/tmp@example.com",
            "a@example.c0m\0",
            "a\0@example.com",
            "ä@example.com",
            "a@bücher.example",
            "a@example\u{3002}com",
            "a\u{200b}@example.com",
            "a|b@example.com",
            "a`id`@example.com",
            "a/b@example.com",
            "mailto:a@example.com",
            &longer_local,
            &longer_label,
            &too_long,
        ],
        &[],
    );
    let email: Email = "ada+tools@example.com".parse().unwrap();
    assert_eq!((email.local_part(), email.domain(), email.as_ref()), ("ada+tools", "example.com", email.as_str()));
    assert_eq!(published::<Email>().recorded(&json!("a@b.co")), json!({"it": {"string": 6}}));
}

#[test]
fn bounded_texts() {
    table::<Bounded<2, 4>>(
        &["ab", "abcd", "a\nb", "a\tb", "éééé", "😀😀😀😀", "\u{200d}x", "  "],
        &[
            "",
            "a",
            "abcde",
            "ééééé",
            "a\rb",
            "a\0b",
            "\u{1b}[2J",
            "a\u{7f}",
            "a\u{85}",
            "a\u{9f}",
            "\u{8}\u{8}",
            "a\u{b}",
            "a\u{1f}b",
        ],
        &[],
    );
    table::<Bounded<0, 0>>(&[""], &["a"], &[]);
    let published = published::<Bounded<1, 5000>>();
    for (length, accepted) in [(5000, true), (5001, false)] {
        let value = json!("x".repeat(length));
        assert_eq!((published.accepts(&value), reads::<Bounded<1, 5000>>(&value)), (accepted, accepted));
    }
    assert_eq!(published.recorded(&json!("CANARY")), json!({"it": {"string": 6}}));
}

#[test]
fn a_bounded_text_refuses_every_control_character_but_two() {
    let published = published::<Bounded<1, 1>>();
    for letter in ('\0'..='\u{ff}').chain(['\u{2028}', '\u{202e}', '\u{e0001}']) {
        let value = json!(letter);
        let accepted = !letter.is_control() || letter == '\n' || letter == '\t';
        assert_eq!((published.accepts(&value), reads::<Bounded<1, 1>>(&value)), (accepted, accepted), "{letter:?}");
    }
}

#[test]
fn the_attribute_narrows_the_types_and_decides_what_is_recorded() {
    let arguments = [
        argument::<Bounded<1, 80>>("word", "").pattern("[a-z]+").spec,
        argument::<Option<Email>>("maybe", "").spec,
        argument::<Vec<Email>>("all", "").spec,
        argument::<Email>("shown", "").audit(Audit::Full).spec,
        argument::<Slug>("hidden", "").audit(Audit::Shape).spec,
        argument::<String>("address", "").pattern("[a-z@.]+").format("email").spec,
    ];
    let schema = schema::input(&arguments).unwrap();
    let recorded = Redactor::new(&schema, &arguments).accepted(&json!({
        "word": "abc", "maybe": "a@b.co", "all": ["a@b.co"], "shown": "a@b.co", "hidden": "abc", "address": "a@b.co",
    }));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(recorded.as_json()).unwrap(),
        json!({
            "word": "abc", "maybe": {"string": 6}, "all": [{"string": 6}], "shown": "a@b.co", "hidden": {"string": 3},
            "address": {"string": 6},
        })
    );
    let validator = crate::validate::Validator::compile(&schema).unwrap();
    let with = |word: &str| json!({"word": word, "all": [], "shown": "a@b.co", "hidden": "abc", "address": "a@b.co"});
    assert!(validator.check(&with("abc")).is_ok() && validator.check(&with("ABC")).is_err());
}
