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

            /// The class of mistakes, such as "a tool that states no scope".
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
    ST01: "a tool that states no scope";
    ST02: "a tool that states no owner";
    ST03: "a tool without a doc comment";
    ST04: "a model parameter without a doc comment";
    ST05: "a tool that destroys, and asks nobody";
    ST06: "a resource that states no URI";
    ST07: "a value that no person can be asked for";
    ST10: "an unknown key";
    ST11: "a key given twice";
    ST12: "an invalid scope";
    ST13: "a rate, quota or cost that is zero, unreadable or absurd";
    ST14: "a duration, size or concurrency that is zero, unreadable or absurd";
    ST15: "an opt-out without a reason";
    ST16: "a question that cannot be asked";
    ST17: "a name that no client takes, or that begins with `_`";
    ST18: "an `#[arg]` that has no effect, or that nothing can meet";
    ST19: "a release of what the answer does not contain, or a picture that is not released";
    ST20: "a `read_only` tool that is not";
    ST21: "an owner that is no parameter";
    ST22: "an owner that the body ignores";
    ST23: "an `Owned<_>` that the policy does not name";
    ST24: "a public tool with a caller, or that destroys";
    ST25: "an environment that no server is in";
    ST26: "a struct whose fields cannot be arguments";
    ST27: "a key of an object that the policy does not name";
    ST28: "a reader whose answer nobody proves to be the caller's";
    ST30: "an untyped argument";
    ST31: "a borrowed argument";
    ST32: "an identity that the model chooses";
    ST33: "free text where it is dangerous";
    ST34: "a credential in plain text";
    ST35: "a shape that the guard cannot hold";
    ST36: "a return type that is no answer";
    ST37: "a secret that is returned";
    ST38: "an owner that the state cannot tell";
    ST39: "a permit stronger than the effect";
    ST40: "a URI that is no template of level 1";
    ST41: "a variable of a URI that is no parameter, or the reverse";
    ST42: "an argument of a resource or a prompt that is no single value";
    ST43: "a resource or a prompt that writes";
    ST44: "a `list` or a `complete` that cannot offer anything";
    ST45: "an invalid media type";
    ST50: "an `idempotent(…)` that cannot be read, or a time in it that is too short or too long";
    ST51: "an idempotency key that is no text, or that the model need not send";
    ST52: "an `idempotent(…)` on a tool that reads, that is public, or whose objects a person names";
    ST53: "an `after` that names no tool of this server";
    ST54: "a tool that comes after itself";
    ST55: "an `after` without a time that is valid";
    ST56: "a `breaker` that cannot be read";
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
