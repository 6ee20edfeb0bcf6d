//! The span of a call, with the names of OpenTelemetry's semantic conventions for MCP and generative AI.

use std::fmt;

use tracing::{Span, field};

use crate::{
    catalog::{Kind, Part},
    outcome::Code,
    wire::codes,
};

/// `gen_ai.operation.name` of a tool call.
pub(crate) const EXECUTE_TOOL: &str = "execute_tool";

/// Longer request ids are not recorded in a trace.
const REQUEST_ID: usize = 64;

/// The source of a call for traces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin<'a> {
    /// `network.transport`: `pipe` or `tcp`; `None` for a call within the process.
    pub(crate) transport: Option<&'static str>,
    pub(crate) protocol_version: Option<&'a str>,
    pub(crate) request_id: Option<RequestId<'a>>,
    pub(crate) parent: Option<TraceParent>,
    #[cfg(feature = "otel")]
    pub(crate) remote: crate::telemetry::Remote,
}

/// The id of a JSON-RPC request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RequestId<'a> {
    Number(i64),
    Text(&'a str),
}

/// A `traceparent` of [W3C Trace Context](https://www.w3.org/TR/trace-context/#traceparent-header).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TraceParent {
    pub(crate) trace_id: Box<str>,
    pub(crate) parent_id: Box<str>,
    #[cfg(feature = "otel")]
    pub(crate) flags: u8,
}

impl TraceParent {
    /// `None` unless it has the form of the standard, because the value appears in logs.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split('-');
        let (version, trace_id, parent_id, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let hex = |part: &str, length| {
            part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let zero = |part: &str| part.bytes().all(|byte| byte == b'0');
        let surplus = version == "00" && parts.next().is_some();
        let valid = hex(version, 2)
            && version != "ff"
            && hex(trace_id, 32)
            && hex(parent_id, 16)
            && hex(flags, 2)
            && !zero(trace_id)
            && !zero(parent_id)
            && !surplus;
        if !valid {
            return None;
        }
        Some(Self {
            trace_id: trace_id.into(),
            parent_id: parent_id.into(),
            #[cfg(feature = "otel")]
            flags: u8::from_str_radix(flags, 16).ok()?,
        })
    }
}

/// `name` is that of an item of this server; an unknown name is text of the client and is not recorded.
pub(crate) fn span(
    kind: Kind,
    part: Part,
    name: Option<&str>,
    call: impl fmt::Display,
    origin: &Origin<'_>,
    environment: Option<&str>,
) -> Span {
    // The fields of a span are fixed when it is created; each kind has its own field for the name.
    macro_rules! span {
        ($name:literal, $($item:tt)*) => {
            tracing::info_span!(
                $name,
                otel.name = field::Empty,
                otel.kind = "server",
                otel.status_code = field::Empty,
                mcp.method.name = part.method(kind),
                $($item)*,
                deployment.environment.name = environment,
                jsonrpc.request.id = field::Empty,
                mcp.protocol.version = origin.protocol_version,
                network.transport = origin.transport,
                trace_id = origin.parent.as_ref().map(|parent| &*parent.trace_id),
                parent_id = origin.parent.as_ref().map(|parent| &*parent.parent_id),
                call_id = %call,
                error.type = field::Empty,
                secure_tool.code = field::Empty,
            )
        };
    }
    let span = match (kind, part) {
        (Kind::Tool, _) => span!("tools/call", gen_ai.operation.name = EXECUTE_TOOL, gen_ai.tool.name = name),
        (Kind::Resource, Part::Body) => span!("resources/read", secure_tool.resource.name = name),
        (Kind::Resource, Part::Listing) => span!("resources/list", secure_tool.resource.name = name),
        (Kind::Resource, Part::Completion) => span!("completion/complete", secure_tool.resource.name = name),
        (Kind::Prompt, Part::Completion) => span!("completion/complete", gen_ai.prompt.name = name),
        (Kind::Prompt, Part::Body | Part::Listing) => span!("prompts/get", gen_ai.prompt.name = name),
    };
    if !span.is_disabled() {
        let name = name.unwrap_or("unknown");
        span.record("otel.name", field::display(format_args!("{} {name}", part.method(kind))));
        match origin.request_id {
            Some(RequestId::Number(id)) => drop(span.record("jsonrpc.request.id", field::display(id))),
            Some(RequestId::Text(id)) if id.len() <= REQUEST_ID => drop(span.record("jsonrpc.request.id", id)),
            Some(RequestId::Text(_)) | None => {}
        }
    }
    span
}

/// Records the failure of a call in its span.
pub(crate) fn fail(span: &Span, kind: Kind, code: Code) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", error_type(kind, code));
    span.record("secure_tool.code", code.as_str());
}

/// `error.type` according to the semantic conventions for MCP: the code of a JSON-RPC error, or `tool_error` for a result with `isError`.
pub(crate) fn error_type(kind: Kind, code: Code) -> &'static str {
    match (kind, code) {
        // Nobody receives an answer.
        (_, Code::Cancelled) => "cancelled",
        // Invalid params: see `call_tool_response`.
        (Kind::Tool, Code::UnknownTool) => "-32602",
        (Kind::Tool, _) => "tool_error",
        (Kind::Resource | Kind::Prompt, code) => codes::name_of_refusal(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_formed_traceparent_is_one() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
        assert_eq!(&*TraceParent::parse(good).unwrap().trace_id, "0af7651916cd43dd8448eb211c80319c");
        assert!(TraceParent::parse("01-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-more").is_some());
        for bad in [
            "",
            "00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
            "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-more",
            "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7",
            "00-0af7651916cd43dd8448eb211c80319\n-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceParent::parse(bad), None, "{bad:?}");
        }
    }
}
