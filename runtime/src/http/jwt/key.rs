//! A key for access tokens, and its algorithm.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, DecodingKeyKind, crypto::aws_lc::DEFAULT_PROVIDER};

use super::algorithm::{Algorithm, Family};
use crate::http::access_token::{LONGEST_NAME, Malformed, Object};

/// A key that verifies access tokens, and the only algorithm that it is used with ([RFC 8725, section 3.1]).
///
/// ```
/// use secure_tool::http::{Algorithm, Key};
///
/// # let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAQth7eUS2N9ycyi2An9Y1mbCmBIAz5wV4sfaskjIvYJQ=\n-----END PUBLIC KEY-----\n";
/// let key = Key::pem(Algorithm::EdDSA, pem)?.with_id("2026-07");
/// let jwk = Key::jwk(r#"{"kty":"OKP","crv":"Ed25519","kid":"1","x":"Qth7eUS2N9ycyi2An9Y1mbCmBIAz5wV4sfaskjIvYJQ"}"#)?;
/// assert!(Key::pem(Algorithm::RS256, pem).is_err());
/// assert!(Key::hmac(Algorithm::HS256, b"too short").is_err());
/// # Ok::<(), secure_tool::http::BadKey>(())
/// ```
///
/// [RFC 8725, section 3.1]: https://www.rfc-editor.org/rfc/rfc8725#section-3.1
#[derive(Clone)]
pub struct Key {
    id: Option<Box<str>>,
    algorithm: Algorithm,
    material: DecodingKey,
}

/// Why a key cannot be used. It never shows the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKey(&'static str);

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key cannot be used: {}", self.0)
    }
}

impl std::error::Error for BadKey {}

impl From<Malformed> for BadKey {
    fn from(_: Malformed) -> Self {
        Self("it is not a JSON Web Key, or one of its members has the wrong type")
    }
}

const SIZE: BadKey = BadKey("its size or its form does not match the algorithm");
const BASE64: BadKey = BadKey("a part of it is missing, or is not base64url without padding");

impl Key {
    /// A public key in PEM form: one block `PUBLIC KEY` ([RFC 7468, section 13]), as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    ///
    /// If it is anything else (a certificate, a private key, several blocks), or does not match the algorithm: RSA keys must have at least 2048 bits,
    /// `ES256` requires P-256, `ES384` requires P-384, and HMAC does not use public keys.
    ///
    /// [RFC 7468, section 13]: https://www.rfc-editor.org/rfc/rfc7468#section-13
    pub fn pem(algorithm: Algorithm, pem: &str) -> Result<Self, BadKey> {
        let one = pem.matches("-----BEGIN ").count() == 1;
        if !one || !pem.trim_start().starts_with("-----BEGIN PUBLIC KEY-----") {
            return Err(BadKey("it is not exactly one PEM block of type `PUBLIC KEY`"));
        }
        let read = match algorithm.family() {
            Family::Rsa => DecodingKey::from_rsa_pem(pem.as_bytes()),
            Family::Ec => DecodingKey::from_ec_pem(pem.as_bytes()),
            Family::Ed => DecodingKey::from_ed_pem(pem.as_bytes()),
            Family::Hmac => return Err(BadKey("HMAC requires a secret, not a public key")),
        };
        let material = read.map_err(|_| BadKey("it is not a public key of the type that the algorithm uses"))?;
        let bytes = material.try_get_as_bytes().map_err(|_| SIZE)?;
        let fits = match algorithm {
            Algorithm::ES256 => is_point(bytes, 32),
            Algorithm::ES384 => is_point(bytes, 48),
            Algorithm::EdDSA => bytes.len() == 32,
            // DER of a modulus of 2048 bits and the exponent 65537.
            _ => bytes.len() >= 270,
        };
        if fits { Ok(Self { id: None, algorithm, material }) } else { Err(SIZE) }
    }

    /// A public key as a JSON Web Key ([RFC 7517]), with its `kid`. The algorithm is its `alg`; without `alg` it follows from the curve, and is RS256
    /// for RSA.
    ///
    /// # Errors
    ///
    /// If its type is not RSA, EC or OKP, in particular if it is symmetric (`oct`); if it is not for signatures (`use`, `key_ops`); if it is a
    /// private key, because anyone who reads it could sign with it; or if it is weak: RSA keys must have 2048 to 8192 bits and an exponent of at
    /// least 65537.
    ///
    /// [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517#section-4
    pub fn jwk(json: &str) -> Result<Self, BadKey> {
        Self::from_object(&Object::parse(json.as_bytes())?)
    }

    /// A secret that is shared with the issuer, for `HS256`, `HS384` or `HS512`. A server that can verify such tokens can also create them: prefer
    /// public keys.
    ///
    /// # Errors
    ///
    /// If the algorithm is not HMAC, or if the secret is shorter than the hash of the algorithm (32, 48 or 64 bytes; [RFC 7518, section 3.2]) or is a
    /// key in PEM form.
    ///
    /// [RFC 7518, section 3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
    pub fn hmac(algorithm: Algorithm, secret: &[u8]) -> Result<Self, BadKey> {
        let shortest = match algorithm {
            Algorithm::HS256 => 32,
            Algorithm::HS384 => 48,
            Algorithm::HS512 => 64,
            _ => return Err(BadKey("the algorithm does not use a secret")),
        };
        if secret.len() < shortest {
            return Err(SIZE);
        }
        if secret.trim_ascii_start().starts_with(b"-----BEGIN") {
            return Err(BadKey("a key in PEM form cannot be an HMAC secret"));
        }
        Ok(Self { id: None, algorithm, material: DecodingKey::from_secret(secret) })
    }

    /// Sets the id (`kid`) by which tokens name the key.
    ///
    /// A token without a `kid` is verified with the only key of its algorithm; a key without an id verifies tokens with any `kid`, if it is the only
    /// key of its algorithm.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into().into());
        self
    }

    /// The id by which tokens name the key.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The only algorithm that the key is used with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) fn from_object(jwk: &Object<'_>) -> Result<Self, BadKey> {
        if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].into_iter().any(|member| jwk.has(member)) {
            return Err(BadKey("it is a private or a symmetric key"));
        }
        if jwk.text("use")?.is_some_and(|purpose| purpose != "sig") {
            return Err(BadKey("its `use` is not `sig`"));
        }
        if jwk.get::<Vec<String>>("key_ops")?.is_some_and(|uses| !uses.iter().any(|purpose| purpose == "verify")) {
            return Err(BadKey("its `key_ops` do not include `verify`"));
        }
        let id = jwk.text("kid")?;
        if id.as_ref().is_some_and(|id| id.is_empty() || id.len() > LONGEST_NAME) {
            return Err(BadKey("its `kid` is empty or too long"));
        }
        let part = |name| Ok::<_, BadKey>(jwk.text(name)?.unwrap_or_default());
        let (kind, curve) = (part("kty")?, part("crv")?);
        let (by_type, material) = match (kind.as_str(), curve.as_str()) {
            ("RSA", _) => (Algorithm::RS256, rsa(&part("n")?, &part("e")?)?),
            ("EC", "P-256") => (Algorithm::ES256, ec(&part("x")?, &part("y")?, 32)?),
            ("EC", "P-384") => (Algorithm::ES384, ec(&part("x")?, &part("y")?, 48)?),
            ("OKP", "Ed25519") => (Algorithm::EdDSA, ed(&part("x")?)?),
            _ => return Err(BadKey("its `kty` or its `crv` is not supported")),
        };
        let algorithm = match jwk.text("alg")? {
            None => by_type,
            Some(name) => Algorithm::from_name(&name)
                .filter(|named| *named == by_type || (named.family() == Family::Rsa && kind == "RSA"))
                .ok_or(BadKey("its `alg` is not supported, or does not match its type"))?,
        };
        Ok(Self { id: id.map(Into::into), algorithm, material })
    }

    /// Whether the signature (base64url) of the message is valid for this key and its algorithm.
    pub(super) fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        // The provider is named explicitly: the process-wide default panics if another crate has enabled a second backend.
        let verifier = (DEFAULT_PROVIDER.verifier_factory)(&self.algorithm.of_jsonwebtoken(), &self.material);
        verifier.is_ok_and(|verifier| verifier.verify(message, &signature).is_ok())
    }
}

/// An uncompressed point (SEC 1, section 2.3.3).
fn is_point(bytes: &[u8], coordinate: usize) -> bool {
    bytes.len() == 1 + 2 * coordinate && bytes.first() == Some(&4)
}

fn rsa(n: &str, e: &str) -> Result<DecodingKey, BadKey> {
    let decode = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| BASE64);
    let (n, e) = (decode(n)?, decode(e)?);
    let n = n.iter().position(|byte| *byte != 0).and_then(|first| n.get(first..)).unwrap_or_default();
    let exponent = e.iter().try_fold(0_u64, |sum, byte| sum.checked_mul(256).map(|sum| sum | u64::from(*byte)));
    let strong = n.first().is_some_and(|first| n.len() > 256 || (n.len() == 256 && *first >= 0x80));
    let odd = exponent.is_some_and(|exponent| exponent >= 65537 && exponent % 2 == 1);
    if !strong || n.len() > 1024 || !odd {
        return Err(SIZE);
    }
    Ok(DecodingKey::from_rsa_raw_components(n, &e))
}

fn ec(x: &str, y: &str, coordinate: usize) -> Result<DecodingKey, BadKey> {
    for part in [x, y] {
        if URL_SAFE_NO_PAD.decode(part).map_err(|_| BASE64)?.len() != coordinate {
            return Err(SIZE);
        }
    }
    DecodingKey::from_ec_components(x, y).map_err(|_| BASE64)
}

fn ed(x: &str) -> Result<DecodingKey, BadKey> {
    if URL_SAFE_NO_PAD.decode(x).map_err(|_| BASE64)?.len() != 32 {
        return Err(SIZE);
    }
    DecodingKey::from_ed_components(x).map_err(|_| BASE64)
}

/// Compares everything that matters.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        let same_material = match (self.material.kind(), other.material.kind()) {
            (DecodingKeyKind::SecretOrDer(one), DecodingKeyKind::SecretOrDer(two)) => one == two,
            (
                DecodingKeyKind::RsaModulusExponent { n, e },
                DecodingKeyKind::RsaModulusExponent { n: other_n, e: other_e },
            ) => n == other_n && e == other_e,
            _ => false,
        };
        self.id == other.id && self.algorithm == other.algorithm && same_material
    }
}

impl Eq for Key {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}
