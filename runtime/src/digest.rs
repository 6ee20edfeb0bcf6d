//! Canonical JSON and digests.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
pub(crate) type Digest = [u8; 32];

/// The digest of several texts with unambiguous boundaries.
pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// The SHA-256 digest of bytes, in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    hex_of([bytes])
}

/// The same for a text in consecutive parts.
pub(crate) fn hex_of(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    let mut digest = Sha256::new();
    parts.into_iter().for_each(|part| digest.update(part));
    digits(&digest.finalize().into())
}

/// A digest in hexadecimal digits.
pub(crate) fn digits(digest: &Digest) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().map_or('0', char::from);
    let mut hex = String::with_capacity(2 * digest.len());
    for byte in digest {
        hex.push(digit(byte >> 4));
        hex.push(digit(byte & 15));
    }
    hex
}

/// Sorted explicitly: whether `serde_json`'s map is sorted depends on features that any crate of the build may enable.
pub(crate) fn canonical(value: &Value) -> Vec<u8> {
    let mut json = Vec::with_capacity(128);
    write_canonical(&mut json, value);
    json
}

fn write_canonical(json: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Object(object) => {
            let mut fields: Vec<_> = object.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            json.push(b'{');
            for (index, (name, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                write_scalar(json, name);
                json.push(b':');
                write_canonical(json, value);
            }
            json.push(b'}');
        }
        Value::Array(items) => {
            json.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                write_canonical(json, item);
            }
            json.push(b']');
        }
        scalar => write_scalar(json, scalar),
    }
}

fn write_scalar(json: &mut Vec<u8>, scalar: &impl Serialize) {
    // Serializing JSON texts and scalars cannot fail, and neither can writing to a `Vec`.
    let _ = serde_json::to_writer(json, scalar);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_does_not_depend_on_the_order_of_keys() {
        let one = serde_json::from_str::<Value>(r#"{"b":[1,{"d":1,"c":"x\"y"}],"a":null}"#).unwrap();
        assert_eq!(canonical(&one), br#"{"a":null,"b":[1,{"c":"x\"y","d":1}]}"#);
        assert_eq!(hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn parts_do_not_run_into_one_another() {
        assert_ne!(of([&b"ab"[..], b"c"]), of([&b"a"[..], b"bc"]));
        assert_ne!(of([&b"ab"[..]]), of([&b"ab"[..], b""]));
    }
}
