//! How long the credential of a caller stays valid.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use crate::bell::Bell;

/// A credential that can be revoked, or be given another expiry, while calls run with it. Clones share the same lease.
#[derive(Clone)]
pub(crate) struct Lease(Arc<Inner>);

struct Inner {
    ended: AtomicBool,
    /// Nanoseconds since 1970, which are sufficient until 2554.
    expires: AtomicU64,
    bell: Bell,
}

const NEVER: u64 = u64::MAX;

impl Lease {
    #[cfg(feature = "http")]
    pub(crate) fn new(expires: Option<SystemTime>) -> Self {
        let lease = Self(Arc::new(Inner {
            ended: AtomicBool::new(false),
            expires: AtomicU64::new(NEVER),
            bell: Bell::default(),
        }));
        lease.set_expiry(expires);
        lease
    }

    #[cfg(feature = "http")]
    pub(crate) fn set_expiry(&self, expires: Option<SystemTime>) {
        let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let expires = expires.map_or(NEVER, |time| u64::try_from(since(time)).unwrap_or(NEVER));
        self.0.expires.store(expires, Ordering::Release);
    }

    pub(super) fn expires_at(&self) -> Option<SystemTime> {
        match self.0.expires.load(Ordering::Acquire) {
            NEVER => None,
            expires => SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(expires)),
        }
    }

    #[cfg(feature = "http")]
    pub(crate) fn end(&self) {
        self.0.ended.store(true, Ordering::Release);
        self.0.bell.ring();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.0.ended.load(Ordering::Acquire)
    }

    /// Waits until it has ended.
    pub(super) async fn ended(&self) {
        self.0.bell.until(|| self.has_ended().then_some(())).await;
    }
}
