//! Exports the metrics and spans of the library to a collector: the providers of the SDK, with exporters that speak OTLP over gRPC.

use std::{error::Error, time::Duration};

use opentelemetry::{global, trace::TracerProvider};
use opentelemetry_otlp::{MetricExporter, SpanExporter};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    metrics::{PeriodicReader, SdkMeterProvider},
    trace::SdkTracerProvider,
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt};

/// How often metrics are sent. The default, a minute, is long to wait at a demonstration.
const INTERVAL: Duration = Duration::from_secs(5);

/// The providers, which have to be flushed before the process ends.
#[derive(Debug)]
pub(crate) struct Providers {
    meters: SdkMeterProvider,
    tracers: SdkTracerProvider,
}

impl Providers {
    /// Sends metrics and traces to `OTEL_EXPORTER_OTLP_ENDPOINT`, or to port 4317 of this machine.
    ///
    /// # Errors
    ///
    /// If the endpoint is not a URL, or the process has a subscriber already. A collector that is down is not an error: data that cannot be sent is dropped.
    pub(crate) fn install() -> Result<Self, Box<dyn Error>> {
        let resource = Resource::builder().with_service_name("shop").build();
        let metrics = MetricExporter::builder().with_tonic().build()?;
        let meters = SdkMeterProvider::builder()
            .with_resource(resource.clone())
            .with_reader(PeriodicReader::builder(metrics).with_interval(INTERVAL).build())
            .build();
        global::set_meter_provider(meters.clone());

        let spans = SpanExporter::builder().with_tonic().build()?;
        let tracers = SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(spans).build();
        // Only spans: the library's events name callers, for the application's log.
        let guarded = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("secure_tool"));
        let exported = tracing_opentelemetry::layer().with_tracer(tracers.tracer("shop")).with_location(false);
        let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(LevelFilter::WARN);
        tracing_subscriber::registry().with(exported.with_filter(guarded)).with(log).try_init()?;
        Ok(Self { meters, tracers })
    }

    /// Sends the remaining data.
    ///
    /// # Errors
    ///
    /// If nobody takes it.
    pub(crate) fn flush(&self) -> OTelSdkResult {
        let (traces, metrics) = (self.tracers.shutdown(), self.meters.shutdown());
        traces.and(metrics)
    }
}
