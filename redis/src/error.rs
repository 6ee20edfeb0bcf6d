use std::fmt;

use redis::{ErrorKind, RedisError, ServerErrorKind};

/// Why [`RedisStore::connect`](crate::RedisStore::connect) failed. No message contains a password.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectError {
    /// An option of the builder is not valid.
    Options(String),
    /// The server cannot be reached or does not respond.
    Unreachable(String),
    /// The server rejected the user, the password or a command.
    Denied(String),
    /// The server is older than Redis 7.
    TooOld {
        /// The version that the server reports.
        version: String,
    },
    /// The server evicts keys when its memory is full.
    Evicts {
        /// Its `maxmemory-policy`.
        policy: String,
    },
    /// The server is a replica and does not accept writes.
    Replica,
    /// The server belongs to a cluster, but the store was not built for one.
    ClusterNode,
}

impl ConnectError {
    pub(crate) fn of(error: &RedisError) -> Self {
        // The text comes from the server or the operating system; it contains no part of the URL.
        let text = error.to_string();
        match error.kind() {
            ErrorKind::AuthenticationFailed | ErrorKind::Server(ServerErrorKind::NoPerm) => Self::Denied(text),
            ErrorKind::InvalidClientConfig => Self::Options(text),
            _ if matches!(error.code(), Some("NOAUTH" | "WRONGPASS" | "NOPERM")) => Self::Denied(text),
            _ => Self::Unreachable(text),
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(why) => write!(f, "the options of the Redis store are not valid: {why}"),
            Self::Unreachable(why) => {
                write!(
                    f,
                    "cannot connect to Redis: {why}; check the address, and use `rediss://` if the server requires TLS"
                )
            }
            Self::Denied(why) => {
                write!(
                    f,
                    "Redis denied access: {why}; check the user, the password and the ACL rules (see the docs of `secure-tool-redis`)"
                )
            }
            Self::TooOld { version } => write!(f, "Redis {version} is too old: use Redis 7 or newer, or Valkey"),
            Self::Evicts { policy } => write!(
                f,
                "Redis may evict keys under `maxmemory-policy {policy}`, so that a one-time value could be used again: \
                 set `maxmemory-policy noeviction`"
            ),
            Self::Replica => f.write_str("this Redis is a replica: connect to the primary"),
            Self::ClusterNode => {
                f.write_str("this Redis belongs to a cluster: use `RedisStore::cluster` (feature `cluster`)")
            }
        }
    }
}

impl std::error::Error for ConnectError {}
