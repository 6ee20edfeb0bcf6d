//! A URL that leads only to the public internet.

use std::{
    collections::BTreeSet,
    fmt,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    sync::LazyLock,
    time::Duration,
};

use schemars::Schema;
use url::{Host, ParseError, Url};

use super::{Malformed, Pattern, Rule, is_public, shown, textual};
use crate::{ToolError, schema::portable::SENSITIVE_TEXT};

/// The format. The type itself rejects spaces, control and invisible characters outside of the blocks in the published pattern.
static RULE: LazyLock<Rule> = LazyLock::new(|| Rule {
    expected: Malformed(
        "must be an http or https URL of a public host, without credentials, such as `https://example.com/page?q=1`",
    ),
    longest: LONGEST,
    format: None,
    // No space, control or invisible character and no backslash anywhere; no `@` before the path.
    pattern: Pattern::narrower(
        r"^[hH][tT][tT][pP][sS]?://[^\p{C}\p{Z}\\/?#@]+(?:[/?#][^\p{C}\p{Z}\\]*)?$",
        concat!(
            "^[hH][tT][tT][pP][sS]?://",
            r"[^\u0000-\u0020\u007F-\u00A0\u00AD\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uE000-\uF8FF\uFEFF\uFFF0-\uFFFB\\/?#@]+",
            r"(?:[/?#][^\u0000-\u0020\u007F-\u00A0\u00AD\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uE000-\uF8FF\uFEFF\uFFF0-\uFFFB\\]*)?$",
        ),
    ),
    // A host with a trailing dot.
    never: Some(Pattern::published(r"^[a-zA-Z]+://[^/?#]*\.(?::[0-9]*)?(?:[/?#]|$)")),
});

const PORT: Malformed = Malformed(
    "must have no port, or a port from 1 to 65535 that is not reserved for a protocol other than http or https",
);
const HOST: Malformed = Malformed("must have the name or the address of a host on the public internet");

/// The maximum number of characters of a URL, and of the location of a redirect.
const LONGEST: usize = 2048;

/// The time limit for resolving a name.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);
/// More addresses than a name on the public internet has.
const MOST_ADDRESSES: usize = 64;

/// Top-level labels of names that are not on the public internet: special-use (RFC 6761, 6762, 7686, 8375, 9476), `internal` (reserved by ICANN for
/// private use), and common names of local networks.
const LOCAL_NAMES: &[&str] = &[
    "localhost",
    "local",
    "internal",
    "localdomain",
    "test",
    "invalid",
    "onion",
    "alt",
    "arpa",
    "lan",
    "home",
    "corp",
    "intranet",
    "private",
];

/// Ports of other protocols, to which a request could be smuggled: the bad ports of the Fetch standard
/// (<https://fetch.spec.whatwg.org/#port-blocking>).
const BAD_PORTS: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// An http or https URL of a host on the public internet.
///
/// The following are rejected: other schemes, credentials in the URL, hosts that are an address in a special-purpose block ([`is_public`]) in any
/// spelling (`127.1`, `0x7f000001`, `017700000001`, `[::ffff:10.0.0.1]`, full-width digits), hosts that end with a dot, names without a dot and local
/// names (`localhost`, `*.local`, `*.internal` …), ports of other protocols, backslashes, spaces and control characters, and more than 2048
/// characters. The value is normalized according to the [WHATWG standard](https://url.spec.whatwg.org/), without the fragment: pass that to the
/// client, not the text of the model.
///
/// # A name is not an address
///
/// The owner of a name controls its addresses, and may change them between two lookups (DNS rebinding). So a public *name* is not sufficient:
/// [`resolve`](Self::resolve) looks it up once, refuses it if any of its addresses is not public, and returns the addresses that the client must
/// connect to. The client must not look up the name again, must not follow redirects automatically, and must not use a proxy (which would look it
/// up). With `reqwest`:
///
/// ```text
/// async fn fetch(mut url: PublicUrl) -> Result<Response, ToolError> {
///     for _ in 0..5 {
///         let addresses = url.resolve().await?;
///         let response = reqwest::Client::builder()
///             .resolve_to_addrs(url.host(), &addresses)      // connects to these, whatever the name says now
///             .redirect(reqwest::redirect::Policy::none())   // a redirect is an address of its own
///             .no_proxy()
///             .build()?
///             .get(url.as_str())
///             .send()
///             .await?;
///         match response.headers().get("location") {
///             Some(location) if response.status().is_redirection() => url = url.redirect(location.to_str()?)?,
///             _ => return Ok(response),
///         }
///     }
///     Err(ToolError::invalid("the address redirects too often"))
/// }
/// ```
///
/// Because queries may contain tokens, `Debug` shows only the origin, and the audit record shows the length.
///
/// ```
/// use secure_tool::types::PublicUrl;
///
/// let url: PublicUrl = "https://EXAMPLE.com:443/a/../b?q=1#top".parse()?;
/// assert_eq!(url.as_str(), "https://example.com/b?q=1");
/// for refused in ["http://127.1/", "http://localhost:8080/", "http://[::ffff:a9fe:a9fe]/", "file:///etc/passwd"] {
///     assert!(refused.parse::<PublicUrl>().is_err());
/// }
/// # Ok::<(), secure_tool::types::Malformed>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicUrl(Url);

impl PublicUrl {
    fn checked_text(text: &str) -> Result<Self, Malformed> {
        RULE.check(text)?;
        let url = Url::parse(text).map_err(|error| match error {
            ParseError::InvalidPort => PORT,
            ParseError::EmptyHost
            | ParseError::IdnaError
            | ParseError::InvalidIpv4Address
            | ParseError::InvalidIpv6Address
            | ParseError::InvalidDomainCharacter => HOST,
            _ => RULE.expected,
        })?;
        Self::checked(url)
    }

    /// The normalized URL of a text, if it is public.
    fn checked(mut url: Url) -> Result<Self, Malformed> {
        let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let public = match url.host() {
            Some(Host::Ipv4(address)) => is_public(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => is_public(IpAddr::V6(address)),
            Some(Host::Domain(name)) => is_public_name(name),
            None => false,
        };
        let port = url.port_or_known_default().is_some_and(|port| !BAD_PORTS.contains(&port));
        url.set_fragment(None);
        match (plain, public, port) {
            (false, _, _) => Err(RULE.expected),
            (_, false, _) => Err(HOST),
            (_, _, false) => Err(PORT),
            (true, true, true) => Ok(Self(url)),
        }
    }

    /// It is not recorded in audit records, because its query may contain a token.
    fn schema() -> Schema {
        let mut schema = RULE.schema();
        schema.insert(SENSITIVE_TEXT.into(), true.into());
        schema
    }

    fn as_text(&self) -> &str {
        self.0.as_str()
    }

    /// The URL in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host: a name in lower-case ASCII, or an IP address (IPv6 in brackets).
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port, explicit or implied by the scheme.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// Whether the scheme is https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Looks up the host once, and returns the addresses to connect to: at least one, all of them public.
    ///
    /// # Errors
    ///
    /// `invalid_arguments` if the host has no address or any that is not public (both errors are the same, so that they do not reveal which names a
    /// private network has); `unavailable` if the lookup takes longer than 5 seconds.
    pub async fn resolve(&self) -> Result<Vec<SocketAddr>, ToolError> {
        self.resolve_with(&SystemResolver).await
    }

    /// Like [`resolve`](Self::resolve), with a custom resolver.
    ///
    /// # Errors
    ///
    /// Like [`resolve`](Self::resolve).
    pub async fn resolve_with<R: Resolve + ?Sized>(&self, resolver: &R) -> Result<Vec<SocketAddr>, ToolError> {
        let found = match self.0.host() {
            Some(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Some(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            Some(Host::Domain(name)) => {
                let Ok(found) = tokio::time::timeout(RESOLVE_TIMEOUT, resolver.resolve(name)).await else {
                    return Err(ToolError::unavailable(RESOLVE_TIMEOUT));
                };
                found.unwrap_or_default()
            }
            None => Vec::new(),
        };
        if found.is_empty() || found.len() > MOST_ADDRESSES || !found.iter().all(|address| is_public(*address)) {
            return Err(ToolError::invalid("the host of the address cannot be reached on the public internet"));
        }
        // Only the address and the requested port, without the scope or flow that the resolver returned.
        let once: BTreeSet<IpAddr> = found.iter().copied().collect();
        let in_order = found.into_iter().scan(once, |left, address| Some(left.remove(&address).then_some(address)));
        Ok(in_order.flatten().map(|address| SocketAddr::new(address, self.port())).collect())
    }

    /// The target of a redirect, under the same rules: `location` is the value of the header, absolute or relative to this URL. Resolve it again
    /// before the next request, and limit the number of redirects.
    ///
    /// # Errors
    ///
    /// `invalid_arguments` if that is not a [`PublicUrl`], or leads from https to http.
    pub fn redirect(&self, location: &str) -> Result<Self, ToolError> {
        let refused = || ToolError::invalid("the address redirects to a URL that must not be followed");
        let strange = |letter: char| letter.is_control() || letter.is_whitespace() || letter == '\\';
        if location.len() > LONGEST || location.contains(strange) {
            return Err(refused());
        }
        let target = self.0.join(location).ok().and_then(|url| Self::checked(url).ok()).ok_or_else(refused)?;
        // Parsed again from its text, so that the same rules apply as for an argument.
        let target = Self::checked_text(target.as_str()).map_err(|_| refused())?;
        if self.is_https() && !target.is_https() { Err(refused()) } else { Ok(target) }
    }
}

/// A name with at least two labels, none of them empty, that is not a local one.
fn is_public_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253
        && name.contains('.')
        && !name.split('.').any(|label| label.is_empty() || label.len() > 63)
        && !LOCAL_NAMES.iter().any(|local| last.eq_ignore_ascii_case(local))
}

/// Shows only scheme, host and port.
impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicUrl({}..)", self.0.origin().ascii_serialization())
    }
}

textual!([] PublicUrl, RULE.expected, Self::schema());
shown!([] PublicUrl);

/// Looks up names. Implement it for a custom name server, or for tests.
///
/// ```
/// use std::{io, net::IpAddr};
/// use secure_tool::types::{PublicUrl, Resolve};
///
/// struct Fixed(IpAddr);
///
/// impl Resolve for Fixed {
///     async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
///         Ok(vec![self.0])
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let url: PublicUrl = "https://rebound.example/".parse()?;
/// assert!(url.resolve_with(&Fixed([10, 0, 0, 1].into())).await.is_err());
/// assert!(url.resolve_with(&Fixed([93, 184, 215, 14].into())).await.is_ok());
/// # Ok(())
/// # }
/// ```
pub trait Resolve: Send + Sync {
    /// All addresses of a name, in the order in which they should be tried.
    fn resolve(&self, name: &str) -> impl Future<Output = io::Result<Vec<IpAddr>>> + Send;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        // With a trailing dot, so that a public name is never completed with a local search domain.
        let absolute = format!("{name}.");
        Ok(tokio::net::lookup_host((absolute.as_str(), 0)).await?.map(|found| found.ip()).collect())
    }
}
