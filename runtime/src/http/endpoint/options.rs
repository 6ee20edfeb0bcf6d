//! The options of the HTTP endpoint.

use std::time::Duration;

use crate::{http::HttpOptions, identity::Principal, server::Shown};

/// Whether a call that lacks scopes is refused with HTTP 403 and a challenge, or in the result of the call.
///
/// A client that can get a better credential acts on the challenge; to a client that cannot, a 403 looks like a broken server, and some clients end
/// their session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepUp {
    /// A challenge for credentials from one of the [authorization servers](HttpOptions::authorization_servers), and the result of the call for all
    /// others, such as API keys and certificates.
    #[default]
    WhereIssued,
    /// Always a challenge.
    Always,
    /// Always the result of the call.
    Never,
}

/// Which tools `tools/list` shows to a caller whose scopes do not cover all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListTools {
    /// All tools for credentials from one of the [authorization servers](HttpOptions::authorization_servers): a client calls only tools that
    /// it sees in the list, and learns only from the response to a call which scopes are missing. For all others, the tools that the caller may call.
    #[default]
    WhereIssued,
    /// All tools, each with its required scopes in `_meta` under `secure-tool/scopes`.
    All,
    /// The tools that the caller may call.
    Callable,
}

/// How many bytes of memory messages may take while they are handled.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct MemoryLimits {
    pub(in crate::http) all: usize,
    pub(in crate::http) one: usize,
}

#[derive(Clone, Debug)]
pub(in crate::http) struct EndpointOptions {
    pub(super) anonymous: bool,
    pub(super) step_up: StepUp,
    pub(super) list_tools: ListTools,
    pub(super) session_lifetime: Duration,
    pub(super) memory_limits: MemoryLimits,
    /// The authorization servers, by the issuer names in their tokens.
    pub(super) issuers: Vec<String>,
}

impl Default for EndpointOptions {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            anonymous: false,
            step_up: StepUp::default(),
            list_tools: ListTools::default(),
            session_lifetime: DAY,
            memory_limits: MemoryLimits { all: 16 << 20, one: 8 << 20 },
            issuers: Vec::new(),
        }
    }
}

impl EndpointOptions {
    /// Whether one of these authorization servers has issued the caller's credential and can issue a better one.
    fn is_issued(&self, principal: &Principal) -> bool {
        let issuer = principal.caller().and_then(|caller| caller.issuer());
        issuer.is_some_and(|issuer| self.issuers.iter().any(|known| known == issuer))
    }

    pub(super) fn challenges(&self, principal: &Principal) -> bool {
        match self.step_up {
            StepUp::WhereIssued => self.is_issued(principal),
            StepUp::Always => true,
            StepUp::Never => false,
        }
    }

    pub(super) fn shown(&self, principal: &Principal) -> Shown {
        match self.list_tools {
            ListTools::All => Shown::All,
            ListTools::WhereIssued if self.is_issued(principal) => Shown::All,
            ListTools::WhereIssued | ListTools::Callable => Shown::Callable,
        }
    }
}

impl HttpOptions {
    /// Admits requests without a credential, for tools that are `public`. Such requests cannot see or call any other tool; a wrong credential is
    /// still refused. Note that clients that start authorization on a 401 will then not be prompted to.
    #[must_use]
    pub fn allow_anonymous(mut self) -> Self {
        self.endpoint.anonymous = true;
        self
    }

    /// Sets how a call that lacks scopes is refused.
    #[must_use]
    pub fn step_up(mut self, step_up: StepUp) -> Self {
        self.endpoint.step_up = step_up;
        self
    }

    /// Sets which tools `tools/list` shows.
    #[must_use]
    pub fn list_tools(mut self, tools: ListTools) -> Self {
        self.endpoint.list_tools = tools;
        self
    }

    /// How long a session of a client before protocol 2026-07-28 lasts; after that its id is answered with 404, and the client starts a new session.
    /// The default is a day, the minimum a minute, so that a client does not have to restart constantly, and the maximum 30 days. Every request is
    /// authenticated, regardless of its session.
    #[must_use]
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        const SHORTEST: Duration = Duration::from_secs(60);
        const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);
        self.endpoint.session_lifetime = lifetime.clamp(SHORTEST, LONGEST);
        self
    }

    /// How many bytes of memory messages may take while they are handled, in total and for one caller: 16 MiB and 8 MiB by default. Answers may take
    /// the same amount again until their clients have read them. Requests without a credential count for their address.
    ///
    /// The bytes of messages count as they arrive, and then an estimate of their parsed form; bytes that were only announced do not count. Messages
    /// that exceed the limits are refused with 503, and a message that could never fit with 413.
    ///
    /// - One caller may never hold more than what is left for all others, so at most half.
    /// - A quarter of both is reserved for messages and answers of at most 32 KiB.
    /// - When memory runs out, a body that has been arriving for more than a second at less than 64 KiB per second is refused with 503: the slowest
    ///   one of the caller that holds the most memory. While there is enough memory, only the [`body_timeout`](Self::body_timeout) applies.
    ///
    /// Only answers of more than 8 KiB count. If there is no memory for the answer of a tool that only reads, the call is refused as `unavailable`;
    /// the answer of a tool that may have written is sent in any case. New requests of a caller whose answers take more than its share are refused
    /// with 503 before anything happens. An answer that is larger than a caller's share counts as the share.
    ///
    /// Connections need additional memory, at most 24 KiB for a head or data that is read ahead: [`max_connections`](Self::max_connections) limits
    /// them.
    #[must_use]
    pub fn max_memory_in_flight(mut self, all: usize, one_caller: usize) -> Self {
        self.endpoint.memory_limits = MemoryLimits { all, one: one_caller };
        self
    }
}
