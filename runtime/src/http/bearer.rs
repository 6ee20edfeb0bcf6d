//! The credential that most clients send: `Authorization: Bearer …`.

use http::{HeaderMap, header::AUTHORIZATION};

use super::AuthError;

/// The single bearer token of a request ([RFC 6750, section 2.1]), of at most that many bytes. Two credentials are refused, because the choice
/// between them could be wrong. Another scheme, or a longer token, may be meant for another authenticator.
///
/// [RFC 6750, section 2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
pub(super) fn bearer(headers: &HeaderMap, longest: usize) -> Result<&str, AuthError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(AuthError::Missing)?;
    if values.next().is_some() {
        return Err(AuthError::Invalid);
    }
    let (scheme, token) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(AuthError::Invalid)?;
    if !scheme.eq_ignore_ascii_case("Bearer") || token.len() > longest {
        return Err(AuthError::Unrecognized);
    }
    Ok(token)
}
