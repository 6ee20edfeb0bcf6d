//! Media types: `application/json`, `text/csv; charset=utf-8`.

/// No part of a media type is longer, in bytes.
const LONGEST: usize = 127;

/// Whether a text is a media type: a type and a subtype of [RFC 6838, section 4.2](https://www.rfc-editor.org/rfc/rfc6838#section-4.2), and any number of parameters
/// whose values are tokens ([RFC 9110, section 8.3.1](https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1)). A wildcard names no type.
#[must_use]
pub fn is_media_type(text: &str) -> bool {
    let mut parts = text.split(';');
    let essence = parts.next().unwrap_or_default();
    essence.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
        && parts.all(|parameter| {
            parameter.trim_matches(' ').split_once('=').is_some_and(|(name, value)| is_name(name) && is_token(value))
        })
}

fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
    text.len() <= LONGEST
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(is_letter)
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, is_media_type};

    #[test]
    fn media_types() {
        for text in [
            "application/json",
            "image/svg+xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "text/csv; charset=utf-8",
            "text/plain;charset=utf-8; format=flowed",
        ] {
            assert!(is_media_type(text), "{text}");
        }
        let long = ["text/", &"x".repeat(LONGEST + 1)].concat();
        for text in [
            "",
            "json",
            "application/",
            "/json",
            "text/*",
            "*/*",
            "text /plain",
            "text/plain ",
            "text/plain;",
            "text/plain; charset",
            "text/plain; charset=",
            "text/plain\r\nx: y",
            "text/plain; charset=\"utf-8\"",
            "text/-plain",
            "a/b/c",
            &long,
        ] {
            assert!(!is_media_type(text), "{text:?}");
        }
    }
}
