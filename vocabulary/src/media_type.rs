//! Media types: `application/json`, `text/csv; charset=utf-8`.

/// No media type is longer, in bytes.
const LONGEST: usize = 127;

/// Whether a text is a media type of [RFC 9110, section 8.3.1](https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1): a type, a subtype, and any number of
/// parameters whose values are tokens. A wildcard names no type.
#[must_use]
pub fn is_media_type(text: &str) -> bool {
    let mut parts = text.split(';');
    let essence = parts.next().unwrap_or_default().trim_end_matches(' ');
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    text.len() <= LONGEST
        && is_token(kind)
        && is_token(subtype)
        && !essence.contains('*')
        && parts.all(|parameter| {
            parameter.trim_matches(' ').split_once('=').is_some_and(|(name, value)| is_token(name) && is_token(value))
        })
}

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_letter)
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
        let long = ["text/", &"x".repeat(LONGEST)].concat();
        for text in [
            "",
            "json",
            "application/",
            "/json",
            "text/*",
            "*/*",
            "text /plain",
            "text/plain;",
            "text/plain; charset",
            "text/plain; charset=",
            "text/plain\r\nx: y",
            "text/plain; charset=\"utf-8\"",
            "a/b/c",
            &long,
        ] {
            assert!(!is_media_type(text), "{text:?}");
        }
    }
}
