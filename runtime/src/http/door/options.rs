//! The door's own options.

use std::time::Duration;

use crate::{http::HttpOptions, identity::Principal, server::Shown};

/// Whether a call that lacks scopes is refused with HTTP 403 and a challenge, or as the result of the call.
///
/// A client that can get a better credential acts on the challenge; to one that cannot, a 403 looks like a broken server, and some end their
/// session over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepUp {
    /// A challenge for credentials that one of the [authorization servers](HttpOptions::authorization_servers) has issued, the result of the call for
    /// all others, such as API keys and certificates.
    #[default]
    WhereIssued,
    /// Always a challenge.
    Always,
    /// Always the result of the call.
    Never,
}

/// Which tools `tools/list` shows to a caller whose scopes do not reach all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListTools {
    /// All tools for credentials that one of the [authorization servers](HttpOptions::authorization_servers) has issued, as only a tool that is
    /// listed is called and only a call is challenged; those that the caller may call for all others.
    #[default]
    WhereIssued,
    /// All tools, each with the scopes that it needs in `_meta`, under `secure-tool/scopes`.
    All,
    /// The tools that the caller may call.
    Callable,
}

/// How many bytes of memory messages may take while they are handled.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Rooms {
    pub(in crate::http) all: usize,
    pub(in crate::http) one: usize,
}

#[derive(Clone, Debug)]
pub(in crate::http) struct DoorOptions {
    pub(super) anonymous: bool,
    pub(super) step_up: StepUp,
    pub(super) list_tools: ListTools,
    pub(super) session_lifetime: Duration,
    pub(super) rooms: Rooms,
    /// The authorization servers, by the names that are in their tokens.
    pub(super) issuers: Vec<String>,
}

impl Default for DoorOptions {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            anonymous: false,
            step_up: StepUp::default(),
            list_tools: ListTools::default(),
            session_lifetime: DAY,
            rooms: Rooms { all: 16 << 20, one: 8 << 20 },
            issuers: Vec::new(),
        }
    }
}

impl DoorOptions {
    /// Whether an authorization server of ours has issued the caller's credential, so that it can issue a better one.
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
    /// Lets requests without a credential in, for tools that are `public`. They see and reach no other tool; a wrong credential is still
    /// refused. Note that clients which start to authorize on a 401 will then not be asked to.
    #[must_use]
    pub fn allow_anonymous(mut self) -> Self {
        self.door.anonymous = true;
        self
    }

    /// How a call that lacks scopes is refused.
    #[must_use]
    pub fn step_up(mut self, step_up: StepUp) -> Self {
        self.door.step_up = step_up;
        self
    }

    /// Which tools `tools/list` shows.
    #[must_use]
    pub fn list_tools(mut self, tools: ListTools) -> Self {
        self.door.list_tools = tools;
        self
    }

    /// How long a session of a client before protocol 2026-07-28 lasts; then its id is answered with 404, and the client begins anew. A day by
    /// default, a minute at least and 30 days at most: a client whose sessions are over as they begin would do nothing but begin. Every request
    /// is authenticated, whatever its session.
    #[must_use]
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        const SHORTEST: Duration = Duration::from_secs(60);
        const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);
        self.door.session_lifetime = lifetime.clamp(SHORTEST, LONGEST);
        self
    }

    /// How many bytes of memory messages may take while they are handled, in all and of one caller: 16 MiB and 8 MiB by default. Answers may take
    /// as much again until their clients have taken them. Requests without a credential count for their address.
    ///
    /// Of messages, the bytes count as they arrive, and then an estimate of what they are parsed into; what was only announced does not count. What
    /// exceeds the limits is refused with 503, and a message that could never be handled with 413.
    ///
    /// - One caller may hold no more than what is left for all others, and so never more than half.
    /// - A quarter of both is for messages and answers that take no more than 32 KiB.
    /// - When there is not enough, a body that has arrived for more than a second, and at less than 64 KiB a second, is refused with 503: the slowest of
    ///   the caller that holds the most. While there is enough, it may take [its time](Self::body_timeout).
    ///
    /// Answers of more than 8 KiB count. If there is no memory for the answer of a tool that only reads, the call is refused as `unavailable`; the
    /// answer of one that may have written leaves in any case. A caller whose answers take more than its share is refused with 503 before anything
    /// happens. An answer that is larger than a caller's share counts as much as the share.
    ///
    /// Connections take memory of their own, at most 24 KiB for a head or what is read ahead: [`max_connections`](Self::max_connections) limits them.
    #[must_use]
    pub fn max_memory_in_flight(mut self, all: usize, one_caller: usize) -> Self {
        self.door.rooms = Rooms { all, one: one_caller };
        self
    }
}
