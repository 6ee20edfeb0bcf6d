//! What clients are shown beside an item: icons, and the keys of `_meta`.

const LONGEST_URL: usize = 2048;
const LARGEST_DATA: usize = 16 * 1024;
const LONGEST_KEY: usize = 128;
/// What a client draws without running anything that is in it.
const MEDIA_TYPES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// Why a client should not load an icon from here, as the end of a sentence about it (MCP, "icons").
#[must_use]
pub fn icon_fault(source: &str) -> Option<&'static str> {
    if let Some(data) = source.strip_prefix("data:") {
        return data_fault(data);
    }
    let Some(rest) = source.strip_prefix("https://") else {
        return Some("is neither an https address nor a data URI");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    if source.len() > LONGEST_URL {
        Some("is longer than 2048 bytes")
    } else if !source.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)) {
        Some("contains characters that are not allowed in an address")
    } else if authority.is_empty() || authority.starts_with(':') {
        Some("names no host")
    } else if authority.contains('@') {
        Some("contains a credential")
    } else if path.len() >= 4 && path.get(path.len() - 4..).is_some_and(|end| end.eq_ignore_ascii_case(".svg")) {
        Some("is an SVG, which can contain scripts")
    } else {
        None
    }
}

fn data_fault(data: &str) -> Option<&'static str> {
    let Some((media_type, base64)) = data.split_once(";base64,") else {
        return Some("is a data URI without `;base64,`");
    };
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    if !MEDIA_TYPES.contains(&media_type) {
        Some("is neither PNG, JPEG nor WebP")
    } else if data.len() > LARGEST_DATA {
        Some("is larger than 16 KiB")
    } else if base64.is_empty() || !base64.bytes().all(is_base64) {
        Some("is not base64")
    } else {
        None
    }
}

/// Why an application has no `_meta` under this key, as the end of a sentence about it (MCP, "_meta"): it needs a prefix of its own.
#[must_use]
pub fn meta_key_fault(key: &str) -> Option<&'static str> {
    let Some((prefix, name)) = key.split_once('/') else { return Some("has no prefix") };
    let is_label = |label: &str| {
        label.starts_with(|first: char| first.is_ascii_alphabetic())
            && label.ends_with(|last: char| last.is_ascii_alphanumeric())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_name = name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.ends_with(|last: char| last.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let is_of_mcp = |label: &str| ["modelcontextprotocol", "mcp"].iter().any(|of| label.eq_ignore_ascii_case(of));
    if key.len() > LONGEST_KEY {
        Some("is longer than 128 bytes")
    } else if !prefix.split('.').all(is_label) || !is_name {
        Some("is not a prefix of labels separated by dots, a slash, and a name")
    } else if prefix.split('.').take(2).any(is_of_mcp) {
        Some("is reserved for the protocol")
    } else if prefix.eq_ignore_ascii_case("secure-tool") {
        Some("is reserved for the guard")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{icon_fault, meta_key_fault};

    #[test]
    fn icons() {
        for source in [
            "https://example.com/icon.png",
            "https://example.com:8443/a?b=c.svg#d",
            "https://example.com",
            "data:image/png;base64,iVBORw0KGgo=",
            &format!("https://example.com/{}", "x".repeat(2028)),
        ] {
            assert_eq!(icon_fault(source), None, "{source}");
        }
        for (source, fault) in [
            ("", "neither an https"),
            ("http://example.com/icon.png", "neither an https"),
            ("HTTPS://example.com/icon.png", "neither an https"),
            ("javascript:alert(1)", "neither an https"),
            ("file:///etc/passwd", "neither an https"),
            ("https://", "names no host"),
            ("https:///icon.png", "names no host"),
            ("https://:443/icon.png", "names no host"),
            ("https://user:pass@example.com/icon.png", "credential"),
            ("https://example.com/a b.png", "characters"),
            ("https://example.com/\u{e9}.png", "characters"),
            ("https://example.com/a\\b.png", "characters"),
            ("https://example.com/icon.SVG", "scripts"),
            ("https://example.com/icon.svg?v=1", "scripts"),
            (&format!("https://example.com/{}", "x".repeat(2029)), "longer"),
            ("data:image/svg+xml;base64,PHN2Zz4=", "neither PNG"),
            ("data:text/html;base64,PHA+", "neither PNG"),
            ("data:image/png,abc", "without"),
            ("data:image/png;base64,", "not base64"),
            ("data:image/png;base64,a b", "not base64"),
            (&format!("data:image/png;base64,{}", "A".repeat(16 * 1024)), "larger"),
        ] {
            assert!(icon_fault(source).is_some_and(|found| found.contains(fault)), "{source} {:?}", icon_fault(source));
        }
    }

    #[test]
    fn keys_of_meta() {
        for key in ["com.example/team", "example/a", "com.example.mcp/a-b_c.d", "com.ex-ample1/0", "com.secure-tool/a"]
        {
            assert_eq!(meta_key_fault(key), None, "{key}");
        }
        for (key, fault) in [
            ("", "no prefix"),
            ("team", "no prefix"),
            ("progressToken", "no prefix"),
            ("/team", "not a prefix"),
            ("com.example/", "not a prefix"),
            ("com..example/a", "not a prefix"),
            ("1com/a", "not a prefix"),
            ("com.example-/a", "not a prefix"),
            ("com.example/a/b", "not a prefix"),
            ("com.example/-a", "not a prefix"),
            ("com.exämple/a", "not a prefix"),
            ("io.modelcontextprotocol/a", "protocol"),
            ("dev.mcp/a", "protocol"),
            ("dev.MCP.tools/a", "protocol"),
            ("mcp/a", "protocol"),
            ("secure-tool/scopes", "guard"),
            ("Secure-Tool/version", "guard"),
            (&format!("com.example/{}", "x".repeat(120)), "longer"),
        ] {
            assert!(meta_key_fault(key).is_some_and(|found| found.contains(fault)), "{key} {:?}", meta_key_fault(key));
        }
    }
}
