//! Credentials that are told by how they begin.

use std::sync::LazyLock;

use regex::Regex;

use super::{Finding, Kind, cloud, passwords};

/// A credential's beginning, and what has to follow.
struct Shape {
    start: &'static str,
    then: Then,
}

#[derive(Clone, Copy)]
enum Then {
    /// At least so many of these, for an API key.
    Key(usize, fn(u8) -> bool),
    /// Exactly so many of these, for an API key.
    Exactly(usize, fn(u8) -> bool),
    /// As a key of OpenAI's; `sk-` begins much else.
    Sk,
    /// An id of AWS, and maybe its secret.
    Aws,
    /// As a key of this crate's `ApiKeys`.
    Stk,
    Jwt,
    Bearer,
    PrivateKey,
    /// Credentials of HTTP Basic.
    Basic,
    /// A key of AWS or Azure after its name.
    Named(cloud::Form),
    /// A client secret of Azure, from its fourth character.
    AzureClient,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn snake(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn kebab(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn hexadecimal(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

fn path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'/'
}

fn dotted(byte: u8) -> bool {
    is_word(byte) || byte == b'.'
}

/// What stands between the name of a scheme and its credentials.
pub(super) fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b':' | b'=' | b'"' | b'\'')
}

/// RFC 6750's `b64token`, and what else is sent after `Bearer`.
fn token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b':' | b'|')
}

const SHAPES: &[Shape] = &[
    // Amazon Web Services
    Shape { start: "AKIA", then: Then::Aws },
    Shape { start: "ASIA", then: Then::Aws },
    // GitHub, GitLab
    Shape { start: "ghp_", then: Then::Key(30, alphanumeric) },
    Shape { start: "gho_", then: Then::Key(30, alphanumeric) },
    Shape { start: "ghu_", then: Then::Key(30, alphanumeric) },
    Shape { start: "ghs_", then: Then::Key(30, alphanumeric) },
    Shape { start: "ghr_", then: Then::Key(30, alphanumeric) },
    Shape { start: "github_pat_", then: Then::Key(22, snake) },
    Shape { start: "glpat-", then: Then::Key(20, is_word) },
    // Slack
    Shape { start: "xoxa-", then: Then::Key(10, kebab) },
    Shape { start: "xoxb-", then: Then::Key(10, kebab) },
    Shape { start: "xoxe-", then: Then::Key(10, kebab) },
    Shape { start: "xoxe.", then: Then::Key(10, is_word) },
    Shape { start: "xoxo-", then: Then::Key(10, kebab) },
    Shape { start: "xoxp-", then: Then::Key(10, kebab) },
    Shape { start: "xoxr-", then: Then::Key(10, kebab) },
    Shape { start: "xoxs-", then: Then::Key(10, kebab) },
    Shape { start: "xapp-", then: Then::Key(20, kebab) },
    Shape { start: "hooks.slack.com/services/", then: Then::Key(20, path) },
    // Stripe
    Shape { start: "sk_live_", then: Then::Key(16, alphanumeric) },
    Shape { start: "sk_test_", then: Then::Key(16, alphanumeric) },
    Shape { start: "rk_live_", then: Then::Key(16, alphanumeric) },
    Shape { start: "rk_test_", then: Then::Key(16, alphanumeric) },
    Shape { start: "whsec_", then: Then::Key(24, alphanumeric) },
    // Google
    Shape { start: "AIza", then: Then::Exactly(35, is_word) },
    Shape { start: "GOCSPX-", then: Then::Key(20, is_word) },
    Shape { start: "ya29.", then: Then::Key(20, is_word) },
    // OpenAI, Anthropic and those who copied them
    Shape { start: "sk-ant-", then: Then::Key(20, is_word) },
    Shape { start: "sk-", then: Then::Sk },
    // Others
    Shape { start: "SG.", then: Then::Key(50, dotted) },
    Shape { start: "npm_", then: Then::Exactly(36, alphanumeric) },
    Shape { start: "pypi-", then: Then::Key(50, is_word) },
    Shape { start: "hf_", then: Then::Exactly(34, alphanumeric) },
    Shape { start: "dop_v1_", then: Then::Key(64, hexadecimal) },
    Shape { start: "shpat_", then: Then::Key(32, hexadecimal) },
    Shape { start: "stk_", then: Then::Stk },
    Shape { start: "0Q~", then: Then::AzureClient },
    Shape { start: "1Q~", then: Then::AzureClient },
    Shape { start: "2Q~", then: Then::AzureClient },
    Shape { start: "3Q~", then: Then::AzureClient },
    Shape { start: "4Q~", then: Then::AzureClient },
    Shape { start: "5Q~", then: Then::AzureClient },
    Shape { start: "6Q~", then: Then::AzureClient },
    Shape { start: "7Q~", then: Then::AzureClient },
    Shape { start: "8Q~", then: Then::AzureClient },
    Shape { start: "9Q~", then: Then::AzureClient },
    Shape { start: "sig=", then: Then::Named(cloud::Form::Signature) },
    Shape { start: "eyJ", then: Then::Jwt },
    Shape { start: "-----BEGIN ", then: Then::PrivateKey },
];

/// Words that are written in capital and small letters alike.
const WORDS: &[Shape] = &[
    Shape { start: "bearer", then: Then::Bearer },
    Shape { start: "basic", then: Then::Basic },
    Shape { start: "account", then: Then::Named(cloud::Form::Account) },
    Shape { start: "sharedaccess", then: Then::Named(cloud::Form::Shared) },
    Shape { start: "secret", then: Then::Named(cloud::Form::Aws) },
];

/// How far a beginning is followed before it is known to be one: what keeps the search linear.
const REACH: usize = 512;
/// What has to be left of that for a key.
const LONG_KEY: usize = 64;

/// All the beginnings at once; a few vector instructions for sixteen bytes of text.
static STARTS: LazyLock<Option<Regex>> = LazyLock::new(|| one_of(SHAPES));
/// The words, in a text of small letters: a search that ignores case has no such instructions.
static IN_SMALL: LazyLock<Option<Regex>> = LazyLock::new(|| one_of(WORDS));

fn one_of(shapes: &[Shape]) -> Option<Regex> {
    let starts: Vec<String> = shapes.iter().map(|shape| regex::escape(shape.start)).collect();
    Regex::new(&starts.join("|")).ok()
}

/// Whether there is a beginning of any.
pub(super) fn any(text: &str) -> bool {
    passwords::may_be_in_urls(text)
        || STARTS.as_ref().is_none_or(|starts| starts.is_match(text))
        || IN_SMALL.as_ref().is_none_or(|words| words.is_match(&text.to_ascii_lowercase()))
}

/// Finds the credentials of a folded text, except of kinds that are released.
pub(super) fn find(text: &str, masks: impl Fn(Kind) -> bool, found: &mut Vec<Finding>) {
    // First: the token after `Bearer` is one, whatever it is besides.
    if let Some(words) = IN_SMALL.as_ref() {
        find_after(text.as_bytes(), (words, &text.to_ascii_lowercase()), WORDS, &masks, found);
    }
    if let Some(starts) = STARTS.as_ref() {
        find_after(text.as_bytes(), (starts, text), SHAPES, &masks, found);
    }
    if masks(Kind::Password) {
        passwords::find_in_urls(text, found);
    }
}

/// Finds what follows on the beginnings that stand in `searched`, which is as long as the text.
fn find_after(
    bytes: &[u8],
    (starts, searched): (&Regex, &str),
    shapes: &[Shape],
    masks: &impl Fn(Kind) -> bool,
    found: &mut Vec<Finding>,
) {
    // Up to where no `sk-`, and no `eyJ`, needs to be looked at.
    let mut examined = (0, 0);
    let mut at = 0;
    while let Some(hit) = starts.find_at(searched, at) {
        at = hit.end();
        let Some(shape) = shapes.iter().find(|shape| shape.start == hit.as_str()) else { continue };
        let before = hit.start().checked_sub(1).and_then(|at| bytes.get(at));
        let inside = before.is_some_and(u8::is_ascii_alphanumeric);
        // These follow on letters, as in `awsSecretKey`.
        let follows = matches!(shape.then, Then::PrivateKey | Then::Named(_) | Then::AzureClient);
        if inside && !follows {
            continue;
        }
        let (sk, jwt) = &mut examined;
        let examined = match shape.then {
            Then::Sk => sk,
            Then::Jwt => jwt,
            _ => &mut 0,
        };
        if hit.start() < *examined {
            continue;
        }
        match follow(bytes, shape.then, hit.start(), hit.end()) {
            Some((kind, start, end)) if masks(kind) => {
                found.push(Finding { kind: kind.index(), start, end });
                at = end;
            }
            Some(_) => {}
            // A word that is no such credential is none from its middle on.
            None => *examined = hit.end() + near(bytes, hit.end(), is_word).min(REACH - LONG_KEY),
        }
    }
}

/// What stands there, if it is a credential.
fn follow(bytes: &[u8], then: Then, start: usize, tail: usize) -> Option<(Kind, usize, usize)> {
    match then {
        Then::Key(least, class) => {
            (near(bytes, tail, class) >= least).then(|| (Kind::ApiKey, start, end_of_key(bytes, tail, class)))
        }
        Then::Exactly(count, class) => {
            (near(bytes, tail, class) == count).then_some((Kind::ApiKey, start, tail + count))
        }
        Then::Sk => {
            let key = bytes.get(tail..tail + near(bytes, tail, is_word))?;
            // Words between dashes are a name; a key is random.
            let random = key.split(|byte| matches!(byte, b'-' | b'_')).any(|part| {
                part.len() >= 16 && part.iter().any(u8::is_ascii_digit) && part.iter().any(u8::is_ascii_alphabetic)
            });
            (key.len() >= 20 && random).then(|| (Kind::ApiKey, start, end(bytes, tail, is_word)))
        }
        Then::Aws => {
            let id = (near(bytes, tail, upper) == 16).then_some(tail + 16)?;
            Some((Kind::ApiKey, start, cloud::beside(bytes, id, cloud::Form::Aws).map_or(id, |(_, end)| end)))
        }
        Then::Stk => stk(bytes, tail).map(|end| (Kind::ApiKey, start, end)),
        Then::Basic => passwords::basic(bytes, tail).map(|(start, end)| (Kind::Password, start, end)),
        Then::Named(form) => cloud::named(bytes, tail, form).map(|(start, end)| (Kind::ApiKey, start, end)),
        Then::AzureClient => cloud::client_secret(bytes, start, tail).map(|(start, end)| (Kind::ApiKey, start, end)),
        Then::Jwt => jwt(bytes, tail).map(|end| (Kind::Jwt, start, end)),
        Then::Bearer => bearer(bytes, tail).map(|(start, end)| (Kind::Bearer, start, end)),
        Then::PrivateKey => private_key(bytes, tail).map(|end| (Kind::PrivateKey, start, end)),
    }
}

/// An id of at most 64 characters and 64 hexadecimal digits, between them `_`.
fn stk(bytes: &[u8], tail: usize) -> Option<usize> {
    const ID: usize = 64;
    const SECRET: usize = 64;
    let mut digits = None;
    for (at, byte) in bytes.iter().enumerate().skip(tail).take(ID + 1 + SECRET) {
        digits = match byte {
            b'_' if (tail + 1..=tail + ID).contains(&at) => Some(0),
            _ if byte.is_ascii_hexdigit() => digits.map(|digits| digits + 1),
            _ if dotted(*byte) => None,
            _ => return None,
        };
        if digits == Some(SECRET) {
            return (!bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)).then_some(at + 1);
        }
    }
    None
}

/// How many bytes of a class follow, counted no further than [`REACH`].
pub(super) fn near(bytes: &[u8], from: usize, class: fn(u8) -> bool) -> usize {
    bytes.get(from..).into_iter().flatten().take(REACH).take_while(|byte| class(**byte)).count()
}

/// Where the bytes of a class end. What lies before is masked, and not looked at again.
pub(super) fn end(bytes: &[u8], from: usize, class: fn(u8) -> bool) -> usize {
    from + bytes.get(from..).into_iter().flatten().take_while(|byte| class(**byte)).count()
}

/// The same, but for the full stop of a sentence.
fn end_of_key(bytes: &[u8], from: usize, class: fn(u8) -> bool) -> usize {
    let end = end(bytes, from, class);
    end - bytes.get(from..end).into_iter().flatten().rev().take_while(|byte| **byte == b'.').count()
}

/// Three parts, signed; or five, encrypted. The header is JSON, which `eyJ` says in base64.
fn jwt(bytes: &[u8], tail: usize) -> Option<usize> {
    let header = tail + near(bytes, tail, is_word);
    if header - tail < 8 || header - tail == REACH || bytes.get(header) != Some(&b'.') {
        return None;
    }
    let payload = end(bytes, header + 1, is_word);
    if bytes.get(payload) != Some(&b'.') {
        return None;
    }
    let signature = end(bytes, payload + 1, is_word);
    let encrypted = |iv: usize| {
        let text = (bytes.get(iv) == Some(&b'.')).then(|| end(bytes, iv + 1, is_word))?;
        let tag = (bytes.get(text) == Some(&b'.')).then(|| end(bytes, text + 1, is_word))?;
        (iv - payload > 8 && text - iv > 1 && tag - text > 8).then_some(tag)
    };
    match encrypted(signature) {
        Some(tag) => Some(tag),
        None if payload - header > 3 => Some(signature),
        None => None,
    }
}

/// The token after `Bearer`, which is no word.
fn bearer(bytes: &[u8], tail: usize) -> Option<(usize, usize)> {
    const SHORTEST: usize = 16;
    let blanks = near(bytes, tail, is_between);
    let start = tail + blanks;
    let token = bytes.get(start..start + near(bytes, start, token68))?;
    let token = token.strip_suffix(b".").unwrap_or(token);
    let upper = token.iter().skip(1).any(u8::is_ascii_uppercase) && token.iter().any(u8::is_ascii_lowercase);
    let random = token.iter().any(u8::is_ascii_digit) || upper;
    if blanks == 0 || token.len() < SHORTEST || !random {
        return None;
    }
    let full = if token.len() < REACH - 1 { start + token.len() } else { end(bytes, start, token68) };
    Some((start, full))
}

/// From the header to the footer; or, where that was cut off, to the end of what looks like a key.
fn private_key(bytes: &[u8], tail: usize) -> Option<usize> {
    const KEY: &[u8] = b"PRIVATE KEY";
    const FOOTER: &[u8] = b"-----END ";
    let label = tail + near(bytes, tail, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ');
    let name = bytes.get(tail..label)?;
    let named = name.ends_with(KEY) || name.ends_with(b"PRIVATE KEY BLOCK");
    if !named || bytes.get(label..label + 5) != Some(b"-----") {
        return None;
    }
    let body = label + 5;
    let rest = bytes.get(body..)?;
    // The next `-----`, whatever it begins, ends the search: many headers in a row are still read once.
    let dashes = rest.windows(5).position(|window| window == b"-----");
    if let Some(footer) = dashes.filter(|at| rest.get(*at..).is_some_and(|rest| rest.starts_with(FOOTER))) {
        let name = body + footer + FOOTER.len();
        let end = name + near(bytes, name, |byte| byte != b'-' && byte != b'\n');
        return Some(end + near(bytes, end, |byte| byte == b'-').min(5));
    }
    // Cut off: line after line of base64, the last one maybe short.
    let mut end = body;
    let mut at = body;
    loop {
        at += near(bytes, at, |byte| byte.is_ascii_whitespace());
        let line = near(bytes, at, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\\'));
        if line < 16 {
            break;
        }
        at += line;
        end = at;
    }
    (end > body).then_some(end)
}
