//! Credentials that are told by how they begin.

use std::sync::LazyLock;

use regex::Regex;

use super::{Finding, Kind};

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
    Jwt,
    Bearer,
    PrivateKey,
}

fn word(byte: u8) -> bool {
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
    word(byte) || byte == b'.'
}

/// RFC 6750's `b64token`, and what else is sent after `Bearer`.
fn token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b':' | b'|')
}

const SHAPES: &[Shape] = &[
    // Amazon Web Services
    Shape { start: "AKIA", then: Then::Exactly(16, upper) },
    Shape { start: "ASIA", then: Then::Exactly(16, upper) },
    // GitHub, GitLab
    Shape { start: "ghp_", then: Then::Key(30, alphanumeric) },
    Shape { start: "gho_", then: Then::Key(30, alphanumeric) },
    Shape { start: "ghu_", then: Then::Key(30, alphanumeric) },
    Shape { start: "ghs_", then: Then::Key(30, alphanumeric) },
    Shape { start: "ghr_", then: Then::Key(30, alphanumeric) },
    Shape { start: "github_pat_", then: Then::Key(22, snake) },
    Shape { start: "glpat-", then: Then::Key(20, word) },
    // Slack
    Shape { start: "xoxa-", then: Then::Key(10, kebab) },
    Shape { start: "xoxb-", then: Then::Key(10, kebab) },
    Shape { start: "xoxe-", then: Then::Key(10, kebab) },
    Shape { start: "xoxe.", then: Then::Key(10, word) },
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
    Shape { start: "AIza", then: Then::Exactly(35, word) },
    Shape { start: "GOCSPX-", then: Then::Key(20, word) },
    Shape { start: "ya29.", then: Then::Key(20, word) },
    // OpenAI, Anthropic and those who copied them
    Shape { start: "sk-ant-", then: Then::Key(20, word) },
    Shape { start: "sk-", then: Then::Sk },
    // Others
    Shape { start: "SG.", then: Then::Key(50, dotted) },
    Shape { start: "npm_", then: Then::Exactly(36, alphanumeric) },
    Shape { start: "pypi-", then: Then::Key(50, word) },
    Shape { start: "hf_", then: Then::Exactly(34, alphanumeric) },
    Shape { start: "dop_v1_", then: Then::Key(64, hexadecimal) },
    Shape { start: "shpat_", then: Then::Key(32, hexadecimal) },
    Shape { start: "eyJ", then: Then::Jwt },
    Shape { start: "Bearer", then: Then::Bearer },
    Shape { start: "bearer", then: Then::Bearer },
    Shape { start: "BEARER", then: Then::Bearer },
    Shape { start: "-----BEGIN ", then: Then::PrivateKey },
];

/// How far a beginning is followed before it is known to be one: what keeps the search linear.
const REACH: usize = 512;
/// What has to be left of that for a key.
const LONG_KEY: usize = 64;

/// All the beginnings at once; a few vector instructions for sixteen bytes of text.
static STARTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let starts: Vec<String> = SHAPES.iter().map(|shape| regex::escape(shape.start)).collect();
    Regex::new(&starts.join("|")).ok()
});

/// Whether there is a beginning of any.
pub(super) fn any(text: &str) -> bool {
    STARTS.as_ref().is_none_or(|starts| starts.is_match(text))
}

/// Finds the credentials of a folded text, except of kinds that are released.
pub(super) fn find(text: &str, masks: impl Fn(Kind) -> bool, found: &mut Vec<Finding>) {
    let Some(starts) = STARTS.as_ref() else { return };
    let bytes = text.as_bytes();
    // Up to where no `sk-`, and no `eyJ`, needs to be looked at.
    let mut examined = (0, 0);
    let mut at = 0;
    while let Some(hit) = starts.find_at(text, at) {
        at = hit.end();
        let Some(shape) = SHAPES.iter().find(|shape| shape.start == hit.as_str()) else { continue };
        let before = hit.start().checked_sub(1).and_then(|at| bytes.get(at));
        let inside = before.is_some_and(u8::is_ascii_alphanumeric);
        if inside && !matches!(shape.then, Then::PrivateKey) {
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
            None => *examined = hit.end() + near(bytes, hit.end(), word).min(REACH - LONG_KEY),
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
            let key = bytes.get(tail..tail + near(bytes, tail, word))?;
            // Words between dashes are a name; a key is random.
            let random = key.split(|byte| matches!(byte, b'-' | b'_')).any(|part| {
                part.len() >= 16 && part.iter().any(u8::is_ascii_digit) && part.iter().any(u8::is_ascii_alphabetic)
            });
            (key.len() >= 20 && random).then(|| (Kind::ApiKey, start, end(bytes, tail, word)))
        }
        Then::Jwt => jwt(bytes, tail).map(|end| (Kind::Jwt, start, end)),
        Then::Bearer => bearer(bytes, tail).map(|(start, end)| (Kind::Bearer, start, end)),
        Then::PrivateKey => private_key(bytes, tail).map(|end| (Kind::PrivateKey, start, end)),
    }
}

/// How many bytes of a class follow, counted no further than [`REACH`].
fn near(bytes: &[u8], from: usize, class: fn(u8) -> bool) -> usize {
    bytes.get(from..).into_iter().flatten().take(REACH).take_while(|byte| class(**byte)).count()
}

/// Where the bytes of a class end. What lies before is masked, and not looked at again.
fn end(bytes: &[u8], from: usize, class: fn(u8) -> bool) -> usize {
    from + bytes.get(from..).into_iter().flatten().take_while(|byte| class(**byte)).count()
}

/// The same, but for the full stop of a sentence.
fn end_of_key(bytes: &[u8], from: usize, class: fn(u8) -> bool) -> usize {
    let end = end(bytes, from, class);
    end - bytes.get(from..end).into_iter().flatten().rev().take_while(|byte| **byte == b'.').count()
}

/// Three parts, signed; or five, encrypted. The header is JSON, which `eyJ` says in base64.
fn jwt(bytes: &[u8], tail: usize) -> Option<usize> {
    let header = tail + near(bytes, tail, word);
    if header - tail < 8 || header - tail == REACH || bytes.get(header) != Some(&b'.') {
        return None;
    }
    let payload = end(bytes, header + 1, word);
    if bytes.get(payload) != Some(&b'.') {
        return None;
    }
    let signature = end(bytes, payload + 1, word);
    let encrypted = |iv: usize| {
        let text = (bytes.get(iv) == Some(&b'.')).then(|| end(bytes, iv + 1, word))?;
        let tag = (bytes.get(text) == Some(&b'.')).then(|| end(bytes, text + 1, word))?;
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
    let blanks = near(bytes, tail, |byte| matches!(byte, b' ' | b'\t' | b':' | b'=' | b'"' | b'\''));
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
