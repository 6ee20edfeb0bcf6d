//! What the application says about addresses and rates.

use std::time::Duration;

use super::TrustedProxies;
use crate::{
    http::{HttpOptions, InvalidOption},
    policy::{Per, Rate},
    rate::Gcra,
};

/// How often, per address and per caller.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Quotas {
    pub(super) per_address: Gcra,
    pub(super) per_caller: Gcra,
    pub(super) failed_logins: Gcra,
}

impl Default for Quotas {
    fn default() -> Self {
        const PER_ADDRESS: Gcra = Gcra::every(Duration::from_millis(5), 2000);
        const PER_CALLER: Gcra = Gcra::every(Duration::from_millis(10), 1000);
        const FAILED_LOGINS: Gcra = Gcra::every(Duration::from_secs(3), 20);
        Self { per_address: PER_ADDRESS, per_caller: PER_CALLER, failed_logins: FAILED_LOGINS }
    }
}

fn quota(rate: Rate) -> Result<Gcra, InvalidOption> {
    let wrong = |problem| InvalidOption::new(&rate.to_string(), problem);
    if rate.per != Per::Caller {
        return Err(wrong("must be a plain rate: the option already determines which requests are counted together"));
    }
    let quota = Gcra::new(rate.count, rate.unit.period(), rate.burst);
    quota.ok_or_else(|| wrong("is not a valid rate: it is zero, or more than one request per microsecond"))
}

/// Limits per address and per caller, on requests of every kind.
///
/// An IPv6 address counts as its /64. In a server of the application's own, the address of a client is known only if that server was made with
/// [`into_make_service_with_connect_info::<SocketAddr>()`](axum::Router::into_make_service_with_connect_info); without it there are no
/// limits per address.
impl HttpOptions {
    /// The proxies in front of this server, as addresses or ranges (`10.0.0.0/8`). On a connection from one of them, the client's address is
    /// taken from `X-Forwarded-For`: the last one there that is not itself a trusted proxy. None by default, and then the header means nothing.
    ///
    /// Each proxy has to append the address that it was connected from, or replace what the header said. When a trusted proxy sends no
    /// address, or an invalid one, the request counts for the proxy. `Forwarded` (RFC 7239) is not read.
    ///
    /// A server behind a proxy needs this, as otherwise all its clients share the limits of one address.
    ///
    /// # Errors
    ///
    /// If one of them is not an address or a range, has bits set behind its prefix, is an IPv4 address in IPv6 notation, or is everybody
    /// (`0.0.0.0/0`).
    pub fn trusted_proxies<I: IntoIterator>(mut self, ranges: I) -> Result<Self, InvalidOption>
    where
        I::Item: AsRef<str>,
    {
        self.limits.trusted_proxies = TrustedProxies::new(ranges)?;
        Ok(self)
    }

    /// How many requests may come from one address, whatever they are and no matter who sends them; more are refused with 429. 200 a second by
    /// default, 2,000 of them at once. `Rate::new(1_000_000, Unit::Second)` is the highest, and in effect no limit.
    ///
    /// # Errors
    ///
    /// If the rate is zero or more than one request a microsecond, or says [whose](Rate::per) requests count.
    pub fn requests_per_address(mut self, rate: Rate) -> Result<Self, InvalidOption> {
        self.quotas.per_address = quota(rate)?;
        Ok(self)
    }

    /// How many requests one caller (tenant and subject) may send, whatever they are; more are refused with 429. Requests without a credential
    /// count for their address. 100 a second by default, 1,000 of them at once. The rates of tools count on their own.
    ///
    /// # Errors
    ///
    /// As [`requests_per_address`](Self::requests_per_address).
    pub fn requests_per_caller(mut self, rate: Rate) -> Result<Self, InvalidOption> {
        self.quotas.per_caller = quota(rate)?;
        Ok(self)
    }

    /// How many wrong credentials may come from one address; then its requests are refused with 429, without a look at their credentials,
    /// unless the same credential was good when it last came from there. 20 a minute by default, all of them at once if need be.
    ///
    /// A credential counts while it is being checked, so this also bounds how many new ones from one address are checked at once.
    ///
    /// Somebody who keeps guessing also uses up what comes back, one every three seconds by default. As long as that goes on, a good credential that
    /// this server has not seen from the same address is refused with 429 as well: before it is checked, nothing tells it from a guess. It concerns
    /// new credentials (a renewed token among them) of clients that share an address with the one who guesses, behind a NAT or a proxy that is not
    /// [trusted](Self::trusted_proxies). Where many do, a higher rate leaves room for them: keys of 256 bits and signed tokens cannot be
    /// guessed at any rate that this option takes. What it costs is the work of checking them.
    ///
    /// # Errors
    ///
    /// As [`requests_per_address`](Self::requests_per_address).
    pub fn failed_logins(mut self, rate: Rate) -> Result<Self, InvalidOption> {
        self.quotas.failed_logins = quota(rate)?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Unit;

    #[test]
    fn the_defaults_are_what_the_docs_say() {
        let quotas = Quotas::default();
        let of = |rate: Rate| quota(rate).unwrap();
        assert_eq!(quotas.per_address, of(Rate::new(200, Unit::Second).burst(2000)));
        assert_eq!(quotas.per_caller, of(Rate::new(100, Unit::Second).burst(1000)));
        assert_eq!(quotas.failed_logins, of(Rate::new(20, Unit::Minute)));
    }

    #[test]
    fn a_rate_without_force_is_refused() {
        assert!(quota(Rate::new(1_000_000, Unit::Second)).is_ok());
        for rate in [
            Rate::new(0, Unit::Second),
            Rate::new(1, Unit::Second).burst(0),
            Rate::new(1_000_001, Unit::Second),
            Rate::new(1, Unit::Second).per(Per::Tool),
        ] {
            let problem = quota(rate).unwrap_err().to_string();
            assert!(problem.contains(&rate.to_string()), "{problem}");
        }
    }
}
