use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::atomic::{AtomicUsize, Ordering},
};

use proptest::prelude::*;
use secure_tool_testkit::within;
use serde_json::json;

use super::{published, reads, table};
use crate::types::{PublicUrl, Resolve, is_public};

const ACCEPTED: &[&str] = &[
    "https://example.com",
    "http://example.com/",
    "HTTPS://Example.COM/Path",
    "https://example.com:8443/a?b=c&d[]=e#top",
    "https://example.com?x",
    "https://medium.example/@ada/post",
    "https://example.com/?next=http://127.0.0.1/",
    "https://sub.domain.example.co.uk/a%20b",
    "https://bücher.example/größe",
    "https://xn--bcher-kva.example/",
    "https://my_host.example.com/",
    "https://93.184.215.14/",
    "http://1.1.1.1:8080/",
    "https://[2606:4700:4700::1111]/",
    "https://localhost.example.com/",
    "https://127.0.0.1.nip.example/", // a name: resolving refuses it
    "https://internal.example.com/",
];

/// The form alone gives them away.
const REFUSED: &[&str] = &[
    "",
    "example.com",
    "//example.com/",
    "/path",
    "http:",
    "http://",
    "http:///",
    "http:/example.com/",
    "http:example.com",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "data:text/html,x",
    "dict://example.com/",
    "ldap://example.com",
    "blob:https://example.com/x",
    "view-source:https://example.com",
    "jar:http://example.com!/",
    "ws://example.com/",
    // userinfo
    "http://user@example.com/",
    "http://user:pass@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com:80@127.0.0.1/",
    "http://@127.0.0.1/",
    "http://:@example.com/",
    "http://127.0.0.1@example.com/",
    "http://a@b@example.com/",
    // a reader that sees another host
    "http://example.com\\@127.0.0.1/",
    "http://example.com\\.evil.example/",
    "http:\\\\example.com/",
    "http:/\\example.com/",
    "http://127.0.0.1\\@example.com/",
    "http://127.0.0.1#@example.com\\",
    "http://exa mple.com/",
    " http://example.com/",
    "http://example.com/ ",
    "http://example.com/a b",
    "ht\ttp://example.com/",
    "http://exam\tple.com/",
    "http://exam\nple.com/",
    "http://127.0.0.1\r\n.example.com/",
    "http://example.com/\r\nHost: internal",
    "http://example.com/\0",
    "http://example.com\u{a0}/",
    "http://exa\u{200b}mple.com/",
    "http://exa\u{ad}mple.com/",
    "\u{feff}http://example.com/",
    "http://example.com/\u{202e}",
    "http://\u{1b}example.com/",
    // dots behind
    "http://example.com./",
    "http://example.com.:80/",
    "http://localhost./",
    "http://127.0.0.1./",
    "http://example.com..",
    "http://1.1.1.1./",
    "http://example.com.?x",
    "http://./",
    "http://../",
];

/// The standard has to read them first.
const REFUSED_BY_TYPE: &[&str] = &[
    // loopback, private, link-local, unspecified … as they are written
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/x",
    "http://127.255.255.254/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0.0.0.0/",
    "http://0/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://192.88.99.1/",
    "http://168.63.129.16/",
    // octal, hexadecimal, whole numbers, short forms, mixtures
    "http://0177.0.0.1/",
    "http://0177.0.0.01/",
    "http://017700000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://0X7F000001/",
    "http://2130706433/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0x7f.1/",
    "http://0177.1/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://00000177.0.0.1/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://0251.0376.0251.0376/",
    "http://0xa9.254.0251.254/",
    "http://169.254.43518/",
    "http://0xc0a80101/",
    "http://3232235777/",
    "http://012.0.0.1/",
    "http://10.1/",
    "http://0x0/",
    "http://00000000000/",
    "http://4294967295/",
    // that are no address at all
    "http://4294967296/",
    "http://256.0.0.1/",
    "http://127.0.0.1.1/",
    "http://0x100000000/",
    "http://127.0.0.0x/",
    "http://1.2.3.4.5/",
    "http://127..1/",
    "http://.127.0.0.1/",
    "http://127.0.0.1.0x1/",
    // encoded and written with other digits and dots
    "http://%31%32%37.0.0.1/",
    "http://127%2e0%2e0%2e1/",
    "http://%6c%6f%63alhost/",
    "http://１２７.０.０.１/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://127．0．0．1/",
    "http://127｡0｡0｡1/",
    "http://ｌｏｃａｌｈｏｓｔ/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://example.com%00/",
    "http://example.com%2fx/",
    "http://example%20.com/",
    "http://example.com%0a/",
    "http://localhost。/",
    "http://example.com。/",
    "http://localho\u{17f}t/",
    "http://⑯⑨。②⑤④。⑯⑨。②⑤④/",
    // IPv6
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:7f00:0001]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::FFFF:10.0.0.1]/",
    "http://[::ffff:8.8.8.8]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::1]/",
    "http://[100::1]/",
    "http://[5f00::1]/",
    "http://[2a00:1450::5efe:7f00:1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[::1",
    "http://::1/",
    "http://[127.0.0.1]/",
    "http://[v1.x]/",
    // names
    "http://localhost/",
    "http://LOCALHOST:3000/",
    "http://foo.localhost/",
    "http://localhost.localdomain/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://intranet/",
    "http://metadata/",
    "http://router.lan/",
    "http://x.home.arpa/",
    "http://x.onion/",
    "http://x.test/",
    "http://db.corp/",
    "http://a..example.com/",
    "http://.example.com/",
    "http://x.INTERNAL/",
    // ports
    "http://example.com:0/",
    "http://example.com:25/",
    "http://example.com:22",
    "https://example.com:6379x/",
    "http://example.com:65536/",
    "http://example.com:-1/",
    "http://example.com:5060/",
    "http://example.com:80:80/",
    // characters that no host has
    "http://exam<ple.com/",
    "http://exam|ple.com/",
    "http://exam^ple.com/",
    "http://exa[mple.com/",
];

#[test]
fn known_attacks_are_refused_and_ordinary_addresses_are_not() {
    table::<PublicUrl>(ACCEPTED, REFUSED, REFUSED_BY_TYPE);
}

#[test]
fn length_has_an_edge() {
    let published = published::<PublicUrl>();
    for (length, accepted) in [(2048, true), (2049, false)] {
        let value = json!(format!("https://example.com/{}", "x".repeat(length - 20)));
        assert_eq!((published.accepts(&value), reads::<PublicUrl>(&value)), (accepted, accepted));
    }
}

#[test]
fn the_normal_form_is_kept_and_hardly_anything_is_shown() {
    let url: PublicUrl = "HTTPS://EXAMPLE.com:443/a/%2e%2e/b?token=CANARY#CANARY".parse().unwrap();
    assert_eq!(url.to_string(), "https://example.com/b?token=CANARY");
    assert_eq!((url.host(), url.port(), url.is_https()), ("example.com", 443, true));
    assert_eq!(format!("{url:?}"), "PublicUrl(https://example.com..)");
    assert_eq!(published::<PublicUrl>().recorded(&json!("https://example.com/")), json!({"it": {"string": 20}}));
    let url: PublicUrl = "http://[2606:4700:4700:0:0:0:0:1111]:8080".parse().unwrap();
    assert_eq!((url.host(), url.port(), url.is_https()), ("[2606:4700:4700::1111]", 8080, false));
    // A public address in an odd spelling is that address.
    assert_eq!("http://0x01010101/".parse::<PublicUrl>().unwrap().as_str(), "http://1.1.1.1/");
}

/// Answers each look-up with the next of its answers.
struct Rebinding(Vec<Vec<IpAddr>>, AtomicUsize);

impl Rebinding {
    fn new(answers: &[&[&str]]) -> Self {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Self(answers.iter().map(parse).collect(), AtomicUsize::new(0))
    }
}

impl Resolve for Rebinding {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let next = self.1.fetch_add(1, Ordering::Relaxed);
        self.0.get(next).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn url(text: &str) -> PublicUrl {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_name_is_refused_if_any_of_its_addresses_is_not_public() {
    let asked = url("https://example.com:8443/");
    let first = Rebinding::new(&[&["93.184.215.14", "2606:4700:4700::1111", "93.184.215.14"]]);
    let addresses: [SocketAddr; 2] =
        ["93.184.215.14:8443".parse().unwrap(), "[2606:4700:4700::1111]:8443".parse().unwrap()];
    assert_eq!(within("the addresses", asked.resolve_with(&first)).await.unwrap(), addresses);

    let nothing = within("the addresses", asked.resolve_with(&Rebinding::new(&[]))).await.unwrap_err();
    for answer in [
        &["127.0.0.1"][..],
        &["93.184.215.14", "10.0.0.1"],
        &["10.0.0.1", "93.184.215.14"],
        &["93.184.215.14", "::1"],
        &["::ffff:93.184.215.14"],
        &["169.254.169.254"],
        &["fd00:ec2::254"],
        &[],
    ] {
        let refused = within("the addresses", asked.resolve_with(&Rebinding::new(&[answer]))).await.unwrap_err();
        assert_eq!(refused.code(), "invalid_arguments");
        // Not there and not public answer alike.
        assert_eq!(format!("{refused:?}"), format!("{nothing:?}"));
    }
    let too_many = vec!["93.184.215.14"; 65];
    assert!(within("the addresses", asked.resolve_with(&Rebinding::new(&[&too_many]))).await.is_err());
}

#[tokio::test]
async fn a_name_that_is_rebound_is_refused_and_what_was_returned_stays() {
    let asked = url("https://rebound.example/");
    let resolver = Rebinding::new(&[&["93.184.215.14"], &["127.0.0.1"], &["169.254.169.254"]]);
    let connect_to = within("the addresses", asked.resolve_with(&resolver)).await.unwrap();
    assert_eq!(connect_to, ["93.184.215.14:443".parse().unwrap()]);
    assert!(within("the addresses", asked.resolve_with(&resolver)).await.is_err());
    assert!(within("the addresses", asked.redirect("/next").unwrap().resolve_with(&resolver)).await.is_err());
}

#[tokio::test]
async fn an_address_is_not_looked_up() {
    for (text, address) in
        [("http://1.1.1.1/", "1.1.1.1:80"), ("https://[2606:4700:4700::1111]/", "[2606:4700:4700::1111]:443")]
    {
        let resolver = Rebinding::new(&[&["127.0.0.1"]]);
        assert_eq!(
            within("the addresses", url(text).resolve_with(&resolver)).await.unwrap(),
            [address.parse().unwrap()]
        );
        assert_eq!(resolver.1.load(Ordering::Relaxed), 0);
        assert_eq!(within("the addresses", url(text).resolve()).await.unwrap(), [address.parse().unwrap()]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_hangs_ends() {
    struct Hangs;
    impl Resolve for Hangs {
        async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            std::future::pending().await
        }
    }
    assert_eq!(
        within("the addresses", url("https://example.com/").resolve_with(&Hangs)).await.unwrap_err().code(),
        "unavailable"
    );
}

#[test]
fn redirects_follow_the_same_rules() {
    let from = url("https://example.com/a/b?q=1");
    for (location, target) in [
        ("/c", "https://example.com/c"),
        ("c?x#y", "https://example.com/a/c?x"),
        ("../c", "https://example.com/c"),
        ("?x", "https://example.com/a/b?x"),
        ("//other.example/", "https://other.example/"),
        ("https://other.example:8443/", "https://other.example:8443/"),
        ("http:c", ""),
        ("https:c", "https://example.com/a/c"),
    ] {
        assert_eq!(from.redirect(location).map_or(String::new(), |url| url.to_string()), target, "{location}");
    }
    for location in [
        "http://127.0.0.1/",
        "//127.0.0.1/",
        "//127.1/",
        "//0x7f000001/",
        "//[::1]/",
        "//[::ffff:a9fe:a9fe]/",
        "//localhost/",
        "//x.internal/",
        "https://169.254.169.254/latest",
        "https://user@other.example/",
        "//user:pass@other.example/",
        "//other.example./",
        "//other.example:25/",
        "file:///etc/passwd",
        "ftp://other.example/",
        "javascript:alert(1)",
        "data:,x",
        "/\\127.0.0.1/",
        "\\\\127.0.0.1\\",
        "/\t/127.0.0.1/",
        "/a\r\nSet-Cookie: x",
        " /a",
        "\0",
        "//",
        "http://other.example/",
        "https://other.example:99999/",
    ] {
        let refused = from.redirect(location).unwrap_err();
        assert_eq!(refused.code(), "invalid_arguments", "{location}");
        assert!(!format!("{refused:?}").contains("127"), "{location}");
    }
    assert!(from.redirect(&"x".repeat(2049)).is_err());
    assert!(url("http://example.com/").redirect("https://example.com/").is_ok());
    assert!(url("http://example.com/").redirect("http://other.example/").is_ok());
}

/// The spellings of an IPv4 address that readers know.
fn spellings(address: u32) -> Vec<String> {
    let [a, b, c, d] = address.to_be_bytes();
    vec![
        format!("{a}.{b}.{c}.{d}"),
        format!("{address}"),
        format!("{address:#x}"),
        format!("0{address:o}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("{a:#x}.{b:#x}.{c:#X}.{d}").replace("0X", "0x"),
        format!("{a}.{}", address & 0xff_ffff),
        format!("{a}.{b:#x}.{}", address & 0xffff),
        format!("%{:02x}{}.{b}.{c}.{d}", a.to_string().as_bytes()[0], &a.to_string()[1..]),
        format!("{a}\u{3002}{b}\u{ff0e}{c}\u{ff61}{d}"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// However an address is written, it passes if and only if it is public.
    #[test]
    fn spelling_makes_no_difference(address: u32, near in 0usize..8) {
        let special = [0x7f00_0000, 0x0a00_0000, 0xa9fe_0000, 0xc0a8_0000, 0xac10_0000, 0x6440_0000, 0, 0xe000_0000];
        for address in [address, special[near] | (address & 0xffff)] {
            let public = is_public(IpAddr::from(address.to_be_bytes()));
            for spelling in spellings(address) {
                let text = format!("http://{spelling}/");
                prop_assert_eq!(text.parse::<PublicUrl>().is_ok(), public, "{}", text);
            }
        }
    }

    /// Whatever passes has a host that is public by itself, and passes again as it was kept; and so does a redirect.
    #[test]
    fn what_passes_is_public(text in r"https?://(\PC|[0-9a-fx.:@/\[\]%\\#?-]|127|localhost){1,16}", location in r"(\PC|[0-9/.:@\\]|//127|http:){0,10}") {
        let check = |url: &PublicUrl| {
            let public = match url.host().trim_matches(['[', ']']).parse::<IpAddr>() {
                Ok(address) => is_public(address),
                Err(_) => url.host().contains('.') && url.host().rsplit('.').next() != Some("localhost"),
            };
            public && !url.as_str().contains(['\\', ' ', '#']) && url.as_str().parse::<PublicUrl>().as_ref() == Ok(url)
        };
        if let Ok(url) = text.parse::<PublicUrl>() {
            prop_assert!(check(&url), "{}", url);
        }
        if let Ok(url) = url("https://example.com/a").redirect(&location) {
            prop_assert!(check(&url) && url.is_https(), "{}", url);
        }
    }
}
