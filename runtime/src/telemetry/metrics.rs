//! Metrics of finished calls.
//!
//! Labels never contain a caller or its input: subjects, tenants, clients, keys and arguments are only in the audit log, and so is the name of a tool
//! that does not exist. The number of time series depends only on what the server declares.

use std::sync::Arc;

use opentelemetry::{
    InstrumentationScope, KeyValue, global,
    metrics::{Counter, Histogram, Meter},
};

use crate::{
    audit::{Answered, AuditRecord, Decision},
    catalog::Kind,
    guard::trace::{self, EXECUTE_TOOL},
    outcome::Code,
};

/// The boundaries of the semantic conventions for MCP, in seconds.
const BOUNDARIES: [f64; 14] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];

/// The instruments of one server.
pub(crate) struct Metrics {
    duration: Histogram<f64>,
    decisions: Counter<u64>,
    masked: Counter<u64>,
    audit_failures: Counter<u64>,
}

impl Metrics {
    /// Creates the instruments, with a meter of the global provider unless another one is given.
    pub(crate) fn new(meter: Option<Meter>) -> Self {
        let meter = meter.unwrap_or_else(|| {
            let scope = InstrumentationScope::builder("secure-tool").with_version(env!("CARGO_PKG_VERSION"));
            global::meter_with_scope(scope.build())
        });
        Self {
            duration: meter
                .f64_histogram("mcp.server.operation.duration")
                .with_description("The duration of a tool call, from its arrival to its end.")
                .with_unit("s")
                .with_boundaries(BOUNDARIES.into())
                .build(),
            decisions: meter
                .u64_counter("secure_tool.decisions")
                .with_description("How tool calls ended.")
                .with_unit("{call}")
                .build(),
            masked: meter
                .u64_counter("secure_tool.masked")
                .with_description("Values that were masked in answers.")
                .with_unit("{value}")
                .build(),
            audit_failures: meter
                .u64_counter("secure_tool.audit.failures")
                .with_description("How often the audit sink could not accept a record.")
                .with_unit("{failure}")
                .build(),
        }
    }

    /// Measures a finished call.
    pub(crate) fn observe(&self, record: &AuditRecord, transport: Option<&'static str>) {
        let key = match record.kind {
            Kind::Tool => "gen_ai.tool.name",
            Kind::Resource => "secure_tool.resource.name",
            Kind::Prompt => "gen_ai.prompt.name",
        };
        let tool = record.tool.as_ref().map(|tool| KeyValue::new(key, Arc::clone(tool)));

        let mut labels = Vec::with_capacity(5);
        labels.extend(tool.clone());
        labels.push(KeyValue::new("mcp.method.name", record.method));
        if record.kind == Kind::Tool {
            labels.push(KeyValue::new("gen_ai.operation.name", EXECUTE_TOOL));
        }
        labels.extend(transport.map(|transport| KeyValue::new("network.transport", transport)));
        labels.extend(error_type(record).map(|error| KeyValue::new("error.type", error)));
        self.duration.record(record.duration.as_secs_f64(), &labels);

        labels.clear();
        labels.extend(tool.clone());
        labels.push(KeyValue::new("secure_tool.decision", record.decision.as_str()));
        labels.extend(record.code.map(|code| KeyValue::new("secure_tool.code", code.as_str())));
        self.decisions.add(1, &labels);

        for (kind, count) in record.masked.iter() {
            labels.clear();
            labels.extend(tool.clone());
            labels.push(KeyValue::new("secure_tool.kind", kind.to_owned()));
            self.masked.add(count.into(), &labels);
        }
    }

    /// The sink did not accept a record, or panicked.
    pub(crate) fn sink_failed(&self) {
        self.audit_failures.add(1, &[]);
    }
}

/// What the caller was told, even if the body ended differently later.
fn error_type(record: &AuditRecord) -> Option<&'static str> {
    let code = match record.answered {
        Some(Answered::Timeout | Answered::Revoked | Answered::Halted) => Some(Code::OutcomeUnknown),
        Some(Answered::Cancelled) => Some(Code::Cancelled),
        // A question is not a failure.
        None => record.code.filter(|_| record.decision != Decision::Asked),
    };
    code.map(|code| trace::error_type(record.kind, code))
}
