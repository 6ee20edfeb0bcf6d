//! A message of a client, parsed once into types: fields that no method reads are skipped and never become a tree.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value, value::RawValue};

use super::{
    ClientKey, Envelope, MessageError, ProgressToken, Rejected,
    envelope::LARGEST_EXACT,
    unique::{self, Unique, has_duplicates},
};

/// A JSON-RPC message, as [MCP] has it: a request, a notification, or the response to a request of the server.
///
/// [MCP]: https://modelcontextprotocol.io/specification/2026-07-28/basic
#[derive(Debug)]
pub(crate) enum Message {
    Request {
        id: Id,
        method: Method,
        params: Params,
    },
    Notification {
        method: Method,
        params: Params,
    },
    /// `result` is none where the client has answered with an error.
    Response {
        id: Option<Id>,
        result: Option<Value>,
    },
}

/// The id of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Id {
    Number(i64),
    Text(Box<str>),
}

/// The methods that the HTTP endpoint answers itself, and any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Initialize,
    Discover,
    Ping,
    ListTools,
    CallTool,
    ListResources,
    ListResourceTemplates,
    ReadResource,
    ListPrompts,
    GetPrompt,
    Complete,
    Cancelled,
    Other(Box<str>),
}

/// The parameters of all the methods that the HTTP endpoint answers itself.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Params {
    #[serde(rename = "_meta", deserialize_with = "object_or_default")]
    pub(crate) meta: Meta,
    pub(crate) name: Option<String>,
    pub(crate) uri: Option<String>,
    /// The cursor of a list. The server never issues one, so its value does not matter.
    pub(crate) cursor: Option<IgnoredAny>,
    /// The item whose argument is completed.
    #[serde(rename = "ref", deserialize_with = "optional_object")]
    pub(crate) reference: Option<Reference>,
    /// The argument that is completed.
    #[serde(deserialize_with = "optional_object")]
    pub(crate) argument: Option<Typed>,
    #[serde(deserialize_with = "unique::optional_object")]
    pub(crate) arguments: Option<Map<String, Value>>,
    #[serde(deserialize_with = "unique::optional_object")]
    pub(crate) input_responses: Option<Map<String, Value>>,
    pub(crate) request_state: Option<String>,
    pub(crate) protocol_version: Option<String>,
    #[serde(deserialize_with = "optional_object")]
    pub(crate) capabilities: Option<Capabilities>,
    client_info: Option<IgnoredAny>,
    /// The request that a notification is about.
    pub(crate) request_id: Option<Id>,
}

impl Params {
    /// Whether `initialize` has what it has to have.
    pub(crate) fn introduces_client(&self) -> bool {
        self.protocol_version.is_some() && self.capabilities.is_some() && self.client_info.is_some()
    }
}

/// What has an argument that is completed.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Reference {
    #[serde(rename = "ref/prompt")]
    Prompt { name: String },
    #[serde(rename = "ref/resource")]
    Resource { uri: String },
}

/// An argument, as far as it was typed.
#[derive(Debug, Deserialize)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The `_meta` of a request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Meta {
    #[serde(rename = "io.modelcontextprotocol/protocolVersion", deserialize_with = "lenient")]
    pub(crate) protocol_version: Option<String>,
    #[serde(rename = "io.modelcontextprotocol/clientCapabilities", deserialize_with = "lenient_object")]
    pub(crate) client_capabilities: Option<Capabilities>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) traceparent: Option<String>,
    #[serde(rename = "progressToken", deserialize_with = "lenient")]
    pub(crate) progress_token: Option<ProgressToken>,
    #[serde(rename = "secure-tool/idempotency-key")]
    pub(crate) idempotency_key: Option<ClientKey>,
    #[cfg(feature = "otel")]
    #[serde(deserialize_with = "lenient")]
    pub(crate) tracestate: Option<String>,
}

impl Meta {
    /// The fields that a request of protocol 2026-07-28 has to have and this one has not.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let version = self.protocol_version.is_none().then_some("io.modelcontextprotocol/protocolVersion");
        let capabilities = self.client_capabilities.is_none().then_some("io.modelcontextprotocol/clientCapabilities");
        version.into_iter().chain(capabilities).collect()
    }
}

/// What a client can do, as far as the server asks for it.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Capabilities {
    #[serde(deserialize_with = "optional_object")]
    elicitation: Option<Elicitation>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
struct Elicitation {
    form: Option<Present>,
    url: Option<Present>,
}

/// Whatever it is, it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Present;

impl Capabilities {
    /// A client that can show forms, or cannot.
    pub(crate) fn with_forms(forms: bool) -> Self {
        Self { elicitation: forms.then_some(Elicitation { form: Some(Present), url: None }) }
    }

    /// Whether the client shows forms. One that names neither forms nor addresses means forms (MCP, elicitation, "capabilities").
    pub(crate) fn shows_forms(self) -> bool {
        self.elicitation.is_some_and(|elicitation| elicitation.form.is_some() || elicitation.url.is_none())
    }
}

impl Message {
    /// Parses bytes that were measured.
    ///
    /// # Errors
    ///
    /// What is wrong with them, without quoting them.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Rejected<'_>> {
        let (envelope, _) = Envelope::of(bytes)?;
        Ok(match envelope {
            Envelope::Request { id, method, params } => {
                let method = Method::from(method);
                let invalid = || match params {
                    Some(params) if has_duplicates(params) => MessageError::DuplicateKey,
                    _ => MessageError::InvalidParams,
                };
                let params = method.parse(params).ok_or_else(|| Rejected { error: invalid(), id: Some(id) })?;
                Self::Request { id: Id::of(id)?, method, params }
            }
            Envelope::Notification { method, params } => {
                let method = Method::from(method);
                // One that cannot be read is ignored (MCP, cancellation).
                let params = method.parse(params).unwrap_or_default();
                Self::Notification { method, params }
            }
            Envelope::Result { id, result } => {
                let Unique(result) = Unique::deserialize(result).map_err(|_| MessageError::NotAMessage)?;
                Self::Response { id: id.map(Id::of).transpose()?, result: Some(result) }
            }
            // An error without an id answers nothing.
            Envelope::Error { id } => Self::Response { id: id.and_then(|id| Id::of(id).ok()), result: None },
        })
    }
}

impl Id {
    /// An id that the envelope has checked; some clients write `1.0` for `1`.
    fn of(id: &RawValue) -> Result<Self, MessageError> {
        let text = id.get();
        if text.starts_with('"') {
            return serde_json::from_str(text).map(Self::Text).map_err(|_| MessageError::NotAMessage);
        }
        if let Ok(id) = serde_json::from_str(text) {
            return Ok(Self::Number(id));
        }
        match serde_json::from_str::<f64>(text) {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole, and below 2^53")]
            Ok(id) if id.fract() == 0.0 && id.abs() < LARGEST_EXACT => Ok(Self::Number(id as i64)),
            Ok(_) | Err(_) => Err(MessageError::NotAMessage),
        }
    }
}

/// A JSON object. Derived code takes a list of a struct's values for the struct as well.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields))
            }
        }
        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

fn optional_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|Object(object)| object))
}

fn object_or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    optional_object(deserializer).map(Option::unwrap_or_default)
}

/// What is of another type counts as left out.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Good(T),
        Other(IgnoredAny),
    }
    Either::<T>::deserialize(deserializer).map(|either| match either {
        Either::Good(good) => Some(good),
        Either::Other(IgnoredAny) => None,
    })
}

fn lenient_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(lenient::<_, Object<T>>(deserializer)?.map(|Object(object)| object))
}

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl Method {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Initialize => "initialize",
            Self::Discover => "server/discover",
            Self::Ping => "ping",
            Self::ListTools => "tools/list",
            Self::CallTool => "tools/call",
            Self::ListResources => "resources/list",
            Self::ListResourceTemplates => "resources/templates/list",
            Self::ReadResource => "resources/read",
            Self::ListPrompts => "prompts/list",
            Self::GetPrompt => "prompts/get",
            Self::Complete => "completion/complete",
            Self::Cancelled => "notifications/cancelled",
            Self::Other(name) => name,
        }
    }
}

impl From<Cow<'_, str>> for Method {
    fn from(name: Cow<'_, str>) -> Self {
        match &*name {
            "initialize" => Self::Initialize,
            "server/discover" => Self::Discover,
            "ping" => Self::Ping,
            "tools/list" => Self::ListTools,
            "tools/call" => Self::CallTool,
            "resources/list" => Self::ListResources,
            "resources/templates/list" => Self::ListResourceTemplates,
            "resources/read" => Self::ReadResource,
            "prompts/list" => Self::ListPrompts,
            "prompts/get" => Self::GetPrompt,
            "completion/complete" => Self::Complete,
            "notifications/cancelled" => Self::Cancelled,
            _ => Self::Other(name.into()),
        }
    }
}

impl Method {
    /// The parameters of this method; of a method that the HTTP endpoint does not answer, no more than what every request says of itself.
    fn parse(&self, params: Option<&RawValue>) -> Option<Params> {
        #[derive(Deserialize)]
        struct Any {
            #[serde(rename = "_meta", default, deserialize_with = "object_or_default")]
            meta: Meta,
        }
        match (self, params) {
            (_, None) => Some(Params::default()),
            (Self::Other(_), Some(params)) => {
                let meta = Object::<Any>::deserialize(params).map(|Object(any)| any.meta).unwrap_or_default();
                Some(Params { meta, ..Params::default() })
            }
            (_, Some(params)) => object_or_default(params).ok(),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = <Box<RawValue>>::deserialize(deserializer)?;
        Self::of(&id).map_err(|error| D::Error::custom(error.sentence()))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(id) => serializer.serialize_i64(*id),
            Self::Text(id) => serializer.serialize_str(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Result<Message, (MessageError, bool)> {
        Message::parse(text.as_bytes()).map_err(|rejected| (rejected.error, rejected.id.is_some()))
    }

    #[test]
    fn a_call_is_read_whatever_the_order_of_its_keys() {
        for text in [
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","arguments":{"b":[1]},"x":1}}"#,
            r#"{"params":{"x":{"y":[]},"arguments":{"b":[1]},"name":"a"},"method":"tools/call","id":7.0,"jsonrpc":"2.0"}"#,
        ] {
            let Ok(Message::Request { id: Id::Number(7), method: Method::CallTool, params }) = parse(text) else {
                panic!("{text}");
            };
            assert_eq!(params.name.as_deref(), Some("a"));
            assert_eq!(params.arguments.map(Value::Object), Some(json!({"b": [1]})));
        }
    }

    #[test]
    fn parameters_of_the_wrong_types_are_told_under_the_id() {
        for params in [
            r#"{"arguments":[]}"#,
            "[]",
            "7",
            r#"{"name":5}"#,
            r#"{"_meta":[]}"#,
            r#"{"capabilities":[]}"#,
            r#"{"requestState":{}}"#,
        ] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{params}}}"#);
            assert_eq!(parse(&text).unwrap_err(), (MessageError::InvalidParams, true), "{text}");
            let other = text.replace("tools/call", "somebody/else");
            assert!(matches!(parse(&other), Ok(Message::Request { method: Method::Other(_), .. })), "{other}");
            let notification = text.replace("\"id\":7,", "").replace("tools/call", "notifications/cancelled");
            let Ok(Message::Notification { method: Method::Cancelled, params }) = parse(&notification) else {
                panic!()
            };
            assert_eq!(params.request_id, None, "what cannot be read is ignored");
        }
    }

    #[test]
    fn of_a_key_that_is_there_twice_neither_value_counts() {
        for params in [
            r#"{"name":"a","name":"b"}"#,
            r#"{"name":"a","arguments":{"b":1,"b":2}}"#,
            r#"{"name":"a","arguments":{"b":[{"c":1,"\u0063":2}]}}"#,
            r#"{"name":"a","arguments":{},"arguments":{}}"#,
            r#"{"name":"a","inputResponses":{"confirm":{},"confirm":{}}}"#,
        ] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{params}}}"#);
            assert_eq!(parse(&text).unwrap_err(), (MessageError::DuplicateKey, true), "{text}");
        }
        let answer = r#"{"jsonrpc":"2.0","id":"q","result":{"action":"decline","action":"accept"}}"#;
        assert_eq!(parse(answer).unwrap_err(), (MessageError::NotAMessage, false));
    }

    #[test]
    fn capabilities_are_those_that_the_client_has_written_down() {
        let shows = |capabilities: Value| {
            let text =
                json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": capabilities}});
            let Ok(Message::Request { params, .. }) = parse(&text.to_string()) else { panic!("{text}") };
            params.capabilities.unwrap().shows_forms()
        };
        assert!(shows(json!({"elicitation": {}})) && shows(json!({"elicitation": {"form": {}, "url": {}}})));
        assert!(!shows(json!({})) && !shows(json!({"elicitation": {"url": {}}})) && !shows(json!({"sampling": {}})));
    }

    #[test]
    fn a_response_may_be_null_or_an_error() {
        let Ok(Message::Response { id: Some(Id::Text(id)), result: Some(Value::Null) }) =
            parse(r#"{"jsonrpc":"2.0","id":"q","result":null}"#)
        else {
            panic!()
        };
        assert_eq!(&*id, "q");
        let error = parse(r#"{"jsonrpc":"2.0","id":"q","error":{"code":1}}"#);
        assert!(matches!(error, Ok(Message::Response { id: Some(_), result: None })));
        assert!(matches!(parse(r#"{"jsonrpc":"2.0","error":{}}"#), Ok(Message::Response { id: None, result: None })));
    }

    #[test]
    fn meta_of_the_wrong_type_is_missing() {
        let text = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":5,
            "io.modelcontextprotocol/clientCapabilities":[],"traceparent":"t"}}}"#;
        let Ok(Message::Request { params, .. }) = parse(text) else { panic!() };
        assert_eq!(params.meta.idempotency_key, None);
        let key = text.replace("traceparent", super::super::IDEMPOTENCY_KEY);
        let Ok(Message::Request { params: keyed, .. }) = parse(&key) else { panic!() };
        assert_eq!(keyed.meta.idempotency_key, Some(ClientKey::Text("t".into())));
        assert_eq!(params.meta.missing().len(), 2);
        assert_eq!(params.meta.traceparent.as_deref(), Some("t"));
    }
}
