//! Links to resources of the server, and embedded contents of them, in an answer.

use std::{borrow::Cow, fmt};

use secure_tool_vocabulary::{Media, NoUri, UriTemplate};

use super::{
    Output, ToolOutput,
    block::{Block, Part},
};
use crate::{Content, ToolError, identity::Principal};

/// A link to a guarded resource of this server, which a client may read through the guard of the resource.
///
/// The URI is the template of the resource with these values, each escaped according to RFC 6570 (level 1). Name and media type come from the
/// resource.
///
/// An answer with a link to anything else (`file:///etc/passwd`, a web page, a resource that this server does not have) is refused as `internal`, so
/// that an answer cannot point a model elsewhere. A link to a resource that this caller cannot read is left out, and the rest of the answer is sent:
/// a resource that is switched off, that does not exist in this environment, or whose scopes the credential does not carry. A link with a value that
/// cannot be part of a URI (an empty one, `.`, `..`, one with `/`, `\` or a control character) is also left out. The owner of the object is not
/// checked here but when the link is followed. Title and description are scanned like any text, and characters that a person would not see are
/// removed, as from [`Untrusted`](crate::Untrusted) text.
///
/// ```
/// use secure_tool::prelude::*;
///
/// # struct Desk;
/// # impl Desk {
/// /// Say how much is due.
/// #[secure_tool(scope = "invoices:read", owner = unowned("everybody owes the same"), read_only)]
/// async fn due(&self) -> Answer {
///     Answer::new()
///         .block("12.50 EUR are due:")
///         .block(Link::to("invoices://{invoice}", [("invoice", 7)]).title("Invoice 7"))
/// }
/// # }
/// # let _ = Desk::due();
/// ```
#[derive(Clone, Debug)]
pub struct Link {
    target: Target,
    title: Option<String>,
    description: Option<String>,
}

impl Link {
    /// Creates a link to the resource with this template, with a value for each variable.
    #[must_use]
    pub fn to<N, V>(template: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<Cow<'static, str>>,
        V: ToString,
    {
        Self { target: Target::new(template, values), title: None, description: None }
    }

    /// Creates a link to a resource whose URI has no variables.
    #[must_use]
    pub fn to_fixed(uri: impl Into<Cow<'static, str>>) -> Self {
        Self { target: Target::fixed(uri), title: None, description: None }
    }

    /// The block, if there is a URI, with cleaned texts. The name and the media type are those of the resource, which is not known yet.
    pub(super) fn content(self, mut shown: impl FnMut(String) -> String) -> Result<Option<Content>, ToolError> {
        let Self { target, title, description } = self;
        let Some(uri) = target.uri()? else { return Ok(None) };
        let (title, description) = (title.map(&mut shown), description.map(shown));
        Ok(Some(Content::ResourceLink { uri, name: String::new(), title, description, mime_type: None }))
    }

    /// Sets the title that clients show to a person.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl From<Link> for Block {
    fn from(link: Link) -> Self {
        Self(Part::Link(link))
    }
}

impl ToolOutput for Link {
    fn media() -> Option<&'static [Media]> {
        Some(&[])
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.block(self)
    }
}

/// Contents of a guarded resource of this server, embedded in the answer.
///
/// The rules for a [`Link`] apply: a URI of another server is refused, and a resource that this caller cannot read is left out. The media type is
/// that of the resource. The body provides the contents, and a text is scanned like any text, even if it is given as [bytes](Self::bytes). Bytes that
/// are not text require `releases(blob)`, because the release scan cannot read them; see [`Blob`](crate::Blob).
///
/// ```
/// use secure_tool::prelude::*;
///
/// # struct Desk;
/// # impl Desk {
/// /// Explain the terms.
/// #[secure_tool(scope = "terms:read", owner = unowned("the same for everybody"), read_only)]
/// async fn terms(&self) -> Answer {
///     let terms = Link::to_fixed("billing://terms");
///     Answer::new().block("They apply:").block(Embedded::text(terms, "All invoices are due at once."))
/// }
/// # }
/// # let _ = Desk::terms();
/// ```
#[derive(Clone, Debug)]
pub struct Embedded {
    target: Target,
    pub(super) held: Held,
}

/// The contents.
#[derive(Clone)]
pub(super) enum Held {
    Text(String),
    Bytes(Vec<u8>),
}

/// Does not show the bytes.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

impl Embedded {
    /// Embeds a text of the resource at this link. The title and the description of the link are not sent.
    #[must_use]
    pub fn text(at: Link, text: impl Into<String>) -> Self {
        Self { target: at.target, held: Held::Text(text.into()) }
    }

    /// Embeds bytes of the resource at this link. The title and the description of the link are not sent.
    #[must_use]
    pub fn bytes(at: Link, bytes: impl Into<Vec<u8>>) -> Self {
        Self { target: at.target, held: Held::Bytes(bytes.into()) }
    }

    /// The URI, if the values can be part of one.
    pub(super) fn uri(&self) -> Result<Option<String>, ToolError> {
        self.target.uri()
    }
}

impl From<Embedded> for Block {
    fn from(embedded: Embedded) -> Self {
        Self(Part::Embedded(embedded))
    }
}

impl ToolOutput for Embedded {
    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.block(self)
    }
}

/// The resource and the values.
#[derive(Clone, Debug)]
pub(super) struct Target {
    template: Cow<'static, str>,
    values: Vec<(Cow<'static, str>, String)>,
}

impl Target {
    fn new<N, V>(template: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<Cow<'static, str>>,
        V: ToString,
    {
        let values = values.into_iter().map(|(name, value)| (name.into(), value.to_string())).collect();
        Self { template: template.into(), values }
    }

    /// The URI, if the values can be part of one.
    fn uri(&self) -> Result<Option<String>, ToolError> {
        let Self { template, values } = self;
        let parsed = UriTemplate::parse(template);
        let parsed = parsed.map_err(|error| ToolError::content(format_args!("a link to `{template}`: {error}")))?;
        let value_of = |name: &str| values.iter().find(|(of, _)| of == name).map(|(_, value)| value);
        match parsed.expand(value_of) {
            Ok(uri) => Ok(Some(uri)),
            Err(NoUri::Value | NoUri::TooLong) => Ok(None),
            Err(NoUri::Missing) => {
                Err(ToolError::content(format_args!("a link to `{template}` lacks a value for a variable")))
            }
        }
    }

    fn fixed(uri: impl Into<Cow<'static, str>>) -> Self {
        Self { template: uri.into(), values: Vec::new() }
    }
}

/// The guarded resources of a server.
pub(crate) trait Resources: Send + Sync {
    /// The resource with this URI, if it exists for the principal at this moment.
    fn at(&self, uri: &str, principal: &Principal) -> Option<Linked<'_>>;
}

/// A resource that a link refers to.
pub(crate) enum Linked<'r> {
    /// The principal cannot read it.
    Hidden,
    /// The principal can read it, if it owns the object.
    Shown {
        /// That of the resource.
        name: &'r str,
        /// That of the resource.
        media_type: Option<&'static str>,
    },
}
