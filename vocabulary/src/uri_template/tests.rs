use super::{UriTemplateFault as Fault, *};

fn template(source: &str) -> UriTemplate {
    UriTemplate::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn expanded(source: &str, values: &[(&str, &str)]) -> Result<String, NoUri> {
    template(source).expand(|name| values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let long = format!("a://{}", "x".repeat(LONGEST_URI_TEMPLATE));
    for (source, position, fault) in [
        ("", 0, Fault::NoScheme),
        ("invoices", 8, Fault::NoScheme),
        ("://x", 0, Fault::NoScheme),
        ("Invoices://x", 0, Fault::NoScheme),
        ("9p://x", 0, Fault::NoScheme),
        ("{scheme}://x", 0, Fault::NoScheme),
        (&long, LONGEST_URI_TEMPLATE, Fault::TooLong),
        ("a://b c", 5, Fault::Character(' ')),
        ("a://b%20c", 5, Fault::Character('%')),
        ("a://b#c", 5, Fault::Character('#')),
        ("a://b\\c", 5, Fault::Character('\\')),
        ("a://ü", 4, Fault::Character('ü')),
        ("a://\n", 4, Fault::Character('\n')),
        ("a://{b", 4, Fault::Unclosed),
        ("a://{b{c}}", 4, Fault::Unclosed),
        ("a://b}", 5, Fault::Unopened),
        ("a://{}", 5, Fault::NoName),
        ("a://{+b}", 5, Fault::Level('+')),
        ("a://{?b}", 5, Fault::Level('?')),
        ("a://{b*}", 6, Fault::Level('*')),
        ("a://{b:3}", 6, Fault::Level(':')),
        ("a://{b,c}", 6, Fault::Level(',')),
        ("a://{b-c}", 6, Fault::Name('-')),
        ("a://{ b}", 5, Fault::Name(' ')),
        ("a://{b}/{b}", 8, Fault::Twice("b".into())),
        ("a://{b}{c}", 7, Fault::Adjacent("c".into())),
        ("a://{b}-{c}", 8, Fault::Adjacent("c".into())),
    ] {
        assert_eq!(UriTemplate::parse(source), Err(UriTemplateError { position, fault }), "{source}");
    }
}

#[test]
fn variables_come_in_their_order() {
    let template = template("a://{b}/x/{c}.json?d={d}");
    assert_eq!(template.variables().collect::<Vec<_>>(), ["b", "c", "d"]);
    assert_eq!(super::UriTemplate::parse("a://fixed").unwrap().variables().count(), 0);
}

#[test]
fn values_are_escaped_and_found_again() {
    for (source, values, uri) in [
        ("invoices://{id}", &[("id", "inv-1")][..], "invoices://inv-1"),
        ("invoices://{id}", &[("id", "a b&c")], "invoices://a%20b%26c"),
        ("invoices://{id}", &[("id", "Über")], "invoices://%C3%9Cber"),
        ("invoices://{id}.json", &[("id", "a.json")], "invoices://a.json.json"),
        ("invoices://{id}", &[("id", "100%")], "invoices://100%25"),
        ("invoices://{id}", &[("id", "%41")], "invoices://%2541"),
        ("a://{b}/x-{c}-x?q={d}", &[("b", "1"), ("c", "-x"), ("d", "?")], "a://1/x--x-x?q=%3F"),
        ("a://{b}-x/{c}", &[("b", "1-x"), ("c", "2")], "a://1-x-x/2"),
        ("a://fixed", &[], "a://fixed"),
    ] {
        assert_eq!(expanded(source, values).as_deref(), Ok(uri));
        let found: Vec<_> = values.iter().map(|(_, value)| (*value).to_owned()).collect();
        assert_eq!(template(source).values(uri), Some(found), "{uri}");
    }
}

#[test]
fn a_uri_that_its_values_do_not_expand_to_matches_nothing() {
    for uri in [
        "a://",
        "a://.",
        "a://..",
        "a://b/",
        "a://b/c",
        "a://b?c",
        "a://b#c",
        "a://b:c",
        "a://b c",
        "a://ü",
        "a://%",
        "a://%2",
        "a://%zz",
        // Lower case, an escape that is none of RFC 6570, what hides a separator, what is no UTF-8, what ends a text.
        "a://%c3%9c",
        "a://%41",
        "a://%2E%2E",
        "a://b%2Fc",
        "a://..%2F..%2Fetc",
        "a://b%5Cc",
        "a://%FF",
        "a://%C0%AF",
        "a://%00",
        "a://b%0A",
        "a://%C2%85",
        "A://b",
        " a://b",
        "a://b ",
        "a:b",
    ] {
        assert_eq!(template("a://{b}").values(uri), None, "{uri}");
    }
    assert_eq!(template("a://{b}").values(&format!("a://{}", "x".repeat(LONGEST_URI))), None);
    assert_eq!(template("a://{b}.json").values("a://.json"), None);
    assert_eq!(template("a://{b}E").values("a://%2E"), None);
    assert_eq!(template("a://fixed").values("a://fixed/"), None);
    assert_eq!(template("a://fixed").values("a://fixe"), None);
}

#[test]
fn values_that_no_uri_can_carry_make_none() {
    for value in ["", ".", "..", "a/b", "a\\b", "a\0", "a\nb", "\u{85}"] {
        assert_eq!(expanded("a://{b}", &[("b", value)]), Err(NoUri::Value), "{value:?}");
    }
    assert_eq!(expanded("a://{b}", &[]), Err(NoUri::Missing));
    for long in ["x".repeat(LONGEST_URI), "ü".repeat(LONGEST_URI / 4)] {
        assert_eq!(expanded("a://{b}", &[("b", &long)]), Err(NoUri::TooLong));
    }
}

#[test]
fn templates_that_a_uri_could_match_overlap() {
    for (one, two, expected) in [
        ("a://{b}", "a://{c}", true),
        ("a://{b}", "a://new", true),
        ("a://{b}", "a://{c}/d", false),
        ("a://{b}", "a://{c}.json", true),
        ("a://{b}/x", "a://y/{c}", true),
        ("a://{b}/x", "a://{c}/y", false),
        ("a://x-{b}", "a://y-{c}", false),
        ("a://x{b}", "a://{c}y", true),
        ("a://x{b}", "a://x", false),
        ("a://{b}", "aa://{b}", false),
        ("a://fixed", "a://fixed", true),
        ("a://fixed", "a://fixed2", false),
        ("a://?q={b}", "a://?q={b}&r={c}", false),
    ] {
        assert_eq!(template(one).overlaps(&template(two)), expected, "{one} {two}");
        assert_eq!(template(two).overlaps(&template(one)), expected, "{two} {one}");
    }
}

/// Numbers that look as if they were drawn (splitmix64), the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ mixed >> 31) >> 16).unwrap() % limit
    }

    fn text(&mut self, of: &[&str], most: usize) -> String {
        (0..self.below(most + 1)).map(|_| of[self.below(of.len())]).collect()
    }
}

const IN_TEMPLATES: &[&str] = &["a", "b", "-", ".", "/", "?", "=", "{x}", "{y}", "{z}"];
const IN_VALUES: &[&str] = &["a", "b", "-", ".", "x", "%", "A", "4", "1", "/", "?", "ü", " ", "\n"];
const IN_URIS: &[&str] = &["a", "b", "-", ".", "/", "?", "=", "%", "2", "F", "%2F", "%20", "%41", "%C3%BC", "ü"];

#[test]
fn one_uri_for_one_list_of_values_and_one_list_for_one_uri() {
    let mut numbers = Numbers(13);
    let (mut there, mut back) = (0, 0);
    for _ in 0..20_000 {
        let Ok(template) = UriTemplate::parse(&format!("a:{}", numbers.text(IN_TEMPLATES, 6))) else { continue };
        let values: Vec<_> = template.variables().map(|name| (name.to_owned(), numbers.text(IN_VALUES, 3))).collect();
        let value_of = |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        if let Ok(uri) = template.expand(value_of) {
            let found = values.iter().map(|(_, value)| value.clone()).collect();
            assert_eq!(template.values(&uri), Some(found), "{template} {uri}");
            there += 1;
        }
        let uri = format!("a:{}", numbers.text(IN_URIS, 6));
        if let Some(found) = template.values(&uri) {
            let names: Vec<_> = template.variables().collect();
            let again = template.expand(|name| Some(&found[names.iter().position(|known| *known == name).unwrap()]));
            assert_eq!(again, Ok(uri), "{template}");
            back += 1;
        }
    }
    assert!(there > 1000 && back > 50, "{there} {back}");
}

#[test]
fn a_uri_that_matches_two_templates_shows_that_they_overlap() {
    let mut numbers = Numbers(31);
    let mut both = 0;
    for _ in 0..20_000 {
        let mut drawn = || UriTemplate::parse(&format!("a:{}", numbers.text(IN_TEMPLATES, 4)));
        let (Ok(one), Ok(two)) = (drawn(), drawn()) else { continue };
        let uri = one.expand(|_| Some(["a", "b", "-a.", "ü"][numbers.below(4)])).unwrap();
        if two.values(&uri).is_some() {
            assert!(one.overlaps(&two) && two.overlaps(&one), "{one} {two} {uri}");
            both += 1;
        }
    }
    assert!(both > 100, "{both}");
}
