//! What a request brings and what its sender takes (RFC 9110, sections 8.3 and 12.5.1).

use http::{
    HeaderMap,
    header::{ACCEPT, CONTENT_TYPE},
};

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// Whether the client takes JSON as well as an event stream, as every client has to (MCP, Streamable HTTP).
pub(super) fn takes_both(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let (mut json, mut events) = (false, false);
    values.by_ref().flat_map(|value| unquoted(value, ',')).for_each(|entry| {
        let mut parts = unquoted(entry, ';');
        let range = parts.next().unwrap_or_default().trim();
        if parts.any(refuses) {
            return;
        }
        json |= range.eq_ignore_ascii_case(JSON);
        events |= range.eq_ignore_ascii_case(EVENTS);
    });
    json && events
}

/// Whether the one body of the request is JSON.
pub(super) fn has_json_body(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let kind = kinds.next().filter(|_| kinds.next().is_none()).and_then(|kind| kind.to_str().ok());
    kind.and_then(|kind| kind.split(';').next()).is_some_and(|kind| kind.trim().eq_ignore_ascii_case(JSON))
}

/// A weight of zero: "not acceptable".
fn refuses(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, weight)| {
        let weight = weight.trim();
        let zero = |digits: &str| digits.len() <= 3 && digits.bytes().all(|digit| digit == b'0');
        name.trim().eq_ignore_ascii_case("q") && (weight == "0" || weight.strip_prefix("0.").is_some_and(zero))
    })
}

/// The parts between delimiters that do not stand in a quoted string.
fn unquoted(text: &str, delimiter: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |character| {
        let was_escaped = std::mem::take(&mut escaped);
        match character {
            '\\' if quoted && !was_escaped => escaped = true,
            '"' if !was_escaped => quoted = !quoted,
            _ => {}
        }
        !quoted && character == delimiter
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_client_takes_both_kinds_of_answers() {
        for (accept, takes) in [
            (&["application/json, text/event-stream"][..], true),
            (&["text/event-stream;q=0.5,Application/JSON;charset=utf-8"], true),
            (&["application/json", "text/event-stream"], true),
            (&["application/json;x=\"a,b;q=0\", text/event-stream; q=abc"], true),
            (&["application/json"], false),
            (&["*/*"], false),
            (&[""], false),
            (&[], false),
            (&["application/json;q=0, text/event-stream"], false),
            (&["application/json, text/event-stream;Q=0.000"], false),
            (&["\"application/json, text/event-stream"], false),
        ] {
            let mut headers = HeaderMap::new();
            for value in accept {
                headers.append(ACCEPT, HeaderValue::from_static(value));
            }
            assert_eq!(takes_both(&headers), takes, "{accept:?}");
        }
    }

    #[test]
    fn a_request_brings_json() {
        for (kind, brings) in [
            (&["application/json"][..], true),
            (&["Application/JSON; charset=utf-8"], true),
            (&["application/jsonx"], false),
            (&["text/plain"], false),
            (&[], false),
            (&["application/json", "text/plain"], false),
        ] {
            let mut headers = HeaderMap::new();
            for value in kind {
                headers.append(CONTENT_TYPE, HeaderValue::from_static(value));
            }
            assert_eq!(has_json_body(&headers), brings, "{kind:?}");
        }
    }
}
