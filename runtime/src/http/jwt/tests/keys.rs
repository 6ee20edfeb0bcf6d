//! Which keys are taken, and for what.

use super::*;

const EC_X: &str = "7VFi5GnhRjsIMwTOSTXr8HcOOCDfRbKtMgV7CXT25Lo";
const EC_Y: &str = "unb8kKeTxsCy4iEXv0KpLHMGT3T0roqTQCzphUeMyak";
const EC384_X: &str = "K9kJoDsyXpXc6-drn7NN4nQ_1TTaldiHaTICLjP1VlhrPOmVVY12ASxb5_88qix8";
const EC384_Y: &str = "HCmzSpPLZcARGTPskXv2w0UMHk2cY2uZ6q4DmrWJ85I4e_fglQnYFWGAHm2ADHvC";
const ED_X: &str = "Qth7eUS2N9ycyi2An9Y1mbCmBIAz5wV4sfaskjIvYJQ";
const RSA_N: &str = "wjJJDxbfv1Rhgs56QxEvxGi8FqQ2bu-jeG-d_56GiVVBk5LHigoCni-mAy3tmJJpZVfBJw-wkNxSQTQ5M-hf1VBcjsfRP-1youFi_8ZSw6L2vmfBITpUlCCiThTc-RMuGgr7OMo4YTSa1Qw7Nk2dgOfNcP7J_XZNdFL03GmuNJnHzMJN7qB5zffzSgPTs9Ev1s5qDCszOXXUpKUPqU_yTdJvOttHbFryCoHZyG9D4BdVd0gGNbcEl0GAaZU6-7J78JRdDt0GtzL-ifD25WSxbqRW2EOjSvF6TKEM7_Jmarvd5luUk7NJOZ4fhfeqcaZfx9DDds92BfTBeggfkeciEQ";
const SMALL_N: &str = "1Z2xtNsalATIXURpHqtXivIGyl6K5Wb5NLrrbzIzyp7s-MGkhBgqhifXnbDn2hqD0hjDHZa2JqLiWTfOnIziw3tbg8DBuPoFm12Ze5fy1Dbqm3TsK59VBVh0uxPpx8CRjd6B5HIhQ1IsTWOY3h_QjS5EJ8-XtAfoWgIN9Ebqmns";

/// The public keys of the signers as JSON Web Keys, with others members put over.
pub(super) fn jwk(kind: &str, over: Value) -> Value {
    let mut key = match kind {
        "ec" => json!({"kty": "EC", "crv": "P-256", "x": EC_X, "y": EC_Y}),
        "ec384" => json!({"kty": "EC", "crv": "P-384", "x": EC384_X, "y": EC384_Y}),
        "ed" => json!({"kty": "OKP", "crv": "Ed25519", "x": ED_X}),
        "rsa" => json!({"kty": "RSA", "n": RSA_N, "e": "AQAB"}),
        _ => json!({}),
    };
    if let (Value::Object(key), Value::Object(over)) = (&mut key, over) {
        key.insert("kid".into(), kind.into());
        key.extend(over);
        key.retain(|_, value| !value.is_null());
    }
    key
}

fn read(kind: &str, over: Value) -> Result<Key, BadKey> {
    Key::jwk(&jwk(kind, over).to_string())
}

#[tokio::test]
async fn a_key_has_one_algorithm_and_verifies_by_it() {
    use jsonwebtoken::Algorithm as Signed;
    for (kind, over, algorithm, signer) in [
        ("ec", json!({}), Algorithm::ES256, Signer::ec()),
        ("ec", json!({"alg": "ES256", "use": "sig", "key_ops": ["verify"]}), Algorithm::ES256, Signer::ec()),
        ("ec384", json!({}), Algorithm::ES384, Signer::ec384()),
        ("ed", json!({}), Algorithm::EdDSA, Signer::ed()),
        ("ed", json!({"alg": "Ed25519"}), Algorithm::EdDSA, Signer::ed()),
        ("rsa", json!({}), Algorithm::RS256, Signer::rsa(Signed::RS256)),
        ("rsa", json!({"alg": "RS384"}), Algorithm::RS384, Signer::rsa(Signed::RS384)),
        ("rsa", json!({"alg": "RS512"}), Algorithm::RS512, Signer::rsa(Signed::RS512)),
        ("rsa", json!({"alg": "PS256"}), Algorithm::PS256, Signer::rsa(Signed::PS256)),
        ("rsa", json!({"alg": "PS384"}), Algorithm::PS384, Signer::rsa(Signed::PS384)),
        ("rsa", json!({"alg": "PS512"}), Algorithm::PS512, Signer::rsa(Signed::PS512)),
    ] {
        let key = read(kind, over.clone()).unwrap();
        assert_eq!((key.id(), key.algorithm()), (Some(kind), algorithm), "{over}");
        let header = format!(r#"{{"alg":"{algorithm:?}","typ":"at+jwt","kid":"{kind}"}}"#);
        let good = signer.sign(&header, &claims(json!({})));
        assert!(builder(key).build().unwrap().admit(&good).await.is_ok(), "{algorithm:?}");
    }
}

#[test]
fn keys_for_something_else_and_weak_ones_are_not_taken() {
    let even = "AQAA"; // 65536
    let secret = encode(b"a secret that a provider has published");
    for (kind, over) in [
        ("none", json!({"kty": "oct", "k": secret, "alg": "HS256"})),
        ("ec", json!({"k": secret})),
        ("ec", json!({"d": EC_X})),
        ("rsa", json!({"d": RSA_N})),
        ("rsa", json!({"p": "AQAB"})),
        ("ec", json!({"use": "enc"})),
        ("ec", json!({"use": ["sig"]})),
        ("ec", json!({"key_ops": ["deriveBits"]})),
        ("ec", json!({"key_ops": []})),
        ("ec", json!({"alg": "HS256"})),
        ("ec", json!({"alg": "none"})),
        ("ec", json!({"alg": "ES384"})),
        ("ec", json!({"alg": "RS256"})),
        ("rsa", json!({"alg": "ES256"})),
        ("rsa", json!({"alg": "HS256"})),
        ("rsa", json!({"alg": "RSA-OAEP"})),
        ("ed", json!({"alg": "ES256"})),
        ("ec", json!({"crv": "P-384"})),
        ("ec", json!({"crv": "secp256k1"})),
        ("ec", json!({"x": null})),
        ("ec", json!({"y": "AAAA"})),
        ("ec", json!({"x": format!("{EC_X}=")})),
        ("ed", json!({"crv": "X25519"})),
        ("ed", json!({"crv": "Ed448"})),
        ("ed", json!({"x": EC384_X})),
        ("rsa", json!({"n": SMALL_N})),
        ("rsa", json!({"n": format!("{}{SMALL_N}", "AAAA".repeat(60))})),
        ("rsa", json!({"n": RSA_N.repeat(5)})),
        ("rsa", json!({"e": "Aw"})),
        ("rsa", json!({"e": even})),
        ("rsa", json!({"e": ""})),
        ("rsa", json!({"e": "AQAB".repeat(3)})),
        ("ec", json!({"kid": ""})),
        ("ec", json!({"kid": "k".repeat(257)})),
        ("ec", json!({"kid": 1})),
        ("ec", json!({"kty": "RSA"})),
        ("ec", json!({"kty": null})),
    ] {
        let refused = read(kind, over.clone());
        assert!(refused.is_err(), "{over}");
        assert!(!format!("{refused:?}").contains(&secret));
    }
    assert!(Key::jwk("[]").is_err() && Key::jwk("").is_err());
    assert!(Key::jwk(&jwk("ec", json!({})).to_string().replacen('{', r#"{"kty":"oct","#, 1)).is_err(), "kty twice");
}

#[test]
fn pem_is_one_public_key_of_the_algorithm() {
    let rsa =
        [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];
    let every = [&rsa[..], &[Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA]].concat();
    for (pem, fitting) in
        [(RSA, &rsa[..]), (EC, &[Algorithm::ES256]), (EC384, &[Algorithm::ES384]), (ED, &[Algorithm::EdDSA])]
    {
        for algorithm in every.iter().chain(&[Algorithm::HS256, Algorithm::HS512]) {
            assert_eq!(Key::pem(*algorithm, pem).is_ok(), fitting.contains(algorithm), "{algorithm:?} {pem}");
        }
    }
    let certificate = EC.replace("PUBLIC KEY", "CERTIFICATE");
    let two = format!("{EC}{EC}");
    for (algorithm, pem) in [
        (Algorithm::ES256, include_str!("keys/ec.pem")),
        (Algorithm::RS256, include_str!("keys/rsa.pem")),
        (Algorithm::RS256, include_str!("keys/small.pub")),
        (Algorithm::ES256, &certificate),
        (Algorithm::ES256, &two),
        (Algorithm::ES256, EC.trim_end().trim_end_matches('-')),
        (Algorithm::ES256, ""),
    ] {
        assert!(Key::pem(algorithm, pem).is_err(), "{pem}");
    }
}

#[tokio::test]
async fn a_shared_secret_is_long_and_said_to_be_one() {
    let secret = [7; 64];
    for (algorithm, shortest) in [(Algorithm::HS256, 32), (Algorithm::HS384, 48), (Algorithm::HS512, 64)] {
        assert!(Key::hmac(algorithm, secret.split_at(shortest - 1).0).is_err());
        assert!(Key::hmac(algorithm, secret.split_at(shortest).0).is_ok());
    }
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        assert!(Key::hmac(algorithm, &secret).is_err());
    }
    assert!(Key::hmac(Algorithm::HS256, RSA.as_bytes()).is_err());
    let shared = builder(Key::hmac(Algorithm::HS256, &secret).unwrap()).build().unwrap();
    let header = r#"{"alg":"HS256","typ":"at+jwt"}"#;
    assert!(shared.admit(&Signer::hmac(&secret).sign(header, &claims(json!({})))).await.is_ok());
    let other = Signer::hmac(&[8; 64]).sign(header, &claims(json!({})));
    assert_eq!(shared.admit(&other).await.unwrap_err(), Refused::Signature);
}

#[tokio::test]
async fn a_token_means_one_key_or_none() {
    let ec = |id: Option<&str>| {
        let key = Key::pem(Algorithm::ES256, EC).unwrap();
        id.map_or(key.clone(), |id| key.with_id(id))
    };
    let other = |id: &str| Key::jwk(&jwk("ed", json!({"kid": id})).to_string()).unwrap();
    assert_eq!(KeySet::fixed([]).unwrap_err(), AmbiguousKeys);
    assert!(KeySet::fixed([ec(Some("a")), ec(Some("a"))]).is_ok(), "the same key twice is one");
    assert!(KeySet::fixed([ec(None), ec(Some("a"))]).is_err());
    assert!(KeySet::fixed([ec(Some("a")), other("a")]).is_ok(), "told apart by their algorithm");
    let two = KeySet::fixed([ec(Some("a")), ec(Some("b"))]).unwrap();
    for (set, id, found) in [
        (&two, Some("a"), true),
        (&two, Some("c"), false),
        (&two, None, false),
        (&ec(None).into(), Some("whatever"), true),
        (&ec(None).into(), None, true),
        (&ec(Some("a")).into(), None, true),
        (&ec(Some("a")).into(), Some("b"), false),
    ] {
        assert_eq!(set.find(id, Algorithm::ES256).await.is_ok(), found, "{id:?}");
        assert!(set.find(id, Algorithm::ES384).await.is_err());
    }
}
