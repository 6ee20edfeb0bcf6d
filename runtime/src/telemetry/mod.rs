//! OpenTelemetry: metrics of calls, and the parent and link of their spans. It uses only the API; the application chooses SDK and exporter.

mod context;
mod metrics;

pub(crate) use context::Remote;
#[cfg(feature = "http")]
pub(crate) use context::of_headers;
pub(crate) use metrics::Metrics;
