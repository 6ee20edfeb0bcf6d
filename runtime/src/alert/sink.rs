//! The sinks of alerts.

use std::sync::Arc;

use super::Alert;
use crate::Caller;

/// Where alerts go. [`AlertLog`] is the default; `AlertWebhook` (feature `webhook`) posts them.
///
/// ```
/// use std::sync::mpsc::SyncSender;
/// use secure_tool::{Alert, AlertSink};
///
/// /// Hands alerts to a thread that pages somebody.
/// struct Pager(SyncSender<Alert>);
///
/// impl AlertSink for Pager {
///     fn alert(&self, alert: &Alert) {
///         // Does not wait: an alert that finds the queue full is in the application's log all the same.
///         let _ = self.0.try_send(alert.clone());
///     }
/// }
/// ```
pub trait AlertSink: Send + Sync + 'static {
    /// Receives an alert. It runs on the task of the call that caused it, so an implementation must not block; its panics are caught.
    fn alert(&self, alert: &Alert);
}

impl<T: AlertSink + ?Sized> AlertSink for Arc<T> {
    fn alert(&self, alert: &Alert) {
        (**self).alert(alert);
    }
}

/// Logs each alert in the application's log: an event at level `ERROR` with the target `secure_tool::alert`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlertLog;

impl AlertSink for AlertLog {
    fn alert(&self, alert: &Alert) {
        let caller = alert.caller.as_deref();
        tracing::error!(
            target: "secure_tool::alert",
            alert = alert.kind.as_str(),
            tool = alert.tool.as_deref(),
            caller = caller.map(Caller::subject),
            tenant = caller.and_then(Caller::tenant),
            call_id = alert.call_id.map(tracing::field::display),
            count = alert.count,
            reaction = alert.reaction.map(tracing::field::debug),
            "alert"
        );
    }
}
