//! Decisions about a request before its message is read: where it comes from, and whether its address and its caller have requests left.
//!
//! In the order in which a request passes:
//!
//! 1. [`TrustedProxies::client_address`] finds the client's address. If the transport provides none, limits per address do not apply.
//! 2. [`RequestBuckets::address`] counts the request, whatever its kind.
//! 3. [`LoginThrottle::admit`] charges a possible guess. The result of the authenticator then settles the [attempt](throttle::Attempt).
//! 4. [`FailedLoginLog::count`] reports a credential that is missing, was refused, or was not checked.
//! 5. [`RequestBuckets::caller`] or [`RequestBuckets::anonymous`] counts the request for its sender.
//!
//! All tables have a fixed size, because strangers supply the keys.

mod client_address;
mod failed_logins;
mod known;
mod options;
mod requests;
#[cfg(test)]
mod tests;
mod throttle;

use std::sync::Arc;

pub(super) use client_address::{PeerAddress, TrustedProxies};
pub(super) use options::Quotas;

use self::{failed_logins::FailedLoginLog, requests::RequestBuckets, throttle::LoginThrottle};
use super::HttpOptions;
use crate::guard::Guard;
pub(super) use crate::identity::AddressKey;

/// What one endpoint knows about addresses and callers.
pub(super) struct Admission {
    pub(super) trusted_proxies: TrustedProxies,
    pub(super) requests: RequestBuckets,
    pub(super) logins: LoginThrottle,
    pub(super) failed_logins: FailedLoginLog,
}

impl Admission {
    pub(super) fn new<S: Send + Sync + 'static>(options: &HttpOptions, guard: &Arc<Guard<S>>) -> Self {
        let guard = Arc::clone(guard);
        let record = move |address: Option<AddressKey>, reason, count| {
            guard.record_failed_logins(address.map(|address| address.to_string().into()), reason, count);
        };
        Self {
            trusted_proxies: options.limits.trusted_proxies.clone(),
            requests: RequestBuckets::new(&options.quotas),
            logins: LoginThrottle::new(&options.quotas),
            failed_logins: FailedLoginLog::new(record),
        }
    }
}
