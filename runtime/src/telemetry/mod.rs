//! What OpenTelemetry is told about calls: metrics, and where a call's span belongs in a trace. Only the API: which SDK and exporter
//! receive it is the application's choice.

mod context;
mod metrics;

pub(crate) use context::Remote;
#[cfg(feature = "http")]
pub(crate) use context::of_headers;
pub(crate) use metrics::Metrics;
