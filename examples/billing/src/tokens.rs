//! Access tokens instead of keys: of an authorization server, or of one that is made up.

use std::{error::Error, net::SocketAddr, time::SystemTime};

use jsonwebtoken::{EncodingKey, Header};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use secure_tool::{
    SecureServer,
    http::{Algorithm, Introspection, Jwks, JwtAuthenticator, Key},
};
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    Billing, Person, callers,
    identity::{self, Identity, Printed},
};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The claim that names a person's company.
const COMPANY: &str = "company";
/// How long a token of the demo is good.
const SECONDS: u64 = 3600;

pub(crate) async fn serve(
    identity: Identity,
    listener: TcpListener,
    server: SecureServer<Billing>,
    greet: impl FnOnce(SocketAddr, &[Printed]) -> std::io::Result<()>,
) -> Outcome<()> {
    let address = listener.local_addr()?;
    // What a token has to name as its audience, so that one for another server is worth nothing here.
    let resource = format!("http://{address}/mcp");
    let options = identity::options().resource(&resource)?.resource_name("Billing");
    match identity {
        Identity::Tokens { issuer, jwks } => {
            let keys = if jwks.starts_with("https://") {
                Jwks::https(&jwks)?
            } else if jwks.starts_with("http://") {
                Jwks::loopback(&jwks)?
            } else {
                Jwks::file(jwks)
            };
            let tokens = JwtAuthenticator::builder(issuer.as_str(), resource, keys).tenant_claim(COMPANY).build()?;
            greet(address, &[])?;
            Ok(server.serve_http(listener, tokens, options.authorization_servers([issuer])?).await?)
        }
        Identity::Opaque { issuer, endpoint } => {
            let secret = |name| std::env::var(name).map_err(|_| format!("{name} is not set"));
            let introspection = if endpoint.starts_with("https://") {
                Introspection::https(&endpoint)?
            } else {
                Introspection::loopback(&endpoint)?
            };
            let tokens = introspection
                .client(&secret("BILLING_CLIENT_ID")?, &secret("BILLING_CLIENT_SECRET")?)
                .tenant_claim(COMPANY)
                .build(issuer.as_str(), resource)?;
            greet(address, &[])?;
            Ok(server.serve_http(listener, tokens, options.authorization_servers([issuer])?).await?)
        }
        Identity::Keys | Identity::KeyFile(_) | Identity::DemoTokens => {
            let issuer = Issuer::new()?;
            let tokens = JwtAuthenticator::builder(Issuer::URL, resource.as_str(), issuer.public_key()?)
                .tenant_claim(COMPANY)
                .build()?;
            let printed = callers()
                .iter()
                .map(|person| Ok((*person, issuer.token(person, &resource)?)))
                .collect::<Outcome<Vec<_>>>()?;
            greet(address, &printed)?;
            Ok(server.serve_http(listener, tokens, options).await?)
        }
    }
}

/// An issuer with a key that nobody has but this process.
struct Issuer(KeyPair);

impl Issuer {
    const URL: &str = "https://issuer.example";
    const KEY: &str = "demo";

    fn new() -> Outcome<Self> {
        Ok(Self(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?))
    }

    fn public_key(&self) -> Outcome<Key> {
        Ok(Key::pem(Algorithm::ES256, &self.0.public_key_pem())?.with_id(Self::KEY))
    }

    /// What an authorization server would give the person's client.
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
