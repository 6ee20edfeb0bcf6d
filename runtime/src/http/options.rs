//! The options of a server on HTTP.

use secure_tool_vocabulary::is_policy_scope;

use super::{
    address::{Address, InvalidOption},
    admission::Quotas,
    cors::Cors,
    discovery::Discovery,
    endpoint::EndpointOptions,
    serve::Limits,
};
/// Options of a server on HTTP.
///
/// By default the server accepts requests at the path `/mcp`, with a `Host` that is this machine (`localhost`, `127.0.0.1`, `[::1]`), which prevents
/// DNS rebinding; requests from browsers only if their `Origin` is this machine; and nothing without a credential.
///
/// ```
/// use secure_tool::http::HttpOptions;
///
/// let options = HttpOptions::default().hosts(["mcp.example.com"]).origins(["https://app.example.com:443"]);
/// ```
#[derive(Clone, Debug)]
pub struct HttpOptions {
    pub(super) path: String,
    pub(super) hosts: Vec<String>,
    pub(super) origins: Vec<String>,
    pub(super) discovery: Discovery,
    pub(super) cors: Cors,
    pub(super) limits: Limits,
    pub(super) endpoint: EndpointOptions,
    pub(super) quotas: Quotas,
}

impl Default for HttpOptions {
    fn default() -> Self {
        let origins = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"];
        Self {
            path: "/mcp".into(),
            hosts: Vec::new(),
            origins: origins.map(Into::into).into(),
            discovery: Discovery::default(),
            cors: Cors::default(),
            limits: Limits::default(),
            endpoint: EndpointOptions::default(),
            quotas: Quotas::default(),
        }
        .hosts(["localhost", "127.0.0.1", "::1"])
    }
}

impl HttpOptions {
    /// The path of the endpoint, such as `/mcp`. (Creating the router panics if it does not begin with a slash.)
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The host names (`mcp.example.com`, optionally with a port) that requests may address. An empty list refuses every request.
    #[must_use]
    pub fn hosts<I: IntoIterator>(mut self, hosts: I) -> Self
    where
        I::Item: Into<String>,
    {
        self.hosts = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// This server's canonical URI ([RFC 8707]), such as `https://mcp.example.com/mcp`: the audience of access tokens for it. Clients are then told
    /// where to get a token ([RFC 9728], MCP "authorization"): public metadata is served at `/.well-known/oauth-protected-resource` and at that path
    /// followed by the path of the endpoint, and every challenge points there. Without this option, no metadata is served.
    ///
    /// The metadata lists the scopes of all tools, resources and prompts that the builder exposes. This option does not admit requests for that host: see
    /// [`hosts`](Self::hosts).
    ///
    /// # Errors
    ///
    /// If it is not `https` (or `http` on this machine), not in lower case up to its path, has a query, a fragment or credentials, or has a path with
    /// characters other than `A-Z a-z 0-9 . _ ~ - /`.
    ///
    /// [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707#section-2
    /// [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728
    pub fn resource(mut self, url: &str) -> Result<Self, InvalidOption> {
        let resource = Address::parse(url)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-/".contains(&byte);
        if !resource.path().bytes().all(plain) {
            return Err(InvalidOption::new(url, "has a path with characters that have a special meaning in routes"));
        }
        self.discovery.resource = Some(resource);
        Ok(self)
    }

    /// The issuers ([RFC 8414]) whose tokens this server accepts, for the metadata of its [`resource`](Self::resource). The
    /// [`Authenticator`](super::Authenticator) decides whether a token is accepted.
    ///
    /// # Errors
    ///
    /// If one of them is not an `https` address (or `http` on this machine), or has a query or a fragment.
    ///
    /// [RFC 8414]: https://www.rfc-editor.org/rfc/rfc8414#section-2
    pub fn authorization_servers<I: IntoIterator>(mut self, issuers: I) -> Result<Self, InvalidOption>
    where
        I::Item: AsRef<str>,
    {
        let issuers = issuers.into_iter().map(|issuer| Address::parse(issuer.as_ref()));
        self.discovery.authorization_servers = issuers.collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// The human-readable name of the [`resource`](Self::resource), for a consent page.
    #[must_use]
    pub fn resource_name(mut self, name: impl Into<String>) -> Self {
        self.discovery.name = Some(name.into());
        self
    }

    /// A page for developers about the [`resource`](Self::resource).
    ///
    /// # Errors
    ///
    /// See [`authorization_servers`](Self::authorization_servers).
    pub fn resource_documentation(mut self, url: &str) -> Result<Self, InvalidOption> {
        self.discovery.documentation = Some(Address::parse(url)?);
        Ok(self)
    }

    /// A page about how data of the [`resource`](Self::resource) may be used.
    ///
    /// # Errors
    ///
    /// See [`authorization_servers`](Self::authorization_servers).
    pub fn resource_policy(mut self, url: &str) -> Result<Self, InvalidOption> {
        self.discovery.policy = Some(Address::parse(url)?);
        Ok(self)
    }

    /// The scopes that a client without a credential should request first; calls that need more ask for them. The default is the smallest useful set:
    /// the scopes of the tool that reads and requires the fewest scopes; among several such tools, the scopes that open the most tools. With an empty
    /// list no scopes are named, and clients then request all of them.
    ///
    /// # Errors
    ///
    /// If one of them is not a valid scope ([RFC 6749, section 3.3]) or has a wildcard.
    ///
    /// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
    pub fn initial_scope<I: IntoIterator>(mut self, scopes: I) -> Result<Self, InvalidOption>
    where
        I::Item: Into<String>,
    {
        let scopes: Vec<String> = scopes.into_iter().map(Into::into).collect();
        if let Some(wrong) = scopes.iter().find(|scope| !is_policy_scope(scope)) {
            return Err(InvalidOption::new(wrong, "is not a valid scope (RFC 6749, without wildcards)"));
        }
        self.discovery.initial_scope = Some(scopes);
        Ok(self)
    }

    /// The web pages that may call this server and read its responses, by their exact origins, such as `https://app.example.com`: they pass the check
    /// of [`origins`](Self::origins) and get the headers of [CORS]. By default no page may. `*` is not supported, and cookies are not accepted: a
    /// page needs its own credential.
    ///
    /// # Errors
    ///
    /// If one of them is not an `https` origin (or `http` on this machine), or has a path, a wildcard or upper case letters.
    ///
    /// [CORS]: https://fetch.spec.whatwg.org/#http-cors-protocol
    pub fn cors<I: IntoIterator>(mut self, origins: I) -> Result<Self, InvalidOption>
    where
        I::Item: AsRef<str>,
    {
        self.cors = Cors::new(origins.into_iter())?;
        Ok(self)
    }

    /// The web origins (`https://app.example.com:443`; `:*` for any port) from which browsers may send requests. An empty list refuses every request
    /// with an `Origin`; requests without one do not come from a web page and are accepted.
    #[must_use]
    pub fn origins<I: IntoIterator>(mut self, origins: I) -> Self
    where
        I::Item: Into<String>,
    {
        self.origins = origins.into_iter().map(Into::into).collect();
        self
    }
}
