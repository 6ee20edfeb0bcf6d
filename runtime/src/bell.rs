//! A bell that wakes the tasks that wait for something to change.

use std::pin::pin;

use tokio::sync::Notify;

#[derive(Default)]
pub(crate) struct Bell(Notify);

impl Bell {
    /// Lets all the tasks look again that wait at this moment.
    pub(crate) fn ring(&self) {
        self.0.notify_waiters();
    }

    /// Looks now, and again whenever the bell rings, until there is something.
    pub(crate) async fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        loop {
            let mut rung = pin!(self.0.notified());
            // Listens before it looks, so that no change falls in between.
            rung.as_mut().enable();
            if let Some(found) = look() {
                return found;
            }
            rung.await;
        }
    }
}
