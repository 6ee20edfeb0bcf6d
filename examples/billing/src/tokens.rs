//! Access tokens instead of API keys, from a real authorization server or from one that is simulated.

use std::{net::SocketAddr, time::SystemTime};

use jsonwebtoken::{EncodingKey, Header};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use secure_tool::http::{Algorithm, HttpOptions, Introspection, Jwks, JwtAuthenticator, Key};
use serde_json::json;

use crate::{
    Person, callers,
    identity::{self, Credentials, Outcome},
};

/// The claim that names a person's company.
const COMPANY: &str = "company";
/// How long a token of the demo is good.
const SECONDS: u64 = 3600;

/// The audience that a token has to name, so that a token for another server is not valid here.
fn resource(address: SocketAddr) -> String {
    format!("http://{address}/mcp")
}

/// Clients without a token are told where to get one.
fn options(address: SocketAddr) -> Outcome<HttpOptions> {
    Ok(identity::options().resource(&resource(address))?.resource_name("Billing"))
}

/// Tokens that an authorization server has signed, with the keys at this address or in this file.
pub(crate) fn signed(address: SocketAddr, issuer: &str, jwks: &str) -> Outcome<(JwtAuthenticator, HttpOptions)> {
    let keys = match jwks {
        url if url.starts_with("https://") => Jwks::https(url)?,
        url if url.starts_with("http://") => Jwks::loopback(url)?,
        file => Jwks::file(file),
    };
    let tokens = JwtAuthenticator::builder(issuer, resource(address), keys).tenant_claim(COMPANY).build()?;
    Ok((tokens, options(address)?.authorization_servers([issuer])?))
}

/// Tokens that mean nothing to anybody but the authorization server, which is asked about them.
pub(crate) fn opaque(address: SocketAddr, issuer: &str, endpoint: &str) -> Outcome<(Introspection, HttpOptions)> {
    // Not from the command line, which everybody on this machine can read.
    let own = |name| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let server = if endpoint.starts_with("https://") {
        Introspection::https(endpoint)?
    } else {
        Introspection::loopback(endpoint)?
    };
    let tokens = server
        .client(&own("BILLING_CLIENT_ID")?, &own("BILLING_CLIENT_SECRET")?)
        .tenant_claim(COMPANY)
        .build(issuer, resource(address))?;
    Ok((tokens, options(address)?.authorization_servers([issuer])?))
}

/// Tokens of an issuer that is made up, and one for everybody.
pub(crate) fn demo(address: SocketAddr) -> Outcome<(JwtAuthenticator, HttpOptions, Credentials)> {
    let issuer = Issuer(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?);
    let tokens = JwtAuthenticator::builder(Issuer::URL, resource(address), issuer.public_key()?)
        .tenant_claim(COMPANY)
        .build()?;
    let token = |person| Ok((person, issuer.token(&person, &resource(address))?));
    Ok((tokens, options(address)?, callers().into_iter().map(token).collect::<Outcome<_>>()?))
}

/// An issuer with a key that nobody has but this process.
struct Issuer(KeyPair);

impl Issuer {
    const URL: &str = "https://issuer.example";
    const KEY: &str = "demo";

    fn public_key(&self) -> Outcome<Key> {
        Ok(Key::pem(Algorithm::ES256, &self.0.public_key_pem())?.with_id(Self::KEY))
    }

    /// The token that an authorization server would give the person's client.
    fn token(&self, person: &Person, resource: &str) -> Outcome<String> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let claims = json!({
            "iss": Self::URL,
            "aud": resource,
            "sub": person.name,
            COMPANY: person.tenant,
            "scope": person.scopes.join(" "),
            "client_id": "billing-demo",
            "iat": now,
            "exp": now + SECONDS,
        });
        let mut header = Header::new(jsonwebtoken::Algorithm::ES256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(Self::KEY.to_owned());
        Ok(jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_pem(self.0.serialize_pem().as_bytes())?)?)
    }
}
