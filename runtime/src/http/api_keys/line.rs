//! The record of one key as a line of JSON.

use std::{
    collections::HashSet,
    fmt,
    time::{Duration, SystemTime},
};

use chrono::{DateTime, SecondsFormat, Utc};
use secure_tool_vocabulary::is_policy_scope;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use super::{ApiKey, Digest256, WeakKey, record::hex};
use crate::Caller;

/// The last second that RFC 3339 can express: 9999-12-31T23:59:59Z.
const LAST: u64 = 253_402_300_799;

#[derive(Deserialize, Serialize)]
// Unknown fields are rejected, because a misspelt `expires` would make a key that never expires.
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    sha256: String,
    subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

/// An invalid line of a key file. The error does not repeat the line, because somebody may have put the key itself there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKeyLine(pub(super) &'static str);

impl fmt::Display for BadKeyLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this line does not describe an API key: {}", self.0)
    }
}

impl std::error::Error for BadKeyLine {}

impl ApiKey {
    /// The record of the key as one line of JSON without a line break, for an [API key file](super::ApiKeys::from_file). It contains no secret. The
    /// expiry is rounded down to the second; the actor, the client and the tenant of the caller are included if they are set.
    ///
    /// ```
    /// use secure_tool::{Caller, http::{ApiKey, ApiKeys}};
    ///
    /// let (text, key) = ApiKeys::generate_named("billing-ci", Caller::new("ci").with_scopes(["invoices:read"]))?;
    /// let line = key.line();
    /// assert!(line.starts_with(r#"{"id":"billing-ci","sha256":""#) && line.ends_with(r#"","subject":"ci","scopes":["invoices:read"]}"#));
    /// assert_eq!(ApiKey::from_line(&line)?.sha256(), key.sha256());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn line(&self) -> String {
        let caller = self.caller();
        let line = Line {
            id: self.id().into(),
            sha256: hex(self.sha256()).as_str().into(),
            subject: caller.subject().into(),
            tenant: caller.tenant().map(Into::into),
            client: caller.client().map(Into::into),
            actor: caller.actor().map(Into::into),
            scopes: caller.scopes().iter().map(Into::into).collect(),
            expires: self.expires().map(rfc3339),
        };
        // Strings and nothing else: there is always JSON for them.
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Parses a line that [`line`](Self::line) has written: an object with `id`, `sha256` (64 hexadecimal digits) and `subject`, and optionally
    /// `tenant`, `client`, `actor`, `scopes` (an array) and `expires` ([RFC 3339]). Without `expires` the key is valid until it is removed.
    ///
    /// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
    ///
    /// # Errors
    ///
    /// If a field is missing, duplicate, unknown, empty or malformed. A scope with a wildcard would grant nothing and counts as malformed.
    pub fn from_line(line: &str) -> Result<Self, BadKeyLine> {
        let line: Line = serde_json::from_str(line).map_err(|error| {
            BadKeyLine(match error.classify() {
                Category::Data => {
                    "its fields must be `id`, `sha256`, `subject` and, optionally, `tenant`, `client`, `actor`, `scopes` and `expires`, each at most once"
                }
                _ => "it is not a JSON object",
            })
        })?;
        let sha256 = digest(&line.sha256).ok_or(BadKeyLine("`sha256` must have 64 hexadecimal digits"))?;
        if [&line.tenant, &line.client, &line.actor].into_iter().flatten().any(String::is_empty) {
            return Err(BadKeyLine("`tenant`, `client` and `actor` must not be empty: leave them out instead"));
        }
        if !line.scopes.iter().all(|scope| is_policy_scope(scope)) {
            return Err(BadKeyLine("`scopes` must be OAuth scopes (RFC 6749, section 3.3) without wildcards"));
        }
        let mut caller = Caller::new(line.subject).with_scopes(line.scopes);
        if let Some(tenant) = line.tenant {
            caller = caller.with_tenant(tenant);
        }
        if let Some(client) = line.client {
            caller = caller.with_client(client);
        }
        if let Some(actor) = line.actor {
            caller = caller.with_actor(actor);
        }
        let key = Self::from_sha256(line.id, sha256, caller).map_err(|WeakKey| {
            BadKeyLine(
                "`id` must consist of 1 to 64 letters, digits, `-`, `_` and `.`, and `subject` must not be empty",
            )
        })?;
        match line.expires {
            None => Ok(key),
            Some(time) => {
                let time = DateTime::parse_from_rfc3339(&time)
                    .map_err(|_| BadKeyLine("`expires` must be a time such as 2027-01-31T12:00:00Z"))?;
                Ok(key.expires_at(time.with_timezone(&Utc).into()))
            }
        }
    }
}

/// Rounds down, so that a key never lives longer than intended.
fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).as_ref().map_or(0, Duration::as_secs).min(LAST);
    let time = i64::try_from(seconds).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn digest(text: &str) -> Option<Digest256> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits = text.as_bytes().iter().map(digit).collect::<Option<Vec<_>>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    rest.is_empty().then_some(bytes)?.try_into().ok()
}

/// Parses the lines of a text, at most `most` keys. Empty lines are skipped.
///
/// # Errors
///
/// The number of the first line that is wrong, and what is wrong with it.
pub(super) fn parse(text: &str, most: usize) -> Result<Vec<ApiKey>, (usize, BadKeyLine)> {
    let (mut keys, mut ids, mut digests) = (Vec::new(), HashSet::new(), HashSet::new());
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let key = ApiKey::from_line(line).map_err(|problem| (number, problem))?;
        if !ids.insert(key.id().to_owned()) || !digests.insert(*key.sha256()) {
            return Err((number, BadKeyLine("an earlier line has the same `id` or the same `sha256`")));
        }
        keys.push(key);
        if keys.len() > most {
            return Err((number, BadKeyLine("there are too many keys")));
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

    fn line(over: &serde_json::Value) -> String {
        let mut line = serde_json::json!({"id": "ci", "sha256": DIGEST, "subject": "alice"});
        line.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
        line.to_string()
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let caller = Caller::new("al\"ice\n")
            .with_tenant("acme")
            .with_client("cli")
            .with_actor("bot")
            .with_scopes(["b:read", "a:read"]);
        let end = SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_900);
        for (caller, expires) in [(caller, Some(end)), (Caller::new("alice"), None)] {
            let (_, mut key) = ApiKey::generate(caller.clone()).unwrap();
            if let Some(end) = expires {
                key = key.expires_at(end);
            }
            let line = key.line();
            assert!(!line.contains('\n'), "{line}");
            let read = ApiKey::from_line(&line).unwrap();
            assert_eq!((read.id(), read.sha256()), (key.id(), key.sha256()));
            assert_eq!(format!("{:?}", read.caller()), format!("{:?}", key.caller()));
            assert_eq!(read.expires(), expires.map(|end| end - Duration::from_millis(900)));
            assert_eq!(read.line(), line);
        }
    }

    #[test]
    fn a_time_is_never_told_later_than_it_is() {
        let at = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap();
        for (time, text) in [
            (at(0), "1970-01-01T00:00:00Z"),
            (SystemTime::UNIX_EPOCH - Duration::from_secs(5), "1970-01-01T00:00:00Z"),
            (at(LAST), "9999-12-31T23:59:59Z"),
            (at(LAST + 1), "9999-12-31T23:59:59Z"),
            (at(1 << 62), "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(time), text);
        }
    }

    #[test]
    fn a_line_is_whole_and_right_or_nothing() {
        use serde_json::json;
        assert!(ApiKey::from_line(&line(&json!({}))).is_ok());
        assert!(ApiKey::from_line(&line(&json!({"expires": "2027-01-31T13:00:00+01:00", "tenant": "acme"}))).is_ok());
        for over in [
            json!({"sha256": "00"}),
            json!({"sha256": format!("{DIGEST}00")}),
            json!({"sha256": DIGEST.replace('0', "g")}),
            json!({"sha256": DIGEST.replace("00", "é")}),
            json!({"sha256": null}),
            json!({"id": ""}),
            json!({"id": "a b"}),
            json!({"subject": ""}),
            json!({"subject": 1}),
            json!({"tenant": ""}),
            json!({"client": ""}),
            json!({"actor": ""}),
            json!({"scopes": "invoices:read"}),
            json!({"scopes": [""]}),
            json!({"scopes": ["invoices:read invoices:write"]}),
            json!({"scopes": ["invoices:*"]}),
            json!({"expires": "tomorrow"}),
            json!({"expires": "2027-01-31"}),
            json!({"expires": 1_800_000_000}),
            json!({"expire": "2027-01-31T12:00:00Z"}),
        ] {
            assert!(ApiKey::from_line(&line(&over)).is_err(), "{over}");
        }
        for text in ["", "{}", "[]", "null", "stk_ci_00", "{\"id\":\"a\",\"id\":\"a\"}"] {
            assert!(ApiKey::from_line(text).is_err(), "{text}");
        }
        let twice = line(&json!({})).replace("\"id\"", "\"id\":\"other\",\"id\"");
        assert!(ApiKey::from_line(&twice).is_err(), "{twice}");
    }

    #[test]
    fn a_key_that_was_put_into_a_line_is_not_repeated() {
        let (text, _) = ApiKey::generate(Caller::new("alice")).unwrap();
        let text = text.expose();
        let sha256 = serde_json::json!({ "sha256": text });
        for line in
            [text.clone(), format!("\"{text}\""), line(&sha256), line(&serde_json::json!({ (text.as_str()): 1 }))]
        {
            let error = ApiKey::from_line(&line).unwrap_err();
            assert!(!format!("{error} {error:?}").contains(text.as_str()), "{error}");
        }
    }

    #[test]
    fn no_two_lines_are_for_the_same_key_or_name() {
        let (one, two) =
            (line(&serde_json::json!({})), line(&serde_json::json!({"id": "b", "sha256": "1".repeat(64)})));
        let same_id = two.replace("\"b\"", "\"ci\"");
        let same_key = one.replace("\"ci\"", "\"c\"").replace("AABB", "aabb");
        assert_eq!(parse(&format!("\n{one}\r\n \n{two}"), 2).map(|keys| keys.len()), Ok(2));
        assert_eq!(parse("", 0).map(|keys| keys.len()), Ok(0));
        for (text, wrong) in
            [(format!("{one}\n\n{same_id}"), 3), (format!("{one}\n{two}\n{same_key}"), 3), (format!("{one}\nx"), 2)]
        {
            assert_eq!(parse(&text, 9).unwrap_err().0, wrong, "{text}");
        }
        assert_eq!(parse(&format!("{one}\n{two}"), 1).unwrap_err().0, 2, "too many");
    }
}
