//! Secrets of AWS and Azure. They begin with nothing of their own, and are told by their form beside their name.

use super::tokens::near;

/// The form of a secret.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// A secret access key of AWS: 40 characters of base64.
    Aws,
    /// The key of a storage account of Azure: 64 bytes in base64.
    Account,
    /// The key of a shared access policy of Azure: 32 bytes in base64.
    Shared,
    /// The signature of a shared access signature of Azure: 32 bytes in base64, as a part of a URL.
    Signature,
}

fn base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// A secret after its name, of which the first word stands before `tail`.
pub(super) fn named(bytes: &[u8], tail: usize, form: Form) -> Option<(usize, usize)> {
    let tail = match form {
        Form::Aws => {
            let access = after_word(bytes, tail, b"access").unwrap_or(tail);
            after_word(bytes, access, b"key")?
        }
        Form::Account | Form::Shared => after_word(bytes, tail, b"key")?,
        Form::Signature => tail,
    };
    beside(bytes, tail, form)
}

/// Where one more word of a name ends: `secretKey`, `secret_key`, `Secret-Key`, `secret key`.
fn after_word(bytes: &[u8], tail: usize, word: &[u8]) -> Option<usize> {
    let start = tail + usize::from(matches!(bytes.get(tail), Some(b'_' | b'-' | b' ')));
    let end = start + word.len();
    bytes.get(start..end)?.eq_ignore_ascii_case(word).then_some(end)
}

/// A secret after its name, or after the id that belongs to it.
pub(super) fn beside(bytes: &[u8], tail: usize, form: Form) -> Option<(usize, usize)> {
    const MAX_DISTANCE: usize = 16;
    let between = |byte: u8| {
        byte.is_ascii_whitespace() || matches!(byte, b':' | b'=' | b'"' | b'\'' | b'>' | b',' | b';' | b'|' | b'\\')
    };
    let gap = match form {
        Form::Signature => 0,
        Form::Aws | Form::Account | Form::Shared => near(bytes, tail, between),
    };
    let start = tail + gap;
    if gap > MAX_DISTANCE || (gap == 0 && !matches!(form, Form::Signature)) {
        return None;
    }
    secret(bytes, start, form).map(|end| (start, end))
}

/// Where a secret of this form ends.
fn secret(bytes: &[u8], start: usize, form: Form) -> Option<usize> {
    let length = near(bytes, start, base64);
    let end = start + length;
    let is_padded = |padding: &[u8]| {
        let rest = bytes.get(end..).unwrap_or_default();
        rest.starts_with(padding) && !rest.get(padding.len()).is_some_and(|byte| base64(*byte) || *byte == b'=')
    };
    match form {
        Form::Aws => (length == 40 && is_padded(b"") && is_random(bytes.get(start..end)?)).then_some(end),
        Form::Account => (length == 86 && is_padded(b"==")).then_some(end + 2),
        Form::Shared => (length == 43 && is_padded(b"=")).then_some(end + 1),
        Form::Signature => signature(bytes, start),
    }
}

/// 43 characters of base64 and `=`, some of them maybe as `%2B`, `%2F` and `%3D`.
fn signature(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    for _ in 0..43 {
        at += match bytes.get(at..)? {
            [b'%', b'2', b'B' | b'b' | b'F' | b'f', ..] => 3,
            [byte, ..] if base64(*byte) => 1,
            _ => return None,
        };
    }
    match bytes.get(at..)? {
        [b'=', ..] => Some(at + 1),
        [b'%', b'3', b'D' | b'd', ..] => Some(at + 3),
        _ => None,
    }
}

/// Capital letters, small ones, and others: no digest in hexadecimal digits, and no word.
fn is_random(key: &[u8]) -> bool {
    key.iter().any(u8::is_ascii_uppercase)
        && key.iter().any(u8::is_ascii_lowercase)
        && key.iter().any(|byte| !byte.is_ascii_alphabetic())
}

/// A client secret of Azure around its digit and `Q~`: three characters before, 31 to 34 after.
pub(super) fn client_secret(bytes: &[u8], start: usize, tail: usize) -> Option<(usize, usize)> {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'.' | b'-');
    let first = start.checked_sub(3)?;
    let mut length = near(bytes, tail, part);
    // The full stop of a sentence.
    while length > 31 && bytes.get(tail + length - 1) == Some(&b'.') {
        length -= 1;
    }
    let inside = first.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|byte| part(*byte));
    let begins = bytes.get(first..start)?.iter().all(|byte| part(*byte));
    (begins && !inside && (31..=34).contains(&length)).then_some((first, tail + length))
}

/// Where the field of structured content has the name of a secret, its form.
pub(super) fn form_of(field: &str) -> Option<Form> {
    let name: String = field.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let forms = [
        ("secretaccesskey", Form::Aws),
        ("secretkey", Form::Aws),
        ("sharedaccesskey", Form::Shared),
        ("accountkey", Form::Account),
    ];
    forms.into_iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, form)| form)
}

/// Whether a whole text is a secret of this form.
pub(super) fn is_whole(text: &str, form: Form) -> bool {
    secret(text.as_bytes(), 0, form) == Some(text.len())
}
