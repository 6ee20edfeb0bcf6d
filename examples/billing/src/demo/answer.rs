//! The answer that a client received, and how it is printed.

use serde_json::Value;

/// The answer to a request.
pub(super) enum Answer {
    /// The tool's result, which may be an error for the model.
    Result(Value),
    /// An error of the protocol.
    Error(Value),
    /// A refusal by HTTP: the status, and the `WWW-Authenticate` header or the body.
    Http(u16, String),
}

impl Answer {
    /// `allowed`, or the code of the refusal.
    pub(super) fn code(&self) -> String {
        let code = match self {
            Self::Result(result) if result.get("isError") != Some(&Value::Bool(true)) => return "allowed".to_owned(),
            Self::Result(result) => result.pointer("/_meta/secure-tool~1refusal/code"),
            Self::Error(error) => error.pointer("/data/code"),
            Self::Http(status, _) => return format!("HTTP {status}"),
        };
        code.and_then(Value::as_str).unwrap_or("no code").to_owned()
    }

    /// The text that the model, or the client's developer, reads.
    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Self::Result(result) => shown(result),
            Self::Error(error) => vec![format!("JSON-RPC error {error}")],
            Self::Http(_, said) => vec![said.clone()],
        }
    }

    /// The items of a list in a result: `content`, `contents`, `resources`, `messages` and so on.
    pub(super) fn items(&self, name: &str) -> &[Value] {
        let Self::Result(result) = self else { return &[] };
        result.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// One field of each of these items.
    pub(super) fn each(&self, name: &str, field: &str) -> Vec<String> {
        self.items(name).iter().map(|item| text_of(item.get(field).unwrap_or(&Value::Null))).collect()
    }

    /// The values that are offered.
    pub(super) fn completion(&self) -> Vec<String> {
        let Self::Result(result) = self else { return Vec::new() };
        result.pointer("/completion/values").and_then(Value::as_array).into_iter().flatten().map(text_of).collect()
    }

    /// A field of the structured answer or, of a refusal, of its machine-readable part.
    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Result(result) => {
                let parts = [result.get("structuredContent"), result.pointer("/_meta/secure-tool~1refusal")];
                parts.into_iter().flatten().find_map(|part| part.get(name))
            }
            Self::Error(error) => error.pointer("/data").and_then(|data| data.get(name)),
            Self::Http(..) => None,
        }
    }

    pub(super) fn call_id(&self) -> &str {
        self.field("call_id").and_then(Value::as_str).unwrap_or_default()
    }

    /// All of it but the call's id: two refusals that must not differ are compared so.
    pub(super) fn without_id(&self) -> String {
        let whole = match self {
            Self::Result(value) | Self::Error(value) => value.to_string(),
            Self::Http(status, said) => format!("{status} {said}"),
        };
        if self.call_id().is_empty() { whole } else { whole.replace(self.call_id(), "") }
    }
}

/// A result, whichever it is.
fn shown(result: &Value) -> Vec<String> {
    if let Some(structured) = result.get("structuredContent") {
        return match structured.get("result") {
            Some(Value::Array(items)) if !items.is_empty() => items.iter().map(text_of).collect(),
            _ => vec![structured.to_string()],
        };
    }
    if let Some(offered) = result.pointer("/completion/values") {
        return vec![offered.to_string()];
    }
    let lists = ["content", "contents", "resources", "resourceTemplates", "messages", "prompts"];
    let items = lists.iter().find_map(|list| result.get(*list)?.as_array());
    items.into_iter().flatten().flat_map(block).collect()
}

/// A block of an answer, the contents of a resource, or an entry of a list.
fn block(item: &Value) -> Vec<String> {
    if let Some(said) = item.get("content") {
        let role = item.get("role").and_then(Value::as_str).unwrap_or_default();
        return block(said).into_iter().map(|line| format!("{role}: {line}")).collect();
    }
    let field = |name| item.get(name).and_then(Value::as_str);
    let media = field("mimeType").unwrap_or_default();
    if let Some(bytes) = field("data").or(field("blob")) {
        return vec![format!("{media}, {} characters of base64", bytes.len())];
    }
    if let Some(text) = field("text") {
        return text.lines().map(str::to_owned).collect();
    }
    let (uri, title) = (field("uri").or(field("uriTemplate")).or(field("name")), field("title"));
    uri.map(|uri| format!("{uri}  {}", title.unwrap_or_default()).trim_end().to_owned()).into_iter().collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
