//! The certificate of the client at the other end of a connection.

use std::{
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use http::request::Parts;
#[cfg(feature = "jwt")]
use sha2::{Digest, Sha256};
use x509_cert::{
    Certificate,
    der::Decode,
    ext::pkix::{SubjectAltName, name::GeneralName},
};

use crate::{Caller, digest};

/// A certificate with more names is not accepted.
const MOST_NAMES: usize = 64;

/// A certificate that was verified in the handshake. Only the acceptor creates one, and attaches it to the requests of its connection as an
/// extension, which a client cannot forge.
#[derive(Clone)]
pub(in crate::http) struct Peer(Arc<Facts>);

struct Facts {
    names: Vec<(Kind, String)>,
    expires: SystemTime,
    /// The SHA-256 of the whole certificate in hexadecimal digits, as `openssl x509 -fingerprint` shows it, without the colons.
    fingerprint: String,
    /// The caller of the connection's first request, and the same caller with the certificate as its key; usually computed once.
    holder: OnceLock<(Arc<Caller>, Arc<Caller>)>,
    #[cfg(feature = "jwt")]
    thumbprint: [u8; 32],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Uri,
    Dns,
    Email,
}

impl Peer {
    /// `None` if it is not a well-formed certificate.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?;
        let certificate = certificate.tbs_certificate();
        let alternatives = certificate.get_extension::<SubjectAltName>().ok()?;
        let alternatives = alternatives.map(|(_, SubjectAltName(names))| names).unwrap_or_default();
        if alternatives.len() > MOST_NAMES {
            return None;
        }
        let name = |name: &GeneralName| match name {
            GeneralName::UniformResourceIdentifier(uri) => Some((Kind::Uri, uri.as_str().to_owned())),
            GeneralName::DnsName(host) => Some((Kind::Dns, host.as_str().to_ascii_lowercase())),
            GeneralName::Rfc822Name(address) => Some((Kind::Email, address.as_str().to_owned())),
            _ => None,
        };
        Some(Self(Arc::new(Facts {
            names: alternatives.iter().filter_map(name).collect(),
            expires: certificate.validity().not_after.to_system_time(),
            fingerprint: digest::hex(der),
            holder: OnceLock::new(),
            #[cfg(feature = "jwt")]
            thumbprint: Sha256::digest(der).into(),
        })))
    }

    pub(in crate::http) fn of(request: &Parts) -> Option<&Self> {
        request.extensions.get()
    }

    /// Whether it has expired; a connection may outlive it.
    pub(in crate::http) fn has_expired(&self) -> bool {
        self.0.expires < SystemTime::now()
    }

    /// The only name of this kind; several names would be ambiguous.
    pub(super) fn only(&self, kind: Kind) -> Option<&str> {
        let mut names = self.0.names.iter().filter(|(of, _)| *of == kind).map(|(_, name)| name.as_str());
        let name = names.next().filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()))?;
        // A wildcard matches many names.
        (names.next().is_none() && !(kind == Kind::Dns && name.contains('*'))).then_some(name)
    }

    /// The caller with a credential that expires with the certificate at the latest, because calls and connections may outlive it.
    pub(in crate::http) fn limited(&self, caller: &Arc<Caller>) -> Arc<Caller> {
        match caller.expires_at() {
            Some(end) if end <= self.0.expires => Arc::clone(caller),
            _ => Arc::new(Caller::clone(caller).with_expiry(self.0.expires)),
        }
    }

    /// The caller, whose credential ends with the certificate, with the certificate as its key, unless it has one already.
    pub(super) fn shown_by(&self, caller: &Arc<Caller>) -> Arc<Caller> {
        let marked = || {
            let limited = self.limited(caller);
            match limited.key_id() {
                Some(_) => limited,
                None => Arc::new(Caller::clone(&limited).with_key_id(self.0.fingerprint.as_str())),
            }
        };
        if caller.recheck().is_some() {
            // It was created for one request and is not kept for the next one.
            return marked();
        }
        let (first, own) = self.0.holder.get_or_init(|| (Arc::clone(caller), marked()));
        if Arc::ptr_eq(first, caller) { Arc::clone(own) } else { marked() }
    }

    /// The SHA-256 of the whole certificate (RFC 8705, section 3.1).
    #[cfg(feature = "jwt")]
    pub(in crate::http) fn thumbprint(&self) -> &[u8; 32] {
        &self.0.thumbprint
    }
}
