//! Tokens of every kind, made with keys that are published here and good for nothing else.

mod attacks;
mod cache;
mod data;
mod flood;
mod keys;
#[cfg(feature = "jwks-http")]
mod provider;
mod rotation;

use std::{
    cell::Cell,
    time::{Duration, SystemTime},
};

use jsonwebtoken::{EncodingKey, crypto::aws_lc::DEFAULT_PROVIDER};
use secure_tool_testkit::within;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;

const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "https://mcp.example.com/mcp";
const NOW: u64 = 1_800_000_000;

const EC: &str = include_str!("keys/ec.pub");
const EC384: &str = include_str!("keys/ec384.pub");
const ED: &str = include_str!("keys/ed.pub");
const RSA: &str = include_str!("keys/rsa.pub");

thread_local! {
    static CLOCK: Cell<u64> = const { Cell::new(NOW) };
}

fn clock() -> u64 {
    CLOCK.get()
}

fn encode(part: impl AsRef<[u8]>) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(part)
}

/// Who signs.
#[derive(Clone)]
struct Signer(jsonwebtoken::Algorithm, EncodingKey);

impl Signer {
    fn ec() -> Self {
        Self(jsonwebtoken::Algorithm::ES256, EncodingKey::from_ec_pem(include_bytes!("keys/ec.pem")).unwrap())
    }

    fn ec384() -> Self {
        Self(jsonwebtoken::Algorithm::ES384, EncodingKey::from_ec_pem(include_bytes!("keys/ec384.pem")).unwrap())
    }

    fn ed() -> Self {
        Self(jsonwebtoken::Algorithm::EdDSA, EncodingKey::from_ed_pem(include_bytes!("keys/ed.pem")).unwrap())
    }

    fn rsa(algorithm: jsonwebtoken::Algorithm) -> Self {
        Self(algorithm, EncodingKey::from_rsa_pem(include_bytes!("keys/rsa.pem")).unwrap())
    }

    /// With the right algorithm and a key that nobody trusts.
    fn stranger() -> Self {
        Self(jsonwebtoken::Algorithm::ES256, EncodingKey::from_ec_pem(include_bytes!("keys/other.pem")).unwrap())
    }

    fn hmac(secret: &[u8]) -> Self {
        Self(jsonwebtoken::Algorithm::HS256, EncodingKey::from_secret(secret))
    }

    fn raw(&self, message: &str) -> Vec<u8> {
        let signer = (DEFAULT_PROVIDER.signer_factory)(&self.0, &self.1).unwrap();
        signer.try_sign(message.as_bytes()).unwrap()
    }

    /// Signs what it is given, JSON or not.
    fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        format!("{message}.{}", encode(self.raw(&message)))
    }
}

const HEADER: &str = r#"{"alg":"ES256","typ":"at+jwt","kid":"ec"}"#;

/// Good claims, with others put over them; `null` takes one away.
fn claims(over: Value) -> String {
    let mut claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": NOW + 300, "iat": NOW - 5, "jti": "t1",
        "scope": "notes:read notes:write", "client_id": "app",
    });
    if let (Value::Object(claims), Value::Object(over)) = (&mut claims, over) {
        claims.extend(over);
        claims.retain(|_, value| !value.is_null());
    }
    claims.to_string()
}

/// A good token, but for these claims.
fn token(over: Value) -> String {
    Signer::ec().sign(HEADER, &claims(over))
}

fn fixed() -> KeySet {
    KeySet::fixed([
        Key::pem(Algorithm::ES256, EC).unwrap().with_id("ec"),
        Key::pem(Algorithm::ES384, EC384).unwrap().with_id("ec384"),
        Key::pem(Algorithm::EdDSA, ED).unwrap().with_id("ed"),
        Key::pem(Algorithm::RS256, RSA).unwrap().with_id("rsa"),
    ])
    .unwrap()
}

fn builder(keys: impl Into<KeySet>) -> JwtBuilder {
    let mut builder = JwtAuthenticator::builder(ISSUER, AUDIENCE, keys);
    builder.check.clock = clock;
    builder
}

impl JwtAuthenticator {
    /// Over a connection of which nothing is known.
    async fn admit(&self, token: &str) -> Result<Arc<Caller>, Refused> {
        let request = http::Request::new(()).into_parts().0;
        within("what becomes of a token", self.admit_from(&request, token)).await
    }
}

fn authenticator() -> JwtAuthenticator {
    builder(fixed()).build().unwrap()
}

async fn authenticate(authenticator: &JwtAuthenticator, headers: &[&str]) -> Result<Arc<Caller>, AuthError> {
    let mut request = http::Request::new(());
    for value in headers {
        request.headers_mut().append(http::header::AUTHORIZATION, value.parse().unwrap());
    }
    within("what becomes of a request", authenticator.authenticate(&request.into_parts().0)).await
}
