//! The options for addresses and rates.

use std::time::Duration;

use super::TrustedProxies;
use crate::{
    http::{HttpOptions, InvalidOption},
    policy::{Per, Rate},
    rate::Gcra,
};

/// The rates per address and per caller.
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
/// An IPv6 address counts as its /64. In the application's own server, the address of a client is known only if that server uses
/// [`into_make_service_with_connect_info::<SocketAddr>()`](axum::Router::into_make_service_with_connect_info); without it there are no
/// limits per address.
impl HttpOptions {
    /// The proxies in front of this server, as addresses or ranges (`10.0.0.0/8`). On a connection from one of them, the client's address is taken
    /// from `X-Forwarded-For`: the last one there that is not itself a trusted proxy. There are none by default, and then the header is ignored.
    ///
    /// Each proxy must append the address of its client, or replace the header. If a trusted proxy sends no address, or an invalid one, the request
    /// counts for the proxy. `Forwarded` (RFC 7239) is not read.
    ///
    /// A server behind a proxy needs this; otherwise all its clients share the limits of one address.
    ///
    /// # Errors
    ///
    /// If one of them is not an address or a range, has bits set beyond its prefix, is an IPv4 address in IPv6 notation, or covers all addresses
    /// (`0.0.0.0/0`).
    pub fn trusted_proxies<I: IntoIterator>(mut self, ranges: I) -> Result<Self, InvalidOption>
    where
        I::Item: AsRef<str>,
    {
        self.limits.trusted_proxies = TrustedProxies::new(ranges)?;
        Ok(self)
    }

    /// How many requests may come from one address, of any kind and from any sender; more are refused with 429. The default is 200 per second, with a
    /// burst of 2,000. `Rate::new(1_000_000, Unit::Second)` is the maximum, which is effectively no limit.
    ///
    /// # Errors
    ///
    /// If the rate is zero or more than one request per microsecond, or if it sets [`per`](Rate::per).
    pub fn requests_per_address(mut self, rate: Rate) -> Result<Self, InvalidOption> {
        self.quotas.per_address = quota(rate)?;
        Ok(self)
    }

    /// How many requests of any kind one caller (tenant and subject) may send; more are refused with 429. Requests without a credential count for
    /// their address. The default is 100 per second, with a burst of 1,000. The rates of tools are counted separately.
    ///
    /// # Errors
    ///
    /// See [`requests_per_address`](Self::requests_per_address).
    pub fn requests_per_caller(mut self, rate: Rate) -> Result<Self, InvalidOption> {
        self.quotas.per_caller = quota(rate)?;
        Ok(self)
    }

    /// How many wrong credentials may come from one address; after that its requests are refused with 429 without checking their credentials, unless
    /// the same credential was valid when it last came from there. The default is 20 per minute, all of which may come at once.
    ///
    /// A credential counts while it is being checked, so this also limits how many new credentials from one address are checked concurrently.
    ///
    /// Somebody who keeps guessing also uses up the attempts that are replenished, one every three seconds by default. Meanwhile a valid credential
    /// that this server has not seen from the same address is also refused with 429, because it cannot be distinguished from a guess before it is
    /// checked. This affects new credentials (including renewed tokens) of clients that share an address with the attacker, behind a NAT or a proxy
    /// that is not [trusted](Self::trusted_proxies). If many clients do, set a higher rate: keys of 256 bits and signed tokens cannot be guessed at
    /// any rate that this option accepts, so it only costs the work of checking them.
    ///
    /// # Errors
    ///
    /// See [`requests_per_address`](Self::requests_per_address).
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
    fn an_invalid_rate_is_refused() {
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
