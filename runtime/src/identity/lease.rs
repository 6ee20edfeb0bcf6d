//! How long what vouched for a caller goes on vouching.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;

/// A credential that can be taken back while calls run with it. Clones are the same lease.
#[derive(Clone, Default)]
pub(crate) struct Lease(Arc<Inner>);

#[derive(Default)]
struct Inner {
    ended: AtomicBool,
    bell: Notify,
}

impl Lease {
    #[cfg(feature = "http")]
    pub(crate) fn end(&self) {
        self.0.ended.store(true, Ordering::Release);
        self.0.bell.notify_waiters();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.0.ended.load(Ordering::Acquire)
    }

    /// Waits until it has ended.
    pub(super) async fn ended(&self) {
        let mut rung = std::pin::pin!(self.0.bell.notified());
        // Listens before it looks, so that no end falls in between.
        rung.as_mut().enable();
        if !self.has_ended() {
            rung.await;
        }
    }
}
