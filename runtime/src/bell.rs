//! A notifier that wakes the tasks that wait for a change.

use std::pin::pin;

use tokio::sync::Notify;

#[derive(Default)]
pub(crate) struct Bell(Notify);

impl Bell {
    /// Wakes all tasks that are waiting at this moment, so that they check again.
    pub(crate) fn ring(&self) {
        self.0.notify_waiters();
    }

    /// Checks now, and again whenever the bell rings, until `look` returns a value.
    pub(crate) async fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        loop {
            let mut rung = pin!(self.0.notified());
            // Subscribes before it checks, so that no change is missed in between.
            rung.as_mut().enable();
            if let Some(found) = look() {
                return found;
            }
            rung.await;
        }
    }
}
