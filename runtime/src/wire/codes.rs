//! The codes of JSON-RPC errors for refusals: of resources and prompts, whose results have no way to say that they are errors, and of HTTP requests.

use crate::outcome::Code;

/// Invalid params.
pub(crate) const INVALID_PARAMS: i32 = -32602;
/// A missing resource before protocol 2026-07-28, which uses [`INVALID_PARAMS`].
pub(crate) const RESOURCE_NOT_FOUND: i32 = -32002;

// What the protocol has no code for, in the range that JSON-RPC leaves to servers.
pub(crate) const UNAUTHENTICATED: i32 = -32001;
pub(crate) const INSUFFICIENT_SCOPE: i32 = -32003;
pub(crate) const UNAVAILABLE: i32 = -32004;
pub(crate) const RATE_LIMITED: i32 = -32005;
const INTERNAL: i32 = -32603;

/// The code of a refusal at protocol 2026-07-28. The error's `data` has [the refusal's own](Code::as_str).
pub(crate) const fn of_refusal(code: Code) -> i32 {
    match code {
        Code::UnknownTool | Code::NotFound | Code::InvalidArguments => INVALID_PARAMS,
        Code::Unauthenticated => UNAUTHENTICATED,
        Code::InsufficientScope => INSUFFICIENT_SCOPE,
        Code::RateLimited => RATE_LIMITED,
        Code::Unavailable => UNAVAILABLE,
        Code::Conflict
        | Code::Timeout
        | Code::OutcomeUnknown
        | Code::Forbidden
        | Code::Internal
        | Code::OutputTooLarge
        | Code::ConfirmationRequired
        | Code::Declined
        | Code::Cancelled
        | Code::OutOfOrder => INTERNAL,
    }
}

/// The same as text.
pub(crate) const fn name_of_refusal(code: Code) -> &'static str {
    match of_refusal(code) {
        INVALID_PARAMS => "-32602",
        UNAUTHENTICATED => "-32001",
        INSUFFICIENT_SCOPE => "-32003",
        RATE_LIMITED => "-32005",
        UNAVAILABLE => "-32004",
        _ => "-32603",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_and_its_text_are_the_same() {
        for code in [
            Code::UnknownTool,
            Code::NotFound,
            Code::Unauthenticated,
            Code::InsufficientScope,
            Code::RateLimited,
            Code::Unavailable,
            Code::Internal,
        ] {
            assert_eq!(of_refusal(code).to_string(), name_of_refusal(code));
        }
    }
}
