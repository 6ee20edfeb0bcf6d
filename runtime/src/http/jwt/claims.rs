//! What a verified token says, checked and brought into the form of a [`Caller`].

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::request::Parts;
use secure_tool_vocabulary::is_scope_token;
use serde::Deserialize;
use serde_json::Number;

use super::{
    Refused,
    binding::Binding,
    key::LONGEST_NAME,
    object::{Malformed, Object},
};
use crate::{Caller, ScopeSet};

/// So many audiences, or links of a delegation, and no more.
const MOST_AUDIENCES: usize = 64;
const DEEPEST_DELEGATION: usize = 4;
/// The year 9999; a later time is a mistake.
const LAST_SECOND: u64 = 253_402_300_799;

/// What a token has to say.
#[derive(Clone, Debug)]
pub(in crate::http) struct Demands {
    pub(in crate::http) issuer: Box<str>,
    pub(in crate::http) audience: Box<str>,
    /// Seconds by which the issuer's clock may differ.
    pub(in crate::http) leeway: u64,
    pub(in crate::http) tenant: Option<Box<str>>,
    pub(in crate::http) clients: Vec<Box<str>>,
    pub(in crate::http) scopes: Vec<Box<str>>,
}

/// What a verified access token says, without the token.
///
/// It is what [`accept_if`](super::JwtBuilder::accept_if) decides by.
#[derive(Clone, Debug)]
pub struct Grant {
    pub(in crate::http) caller: Arc<Caller>,
    pub(super) key: Option<Box<str>>,
    issued: Option<u64>,
    /// Unix time.
    pub(in crate::http) expires: u64,
    binding: Option<Binding>,
}

impl Grant {
    /// Of the request, and so not known with the token.
    pub(in crate::http) fn is_shown_by(&self, request: &Parts) -> Result<(), Refused> {
        match &self.binding {
            Some(binding) if !binding.holds(request) => Err(Refused::Bound),
            _ => Ok(()),
        }
    }

    /// Who the token is for.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The token's id (`jti`).
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.caller.token_id()
    }

    /// The id of the key it is signed with (`kid`).
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// When it was issued (`iat`).
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.issued.map(time)
    }

    /// When it expires (`exp`).
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        time(self.expires)
    }
}

fn time(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

impl Demands {
    pub(in crate::http) fn new(issuer: Box<str>, audience: Box<str>) -> Self {
        Self {
            issuer,
            audience,
            leeway: 0,
            tenant: None,
            clients: ["client_id", "azp"].map(Into::into).into(),
            scopes: ["scope", "scp"].map(Into::into).into(),
        }
    }

    /// Whether every name is one, and the issuer no audience of its own.
    pub(in crate::http) fn are_meant(&self) -> bool {
        let names = [&self.issuer, &self.audience].into_iter().chain(&self.tenant).chain(&self.clients);
        names.chain(&self.scopes).all(|name| !name.trim().is_empty()) && self.issuer != self.audience
    }

    /// Reads what the [issuer](Self::is_of_issuer) is known to have said, at this Unix time.
    pub(in crate::http) fn check(&self, claims: &Object<'_>, now: u64) -> Result<Grant, Refused> {
        if !self.is_for_us(claims) {
            return Err(Refused::Audience);
        }
        let binding = Binding::read(claims)?;
        let at = |name| seconds(claims, name).map_err(|_| Refused::Time);
        let expires = at("exp")?.ok_or(Refused::Time)?;
        if now >= expires.saturating_add(self.leeway) {
            return Err(Refused::Expired);
        }
        let issued = at("iat")?;
        let latest = now.saturating_add(self.leeway);
        if [at("nbf")?, issued].into_iter().flatten().any(|begin| begin > latest) {
            return Err(Refused::NotYet);
        }
        let subject = name(claims, "sub").ok().flatten().ok_or(Refused::Subject)?;
        let id = name(claims, "jti").map_err(|_| Refused::TokenId)?;
        let mut caller = Caller::new(subject)
            .with_issuer(self.issuer.clone())
            .with_scopes(self.scopes(claims).map_err(|_| Refused::Scope)?.iter());
        if let Some(claim) = &self.tenant {
            caller = caller.with_tenant(name(claims, claim).ok().flatten().ok_or(Refused::Tenant)?);
        }
        if let Some(client) = first(&self.clients, |claim| name(claims, claim)).map_err(|_| Refused::Client)? {
            caller = caller.with_client(client);
        }
        if let Some(actor) = actor(claims).map_err(|_| Refused::Actor)? {
            caller = caller.with_actor(actor);
        }
        if let Some(id) = id {
            caller = caller.with_token_id(id);
        }
        Ok(Grant { caller: Arc::new(caller), key: None, issued, expires, binding })
    }

    pub(in crate::http) fn is_of_issuer(&self, claims: &Object<'_>) -> bool {
        claims.text("iss").ok().flatten().as_deref() == Some(&*self.issuer)
    }

    fn is_for_us(&self, claims: &Object<'_>) -> bool {
        match claims.get("aud") {
            Ok(Some(OneOrMany::One(audience))) => *audience == *self.audience,
            Ok(Some(OneOrMany::Many(audiences))) => {
                audiences.len() <= MOST_AUDIENCES && audiences.iter().any(|audience| **audience == *self.audience)
            }
            Ok(None) | Err(Malformed) => false,
        }
    }

    /// The first claim that is there counts. None is the empty set; one that is malformed is no claim at all.
    fn scopes(&self, claims: &Object<'_>) -> Result<ScopeSet, Malformed> {
        let granted = first(&self.scopes, |claim| match claims.get(claim)? {
            Some(OneOrMany::One(text)) => Ok(Some(text.split(' ').map(str::to_owned).collect())),
            // RFC 8693, section 4.2: `scope` is one string. (An array in it is what a confused issuer writes.)
            Some(OneOrMany::Many(_)) if claim == "scope" => Err(Malformed),
            Some(OneOrMany::Many(scopes)) => Ok(Some(scopes)),
            None => Ok(None),
        })?;
        let granted: Vec<String> = granted.unwrap_or_default().into_iter().filter(|scope| !scope.is_empty()).collect();
        if granted.iter().all(|scope| is_scope_token(scope)) { Ok(granted.iter().collect()) } else { Err(Malformed) }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn first<T>(claims: &[Box<str>], read: impl Fn(&str) -> Result<Option<T>, Malformed>) -> Result<Option<T>, Malformed> {
    claims.iter().map(|claim| read(claim).transpose()).find_map(|found| found).transpose()
}

/// A name that goes into logs and keys: not empty, not long, without control characters.
fn name(claims: &Object<'_>, claim: &str) -> Result<Option<Box<str>>, Malformed> {
    match claims.text(claim)? {
        Some(name) if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) => {
            Err(Malformed)
        }
        found => Ok(found.map(Into::into)),
    }
}

/// A `NumericDate` (RFC 7519, section 2): seconds, possibly with a fraction.
fn seconds(claims: &Object<'_>, claim: &str) -> Result<Option<u64>, Malformed> {
    let Some(number) = claims.get::<Number>(claim)? else { return Ok(None) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within bounds, and whole seconds do")]
    #[expect(clippy::cast_precision_loss, reason = "the year 9999 is exact")]
    let seconds = number.as_u64().or_else(|| {
        number.as_f64().filter(|float| (0.0..=LAST_SECOND as f64).contains(float)).map(|float| float.floor() as u64)
    });
    seconds.filter(|seconds| *seconds <= LAST_SECOND).map(Some).ok_or(Malformed)
}

/// Who acts now: the outermost `act` (RFC 8693, section 4.1). Those within it acted before, and count for nothing here.
fn actor(claims: &Object<'_>) -> Result<Option<Box<str>>, Malformed> {
    let Some(outermost) = claims.get::<Object<'_>>("act")? else { return Ok(None) };
    let actor = name(&outermost, "sub")?.ok_or(Malformed)?;
    let mut link = outermost;
    for _ in 1..DEEPEST_DELEGATION {
        match link.get::<Object<'_>>("act")? {
            Some(earlier) => link = earlier,
            None => return Ok(Some(actor)),
        }
    }
    if link.has("act") { Err(Malformed) } else { Ok(Some(actor)) }
}
