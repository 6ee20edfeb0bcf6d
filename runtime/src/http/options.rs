//! How a server on HTTP differs from the default one.

use secure_tool_vocabulary::is_policy_scope;

use super::{
    address::{Address, InvalidOption},
    admission::Quotas,
    cors::Cors,
    discovery::Discovery,
    door::DoorOptions,
    serve::Limits,
};
/// What a server on HTTP answers to.
///
/// By default: the path `/mcp`; requests whose `Host` is this machine (`localhost`, `127.0.0.1`, `[::1]`), which keeps web pages
/// that rebind their name from reaching it; requests from browsers only if their `Origin` is this machine; a credential for everything.
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
    pub(super) door: DoorOptions,
    pub(super) quotas: Quotas,
}

/// What `Host` nobody sends. The transport reads an empty list of hosts as "any host"; ours means none.
const NO_HOST: &str = "no-host.invalid";

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
            door: DoorOptions::default(),
            quotas: Quotas::default(),
        }
        .hosts(["localhost", "127.0.0.1", "::1"])
    }
}

impl HttpOptions {
    /// Where the endpoint is, such as `/mcp`. (Making the router panics if it does not begin with a slash.)
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The names (`mcp.example.com`, or with a port) that requests may come for. An empty list refuses every request.
    #[must_use]
    pub fn hosts<I: IntoIterator>(mut self, hosts: I) -> Self
    where
        I::Item: Into<String>,
    {
        self.hosts = hosts.into_iter().map(Into::into).filter(|host: &String| !host.trim().is_empty()).collect();
        if self.hosts.is_empty() {
            self.hosts.push(NO_HOST.into());
        }
        self
    }

    /// This server's canonical URI ([RFC 8707]), such as `https://mcp.example.com/mcp`: what access tokens for it name as their audience. Clients are
    /// then told where to get one ([RFC 9728], MCP "authorization"): metadata is served to everybody at
    /// `/.well-known/oauth-protected-resource` and at the same followed by the endpoint's path, and every challenge points there. Without it
    /// nothing of this is served.
    ///
    /// The metadata names the scopes of the tools that the builder exposes. It does not let requests for that name in: see
    /// [`hosts`](Self::hosts).
    ///
    /// # Errors
    ///
    /// If it is not `https` (or `http` on this machine), not in lower case up to its path, has a query, a fragment or credentials, or a path of
    /// other characters than `A-Z a-z 0-9 . _ ~ - /`.
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

    /// The issuers ([RFC 8414]) whose tokens this server takes, for the metadata of its [`resource`](Self::resource). Whether a token is taken
    /// is decided by the [`Authenticator`](super::Authenticator).
    ///
    /// # Errors
    ///
    /// If one of them is no `https` address (or `http` on this machine), or has a query or a fragment.
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

    /// What people call the [`resource`](Self::resource), for a page that asks them for consent.
    #[must_use]
    pub fn resource_name(mut self, name: impl Into<String>) -> Self {
        self.discovery.name = Some(name.into());
        self
    }

    /// A page for developers about the [`resource`](Self::resource).
    ///
    /// # Errors
    ///
    /// As [`authorization_servers`](Self::authorization_servers).
    pub fn resource_documentation(mut self, url: &str) -> Result<Self, InvalidOption> {
        self.discovery.documentation = Some(Address::parse(url)?);
        Ok(self)
    }

    /// A page about how data of the [`resource`](Self::resource) may be used.
    ///
    /// # Errors
    ///
    /// As [`authorization_servers`](Self::authorization_servers).
    pub fn resource_policy(mut self, url: &str) -> Result<Self, InvalidOption> {
        self.discovery.policy = Some(Address::parse(url)?);
        Ok(self)
    }

    /// The scopes that a client without a credential is asked to begin with; more are asked for by the calls that need them. By default the
    /// fewest that are of any use: those of the one tool that reads and needs the fewest scopes, and of several such the scopes that open the
    /// most tools. An empty list names none, upon which clients ask for all.
    ///
    /// # Errors
    ///
    /// If one of them is no scope token ([RFC 6749, section 3.3]) or has a wildcard.
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

    /// The pages in browsers that may call this server and read its answers, by their exact origins, such as `https://app.example.com`: they
    /// pass the check of [`origins`](Self::origins) and get the headers of [CORS]. No page does by default. There is no `*`, and no cookies
    /// are taken: a page has to have a credential of its own.
    ///
    /// # Errors
    ///
    /// If one of them is no `https` origin (or `http` on this machine), or has a path, a wildcard or upper case.
    ///
    /// [CORS]: https://fetch.spec.whatwg.org/#http-cors-protocol
    pub fn cors<I: IntoIterator>(mut self, origins: I) -> Result<Self, InvalidOption>
    where
        I::Item: AsRef<str>,
    {
        self.cors = Cors::new(origins.into_iter())?;
        Ok(self)
    }

    /// The web origins (`https://app.example.com:443`; `:*` for any port) from which browsers may send requests. An empty list refuses
    /// every request with an `Origin`; requests without one do not come from a web page and pass.
    #[must_use]
    pub fn origins<I: IntoIterator>(mut self, origins: I) -> Self
    where
        I::Item: Into<String>,
    {
        self.origins = origins.into_iter().map(Into::into).collect();
        self
    }
}
