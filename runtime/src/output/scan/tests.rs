use std::{sync::Arc, time::Instant};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Counts, Kind, Scan, Scanner};

fn scan() -> Scan {
    Scan::new(&Arc::new(Scanner::default()), &[]).unwrap()
}

fn masked(text: &str) -> String {
    scan().mask(text, &mut Counts::default()).unwrap_or_else(|| text.to_owned())
}

const PEM: &str = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq0Zk1rS3\nq8Zk1rS3MIIEowIBAAKCAQEA7b==\n-----END RSA PRIVATE KEY-----";
const JWT: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";

const CARDS: &[&str] = &[
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111 - 1111 - 1111 - 1111",
    "41 11 11 11 11 11 11 11",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "41111111 11111111",
    "411111 1111111111",
    "4222222222222",
    "4000000000000000006",
    "5555555555554444",
    "5105 1051 0510 5100",
    "2223003122003222",
    "378282246310005",
    "3782 822463 10005",
    "371449635398431",
    "6011111111111117",
    "6011 0009 9013 9424",
    "3056 930902 5904",
    "38520000023237",
    "3530111333300000",
    "6200000000000005",
    "6759649826438453",
    "2200000000000004",
    "４１１１１１１１１１１１１１１１",
    "４１１１ １１１１ １１１１ １１１１",
    "4111\u{200b}1111\u{200b}1111\u{200b}1111",
    "4\u{200d}1\u{feff}1\u{2060}1\u{ad}111111111111",
    "4111\u{e0020}1111\u{202d}1111\u{fe0f}1111",
    "4111\u{2011}1111\u{2013}1111\u{2212}1111",
    "4111\u{a0}1111\u{2009}1111\u{202f}1111",
    "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏",
    "٤١١١١١١١١١١١١١١١",
    "4111\t1111\t1111\t1111",
    "4111\n1111\n1111\n1111",
    "4111\r\n1111\r\n1111\r\n1111",
    "4111 1111\n1111 1111",
    "4111     1111   1111    1111",
    "4111\u{2800}1111\u{2800}1111\u{2800}1111",
    "4111\u{85}1111\u{c}1111\u{b}1111",
    "4111\u{3000}1111\u{2003}1111\u{1680}1111",
    "4111\u{58a}1111\u{301c}1111\u{fe31}1111",
    "3782\t822463\t10005",
];

/// No text of this file is anybody's: these are the examples of standards and the test numbers of card schemes. What a scanner of
/// sources would take for a key is put together here.
fn secrets() -> Vec<(Kind, String)> {
    let ssns = [
        "219-09-9999",
        "123-45-6789",
        "123 45 6789",
        "123.45.6789",
        "899-99-9999",
        "１２３-４５-６７８９",
        "123\u{2011}45\u{2011}6789",
        "12\u{200b}3-45-6789",
    ];
    let a = |count| "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0".chars().cycle().take(count).collect::<String>();
    let upper = |count| a(count).to_uppercase();
    let keys = [
        format!("AKIA{}", upper(16)),
        format!("ASIA{}", upper(16)),
        format!("ghp_{}", a(36)),
        format!("gho_{}", a(36)),
        format!("github_pat_{}_{}", a(22), a(59)),
        format!("glpat-{}", a(20)),
        format!("xoxb-123456789012-123456789012-{}", a(24)),
        format!("hooks.slack.com/services/T{}/B{}/{}", upper(8), upper(8), a(24)),
        format!("sk_live_{}", a(24)),
        format!("rk_live_{}", a(24)),
        format!("AIza{}", a(35)),
        format!("sk-{}", a(48)),
        format!("sk-proj-{}_{}-{}", a(40), a(40), a(30)),
        format!("sk-ant-api03-{}-{}AA", a(60), a(30)),
        format!("SG.{}.{}", a(22), a(43)),
        format!("npm_{}", a(36)),
        format!("hf_{}", a(34)),
        format!("AK\u{200b}IA{}", upper(16)),
        format!("ｓｋ-{}", a(48)),
        format!("stk_ci_{}", "0123456789abcdef".repeat(4)),
        format!("stk_0f1e2d3c4b5a6978_{}", "0123456789abcdef".repeat(4)),
        format!("stk_a_b.c-d_{}", "fedcba9876543210".repeat(4)),
        format!("stk_\u{200b}ci_{}", "0123456789abcdef".repeat(4)),
        format!("abC8Q~{}", a(34)),
        format!("_-~1Q~{}", a(31)),
    ];
    let private = [
        PEM.to_owned(),
        PEM.replace("RSA ", ""),
        PEM.replace("RSA", "EC"),
        PEM.replace("RSA PRIVATE KEY", "OPENSSH PRIVATE KEY"),
        PEM.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK"),
        PEM.replace('\n', "\\n"),
        PEM.replace("RSA", "ENCRYPTED").replace('\n', "\r\n"),
        PEM.split("\n-----END").next().unwrap_or_default().to_owned(),
    ];
    let jwts = [
        JWT.to_owned(),
        format!("{}.", JWT.rsplit_once('.').unwrap().0),
        format!("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..{}.{}.{}", a(16), a(40), a(22)),
        JWT.replacen("eyJ", "ey\u{200b}J", 1),
    ];
    let own = |kind, texts: &[&str]| texts.iter().map(|text| (kind, (*text).to_owned())).collect::<Vec<_>>();
    let all = |kind, texts: &[String]| texts.iter().map(|text| (kind, text.clone())).collect::<Vec<_>>();
    [
        own(Kind::Card, CARDS),
        own(Kind::Ssn, &ssns),
        all(Kind::ApiKey, &keys),
        all(Kind::PrivateKey, &private),
        all(Kind::Jwt, &jwts),
    ]
    .concat()
}

#[test]
fn secrets_are_masked_and_nothing_around_them_is() {
    for (kind, secret) in secrets() {
        let mask = format!("[masked: {}]", kind.name());
        assert_eq!(masked(&secret), mask, "{secret}");
        for (before, after) in [
            ("it is ", ", not more"),
            ("(", ")"),
            ("é „", "“ ü"),
            ("a=", ";b"),
            ("\"", "\""),
            ("x\n", "\ny"),
            ("card:", "\t."),
            ("日本", "。"),
            ("\u{200b}", "\u{200b}"),
            ("/", "?"),
            ("12/27, ", " / 999"),
            ("", "."),
        ] {
            let text = format!("{before}{secret}{after}");
            assert_eq!(masked(&text), format!("{before}{mask}{after}"), "{text}");
        }
        let twice = format!("{secret}, and {secret}");
        assert_eq!(masked(&twice), format!("{mask}, and {mask}"));
        assert_eq!(masked(&mask), mask, "a mask is left alone");
    }
}

#[test]
fn a_token_after_bearer_is_masked_whatever_it_is() {
    for (text, expected) in [
        ("Authorization: Bearer mF_9.B5f-4.1JqM8xyz", "Authorization: Bearer [masked: bearer]"),
        ("bearer  abcdefghijkl0123456789==.", "bearer  [masked: bearer]."),
        ("{\"Bearer\":\"abcdefghijkl0123456789\"}", "{\"Bearer\":\"[masked: bearer]\"}"),
        (&format!("BEARER {JWT}"), "BEARER [masked: bearer]"),
        ("bearer authentication is configured", "bearer authentication is configured"),
        ("Bearer internationalization", "Bearer internationalization"),
        ("Bearer of good news, 2026", "Bearer of good news, 2026"),
        ("the standard-bearer 12345678", "the standard-bearer 12345678"),
        ("BeArEr abcdefghijkl0123456789", "BeArEr [masked: bearer]"),
        ("bEARER\u{200b} abcdefghijkl0123456789", "bEARER\u{200b} [masked: bearer]"),
    ] {
        assert_eq!(masked(text), expected);
    }
}

#[test]
fn numbers_with_letters_or_a_plus_before_them_are_found() {
    for (text, expected) in [
        ("c4111111111111111", "c[masked: card]"),
        ("cc4111111111111111", "cc[masked: card]"),
        ("acc4111111111111111", "acc[masked: card]"),
        ("PAN4111111111111111", "PAN[masked: card]"),
        ("4111111111111111e", "[masked: card]e"),
        ("+378282246310005", "+[masked: card]"),
        ("+4111111111111111", "+[masked: card]"),
        ("+30569309025904", "+[masked: card]"),
        ("a\tb\n4111\t1111\t1111\t1111\t12/27\n", "a\tb\n[masked: card]\t12/27\n"),
        // As UTF-16 without its declaration, and lists whose parts end with a NUL.
        ("4\x001\x001\x001\x001\x001\x001\x001\x001\x001\x001\x001\x001\x001\x001\x001\0!\0", "[masked: card]\0!\0"),
        ("\x014111\x1b1111\x7f1111\x021111", "\x01[masked: card]"),
        ("a=4111111111111111\x005=b", "a=[masked: card]\x005=b"),
        ("4111 1111 1111 1111\n378282246310005\n5", "[masked: card]\n[masked: card]\n5"),
        ("219-09-9999\n219-09-9998", "[masked: ssn]\n[masked: ssn]"),
    ] {
        assert_eq!(masked(text), expected);
    }
}

/// The examples of RFC 7617 and of the documentation of AWS, and what is made like them.
#[test]
fn passwords_and_keys_of_clouds_are_masked_and_their_names_stay() {
    let a = |count| "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0".chars().cycle().take(count).collect::<String>();
    let aws = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let account = format!("{}==", a(86));
    let shared = format!("{}=", a(43));
    let signature = format!("{}%2B{}%3D", a(20), a(22));
    for (text, expected) in [
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [masked: password]"),
        ("basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==.", "basic [masked: password]."),
        ("{\"BASIC\":\"dXNlcjpww6Rzcw\"}", "{\"BASIC\":\"[masked: password]\"}"),
        ("postgres://app:s3cret@db:5432/x", "postgres://app:[masked: password]@db:5432/x"),
        ("(https://user:p@ss:w@example.com)", "(https://user:[masked: password]@example.com)"),
        ("redis://:hunter2@[::1]:6379", "redis://:[masked: password]@[::1]:6379"),
        ("https\u{200b}://a:pa\u{ad}ss@host", "https\u{200b}://a:[masked: password]@host"),
        (&format!("aws_secret_access_key = {aws}"), "aws_secret_access_key = [masked: api_key]"),
        (&format!("\"SecretAccessKey\": \"{aws}\","), "\"SecretAccessKey\": \"[masked: api_key]\","),
        (&format!("awsSecretKey:{aws}"), "awsSecretKey:[masked: api_key]"),
        (&format!("Secret access key\n{aws}."), "Secret access key\n[masked: api_key]."),
        (&format!("AKIAIOSFODNN7EXAMPLE,{aws}"), "[masked: api_key]"),
        (&format!("AccountName=x;AccountKey={account};End"), "AccountName=x;AccountKey=[masked: api_key];End"),
        (&format!("SharedAccessKey={shared}"), "SharedAccessKey=[masked: api_key]"),
        (&format!("?sv=2026&sig={signature}&se=1"), "?sv=2026&sig=[masked: api_key]&se=1"),
        // Without a name beside it, it is any base64.
        (aws, aws),
        (&account, &account),
    ] {
        assert_eq!(masked(text), expected);
        assert_eq!(masked(expected), expected);
    }
}

#[test]
fn in_structured_content_the_name_of_a_field_tells() {
    let aws = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let mut value =
        json!({"AWS_SECRET_ACCESS_KEY": aws, "id": aws, "secretKey": "da39a3ee5e6b4b0d3255bfef95601890afd80709"});
    let json = value.to_string();
    assert!(scan().mask_value(&mut value, &json, &mut Counts::default()).unwrap());
    let masked = json!({"AWS_SECRET_ACCESS_KEY": "[masked: api_key]", "id": aws, "secretKey": "da39a3ee5e6b4b0d3255bfef95601890afd80709"});
    assert_eq!(value, masked);
    let released = Scan::new(&Arc::new(Scanner::default()), &["api_key"]).unwrap();
    let mut value = json!({ "secretKey": aws });
    assert!(!released.mask_value(&mut value, &json, &mut Counts::default()).unwrap());
}

#[test]
fn a_number_that_withholds_an_answer_is_named() {
    let place = |mut value: Value| {
        let json = value.to_string();
        scan().mask_value(&mut value, &json, &mut Counts::default()).unwrap_err().pointer()
    };
    let card = 4_111_111_111_111_111_u64;
    assert_eq!(place(json!(card)), "");
    assert_eq!(place(json!({"rows": [{"account": 1}, {"a": [], "account": card}]})), "/rows/1/account");
    assert_eq!(place(json!({"a/b~c": card})), "/a~1b~0c");
    assert_eq!(place(json!({"4111 1111 1111 1111": card})), "/[masked: card]");
    assert_eq!(place(json!({"x".repeat(1000): card})).len(), 256);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a corpus")]
fn what_people_and_machines_write_all_day_is_left_alone() {
    for text in [
        // Numbers and amounts.
        "1234567890123456",
        "0000000000000000",
        "4111111111111112",
        "9999 9999 9999 9999",
        "1,234,567,890,123,456.00",
        "4.539578763621486",
        "0.4539578763621486",
        "-3.4028234663852886e38",
        "41111111111111111111",
        "$4,111.11 + $1,111.11",
        "12 345 678,90 €",
        "3.141592653589793",
        // Times.
        "1700000000",
        "1700000000000",
        "1700000000000000",
        "1700000000000000000",
        "2026-11-21T10:33:18.123456789Z",
        "2026-11-21 10:33:18",
        "20261121103318",
        "20261121103318123",
        "2026-11-21 2026-11-22 2026-11-23",
        "21.11.2026 22.11.2026",
        "10:33:18.411111",
        // Phones.
        "+1 415 555 2671",
        "(415) 555-2671",
        "415-555-2671",
        "+49 1512 3456789",
        "+44 20 7946 0958",
        "0049 30 901820",
        "+4915123456789",
        "1-800-555-0199",
        "+436641234567890",
        "+4222222222222",
        "+4 222 222 222 222",
        // Ids and hashes.
        "550e8400-e29b-41d4-a716-446655440000",
        "41111111-1111-4111-8111-111111111111",
        "00000000-0000-0000-0000-000000000000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "deadbeef4111111111111111",
        "9f4111111111111111e0b1",
        "4111111111111111deadbeef",
        "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
        "sha1-4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "urn:uuid:41111111-1111-1111-8111-111111111111",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "1541815603606036480",
        "175928847299117063",
        "inv_1001",
        "ORD-2026-000042",
        "192.168.100.200",
        "2001:db8::4111:1111:1111:1111",
        "v1.2.3-4.5.6",
        "978-3-16-148410-0",
        "4006381333931",
        "490154203237518",
        "DE89 3704 0044 0532 0130 00",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "00:1A:2B:3C:4D:5E",
        "rev 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        // Like social security numbers.
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",
        "123-45-0000",
        "123456789",
        "123-456-789",
        "12-345-6789",
        "1-123-45-6789",
        "123-45-6789-0",
        "123-45 6789",
        "123 45 6789 12",
        "5 123 45 6789",
        "x123-45-6789",
        "123-45-67890",
        "123  45  6789",
        // Like keys and tokens.
        "AKIA",
        "AKIAIOSFODNN7EXAMPL",
        "the task-management-of-large-systems-2026",
        "sk-learn-is-a-library-for-machine-learning",
        "sk-SK is the locale of Slovakia",
        "eyJhIjoxfQ",
        "eyJhIjoxfQ... and so on",
        "see eyJ.example.com",
        "xoxo, your friend",
        "ghp_short",
        "a desk-",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "a PEM begins with -----BEGIN PRIVATE KEY----- and some base64",
        "SG.1",
        "hf_hub_download",
        "npm_config_registry",
        "AIza",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
        "Überweisung über 4111 €",
        "４２ 円",
        "日本語のテキスト",
        // Rows of numbers.
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
        "4 8 15 16 23 42",
        "100 200 300 400 500 600",
        "2019 2020 2021 2022 2023 2024",
        "[1024, 2048, 4096, 8192]",
        "36.5 37.1 36.9 38.2 36.6",
        "4111\n1111\n1111\n1111\n1111",
        "2019\t4111\t1111\t1111\t1111",
        "4111\t4112\t4113\t4114",
        "4096\n8192\n5120\n6144\n7168",
        "id\tamount\n1042\t1299\n1043\t4711\n1044\t8100",
        "123\t45\t6789",
        "123\n45\n6789",
        "2026-11-21\n2026-11-22\n2026-11-23",
        // Like passwords and keys of clouds.
        "Basic authentication, basic understanding, BASIC internal",
        "Basic dXNlcg==",
        "visual basic 123456789",
        "https://example.com:8080/a@b?c=d",
        "https://alice@example.com/",
        "https://user:@example.com/",
        "http://${USER}:${PASSWORD}@host, http://{user}:{password}@host, http://$U:$PASS@host, http://u:****@host, http://u:xxx@host",
        "git@github.com:owner/repository.git, mailto:alice@example.com",
        "see https://example.com/: mail bob@example.com",
        "://a:b@c",
        "the secret key of success is 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "aws_secret_access_key = da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "secret_key: thequickbrownfoxjumpsoverthelazydogagain",
        "AccountKey=short; account key figures; AccountName=alice",
        "https://x.blob.core.windows.net/c?sig=abc&sv=2026-01-01",
        "IQ~abcdefghijklmnopqrstuvwxyzabcdefgh 3Q~x",
        "stk_ci_0123, stk_ci_zzzz456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==",
        "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    ] {
        assert_eq!(masked(text), text);
        let within = format!("It says {text}; nothing else.");
        assert_eq!(masked(&within), within);
    }
}

#[test]
fn a_tool_releases_kind_by_kind() {
    let mut scanner = Scanner::default();
    scanner.add("employee_id".into(), r"\bEMP-[0-9]{6}\b").unwrap();
    let scanner = Arc::new(scanner);
    let text = format!("4111111111111111 219-09-9999 Bearer {JWT} EMP-123456");
    let mask = |releases: &[&'static str]| {
        let scan = Scan::new(&scanner, releases).unwrap();
        let mut counts = Counts::default();
        let text = scan.mask(&text, &mut counts).unwrap_or_else(|| text.clone());
        (text, serde_json::to_string(&scan.masked(&counts)).unwrap())
    };
    let (all, counts) = mask(&[]);
    assert_eq!(all, "[masked: card] [masked: ssn] Bearer [masked: bearer] [masked: employee_id]");
    assert_eq!(counts, r#"{"card":1,"ssn":1,"bearer":1,"employee_id":1}"#);
    let (some, counts) = mask(&["card", "employee_id", "bearer"]);
    assert_eq!(some, "4111111111111111 [masked: ssn] Bearer [masked: jwt] EMP-123456");
    assert_eq!(counts, r#"{"ssn":1,"jwt":1}"#);
    assert_eq!(mask(&["card", "ssn", "bearer", "jwt", "employee_id"]), (text.clone(), "{}".into()));
    assert_eq!(Scan::new(&scanner, &["card", "cart"]).unwrap_err(), ["cart"]);
}

#[test]
fn patterns_see_through_disguises_and_must_make_sense() {
    let mut scanner = Scanner::default();
    scanner.add("employee_id".into(), "EMP-[0-9]{6}").unwrap();
    scanner.add("name".into(), "Müller").unwrap();
    for (name, pattern, problem) in [
        ("employee_id", "x", "another mask pattern"),
        ("card", "x", "built-in"),
        ("", "x", "1 to 64"),
        ("Employee", "x", "1 to 64"),
        ("a]", "x", "1 to 64"),
        ("other", "(", "does not compile"),
        ("other", "x*", "matches the empty string"),
    ] {
        let said = scanner.add(name.into(), pattern).unwrap_err();
        assert!(said.contains(problem), "{said}");
    }
    let scan = Scan::new(&Arc::new(scanner), &[]).unwrap();
    let masked = scan.mask("Frau Müller: E\u{200b}MP\u{2010}１２３456.", &mut Counts::default());
    assert_eq!(masked.as_deref(), Some("Frau [masked: name]: [masked: employee_id]."));
    assert_eq!(scan.mask("EMP-1", &mut Counts::default()), None);
}

#[test]
fn structured_content_is_masked_in_strings_and_keys_and_withheld_for_numbers() {
    let mask = |mut value: Value| {
        let mut counts = Counts::default();
        let json = value.to_string();
        let changed = scan().mask_value(&mut value, &json, &mut counts);
        changed.map(|changed| (value, changed)).ok()
    };
    let clean = json!({"id": 4111, "at": 1_700_000_000_000_u64, "text": "fine", "none": null, "list": [1.5, true, 4.111_111_111_111_111e15_f64 + 1.0]});
    assert_eq!(mask(clean.clone()), Some((clean, false)));
    let value = json!({
        "notes": ["a", {"text": "pay with\n4111111111111111"}], "4111 1111 1111 1111": 1, "4111-1111-1111-1111": 2, "n": [1, 2, 3, 4, 5],
    });
    let masked = json!({
        "notes": ["a", {"text": "pay with\n[masked: card]"}], "[masked: card]": 1, "[masked: card] (2)": 2, "n": [1, 2, 3, 4, 5],
    });
    assert_eq!(mask(value).map(|(value, changed)| (value.as_object().unwrap().len(), changed)), Some((4, true)));
    assert_eq!(mask(json!({"x": "A\0KIA\0ABCDEFGHIJKLMNOP"})).unwrap().0, json!({"x": "[masked: api_key]"}));
    assert_eq!(mask(json!({"x": "\u{8}4111111111111111"})).unwrap().0, json!({"x": "\u{8}[masked: card]"}));
    assert_eq!(mask(masked.clone()), Some((masked, false)));
    for number in [
        json!(-4_111_111_111_111_111_i64),
        json!(-4_111_111_111_111_111.0_f64),
        json!(4_111_111_111_111_111_u64),
        json!(4_111_111_111_111_111.0_f64),
        json!([{"n": 378_282_246_310_005_u64}]),
    ] {
        assert_eq!(mask(number), None);
    }
}

#[test]
fn the_time_it_takes_grows_with_the_text_and_no_faster() {
    let scan = scan();
    let cost = |text: &str| {
        let started = Instant::now();
        let _ = scan.mask(text, &mut Counts::default());
        started.elapsed()
    };
    for unit in [
        "sk-",
        "eyJ",
        "eyJaaaaaaaa.",
        "-eyJaaaaaaaa",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN ",
        "4 ",
        "4111 ",
        "4111-1111-1111-",
        "4",
        "123-45-",
        "Bearer ",
        "Bearer: sk-",
        "４\u{200b}",
        "\u{200b}",
        "ghp_",
        "a4111111111111111",
        "AKIA ",
        "x.x-",
        "4111\t",
        "4\n",
        "4111 1111\n",
        "://",
        "://a:b@",
        "x://a:b@c@",
        "x://aaaa",
        "Basic YTpi",
        "basic ",
        "stk_",
        "stk_0_",
        "3Q~",
        "sig=",
        "secret access key ",
        "secret_key=",
        "account_key",
        "AKIAABCDEFGHIJKLMNOP,",
        "日",
    ] {
        let text = unit.repeat(100_000 / unit.len());
        let spent = cost(&text);
        // Generous: a second on a busy machine, and minutes if the time grew with the square.
        assert!(spent.as_secs() < 30, "{unit:?}: {spent:?} for 100 KB");
    }
}

proptest! {
    #[test]
    fn nothing_panics_and_what_was_masked_stays_masked(text in "([0-9０-９]{1,6}|[ .\u{200b}\u{ad}-]|sk-|eyJ|AKIA|Bearer |-----BEGIN PRIVATE KEY-----|[a-zA-Z0-9]{1,40}|é|\\PC){0,40}") {
        let once = masked(&text);
        prop_assert_eq!(masked(&once), once);
    }

    #[test]
    fn every_card_number_is_found(prefix in "4[0-9]{14}|5[1-5][0-9]{13}|3[47][0-9]{12}|6011[0-9]{11}", style in 0_usize..4) {
        let check = (b'0'..=b'9').map(|digit| format!("{prefix}{}", char::from(digit))).find(|card| super::numbers::is_card(card.as_bytes()));
        let card = check.unwrap();
        let separator = ["", " ", "-", "\u{200b}"][style];
        let written: Vec<String> = card.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        prop_assert_eq!(masked(&written.join(separator)), "[masked: card]");
    }
}
