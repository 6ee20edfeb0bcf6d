//! Passwords: in the credentials of HTTP Basic (RFC 7617), and in the user information of a URL (RFC 3986, section 3.2.1).

use super::{
    Finding, Kind,
    tokens::{end, is_between, near},
};

/// What follows on `Basic`, if it is `user:password` in base64.
pub(super) fn basic(bytes: &[u8], tail: usize) -> Option<(usize, usize)> {
    const SHORTEST: usize = 8;
    let blanks = near(bytes, tail, is_between);
    let start = tail + blanks;
    let length = near(bytes, start, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'));
    // What is longer than this is not decoded to its end, which does not matter.
    let text = decode(bytes.get(start..start + length)?)?;
    let is_text = std::str::from_utf8(&text).map_or_else(|error| error.error_len().is_none(), |_| true);
    if blanks == 0 || length < SHORTEST || !is_text || !text.contains(&b':') || text.iter().any(u8::is_ascii_control) {
        return None;
    }
    Some((
        start,
        end(bytes, start, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')),
    ))
}

/// Base64 (RFC 4648), in either alphabet and without its padding.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    for quantum in text.chunks(4) {
        let mut bits = 0_u32;
        for letter in quantum {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        let [_, high, middle, low] = (bits << (6 * (4 - quantum.len()))).to_be_bytes();
        decoded.extend([high, middle, low].into_iter().take(quantum.len() - 1));
    }
    (text.len() % 4 != 1).then_some(decoded)
}

/// Whether there is what every one of them has.
pub(super) fn may_be_in_urls(text: &str) -> bool {
    text.contains('@') && text.contains("://")
}

pub(super) fn find_in_urls(text: &str, found: &mut Vec<Finding>) {
    if may_be_in_urls(text) {
        let slashes = text.match_indices("://").map(|(start, slashes)| (start, start + slashes.len()));
        let passwords = slashes.filter_map(|(start, tail)| url(text.as_bytes(), start, tail));
        found.extend(passwords.map(|(start, end)| Finding { kind: Kind::Password.index(), start, end }));
    }
}

/// The password in `://user:password@host`. Nothing between the slashes and the `@` can begin another one, so that all of it is read once.
fn url(bytes: &[u8], start: usize, tail: usize) -> Option<(usize, usize)> {
    let ends =
        |byte: u8| byte <= b' ' || matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\');
    let has_scheme = start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let authority = bytes.get(tail..)?;
    let authority = authority.get(..authority.iter().position(|byte| ends(*byte)).unwrap_or(authority.len()))?;
    let at = authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority.get(..at)?.iter().position(|byte| *byte == b':')?;
    let host = authority.get(at + 1)?;
    let is_host = host.is_ascii_alphanumeric() || matches!(host, b'[' | b'_' | b'$' | b'{') || !host.is_ascii();
    let password = authority.get(colon + 1..at)?;
    (has_scheme && is_host && !is_placeholder(password)).then_some((tail + colon + 1, tail + at))
}

/// What documentation and templates write for a password.
fn is_placeholder(password: &[u8]) -> bool {
    let name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    match password {
        [] | [b'$', b'{', .., b'}'] | [b'{', .., b'}'] | [b'%', .., b'%'] => true,
        [b'$', variable @ ..] => variable.iter().all(name),
        [first @ (b'*' | b'x' | b'X' | b'.'), ..] => password.iter().all(|byte| byte == first),
        _ => false,
    }
}
