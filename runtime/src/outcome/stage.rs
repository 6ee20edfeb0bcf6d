//! The stages of the guard, in their order.

use serde::Serialize;

use super::atomic::Listed;

/// Declares [`Stage`] from one list. The order of the list is the order of the stages; everything else that depends on it (the table in the
/// documentation, [`Stage::ALL`], the encoding in a running call) is generated from it.
macro_rules! stages {
    ($($variant:ident, $name:literal, asks $asks:literal, refuses as $refuses:literal;)+) => {
        /// A stage of the guard. Every call passes the stages in this order, on every path that runs a tool; a stage can only refuse.
        ///
        /// | stage | asks | refuses as |
        /// |---|---|---|
        $(#[doc = concat!("| [`", $name, "`](Self::", stringify!($variant), ") | ", $asks, " | ", $refuses, " |")])+
        ///
        /// An [`AuditRecord`](crate::AuditRecord) names the stage at which its call ended. Stages are ordered.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[non_exhaustive]
        pub enum Stage {
            $(
                #[doc = concat!("`", $name, "`: ", $asks, ".")]
                #[serde(rename = $name)]
                $variant,
            )+
        }

        impl Stage {
            /// Every stage, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name of the stage in audit records.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What the stage checks, in Markdown.
            #[must_use]
            pub const fn asks(self) -> &'static str {
                match self {
                    $(Self::$variant => $asks,)+
                }
            }

            /// How a call is refused at this stage, in Markdown.
            #[must_use]
            pub const fn refuses_as(self) -> &'static str {
                match self {
                    $(Self::$variant => $refuses,)+
                }
            }
        }
    };
}

stages! {
    Switch, "switch",
        asks "does the tool exist in this environment and for this caller (`only_for`), is it switched on and exposed (writes only after `allow_writes()`)",
        refuses as "an unknown tool";
    Identity, "identity",
        asks "who is calling; only `public` tools can be called without a credential, and a revoked credential is refused first",
        refuses as "`unauthenticated`, HTTP 401";
    Scope, "scope",
        asks "does the credential carry exactly these scopes, without wildcards",
        refuses as "`insufficient_scope`; HTTP 403 with one challenge that names them, if the client can get a better token";
    Rate, "rate",
        asks "does the caller have calls left; attempts that fail later also count",
        refuses as "`rate_limited` and when to retry";
    Arguments, "arguments",
        asks "do they match the published schema: closed objects, strings of at most 1024 characters and lists of at most 100 items unless the argument says otherwise, 256 KiB, depth 32",
        refuses as "`invalid_arguments`: where and what was expected, never the value";
    Limits, "limits",
        asks "is there a free place in the tool and in the caller's share of it, is its breaker closed, and, from here on, is there time left",
        refuses as "`unavailable`, `timeout`; `outcome_unknown` if a tool that writes had started";
    Owner, "owner",
        asks "does every object belong to the caller",
        refuses as "`not_found`, byte for byte the same for absent and foreign objects";
    Idempotency, "idempotency",
        asks "for an `idempotent(…)` tool: was the same call made before; if so, its answer is sent again and nothing runs",
        refuses as "`conflict` while it runs, or if the key belongs to another call; `outcome_unknown` if it is unknown how it ended; `unavailable`";
    Order, "order",
        asks "has the tool that `after(…)` names succeeded before, for this caller and the same object",
        refuses as "`out_of_order` and the name of that tool; `unavailable` if the shared store is down";
    Confirmation, "confirmation",
        asks "has the person given the values that the tool asks for (`Asked<_>`), and confirmed exactly this call (`confirm = \"Delete {invoice}?\"`); the rate counts it once",
        refuses as "a question to the person; `confirmation_required`, `declined`, `conflict`";
    Body, "body",
        asks "runs the tool's own code; panics are caught, errors masked",
        refuses as "what its `ToolError` says, or `internal`; `outcome_unknown` if a tool that writes panics";
    Release, "release",
        asks "does everything in `Mine<T>` belong to the caller, is the answer small enough, is there memory for it; card numbers, keys and tokens are masked",
        refuses as "`internal` and an alert, `output_too_large`, `unavailable`";
    Audit, "audit",
        asks "can the call be recorded, with redacted arguments: one record for a call that reads or is refused (beyond a budget, refusals are counted), an intent and an outcome for one that writes",
        refuses as "`unavailable`; `outcome_unknown` after the body of a tool that writes";
}

impl Listed for Stage {
    const ALL: &'static [Self] = Self::ALL;

    fn index(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serialized_name_is_the_listed_one() {
        for stage in Stage::ALL {
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.as_str());
        }
    }
}
