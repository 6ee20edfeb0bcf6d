//! Which events raise an alert, where alerts go, and how the server reacts.

use std::{collections::BTreeMap, fmt, time::Duration};

use super::{AlertKind, AlertLog, AlertSink};

/// The maximum number of events in a threshold, because their times are kept for each caller.
const MOST_EVENTS: u32 = 100;
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

/// A number of events within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Threshold {
    pub(super) events: u32,
    pub(super) within: Duration,
}

/// A share of failed calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ErrorShare {
    pub(super) percent: u8,
    pub(super) failures: u32,
    pub(super) within: Duration,
}

/// Which events raise an alert, where alerts are sent, and whether the server reacts.
///
/// By default, for each caller:
///
/// | kind | threshold |
/// |---|---|
/// | [`ForeignObjects`](AlertKind::ForeignObjects) | 5 in 5 minutes |
/// | [`MissingScope`](AlertKind::MissingScope) | 10 in 5 minutes |
/// | [`UnknownItems`](AlertKind::UnknownItems) | 10 in 5 minutes |
/// | [`DeclinedConfirmations`](AlertKind::DeclinedConfirmations) | 3 in 10 minutes |
/// | [`Override`](AlertKind::Override), [`Canary`](AlertKind::Canary) | each |
///
/// and for each tool or the whole server:
///
/// | kind | threshold |
/// |---|---|
/// | [`ErrorRate`](AlertKind::ErrorRate) | half of a tool's calls within 5 minutes, and at least 10 |
/// | [`Breach`](AlertKind::Breach), [`SinkFailure`](AlertKind::SinkFailure) | each |
///
/// Alerts of the same kind for the same caller are at least a minute apart; each reports the number of events since the previous one. Events are
/// counted exactly for 16,384 combinations of caller and kind at a time; those of further callers are counted together until one of the others has
/// been quiet for the period of its threshold. Events that are counted together raise alerts, but never cause a reaction.
///
/// ```
/// use std::time::Duration;
/// use secure_tool::{AlertKind, Alerts, SecureServer};
///
/// # fn builder<S: Send + Sync + 'static>(state: S) -> secure_tool::ServerBuilder<S> {
/// SecureServer::builder(state).alerts(
///     Alerts::new()
///         // Three objects of others within a minute: out for a quarter of an hour.
///         .threshold(AlertKind::ForeignObjects, 3, Duration::from_secs(60))
///         .revoke_for(AlertKind::ForeignObjects, Duration::from_secs(15 * 60))
///         .without(AlertKind::UnknownItems),
/// )
/// # }
/// ```
pub struct Alerts {
    pub(super) thresholds: BTreeMap<AlertKind, Threshold>,
    pub(super) error_share: Option<ErrorShare>,
    pub(super) reactions: BTreeMap<AlertKind, Duration>,
    pub(super) sinks: Vec<Box<dyn AlertSink>>,
}

impl Default for Alerts {
    fn default() -> Self {
        Self::new()
    }
}

impl Alerts {
    /// The default thresholds, with alerts in the application's log ([`AlertLog`]) and without reactions.
    #[must_use]
    pub fn new() -> Self {
        let within = |events, minutes| Threshold { events, within: MINUTE * minutes };
        Self {
            thresholds: BTreeMap::from([
                (AlertKind::ForeignObjects, within(5, 5)),
                (AlertKind::MissingScope, within(10, 5)),
                (AlertKind::UnknownItems, within(10, 5)),
                (AlertKind::DeclinedConfirmations, within(3, 10)),
                (AlertKind::Override, within(1, 1)),
                (AlertKind::Canary, within(1, 1)),
                (AlertKind::Breach, within(1, 1)),
                (AlertKind::SinkFailure, within(1, 1)),
            ]),
            error_share: Some(ErrorShare { percent: 50, failures: 10, within: MINUTE * 5 }),
            reactions: BTreeMap::new(),
            sinks: vec![Box::new(AlertLog)],
        }
    }

    /// Raises an alert after this number of events of a kind within that time. For [`ErrorRate`](AlertKind::ErrorRate) use
    /// [`error_rate`](Self::error_rate).
    ///
    /// [`build`](crate::ServerBuilder::build) fails if the number is not 1 to 100, or if the time is zero or more than a day.
    #[must_use]
    pub fn threshold(mut self, kind: AlertKind, events: u32, within: Duration) -> Self {
        self.thresholds.insert(kind, Threshold { events, within });
        self
    }

    /// Raises an alert when this percentage of a tool's calls, and at least `failures` of them, failed within that time. Calls that end as
    /// `internal`, `timeout`, `unavailable` or `outcome_unknown` count as failed; refusals and mistakes of the caller do not.
    ///
    /// [`build`](crate::ServerBuilder::build) fails if the percentage is not 1 to 100, if `failures` is zero, or if the time is zero or more than a
    /// day.
    #[must_use]
    pub fn error_rate(mut self, percent: u8, failures: u32, within: Duration) -> Self {
        self.error_share = Some(ErrorShare { percent, failures, within });
        self
    }

    /// Disables alerts of this kind.
    #[must_use]
    pub fn without(mut self, kind: AlertKind) -> Self {
        self.thresholds.remove(&kind);
        if kind == AlertKind::ErrorRate {
            self.error_share = None;
        }
        self
    }

    /// Revokes the caller for this time when the threshold of a kind is reached: its running calls are ended, and further ones are refused. The
    /// [actor](crate::Caller::actor) is revoked if one acts for the subject, otherwise the subject. The events of an actor are counted together for
    /// all subjects of its tenant, and it is revoked for all of them; the subjects can continue without it. A caller without a credential cannot be
    /// revoked; the alert says so.
    ///
    /// Consider who shares a name: revoking a service account stops everything that uses it.
    ///
    /// [`build`](crate::ServerBuilder::build) fails if the kind is not [about a caller](AlertKind::is_about_a_caller) or has no threshold, or if the
    /// time is zero or more than a day.
    #[must_use]
    pub fn revoke_for(mut self, kind: AlertKind, duration: Duration) -> Self {
        self.reactions.insert(kind, duration);
        self
    }

    /// Adds a sink that receives every alert.
    #[must_use]
    pub fn to(mut self, sink: impl AlertSink) -> Self {
        self.sinks.push(Box::new(sink));
        self
    }

    /// Checks the options.
    pub(crate) fn check(&self, problems: &mut Vec<String>) {
        let is_time = |time: Duration| !time.is_zero() && time <= LONGEST;
        for (kind, Threshold { events, within }) in &self.thresholds {
            if *kind == AlertKind::ErrorRate {
                problems.push(
                    "alerts: the threshold of `error_rate` is a percentage: set it with `.error_rate(…)`".to_owned(),
                );
            } else if !(1..=MOST_EVENTS).contains(events) || !is_time(*within) {
                problems.push(format!(
                    "alerts: the threshold of `{kind}` must be 1 to {MOST_EVENTS} events within at most one day"
                ));
            }
        }
        if let Some(ErrorShare { percent, failures, within }) = self.error_share
            && (!(1..=100).contains(&percent) || failures == 0 || !is_time(within))
        {
            problems.push(
                "alerts: `error_rate` must be 1 to 100 percent and at least 1 failure within at most one day"
                    .to_owned(),
            );
        }
        for (kind, duration) in &self.reactions {
            if !kind.is_about_a_caller() {
                problems.push(format!("alerts: `{kind}` is not about a caller, so there is nobody to revoke"));
            } else if !self.thresholds.contains_key(kind) {
                problems.push(format!("alerts: `{kind}` revokes callers but has no threshold"));
            } else if !is_time(*duration) {
                problems.push(format!("alerts: `{kind}` must revoke for more than zero seconds and at most one day"));
            }
        }
    }
}

impl fmt::Debug for Alerts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alerts")
            .field("thresholds", &self.thresholds)
            .field("error_share", &self.error_share)
            .field("reactions", &self.reactions)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(alerts: &Alerts) -> usize {
        let mut problems = Vec::new();
        alerts.check(&mut problems);
        problems.len()
    }

    #[test]
    fn what_could_never_alert_is_reported() {
        use AlertKind::{Breach, ErrorRate, ForeignObjects, UnknownItems};
        let day = LONGEST;
        assert_eq!(problems(&Alerts::new()), 0);
        assert_eq!(problems(&Alerts::new().threshold(ForeignObjects, 100, day).revoke_for(ForeignObjects, day)), 0);
        for wrong in [
            Alerts::new().threshold(ForeignObjects, 0, day),
            Alerts::new().threshold(ForeignObjects, 101, day),
            Alerts::new().threshold(ForeignObjects, 1, Duration::ZERO),
            Alerts::new().threshold(ForeignObjects, 1, day + MINUTE),
            Alerts::new().threshold(ErrorRate, 1, day),
            Alerts::new().error_rate(0, 1, day),
            Alerts::new().error_rate(101, 1, day),
            Alerts::new().error_rate(1, 0, day),
            Alerts::new().error_rate(1, 1, Duration::ZERO),
            Alerts::new().revoke_for(Breach, day),
            Alerts::new().revoke_for(ForeignObjects, Duration::ZERO),
            Alerts::new().without(UnknownItems).revoke_for(UnknownItems, day),
        ] {
            assert_eq!(problems(&wrong), 1, "{wrong:?}");
        }
        assert_eq!(problems(&Alerts::new().error_rate(0, 0, day).without(ErrorRate)), 0);
    }
}
