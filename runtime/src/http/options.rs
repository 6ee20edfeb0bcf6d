//! How a router differs from the default one.

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
    pub(super) anonymous: bool,
}

/// What `Host` nobody sends. The transport reads an empty list of hosts as "any host"; ours means none.
const NO_HOST: &str = "no-host.invalid";

impl Default for HttpOptions {
    fn default() -> Self {
        let origins = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"];
        Self { path: "/mcp".into(), hosts: Vec::new(), origins: origins.map(Into::into).into(), anonymous: false }
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

    /// Lets requests without a credential in, for tools that are `public`. They see and reach no other tool; a wrong credential is still
    /// refused. Note that clients which start to authorize on a 401 will then not be asked to.
    #[must_use]
    pub fn allow_anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }
}
