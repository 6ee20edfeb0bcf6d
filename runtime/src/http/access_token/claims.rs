//! The claims of a token, validated and brought into the form of a [`Caller`].

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use secure_tool_vocabulary::is_scope_token;
use serde::Deserialize;
use serde_json::Number;

use super::{
    Grant, LONGEST_NAME, Refused,
    binding::Binding,
    object::{Malformed, Object},
};
use crate::{Caller, ScopeSet};

/// So many audiences, or links of a delegation, and no more.
const MOST_AUDIENCES: usize = 64;
const DEEPEST_DELEGATION: usize = 4;
const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);
/// The year 9999; a later time is a mistake.
const LAST_SECOND: u64 = 253_402_300_799;

/// What the claims of a token have to say.
#[derive(Clone, Debug)]
pub(in crate::http) struct ClaimsValidation {
    pub(in crate::http) issuer: Box<str>,
    pub(in crate::http) audience: Box<str>,
    /// By how much the issuer's clock may differ, in whole seconds.
    pub(in crate::http) leeway: Duration,
    tenant: Option<Box<str>>,
    clients: Vec<Box<str>>,
    scopes: Vec<Box<str>>,
}

impl ClaimsValidation {
    pub(in crate::http) fn new(issuer: Box<str>, audience: Box<str>) -> Self {
        Self {
            issuer,
            audience,
            leeway: DEFAULT_LEEWAY,
            tenant: None,
            clients: ["client_id", "azp"].map(Into::into).into(),
            scopes: ["scope", "scp"].map(Into::into).into(),
        }
    }

    /// The claim that names the tenant. A token has to have it.
    pub(in crate::http) fn tenant_claim(&mut self, name: Box<str>) {
        self.tenant = Some(name);
    }

    /// The claim that names the client, instead of the usual ones.
    pub(in crate::http) fn client_claim(&mut self, name: Box<str>) {
        self.clients = vec![name];
    }

    /// The claim with the scopes, instead of the usual ones.
    pub(in crate::http) fn scope_claim(&mut self, name: Box<str>) {
        self.scopes = vec![name];
    }

    /// Whether no name is empty, and the issuer is not the audience.
    pub(in crate::http) fn is_sound(&self) -> bool {
        let names = [&self.issuer, &self.audience].into_iter().chain(&self.tenant).chain(&self.clients);
        names.chain(&self.scopes).all(|name| !name.trim().is_empty()) && self.issuer != self.audience
    }

    /// Reads the claims of the [issuer](Self::is_of_issuer), and checks them at this Unix time.
    pub(in crate::http) fn check(&self, claims: &Object<'_>, now: u64) -> Result<Grant, Refused> {
        if !self.is_for_us(claims) {
            return Err(Refused::Audience);
        }
        let binding = Binding::read(claims)?;
        let at = |name| seconds(claims, name).map_err(|_| Refused::Time);
        let expires = at("exp")?.ok_or(Refused::Time)?;
        let leeway = self.leeway.as_secs();
        if now >= expires.saturating_add(leeway) {
            return Err(Refused::Expired);
        }
        let issued = at("iat")?;
        let latest = now.saturating_add(leeway);
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
        let mut actors = actors(claims).map_err(|_| Refused::Actor)?.into_iter();
        if let Some(actor) = actors.next() {
            caller = caller.with_actor(actor).with_prior_actors(actors);
        }
        // A waiting call may use the token for as long as a new request could: until `exp` plus the leeway.
        if let Some(end) = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(expires.saturating_add(leeway))) {
            caller = caller.with_expiry(end);
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

/// Who acts now, the outermost `act` (RFC 8693, section 4.1), and then those within it, who acted before. These grant nothing and need no name.
fn actors(claims: &Object<'_>) -> Result<Vec<Box<str>>, Malformed> {
    let Some(outermost) = claims.get::<Object<'_>>("act")? else { return Ok(Vec::new()) };
    let mut actors = vec![name(&outermost, "sub")?.ok_or(Malformed)?];
    let mut link = outermost;
    for _ in 1..DEEPEST_DELEGATION {
        match link.get::<Object<'_>>("act")? {
            Some(earlier) => link = earlier,
            None => return Ok(actors),
        }
        actors.extend(name(&link, "sub")?);
    }
    if link.has("act") { Err(Malformed) } else { Ok(actors) }
}
