//! CORS: the web pages that may read the responses of the server. None may by default.

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
    request::Parts,
};

use super::address::{Address, InvalidOption};

/// The headers that an MCP client sends, including a credential, which the page itself must know. Cookies are never allowed.
const HEADERS: &str =
    "authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id";
/// The headers that a page may read besides the body.
const EXPOSED: &str = "www-authenticate, retry-after, mcp-session-id";

/// The origins, as browsers write them.
#[derive(Clone, Debug, Default)]
pub(super) struct Cors(Vec<String>);

impl Cors {
    /// # Errors
    ///
    /// If one of them is not a valid origin.
    pub(super) fn new(origins: impl Iterator<Item = impl AsRef<str>>) -> Result<Self, InvalidOption> {
        let origin = |text: &str| {
            let address = Address::parse(text)?;
            if !address.path().is_empty() || text.contains('*') {
                return Err(InvalidOption::new(text, "is not a valid origin, such as `https://app.example.com`"));
            }
            // Browsers leave out the port that the scheme implies.
            let (origin, port) = if text.starts_with("https:") { (text, ":443") } else { (text, ":80") };
            Ok(origin.strip_suffix(port).unwrap_or(origin).to_owned())
        };
        origins.map(|text| origin(text.as_ref())).collect::<Result<_, _>>().map(Self)
    }

    /// The same for the transport's own check, for which an origin without a port matches any port.
    pub(super) fn with_ports(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|origin| {
            let (scheme, rest) = origin.split_once("://").unwrap_or_default();
            let has_port = rest.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
            match scheme {
                _ if has_port => origin.clone(),
                "https" => format!("{origin}:443"),
                _ => format!("{origin}:80"),
            }
        })
    }

    /// The origin of a request, if it is one of these.
    pub(super) fn admitted(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = origins.next().filter(|_| origins.next().is_none())?;
        self.0.iter().any(|known| known.as_bytes() == origin.as_bytes()).then(|| origin.clone())
    }

    /// The response to a preflight request, which browsers send without a credential; `None` for other requests.
    pub(super) fn preflight(&self, request: &Parts, methods: &[&'static str]) -> Option<Response> {
        let origin = self.admitted(&request.headers).filter(|_| request.method == Method::OPTIONS)?;
        let wanted = request.headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
        if !methods.iter().any(|method| wanted == method) {
            return None;
        }
        let headers = [
            (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::try_from(methods.join(", ")).ok()?),
            (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS)),
            (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600")),
        ];
        let mut response = (StatusCode::NO_CONTENT, headers).into_response();
        self.allow(Some(origin), &mut response);
        Some(response)
    }

    /// Allows the page at this origin to read the response.
    pub(super) fn allow(&self, origin: Option<HeaderValue>, response: &mut Response) {
        if self.0.is_empty() {
            return;
        }
        let headers = response.headers_mut();
        headers.append(VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_exact() {
        let cors = Cors::new(["https://app.example.com:443", "http://localhost:3000", "http://[::1]"].iter()).unwrap();
        assert_eq!(cors.0, ["https://app.example.com", "http://localhost:3000", "http://[::1]"]);
        let with_ports: Vec<_> = cors.with_ports().collect();
        assert_eq!(with_ports, ["https://app.example.com:443", "http://localhost:3000", "http://[::1]:80"]);
        for wrong in ["*", "null", "", "https://*.example.com", "https://app.example.com/", "http://app.example.com"] {
            assert!(Cors::new([wrong].iter()).is_err(), "{wrong:?}");
        }
    }
}
