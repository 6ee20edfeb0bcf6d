//! Alerts: events that an operator should be notified of at once.

mod options;
mod sink;
mod table;
mod watch;
#[cfg(feature = "webhook")]
mod webhook;

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer, ser::SerializeStruct};

pub use options::Alerts;
pub use sink::{AlertLog, AlertSink};
pub(crate) use watch::Watch;
#[cfg(all(feature = "ledger", feature = "webhook"))]
pub(crate) use webhook::Endpoint;
#[cfg(feature = "webhook")]
pub use webhook::{AlertWebhook, WebhookError};

use crate::{Caller, audit::RECORD_VERSION, outcome::CallId};

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlertKind {
    /// A caller asked for objects of somebody else.
    ForeignObjects,
    /// A caller's calls were refused because its credential lacks a scope.
    MissingScope,
    /// A caller named items that do not exist, or that are hidden from it.
    UnknownItems,
    /// People declined calls of a caller.
    DeclinedConfirmations,
    /// Too large a share of the calls of one tool failed, for reasons that are not the caller's fault.
    ErrorRate,
    /// A caller accessed somebody else's object with the [override scope](crate::ServerBuilder::override_scope).
    Override,
    /// A caller accessed a [canary](crate::Resource::canary), its own or somebody else's.
    Canary,
    /// An answer with somebody else's object was stopped before it left: a defect of the tool.
    Breach,
    /// The audit sink did not accept a record.
    SinkFailure,
}

impl AlertKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::ForeignObjects,
        Self::MissingScope,
        Self::UnknownItems,
        Self::DeclinedConfirmations,
        Self::ErrorRate,
        Self::Override,
        Self::Canary,
        Self::Breach,
        Self::SinkFailure,
    ];

    /// The serialized name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ForeignObjects => "foreign_objects",
            Self::MissingScope => "missing_scope",
            Self::UnknownItems => "unknown_items",
            Self::DeclinedConfirmations => "declined_confirmations",
            Self::ErrorRate => "error_rate",
            Self::Override => "override",
            Self::Canary => "canary",
            Self::Breach => "breach",
            Self::SinkFailure => "sink_failure",
        }
    }

    /// Whether it is counted for each caller, so that a reaction to one caller makes sense.
    #[must_use]
    pub const fn is_about_a_caller(self) -> bool {
        match self {
            Self::ForeignObjects
            | Self::MissingScope
            | Self::UnknownItems
            | Self::DeclinedConfirmations
            | Self::Override
            | Self::Canary => true,
            // A breach is a defect of the tool, regardless of the caller.
            Self::ErrorRate | Self::Breach | Self::SinkFailure => false,
        }
    }
}

impl fmt::Display for AlertKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the server did because of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reaction {
    /// The caller was [revoked](crate::Revocations) for this time: the [actor](crate::Caller::actor) if one acts for the subject, otherwise the
    /// subject.
    Revoked {
        /// In seconds when serialized.
        #[serde(serialize_with = "seconds", rename = "for_s")]
        duration: Duration,
    },
    /// The caller should have been revoked but was not, because it could not be identified exactly, or because the table of revocations is full.
    NotRevoked,
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}

/// An alert. It names the caller and the tool, but contains no arguments and no answer.
///
/// It is serialized as an object whose `kind` is `alert`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Alert {
    /// When the threshold was reached (UTC).
    pub time: DateTime<Utc>,
    /// What it is about.
    pub kind: AlertKind,
    /// The [environment](crate::ServerBuilder::environment) of the server, if it is set.
    pub environment: Option<Arc<str>>,
    /// The tool of the last call that counted; `None` if there is no item with that name.
    pub tool: Option<Arc<str>>,
    /// The caller; `None` without a credential, and if too many callers were active to count them separately.
    pub caller: Option<Arc<Caller>>,
    /// The last call that counted; its audit record has the details.
    pub call_id: Option<CallId>,
    /// How many events there were since the last alert for this kind and caller.
    pub count: u64,
    /// What the server did about it.
    pub reaction: Option<Reaction>,
}

impl Serialize for Alert {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let caller = self.caller.as_deref();
        let mut alert = serializer.serialize_struct("Alert", 14)?;
        alert.serialize_field("version", &RECORD_VERSION)?;
        alert.serialize_field("kind", "alert")?;
        alert.serialize_field("time", &self.time)?;
        alert.serialize_field("alert", &self.kind)?;
        alert.serialize_field("environment", &self.environment.as_deref())?;
        alert.serialize_field("tool", &self.tool.as_deref())?;
        alert.serialize_field("caller", &caller.map(Caller::subject))?;
        alert.serialize_field("tenant", &caller.and_then(Caller::tenant))?;
        alert.serialize_field("client", &caller.and_then(Caller::client))?;
        alert.serialize_field("actor", &caller.and_then(Caller::actor))?;
        alert.serialize_field("key_id", &caller.and_then(Caller::key_id))?;
        alert.serialize_field("call_id", &self.call_id)?;
        alert.serialize_field("count", &self.count)?;
        alert.serialize_field("reaction", &self.reaction)?;
        alert.end()
    }
}
