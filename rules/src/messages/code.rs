//! The codes of the messages, each with the class of mistakes that it stands for.

use std::fmt::{self, Display};

macro_rules! codes {
    ($($code:ident: $mistake:literal;)*) => {
        /// What is wrong with a tool. The codes are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $mistake] $code,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// As messages show it, such as `ST01`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$code => stringify!($code),)*
                }
            }

            /// The class of mistakes, such as "a tool that declares no scope".
            #[must_use]
            pub const fn mistake(self) -> &'static str {
                match self {
                    $(Self::$code => $mistake,)*
                }
            }
        }
    };
}

codes! {
    ST01: "a tool that declares no scope";
    ST02: "a tool that declares no owner";
    ST03: "a tool without a doc comment";
    ST04: "a model parameter without a doc comment";
    ST05: "a destructive tool that asks nobody";
    ST06: "a resource that declares no URI";
    ST07: "a value that a person cannot be asked for";
    ST10: "an unknown key";
    ST11: "a key given twice";
    ST12: "an invalid scope";
    ST13: "a rate, quota or cost that is zero, invalid or out of range";
    ST14: "a duration, size or concurrency that is zero, invalid or out of range";
    ST15: "an opt-out without a reason";
    ST16: "a question that cannot be asked";
    ST17: "a name that clients do not accept, or that begins with `_`";
    ST18: "an `#[arg]` that has no effect, or that no value can satisfy";
    ST19: "a release of data that the answer does not contain, or an image that is not released";
    ST20: "a `read_only` tool that does not only read";
    ST21: "an owner that is not a parameter";
    ST22: "an owner that the body ignores";
    ST23: "an `Owned<_>` that the policy does not name";
    ST24: "a public tool that takes a caller or is destructive";
    ST25: "an environment that no server can have";
    ST26: "a struct whose fields cannot be arguments";
    ST27: "a key of an object that the policy does not name";
    ST28: "an answer that is not proven to belong to the caller";
    ST30: "an untyped argument";
    ST31: "a borrowed argument";
    ST32: "an identity that the model chooses";
    ST33: "free text where it is dangerous";
    ST34: "a credential in plain text";
    ST35: "a function that the guard cannot run";
    ST36: "a return type that the guard does not accept";
    ST37: "a secret that is returned";
    ST38: "an owner that the state cannot determine";
    ST39: "a permit stronger than the effect";
    ST40: "a URI that is not a template of level 1";
    ST41: "a variable of a URI without a parameter, or a parameter without a variable";
    ST42: "an argument of a resource or a prompt that is not a single value";
    ST43: "a resource or a prompt that writes";
    ST44: "a `list` or a `complete` that cannot offer anything";
    ST45: "an invalid media type";
    ST50: "an invalid `idempotent(…)`, or one with a time that is too short or too long";
    ST51: "an idempotency key that is not a string, or that the model may leave out";
    ST52: "an `idempotent(…)` on a tool that reads, that is public, or whose objects a person names";
    ST53: "an `after` that does not name a tool of this server";
    ST54: "a tool that has to run after itself";
    ST55: "an `after` without a valid time";
    ST56: "an invalid `breaker`";
    ST57: "a `breaker` that never opens, or never closes";
}

impl Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn a_code_has_two_digits() {
        for code in Code::ALL {
            let digits = code.name().strip_prefix("ST").unwrap_or_default();
            assert!(digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
        }
    }
}
