//! The format of a token: three parts, the first of which describes the signature.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::value::RawValue;

use super::algorithm::Algorithm;
use crate::http::access_token::{Object, Refused, pick};

/// What a token claims about its key. It is not verified; it is used to find the key, and costs one pass over the token.
pub(super) struct Claimed {
    pub(super) algorithm: Algorithm,
    pub(super) key: Option<String>,
}

impl Claimed {
    /// Reads a token that claims to be from this issuer.
    pub(super) fn read(token: &str, issuer: &str) -> Result<Self, Refused> {
        let Parts { header, payload, .. } = Parts::split(token)?;
        let header = decode(header)?;
        let [algorithm, key] = pick(&header, ["alg", "kid"]).map_err(|_| Refused::Form)?;
        let payload = decode(payload)?;
        let [claimed] = pick(&payload, ["iss"]).map_err(|_| Refused::Claims)?;
        if claimed.and_then(text).is_none_or(|claimed| claimed != issuer) {
            return Err(Refused::Issuer);
        }
        let algorithm = algorithm.and_then(text).as_deref().and_then(Algorithm::from_name);
        let key = key.map(|key| text(key).ok_or(Refused::Key)).transpose()?;
        Ok(Self { algorithm: algorithm.ok_or(Refused::Algorithm)?, key })
    }
}

fn text(json: &RawValue) -> Option<String> {
    serde_json::from_str(json.get()).ok()
}

/// A JWS in compact form (RFC 7515, section 7.1) that is not verified yet.
pub(super) struct Token<'a> {
    /// The header and the payload, which the signature covers.
    pub(super) signed: &'a str,
    pub(super) signature: &'a str,
    payload: &'a str,
}

impl<'a> Token<'a> {
    pub(super) fn parse(token: &'a str, any_type: bool) -> Result<Self, Refused> {
        let Parts { signed, header, payload, signature } = Parts::split(token)?;
        let header = decode(header)?;
        // This also refuses a header that names the algorithm or the key twice.
        let header = Object::parse(&header).map_err(|_| Refused::Form)?;
        // Critical headers (`crit`, and `b64` of RFC 7797) are not supported, nor are compressed or encrypted tokens. Headers that point to a key
        // (`jku`, `jwk`, `x5u`, `x5c`) are ignored.
        if ["crit", "b64", "zip", "enc"].into_iter().any(|member| header.has(member)) {
            return Err(Refused::Critical);
        }
        let kind = header.text("typ").map_err(|_| Refused::Type)?;
        let right = kind.as_deref().map_or(any_type, |kind| {
            let access_token = ["at+jwt", "application/at+jwt"].into_iter().any(|name| kind.eq_ignore_ascii_case(name));
            access_token || (any_type && kind.eq_ignore_ascii_case("JWT"))
        });
        if right { Ok(Self { signed, signature, payload }) } else { Err(Refused::Type) }
    }

    /// The claims as JSON.
    pub(super) fn payload(&self) -> Result<Vec<u8>, Refused> {
        decode(self.payload)
    }
}

struct Parts<'a> {
    signed: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Result<Self, Refused> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Refused::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(Refused::Form)?;
        if [header, payload, signature].iter().any(|part| part.is_empty() || part.contains('.')) {
            return Err(Refused::Form);
        }
        Ok(Self { signed, header, payload, signature })
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::Form)
}
