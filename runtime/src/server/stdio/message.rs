//! Converts a line to a message of rmcp's model.
//!
//! rmcp reads a message by trying one type after the other, and treats a request with invalid parameters like one for an unknown method. Here the
//! method determines the type, so a request for a known method fails with the actual problem. Duplicate keys are also rejected before rmcp sees them.

use rmcp::model::{
    CallToolRequest, CancelledNotification, ClientJsonRpcMessage, ClientNotification, ClientRequest, ClientResult,
    CompleteRequest, DiscoverRequest, GetExtensions, GetPromptRequest, InitializeRequest, InitializedNotification,
    JsonRpcError, JsonRpcMessage, JsonRpcResponse, ListPromptsRequest, ListResourceTemplatesRequest,
    ListResourcesRequest, ListToolsRequest, PingRequest, ReadResourceRequest, RequestId, SubscriptionsListenRequest,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, value::RawValue};

use super::in_flight::InFlight;
use crate::wire::{Envelope, MessageError, MessageLimits, Rejected, Unique, has_duplicates};

/// Reads one line that is not blank.
///
/// A request gets its place among those in flight before its parameters are parsed. `None` is returned for messages that nobody waits for: an unknown
/// or invalid notification, and an invalid response.
///
/// # Errors
///
/// Why the message is invalid, and the id of the request to answer.
pub(super) fn read<'l>(
    line: &'l [u8],
    limits: &MessageLimits,
    in_flight: &InFlight,
) -> Result<Option<ClientJsonRpcMessage>, Rejected<'l>> {
    let (envelope, text, measure) = Envelope::read(line, limits)?;
    Ok(match envelope {
        Envelope::Request { id, method, params } => {
            // An error with an id that is in use would be mistaken for the response to that request.
            let rejected = |error| Rejected { error, id: Some(id).filter(|_| error != MessageError::IdInUse) };
            let request_id: RequestId = serde_json::from_str(id.get()).map_err(|_| MessageError::NotAMessage)?;
            let place = in_flight.admit(&measure, &request_id).map_err(rejected)?;
            let mut request = request(&method, params).map_err(rejected)?;
            request.extensions_mut().insert(place);
            Some(JsonRpcMessage::request(request, request_id))
        }
        Envelope::Notification { method, .. } => notification(&method, text).map(JsonRpcMessage::notification),
        Envelope::Result { result, .. } if has_duplicates(result) => None,
        Envelope::Result { .. } => {
            serde_json::from_str::<JsonRpcResponse<ClientResult>>(text).ok().map(JsonRpcMessage::Response)
        }
        Envelope::Error { .. } => serde_json::from_str::<JsonRpcError>(text).ok().map(JsonRpcMessage::Error),
    })
}

fn typed<R: DeserializeOwned + Into<ClientRequest>>(
    method: &str,
    params: Option<&RawValue>,
) -> Result<ClientRequest, MessageError> {
    let mut request = Map::from_iter([("method".to_owned(), method.into())]);
    if let Some(params) = params {
        let read = serde_json::from_str(params.get());
        let Unique(read) = read.map_err(|_| {
            if has_duplicates(params) { MessageError::DuplicateKey } else { MessageError::InvalidParams }
        })?;
        request.insert("params".to_owned(), read);
    }
    R::deserialize(Value::Object(request)).map(Into::into).map_err(|_| MessageError::InvalidParams)
}

/// The methods that a server of this library may have. All other methods of rmcp are answered like unknown methods.
fn request(method: &str, params: Option<&RawValue>) -> Result<ClientRequest, MessageError> {
    match method {
        "initialize" => typed::<InitializeRequest>(method, params),
        "ping" => typed::<PingRequest>(method, params),
        "server/discover" => typed::<DiscoverRequest>(method, params),
        "tools/list" => typed::<ListToolsRequest>(method, params),
        "tools/call" => typed::<CallToolRequest>(method, params),
        "prompts/list" => typed::<ListPromptsRequest>(method, params),
        "prompts/get" => typed::<GetPromptRequest>(method, params),
        "resources/list" => typed::<ListResourcesRequest>(method, params),
        "resources/templates/list" => typed::<ListResourceTemplatesRequest>(method, params),
        "resources/read" => typed::<ReadResourceRequest>(method, params),
        "subscriptions/listen" => typed::<SubscriptionsListenRequest>(method, params),
        "completion/complete" => typed::<CompleteRequest>(method, params),
        _ => Err(MessageError::UnknownMethod),
    }
}

fn notification(method: &str, text: &str) -> Option<ClientNotification> {
    match method {
        "notifications/initialized" => serde_json::from_str::<InitializedNotification>(text).ok().map(Into::into),
        "notifications/cancelled" => {
            let mut cancelled: CancelledNotification = serde_json::from_str(text).ok()?;
            // rmcp logs it.
            cancelled.params.reason = None;
            Some(cancelled.into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::in_flight::MEMORY, *};

    fn read_json(message: &Value) -> Result<Option<ClientJsonRpcMessage>, (MessageError, Option<String>)> {
        let line = message.to_string();
        read(line.as_bytes(), &MessageLimits::default(), &InFlight::new(1, MEMORY))
            .map_err(|rejected| (rejected.error, rejected.id.map(ToString::to_string)))
    }

    fn ask(method: &str, params: &Value) -> Result<Option<ClientJsonRpcMessage>, (MessageError, Option<String>)> {
        read_json(&json!({"jsonrpc": "2.0", "id": "a", "method": method, "params": params}))
    }

    /// Every method, with parameters that fit.
    #[test]
    fn each_request_is_read_as_what_its_method_says() {
        let call = json!({"name": "n", "arguments": {"a": 1}, "_meta": {"progressToken": 7}});
        let initialize =
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}});
        let complete = json!({"ref": {"type": "ref/prompt", "name": "p"}, "argument": {"name": "a", "value": "v"}});
        for (method, params) in [
            ("initialize", initialize),
            ("ping", json!({})),
            ("ping", json!(null)),
            ("server/discover", json!({})),
            ("tools/list", json!({"cursor": "c"})),
            ("tools/list", json!(null)),
            ("tools/call", call),
            ("prompts/list", json!({})),
            ("prompts/get", json!({"name": "p"})),
            ("resources/list", json!({})),
            ("resources/templates/list", json!({})),
            ("resources/read", json!({"uri": "u"})),
            ("subscriptions/listen", json!({"notifications": {}})),
            ("completion/complete", complete),
        ] {
            let Ok(Some(JsonRpcMessage::Request(read))) = ask(method, &params) else { panic!("{method} {params}") };
            assert_eq!(read.request.method(), method);
            let whole = json!({"jsonrpc": "2.0", "id": "a", "method": method, "params": params});
            let plain: ClientJsonRpcMessage = serde_json::from_value(whole).unwrap();
            let ours = serde_json::to_value(JsonRpcMessage::<_, ClientResult, ClientNotification>::Request(read));
            assert_eq!(ours.unwrap(), serde_json::to_value(plain).unwrap(), "as rmcp reads it");
        }
    }

    #[test]
    fn parameters_that_do_not_fit_are_told_apart_from_unknown_methods() {
        let invalid = |method, params| {
            assert_eq!(ask(method, &params).unwrap_err(), (MessageError::InvalidParams, Some("\"a\"".into())));
        };
        invalid("tools/call", json!({"name": "n", "arguments": []}));
        invalid("tools/call", json!({"name": 5}));
        invalid("tools/call", json!({"arguments": {}}));
        invalid("tools/call", json!(null));
        invalid("tools/call", json!([]));
        invalid("tools/list", json!(7));
        invalid("initialize", json!({"protocolVersion": "2025-11-25"}));
        for method in ["no/such", "", "notifications/initialized", "sampling/createMessage"] {
            assert_eq!(ask(method, &json!([])).unwrap_err().0, MessageError::UnknownMethod, "{method}");
        }
    }

    #[test]
    fn notifications_and_answers_that_mean_nothing_are_dropped() {
        let notify = |method: &str, params: Value| {
            read_json(&json!({"jsonrpc": "2.0", "method": method, "params": params})).unwrap()
        };
        assert!(notify("notifications/initialized", json!({})).is_some());
        let Some(JsonRpcMessage::Notification(cancelled)) =
            notify("notifications/cancelled", json!({"requestId": 7, "reason": "CANARY"}))
        else {
            panic!("no notification")
        };
        assert!(!format!("{cancelled:?}").contains("CANARY"));
        assert!(notify("notifications/cancelled", json!([])).is_none());
        assert!(notify("notifications/progress", json!({"progressToken": 1, "progress": 1})).is_none());
        assert!(notify("tools/call", json!({"name": "n"})).is_none());
        let answer = |answer: Value| read_json(&answer).unwrap();
        assert!(answer(json!({"jsonrpc": "2.0", "id": 1, "result": {}})).is_some());
        assert!(answer(json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "m"}})).is_some());
        assert!(answer(json!({"jsonrpc": "2.0", "id": {}, "result": {}})).is_none());
        assert!(answer(json!({"jsonrpc": "2.0", "error": 5})).is_none());
    }
}
