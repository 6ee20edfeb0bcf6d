//! [W3C Trace Context](https://www.w3.org/TR/trace-context/) for OpenTelemetry.

use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceContextExt, TraceState},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::guard::trace::TraceParent;

/// A longer `tracestate` is discarded. This is the length that the standard requires everybody to propagate (section 3.3.1.5).
const LONGEST_STATE: usize = 512;
/// Section 3.3.1.1.
const MOST_MEMBERS: usize = 32;
/// Section 3.3.1.3.2.
const LONGEST_VALUE: usize = 256;

/// The contexts that a request carries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remote {
    /// From `_meta`.
    parent: Option<SpanContext>,
    /// From the headers of the HTTP request. An HTTP request does not correspond to one MCP request: it may be a retry.
    transport: Option<SpanContext>,
}

impl Remote {
    /// The context of a request's `_meta`.
    pub(crate) fn of_meta(parent: Option<&TraceParent>, state: Option<&str>) -> Self {
        Self { parent: parent.and_then(|parent| span_context(parent, state)), transport: None }
    }

    /// With the context of the HTTP request.
    #[cfg(feature = "http")]
    pub(crate) fn sent_by(self, transport: Option<SpanContext>) -> Self {
        Self { transport, ..self }
    }

    /// Sets the parent and the link of the span according to the semantic conventions for MCP: the context in `_meta` is the parent, and the
    /// surrounding context, or that of the HTTP request, is linked. It must be called before the span is entered.
    pub(crate) fn apply(&self, span: &Span) {
        if span.is_disabled() {
            return;
        }
        let ambient = Span::current().context().span().span_context().clone();
        if let Some(parent) = self.parent.clone() {
            // An error means that no OpenTelemetry layer handles this span, so there is nothing to do.
            let _ = span.set_parent(Context::new().with_remote_span_context(parent));
        }
        if !ambient.is_valid() {
            if let Some(transport) = self.transport.clone() {
                span.add_link(transport);
            }
        } else if self.parent.is_some() {
            span.add_link(ambient);
        }
    }
}

/// The context that the headers of an HTTP request carry.
#[cfg(feature = "http")]
pub(crate) fn of_headers(headers: &http::HeaderMap) -> Option<SpanContext> {
    let mut parents = headers.get_all("traceparent").iter();
    let (Some(parent), None) = (parents.next(), parents.next()) else { return None };
    let parent = TraceParent::parse(parent.to_str().ok()?)?;
    let states: Option<Vec<&str>> = headers.get_all("tracestate").iter().map(|state| state.to_str().ok()).collect();
    // Section 3.3.1: several headers are one list.
    span_context(&parent, states.map(|states| states.join(",")).as_deref())
}

fn span_context(parent: &TraceParent, state: Option<&str>) -> Option<SpanContext> {
    let trace_id = TraceId::from_hex(&parent.trace_id).ok()?;
    let parent_id = SpanId::from_hex(&parent.parent_id).ok()?;
    // Section 3.2.2.5: the meaning of the other bits is unknown.
    let flags = TraceFlags::new(parent.flags) & TraceFlags::SAMPLED;
    // Section 3.3: a state that cannot be parsed is discarded, and the parent is still used.
    let state = state.and_then(read_state).unwrap_or_default();
    Some(SpanContext::new(trace_id, parent_id, flags, true, state))
}

/// The members of a `tracestate`. OpenTelemetry checks the characters of the keys, but less of the rest than the standard requires.
fn read_state(state: &str) -> Option<TraceState> {
    if state.len() > LONGEST_STATE {
        return None;
    }
    let mut members: Vec<(&str, &str)> = Vec::new();
    for member in state.split(',').map(|member| member.trim_matches([' ', '\t'])) {
        if member.is_empty() {
            continue;
        }
        let (key, value) = member.split_once('=')?;
        let is_new = members.iter().all(|(known, _)| *known != key);
        if key.is_empty() || !is_value(value) || !is_new || members.len() == MOST_MEMBERS {
            return None;
        }
        members.push((key, value));
    }
    TraceState::from_key_value(members).ok()
}

/// Section 3.3.1.3.2. Trailing blanks have been removed already.
fn is_value(value: &str) -> bool {
    (1..=LONGEST_VALUE).contains(&value.len())
        && value.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_what_the_standard_says() {
        let read = |state: &str| read_state(state).map(|state| state.header());
        assert_eq!(
            read("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE").as_deref(),
            Some("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
        );
        assert_eq!(read(" a=1 ,\tt3nant@vendor=x y,, ").as_deref(), Some("a=1,t3nant@vendor=x y"));
        assert_eq!(read("").as_deref(), Some(""));
        let list = |members: usize| (0..members).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join(",");
        assert!(read(&list(32)).is_some());
        assert!(read(&format!("k={}", "v".repeat(256))).is_some());
        for bad in [
            "a",
            "=1",
            "a=",
            "a==1",
            "a=1,b",
            "a=1,a=2",
            "A=1",
            "a b=1",
            "a=\n",
            "a=\u{e9}",
            "a=\u{7f}",
            &list(33),
            &format!("k={}", "v".repeat(257)),
            &format!("a={0},b={0},c={0}", "v".repeat(200)),
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_state_that_cannot_be_read_leaves_the_parent() {
        let parent = TraceParent::parse("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-ff").unwrap();
        let context = span_context(&parent, Some("not a state")).unwrap();
        assert_eq!(context.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(context.span_id().to_string(), "00f067aa0ba902b7");
        assert_eq!((context.trace_flags(), context.is_remote()), (TraceFlags::SAMPLED, true));
        assert_eq!(context.trace_state(), &TraceState::NONE);
    }

    #[cfg(feature = "http")]
    #[test]
    fn two_parents_in_the_headers_are_none() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-00";
        let of = |headers: &[(&'static str, &'static str)]| {
            of_headers(&headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect())
        };
        let context = of(&[("traceparent", parent), ("tracestate", "a=1"), ("tracestate", "b=2")]).unwrap();
        assert!(!context.is_sampled());
        assert_eq!(context.trace_state().header(), "a=1,b=2");
        assert_eq!(of(&[("tracestate", "a=1")]), None);
    }
}
