//! What the headers of a request say of its message: they must not contradict it, as somebody in between may have read only them.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName};

use crate::{
    server::{Revision, answers::RpcError},
    wire::{Method, Params},
};

pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
/// As MCP spells them, for error messages: a lookup ignores the case.
pub(super) const VERSION: &str = "MCP-Protocol-Version";
const METHOD: &str = "Mcp-Method";
const NAME: &str = "Mcp-Name";

/// What the headers have to say, if anything.
#[derive(Clone, Copy)]
pub(super) struct McpHeaders<'h> {
    headers: &'h HeaderMap,
    version: Option<&'h str>,
}

impl<'h> McpHeaders<'h> {
    /// # Errors
    ///
    /// If the revision is there twice, or is no text.
    pub(super) fn read(headers: &'h HeaderMap) -> Result<Self, RpcError> {
        Ok(Self { headers, version: sole(headers, VERSION)? })
    }

    /// The session, if the request names one.
    ///
    /// # Errors
    ///
    /// If it names two.
    pub(super) fn session(&self) -> Result<Option<&'h str>, RpcError> {
        sole(self.headers, "Mcp-Session-Id")
    }

    /// The revision that the header names, where it is one that we know.
    pub(super) fn revision(&self) -> Option<Revision> {
        self.version.and_then(Revision::parse)
    }

    /// The revision of a request other than `initialize`: what its `_meta` says, which needs the header to say the same, or else the header alone.
    ///
    /// # Errors
    ///
    /// What the client has to be told, with status 400.
    pub(super) fn of_request(&self, method: &Method, params: &Params) -> Result<Revision, RpcError> {
        let meta = params.meta.protocol_version.as_deref();
        if meta.is_none() {
            self.check_known()?;
        }
        self.check_standard(method, params)?;
        let is_discover = *method == Method::Discover;
        let Some(meta) = meta else {
            if is_discover || self.is_modern() {
                return Err(missing(params));
            }
            // MCP 2025-06-18, transports: without the header it is the revision before that one.
            return Ok(self.revision().unwrap_or(Revision::V2025_03_26));
        };
        if self.version != Some(meta) {
            return Err(RpcError::header_mismatch(VERSION));
        }
        let revision = Revision::parse(meta).filter(|revision| revision.is_served());
        let revision = revision.ok_or_else(|| RpcError::unsupported_revision(meta))?;
        if (is_discover || !revision.has_handshake()) && !params.meta.missing().is_empty() {
            return Err(missing(params));
        }
        Ok(revision)
    }

    /// The revision that a handshake agrees on.
    ///
    /// # Errors
    ///
    /// As [`of_request`](Self::of_request).
    pub(super) fn of_handshake(&self, params: &Params) -> Result<Revision, RpcError> {
        let Some(wanted) = params.protocol_version.as_deref().filter(|_| params.introduces_client()) else {
            return Err(RpcError::invalid_params("`initialize` requires protocolVersion, capabilities and clientInfo"));
        };
        if self.version.is_some_and(|version| version != wanted) {
            return Err(RpcError::invalid_request("the header MCP-Protocol-Version does not match the message"));
        }
        // A client that has not agreed on a revision need not send the other headers, but may not contradict itself.
        if self.is_modern() && sole(self.headers, METHOD)?.is_some_and(|method| method != Method::Initialize.as_str()) {
            return Err(RpcError::header_mismatch(METHOD));
        }
        let wanted = Revision::parse(wanted).filter(|revision| revision.is_served() && revision.has_handshake());
        Ok(wanted.unwrap_or(Revision::FALLBACK))
    }

    /// The same for a notification, which names no revision of its own.
    ///
    /// # Errors
    ///
    /// As [`of_request`](Self::of_request).
    pub(super) fn check_notification(&self, method: &Method, params: &Params) -> Result<(), RpcError> {
        self.check_known()?;
        self.check_standard(method, params)
    }

    /// MCP 2026-07-28, Streamable HTTP, "protocol version header".
    fn check_known(&self) -> Result<(), RpcError> {
        match self.version {
            Some(version) if self.revision().is_none() => Err(RpcError::unsupported_revision(version)),
            _ => Ok(()),
        }
    }

    /// Whether the header names 2026-07-28, or one that is newer than what we know: dates compare as texts.
    pub(super) fn is_modern(&self) -> bool {
        self.version.is_some_and(|version| version >= Revision::V2026_07_28.as_str())
    }

    /// The headers that repeat what the message says (MCP 2026-07-28, Streamable HTTP, "standard headers").
    fn check_standard(&self, method: &Method, params: &Params) -> Result<(), RpcError> {
        if !self.is_modern() {
            return Ok(());
        }
        if sole(self.headers, METHOD)? != Some(method.as_str()) {
            return Err(RpcError::header_mismatch(METHOD));
        }
        let named = match method {
            Method::CallTool | Method::GetPrompt => params.name.as_ref(),
            Method::ReadResource => params.uri.as_ref(),
            _ => None,
        };
        if let Some(name) = named {
            let repeated = sole(self.headers, NAME)?.and_then(decoded);
            if repeated.as_deref() != Some(name) {
                return Err(RpcError::header_mismatch(NAME));
            }
        }
        Ok(())
    }
}

/// Whether a request says in its `_meta` that it is one of protocol 2026-07-28.
pub(super) fn is_self_contained(params: &Params) -> bool {
    params.meta.protocol_version.as_deref() == Some(Revision::V2026_07_28.as_str())
}

fn missing(params: &Params) -> RpcError {
    let missing = params.meta.missing().join(", ");
    RpcError::invalid_params(format!("request _meta is missing or has malformed required fields: {missing}"))
}

/// The only value of a header, as text.
fn sole<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, RpcError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() {
        return Err(RpcError::header_mismatch(name));
    }
    value.map(|value| value.to_str().map_err(|_| RpcError::header_mismatch(name))).transpose()
}

/// A name that is no text of a header is sent in Base64, with marks around it.
fn decoded(value: &str) -> Option<String> {
    match value.strip_prefix("=?base64?").and_then(|inner| inner.strip_suffix("?=")) {
        Some(inner) => String::from_utf8(BASE64_STANDARD.decode(inner).ok()?).ok(),
        None => Some(value.to_owned()),
    }
}
