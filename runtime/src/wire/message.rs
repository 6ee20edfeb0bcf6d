//! One message of a client, parsed once and into types: what no method of ours reads is skipped and never becomes a tree.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value};

/// A JSON-RPC message, as [MCP] has it: a request, a notification, or the response to a request of the server.
///
/// [MCP]: https://modelcontextprotocol.io/specification/2026-07-28/basic
#[derive(Debug)]
pub(crate) enum Message {
    Request { id: Id, method: Method, params: Params },
    Notification { method: Method, params: Params },
    Response { id: Id, result: Option<Value> },
}

/// The id of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Id {
    Number(i64),
    Text(Box<str>),
}

/// The methods that the door answers itself, and any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Initialize,
    Discover,
    Ping,
    ListTools,
    CallTool,
    Cancelled,
    Other(Box<str>),
}

/// The parameters of all the methods that the door answers itself.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Params {
    #[serde(rename = "_meta", deserialize_with = "object_or_default")]
    pub(crate) meta: Meta,
    pub(crate) name: Option<String>,
    pub(crate) arguments: Option<Map<String, Value>>,
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

/// What a request says of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Meta {
    #[serde(rename = "io.modelcontextprotocol/protocolVersion", deserialize_with = "lenient")]
    pub(crate) protocol_version: Option<String>,
    #[serde(rename = "io.modelcontextprotocol/clientCapabilities", deserialize_with = "lenient_object")]
    pub(crate) client_capabilities: Option<Capabilities>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) traceparent: Option<String>,
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

/// Why bytes are no message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// They are no JSON.
    Syntax,
    /// They are JSON and no JSON-RPC message.
    Invalid(Option<Id>),
    /// They are a request whose parameters are of the wrong types.
    Params(Id),
}

impl Message {
    /// Parses bytes that were measured.
    ///
    /// # Errors
    ///
    /// What is wrong with them, without a word of what they say.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let envelope = serde_json::from_slice::<Object<Envelope<Object<Params>>>>(bytes).map_err(|error| {
            if !error.is_data() {
                return Unreadable::Syntax;
            }
            // Rare: what can be read of it is read once more, to say who is meant.
            match serde_json::from_slice::<Object<Envelope<IgnoredAny>>>(bytes) {
                Ok(Object(Envelope { id: Some(id), method: Some(_), .. })) => Unreadable::Params(id),
                Ok(Object(Envelope { id, .. })) => Unreadable::Invalid(id),
                Err(error) if error.is_data() => Unreadable::Invalid(
                    serde_json::from_slice::<Object<JustId>>(bytes).ok().and_then(|message| message.0.id),
                ),
                Err(_) => Unreadable::Syntax,
            }
        })?;
        let Object(Envelope { id, method, params, result, error, .. }) = envelope;
        let params = params.map(|Object(params)| params);
        match (id, method) {
            (Some(id), Some(method)) => Ok(Self::Request { id, method, params: params.unwrap_or_default() }),
            (None, Some(method)) => Ok(Self::Notification { method, params: params.unwrap_or_default() }),
            (Some(id), None) if result.is_some() != error.is_some() => Ok(Self::Response { id, result }),
            (id, None) => Err(Unreadable::Invalid(id)),
        }
    }
}

#[derive(Deserialize)]
#[serde(bound = "P: Deserialize<'de>")]
struct Envelope<P> {
    #[serde(rename = "jsonrpc")]
    _version: Version,
    id: Option<Id>,
    method: Option<Method>,
    params: Option<P>,
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct JustId {
    id: Option<Id>,
}

/// JSON-RPC 2.0.
#[derive(Deserialize)]
enum Version {
    #[serde(rename = "2.0")]
    Two,
}

/// A `null` is a result.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
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
            "notifications/cancelled" => Self::Cancelled,
            _ => Self::Other(name.into()),
        }
    }
}

impl<'de> Deserialize<'de> for Method {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Method;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a method")
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<Method, E> {
                Ok(Cow::Borrowed(name).into())
            }
        }
        deserializer.deserialize_str(Name)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrText;
        impl Visitor<'_> for NumberOrText {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer or a string")
            }
            fn visit_i64<E: Error>(self, id: i64) -> Result<Id, E> {
                Ok(Id::Number(id))
            }
            fn visit_u64<E: Error>(self, id: u64) -> Result<Id, E> {
                id.try_into().map(Id::Number).map_err(E::custom)
            }
            fn visit_str<E: Error>(self, id: &str) -> Result<Id, E> {
                Ok(Id::Text(id.into()))
            }
        }
        deserializer.deserialize_any(NumberOrText)
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

    fn parse(text: &str) -> Result<Message, Unreadable> {
        Message::parse(text.as_bytes())
    }

    #[test]
    fn a_call_is_read_whatever_the_order_of_its_keys() {
        for text in [
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","arguments":{"b":[1]},"x":1}}"#,
            r#"{"params":{"x":{"y":[]},"arguments":{"b":[1]},"name":"a"},"method":"tools/call","id":7,"jsonrpc":"2.0"}"#,
        ] {
            let Ok(Message::Request { id: Id::Number(7), method: Method::CallTool, params }) = parse(text) else {
                panic!("{text}");
            };
            assert_eq!(params.name.as_deref(), Some("a"));
            assert_eq!(params.arguments.map(Value::Object), Some(json!({"b": [1]})));
        }
    }

    #[test]
    fn what_is_no_message_says_what_it_can_about_its_id() {
        let (seven, none) = (Some(Id::Number(7)), None);
        for (text, expected) in [
            ("", Unreadable::Syntax),
            ("{", Unreadable::Syntax),
            (r#"{"jsonrpc":"2.0","id":7,"method":"tools/call"}}"#, Unreadable::Syntax),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"arguments":[]}}"#,
                Unreadable::Params(Id::Number(7)),
            ),
            (r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":[]}"#, Unreadable::Params(Id::Number(7))),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","name":"b"}}"#,
                Unreadable::Params(Id::Number(7)),
            ),
            (r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}"#, Unreadable::Invalid(none.clone())),
            (r#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, Unreadable::Invalid(seven.clone())),
            (r#"{"id":7,"method":"ping"}"#, Unreadable::Invalid(seven.clone())),
            (r#"{"jsonrpc":"2.0","id":7}"#, Unreadable::Invalid(seven.clone())),
            (r#"{"jsonrpc":"2.0","id":7,"result":{},"error":{}}"#, Unreadable::Invalid(seven.clone())),
            (r#"{"jsonrpc":"2.0","id":7,"id":8,"method":"ping"}"#, Unreadable::Invalid(none.clone())),
            (r#"{"jsonrpc":"2.0","id":7,"method":5}"#, Unreadable::Invalid(seven)),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, Unreadable::Invalid(none.clone())),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, Unreadable::Invalid(none.clone())),
            ("[]", Unreadable::Invalid(none.clone())),
            ("[{}]", Unreadable::Invalid(none.clone())),
            (r#"["2.0",7,"ping"]"#, Unreadable::Invalid(none.clone())),
            (r#"{"jsonrpc":"2.0","id":7,"method":"ping","params":{"_meta":[]}}"#, Unreadable::Params(Id::Number(7))),
            ("7", Unreadable::Invalid(none)),
        ] {
            assert_eq!(parse(text).map(|message| panic!("{text}: {message:?}")).unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn capabilities_are_those_that_the_client_has_written_down() {
        let shows = |elicitation: Value| {
            let text =
                json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": elicitation}});
            let Ok(Message::Request { params, .. }) = parse(&text.to_string()) else { panic!("{text}") };
            params.capabilities.unwrap().shows_forms()
        };
        assert!(shows(json!({"elicitation": {}})) && shows(json!({"elicitation": {"form": {}, "url": {}}})));
        assert!(!shows(json!({})) && !shows(json!({"elicitation": {"url": {}}})) && !shows(json!({"sampling": {}})));
    }

    #[test]
    fn a_response_may_be_null() {
        let Ok(Message::Response { id: Id::Text(id), result: Some(Value::Null) }) =
            parse(r#"{"jsonrpc":"2.0","id":"q","result":null}"#)
        else {
            panic!()
        };
        assert_eq!(&*id, "q");
        assert!(matches!(
            parse(r#"{"jsonrpc":"2.0","id":"q","error":{"code":1}}"#),
            Ok(Message::Response { result: None, .. })
        ));
    }

    #[test]
    fn meta_of_the_wrong_type_is_missing() {
        let text = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":5,
            "io.modelcontextprotocol/clientCapabilities":[],"traceparent":"t"}}}"#;
        let Ok(Message::Request { params, .. }) = parse(text) else { panic!() };
        assert_eq!(params.meta.missing().len(), 2);
        assert_eq!(params.meta.traceparent.as_deref(), Some("t"));
    }
}
