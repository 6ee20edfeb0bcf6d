//! One line an attack; beside them, what is legitimate.

use super::*;

/// The token of a good header and good claims, but for this header.
fn headed(header: &str) -> String {
    Signer::ec().sign(header, &claims(json!({})))
}

/// An ECDSA signature in DER, as TLS has it and JWS does not.
fn der(signature: &[u8]) -> Vec<u8> {
    let integer = |part: &[u8]| {
        let mut body = if part[0] >= 0x80 { vec![0] } else { Vec::new() };
        body.extend_from_slice(part);
        [vec![2, u8::try_from(body.len()).unwrap()], body].concat()
    };
    let (r, s) = signature.split_at(32);
    let body = [integer(r), integer(s)].concat();
    [vec![0x30, u8::try_from(body.len()).unwrap()], body].concat()
}

fn secrets() -> Vec<(&'static str, String, Refused)> {
    let hs = r#"{"alg":"HS256","typ":"at+jwt","kid":"ec"}"#;
    let hs_rsa = r#"{"alg":"HS256","typ":"at+jwt","kid":"rsa"}"#;
    let none = format!("{}.{}.", encode(r#"{"alg":"none","typ":"at+jwt"}"#), encode(claims(json!({}))));
    let none_cased = format!("{}.{}.AA", encode(r#"{"alg":"nOnE","typ":"at+jwt"}"#), encode(claims(json!({}))));
    vec![
        ("alg none, no signature", none, Refused::Form),
        ("alg none in other letters, some signature", none_cased, Refused::Algorithm),
        ("HMAC with the EC public key", Signer::hmac(EC.as_bytes()).sign(hs, &claims(json!({}))), Refused::Key),
        ("HMAC with the RSA public key", Signer::hmac(RSA.as_bytes()).sign(hs_rsa, &claims(json!({}))), Refused::Key),
        ("HMAC with an empty secret", Signer::hmac(b"").sign(hs, &claims(json!({}))), Refused::Key),
        (
            "PS256 with a key for RS256",
            {
                let header = r#"{"alg":"PS256","typ":"at+jwt","kid":"rsa"}"#;
                Signer::rsa(jsonwebtoken::Algorithm::PS256).sign(header, &claims(json!({})))
            },
            Refused::Key,
        ),
        (
            "RS512 with a key for RS256",
            {
                let header = r#"{"alg":"RS512","typ":"at+jwt","kid":"rsa"}"#;
                Signer::rsa(jsonwebtoken::Algorithm::RS512).sign(header, &claims(json!({})))
            },
            Refused::Key,
        ),
        (
            "signed RS512, says RS256",
            {
                let header = r#"{"alg":"RS256","typ":"at+jwt","kid":"rsa"}"#;
                Signer::rsa(jsonwebtoken::Algorithm::RS512).sign(header, &claims(json!({})))
            },
            Refused::Signature,
        ),
        ("another's key", Signer::stranger().sign(HEADER, &claims(json!({}))), Refused::Signature),
        (
            "another's key in the header",
            {
                let header =
                    r#"{"alg":"ES256","typ":"at+jwt","kid":"mine","jwk":{"kty":"EC","crv":"P-256","x":"A","y":"A"}}"#;
                Signer::stranger().sign(header, &claims(json!({})))
            },
            Refused::Key,
        ),
        (
            "another's key by URL",
            {
                let header = r#"{"alg":"ES256","typ":"at+jwt","kid":"ec","jku":"https://evil.example/jwks"}"#;
                Signer::stranger().sign(header, &claims(json!({})))
            },
            Refused::Signature,
        ),
        (
            "ECDSA signature in DER",
            {
                let message = format!("{}.{}", encode(HEADER), encode(claims(json!({}))));
                format!("{message}.{}", encode(der(&Signer::ec().raw(&message))))
            },
            Refused::Signature,
        ),
        (
            "an ECDSA signature of zeros",
            { format!("{}.{}.{}", encode(HEADER), encode(claims(json!({}))), encode([0; 64])) },
            Refused::Signature,
        ),
    ]
}

fn forms() -> Vec<(&'static str, String, Refused)> {
    let good = token(json!({}));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let other = encode(claims(json!({"sub": "bob"})));
    vec![
        ("another payload", format!("{header}.{other}.{signature}"), Refused::Signature),
        ("another header", format!("{}.{payload}.{signature}", encode(HEADER.replace(',', ", "))), Refused::Signature),
        (
            "the signature of another token",
            {
                let bob = token(json!({"sub": "bob"}));
                format!("{signed}.{}", bob.rsplit_once('.').unwrap().1)
            },
            Refused::Signature,
        ),
        ("a signature that is cut off", format!("{signed}.{}", signature.split_at(80).0), Refused::Signature),
        ("a signature with padding", format!("{signed}.{signature}=="), Refused::Signature),
        ("no signature", signed.to_owned(), Refused::Form),
        ("an empty signature", format!("{signed}."), Refused::Form),
        ("an empty header", format!(".{payload}.{signature}"), Refused::Form),
        ("an empty payload", format!("{header}..{signature}"), Refused::Form),
        ("four parts", format!("{good}.{signature}"), Refused::Form),
        ("five parts, as if encrypted", format!("{good}.{payload}.{signature}"), Refused::Form),
        ("nothing", String::new(), Refused::Form),
        ("only dots", "..".into(), Refused::Form),
        ("a blank in front", format!(" {good}"), Refused::Form),
        ("two tokens", format!("{good} {good}"), Refused::Form),
        ("a header in plain JSON", format!("{HEADER}.{payload}.{signature}"), Refused::Form),
        ("a header that is an array", headed(r#"["ES256","at+jwt","ec"]"#), Refused::Form),
        ("a header with alg twice", headed(r#"{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"ec"}"#), Refused::Form),
        ("a header with kid twice", headed(r#"{"kid":"x","alg":"ES256","typ":"at+jwt","kid":"ec"}"#), Refused::Form),
        ("claims that are an array", Signer::ec().sign(HEADER, "[]"), Refused::Claims),
        ("claims that are no JSON", Signer::ec().sign(HEADER, "alice"), Refused::Claims),
        (
            "sub twice",
            {
                let twice = claims(json!({})).replacen('{', r#"{"sub":"bob","#, 1);
                Signer::ec().sign(HEADER, &twice)
            },
            Refused::Claims,
        ),
        (
            "exp twice",
            {
                let twice = claims(json!({})).replacen('{', r#"{"exp":9999999999,"#, 1);
                Signer::ec().sign(HEADER, &twice)
            },
            Refused::Claims,
        ),
        (
            "sub twice, once in escapes",
            {
                let twice = claims(json!({})).replacen('{', r#"{"s\u0075b":"bob","#, 1);
                Signer::ec().sign(HEADER, &twice)
            },
            Refused::Claims,
        ),
    ]
}

fn headers() -> Vec<(&'static str, String, Refused)> {
    let header = |over: &str| headed(&format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"ec",{over}}}"#));
    vec![
        ("crit", header(r#""crit":["exp"]"#), Refused::Critical),
        ("crit, empty", header(r#""crit":[]"#), Refused::Critical),
        ("crit, null", header(r#""crit":null"#), Refused::Critical),
        ("b64", header(r#""b64":false"#), Refused::Critical),
        ("zip", header(r#""zip":"DEF""#), Refused::Critical),
        ("enc", header(r#""enc":"A128GCM""#), Refused::Critical),
        ("no typ", headed(r#"{"alg":"ES256","kid":"ec"}"#), Refused::Type),
        ("typ JWT, as an ID token's", headed(r#"{"alg":"ES256","typ":"JWT","kid":"ec"}"#), Refused::Type),
        ("typ of a logout token", headed(r#"{"alg":"ES256","typ":"logout+jwt","kid":"ec"}"#), Refused::Type),
        ("typ of a proof", headed(r#"{"alg":"ES256","typ":"dpop+jwt","kid":"ec"}"#), Refused::Type),
        ("typ that is no text", headed(r#"{"alg":"ES256","typ":["at+jwt"],"kid":"ec"}"#), Refused::Type),
        ("no alg", headed(r#"{"typ":"at+jwt","kid":"ec"}"#), Refused::Algorithm),
        ("an unknown alg", headed(r#"{"alg":"ES257","typ":"at+jwt","kid":"ec"}"#), Refused::Algorithm),
        ("alg in small letters", headed(r#"{"alg":"es256","typ":"at+jwt","kid":"ec"}"#), Refused::Algorithm),
        ("an unknown kid", headed(r#"{"alg":"ES256","typ":"at+jwt","kid":"other"}"#), Refused::Key),
        ("a kid that is a path", headed(r#"{"alg":"ES256","typ":"at+jwt","kid":"../../dev/null"}"#), Refused::Key),
        ("a kid that is SQL", headed(r#"{"alg":"ES256","typ":"at+jwt","kid":"' OR 1=1 --"}"#), Refused::Key),
        ("a kid that is a number", headed(r#"{"alg":"ES256","typ":"at+jwt","kid":1}"#), Refused::Key),
        ("an endless kid", headed(&HEADER.replace("\"ec\"", &format!("\"{}\"", "e".repeat(257)))), Refused::Key),
        ("the kid of another key", headed(r#"{"alg":"ES256","typ":"at+jwt","kid":"rsa"}"#), Refused::Key),
    ]
}

fn wrong_claims() -> Vec<(&'static str, String, Refused)> {
    let long = "x".repeat(257);
    vec![
        ("no iss", token(json!({"iss": null})), Refused::Issuer),
        ("another iss", token(json!({"iss": "https://evil.example"})), Refused::Issuer),
        ("iss with a slash", token(json!({"iss": format!("{ISSUER}/")})), Refused::Issuer),
        ("iss in capitals", token(json!({"iss": "https://ID.example.com"})), Refused::Issuer),
        ("iss among others", token(json!({"iss": [ISSUER]})), Refused::Issuer),
        ("no aud", token(json!({"aud": null})), Refused::Audience),
        ("no aud in it", token(json!({"aud": []})), Refused::Audience),
        ("aud of another environment", token(json!({"aud": "https://mcp.staging.example.com/mcp"})), Refused::Audience),
        ("aud of a longer path", token(json!({"aud": format!("{AUDIENCE}/x")})), Refused::Audience),
        ("aud of a shorter path", token(json!({"aud": "https://mcp.example.com"})), Refused::Audience),
        ("other auds", token(json!({"aud": ["a", "b"]})), Refused::Audience),
        ("aud among what is no text", token(json!({"aud": [1, AUDIENCE]})), Refused::Audience),
        ("aud as an object", token(json!({"aud": {AUDIENCE: true}})), Refused::Audience),
        ("endless auds", token(json!({"aud": vec![AUDIENCE; 65]})), Refused::Audience),
        ("no exp", token(json!({"exp": null})), Refused::Time),
        ("exp as text", token(json!({"exp": (NOW + 300).to_string()})), Refused::Time),
        ("exp below zero", token(json!({"exp": -1})), Refused::Time),
        ("exp beyond reason", token(json!({"exp": 1e300})), Refused::Time),
        ("exp of u64", token(json!({"exp": u64::MAX})), Refused::Time),
        ("exp is true", token(json!({"exp": true})), Refused::Time),
        ("exp past", token(json!({"exp": NOW - 31})), Refused::Expired),
        ("exp past, to the second", token(json!({"exp": NOW - 30})), Refused::Expired),
        ("exp past, with a fraction", token(json!({"exp": 1_799_999_970.5})), Refused::Expired),
        ("exp zero", token(json!({"exp": 0})), Refused::Expired),
        ("nbf in the future", token(json!({"nbf": NOW + 31})), Refused::NotYet),
        ("nbf as text", token(json!({"nbf": "0"})), Refused::Time),
        ("iat in the future", token(json!({"iat": NOW + 31})), Refused::NotYet),
        ("iat as an object", token(json!({"iat": {}})), Refused::Time),
        ("bound to a key (DPoP)", token(json!({"cnf": {"jkt": "x"}})), Refused::Bound),
        ("bound to a certificate", token(json!({"cnf": {"x5t#S256": "x"}})), Refused::Bound),
        ("no sub", token(json!({"sub": null})), Refused::Subject),
        ("an empty sub", token(json!({"sub": ""})), Refused::Subject),
        ("an endless sub", token(json!({"sub": long})), Refused::Subject),
        ("sub as a number", token(json!({"sub": 7})), Refused::Subject),
        ("sub with a line break", token(json!({"sub": "alice\nadmin"})), Refused::Subject),
        ("sub with a zero", token(json!({"sub": "alice\0"})), Refused::Subject),
        (
            "sub is null",
            { Signer::ec().sign(HEADER, &claims(json!({})).replace("\"alice\"", "null")) },
            Refused::Subject,
        ),
        ("scope as an array", token(json!({"scope": ["notes:read"]})), Refused::Scope),
        ("scope as an object", token(json!({"scope": {"notes:read": true}})), Refused::Scope),
        (
            "scope is null",
            { Signer::ec().sign(HEADER, &claims(json!({})).replace("\"notes:read notes:write\"", "null")) },
            Refused::Scope,
        ),
        ("scope with a tab", token(json!({"scope": "notes:read\tadmin"})), Refused::Scope),
        ("scope with quotes", token(json!({"scope": "\"notes:read\""})), Refused::Scope),
        ("scp as an object", token(json!({"scope": null, "scp": {}})), Refused::Scope),
        ("scp with two in one", token(json!({"scope": null, "scp": ["a b"]})), Refused::Scope),
        ("an endless jti", token(json!({"jti": long})), Refused::TokenId),
        ("jti as a number", token(json!({"jti": 1})), Refused::TokenId),
        ("client_id as an array", token(json!({"client_id": ["app"]})), Refused::Client),
        ("an empty client_id", token(json!({"client_id": "", "azp": "app"})), Refused::Client),
        ("act as text", token(json!({"act": "bot"})), Refused::Actor),
        ("act without sub", token(json!({"act": {"client_id": "bot"}})), Refused::Actor),
        (
            "act with two subs",
            {
                Signer::ec().sign(
                    HEADER,
                    &claims(json!({"act": {"sub": "bot"}})).replace("{\"sub\":\"bot\"", r#"{"sub":"x","sub":"bot""#),
                )
            },
            Refused::Actor,
        ),
        (
            "act five deep",
            {
                let five = r#"{"sub":"a","act":{"sub":"b","act":{"sub":"c","act":{"sub":"d","act":{"sub":"e"}}}}}"#;
                token(json!({"act": serde_json::from_str::<Value>(five).unwrap()}))
            },
            Refused::Actor,
        ),
    ]
}

#[tokio::test]
async fn every_attack_is_refused_for_its_own_reason() {
    let authenticator = authenticator();
    for (attack, token, reason) in [secrets(), forms(), headers(), wrong_claims()].concat() {
        assert_eq!(authenticator.admit(&token).await.unwrap_err(), reason, "{attack}");
        let header = format!("Bearer {token}");
        // What is no token of this issuer's may be another authenticator's.
        let unknown = matches!(reason, Refused::Form | Refused::Issuer);
        let error = if unknown { AuthError::Unrecognized } else { AuthError::Invalid };
        assert_eq!(authenticate(&authenticator, &[&header]).await.unwrap_err(), error, "{attack}");
    }
    assert!(authenticator.admit(&token(json!({}))).await.is_ok());
    assert_eq!(authenticator.verifier.memory.len().0, 1, "what was refused is not remembered as good");
}

#[tokio::test]
async fn what_is_legitimate_passes() {
    let authenticator = authenticator();
    let alg = |alg: &str, kid: &str| format!(r#"{{"alg":"{alg}","typ":"at+jwt","kid":"{kid}"}}"#);
    let rs256 = Signer::rsa(jsonwebtoken::Algorithm::RS256);
    for (what, token) in [
        ("ES384", Signer::ec384().sign(&alg("ES384", "ec384"), &claims(json!({})))),
        ("EdDSA", Signer::ed().sign(&alg("EdDSA", "ed"), &claims(json!({})))),
        ("EdDSA by its new name", Signer::ed().sign(&alg("Ed25519", "ed"), &claims(json!({})))),
        ("RS256", rs256.sign(&alg("RS256", "rsa"), &claims(json!({})))),
        ("the long type", headed(r#"{"alg":"ES256","typ":"Application/AT+JWT","kid":"ec"}"#)),
        ("no kid, one key of the algorithm", headed(r#"{"alg":"ES256","typ":"at+jwt"}"#)),
        (
            "headers that nobody follows",
            headed(r#"{"alg":"ES256","typ":"at+jwt","kid":"ec","jku":"https://x","x5t":"y"}"#),
        ),
        ("one audience of several", token(json!({"aud": ["a", AUDIENCE]}))),
        ("expired within the leeway", token(json!({"exp": NOW - 29}))),
        ("a fraction of a second", token(json!({"exp": 1_800_000_000.25}))),
        ("valid within the leeway", token(json!({"nbf": NOW + 30, "iat": NOW + 30}))),
        ("nothing that is optional", token(json!({"iat": null, "jti": null, "scope": null, "client_id": null}))),
        ("claims that nobody reads", token(json!({"roles": [1, {"a": null}], "email": "a@example.com"}))),
    ] {
        assert_eq!(
            authenticator.admit(&token).await.map(|caller| caller.subject().to_owned()),
            Ok("alice".into()),
            "{what}"
        );
    }
}

#[tokio::test]
async fn claims_become_a_caller() {
    let tokens = authenticator();
    let caller = tokens.admit(&token(json!({"azp": "other"}))).await.unwrap();
    assert_eq!((caller.client(), caller.tenant(), caller.actor()), (Some("app"), None, None));
    assert_eq!(caller.scopes().iter().collect::<Vec<_>>(), ["notes:read", "notes:write"]);
    for (over, scopes) in [
        (json!({"scope": null}), vec![]),
        (json!({"scope": ""}), vec![]),
        (json!({"scope": "b  a "}), vec!["a", "b"]),
        (json!({"scope": "a", "scp": ["b"]}), vec!["a"]),
        (json!({"scope": "", "scp": ["b"]}), vec![]),
        (json!({"scope": null, "scp": ["b", "a"]}), vec!["a", "b"]),
        (json!({"scope": null, "scp": "b a"}), vec!["a", "b"]),
    ] {
        let caller = tokens.admit(&token(over.clone())).await.unwrap();
        assert_eq!(caller.scopes().iter().collect::<Vec<_>>(), scopes, "{over}");
    }
    let azp = tokens.admit(&token(json!({"client_id": null, "azp": "web"}))).await.unwrap();
    assert_eq!(azp.client(), Some("web"));
    let chain = json!({"sub": "agent", "act": {"sub": "gateway", "act": {"sub": "c", "act": {"sub": "d"}}}});
    let acted = tokens.admit(&token(json!({"act": chain}))).await.unwrap();
    assert_eq!((acted.subject(), acted.actor()), ("alice", Some("agent")));
    assert_eq!(acted.prior_actors().collect::<Vec<_>>(), ["gateway", "c", "d"]);
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 300 + 30);
    assert_eq!(acted.expires_at(), Some(end), "for as long as the token is accepted");
    assert!(!acted.owns(&crate::Owner::subject("agent")));
}

#[tokio::test]
async fn claims_have_the_names_that_the_issuer_gives_them() {
    let named = builder(fixed()).tenant_claim("org").client_claim("cid").scope_claim("permissions").build().unwrap();
    let caller = named.admit(&token(json!({"org": "acme", "cid": "c", "permissions": ["x"]}))).await.unwrap();
    assert_eq!((caller.tenant(), caller.client()), (Some("acme"), Some("c")));
    assert_eq!(caller.scopes().iter().collect::<Vec<_>>(), ["x"], "and `scope` counts for nothing");
    for org in [json!(null), json!(""), json!(["acme"]), json!("a\u{7f}")] {
        assert_eq!(named.admit(&token(json!({"org": org.clone()}))).await.unwrap_err(), Refused::Tenant, "{org}");
    }
}

#[tokio::test]
async fn tokens_without_a_type_pass_only_where_they_may() {
    let lenient = builder(fixed()).allow_untyped().build().unwrap();
    for header in [r#"{"alg":"ES256","kid":"ec"}"#, r#"{"alg":"ES256","typ":"jwt","kid":"ec"}"#, HEADER] {
        assert!(lenient.admit(&headed(header)).await.is_ok(), "{header}");
    }
    for typ in ["logout+jwt", "dpop+jwt", "", "JWT "] {
        let header = format!(r#"{{"alg":"ES256","typ":"{typ}","kid":"ec"}}"#);
        assert_eq!(lenient.admit(&headed(&header)).await.unwrap_err(), Refused::Type, "{typ}");
    }
}

#[tokio::test]
async fn one_credential_of_the_right_kind_and_length() {
    let authenticator = builder(fixed()).max_token_bytes(600).build().unwrap();
    let right = format!("Bearer {}", token(json!({})));
    assert_eq!(authenticate(&authenticator, &[&right]).await.unwrap().subject(), "alice");
    assert_eq!(authenticate(&authenticator, &[]).await.unwrap_err(), AuthError::Missing);
    let long = format!("Bearer {}", token(json!({"more": "x".repeat(600)})));
    let basic = right.replace("Bearer", "Basic");
    let dpop = right.replace("Bearer", "DPoP");
    let in_blanks = right.replace("Bearer ", "Bearer  ");
    for (headers, error) in [
        (&[&*right, &right][..], AuthError::Invalid),
        (&[&long], AuthError::Unrecognized),
        (&[&basic], AuthError::Unrecognized),
        (&[&dpop], AuthError::Unrecognized),
        (&[&in_blanks], AuthError::Unrecognized),
        (&["Bearer "], AuthError::Unrecognized),
        (&["Bearer"], AuthError::Invalid),
        (&[""], AuthError::Invalid),
    ] {
        assert_eq!(authenticate(&authenticator, headers).await.unwrap_err(), error, "{headers:?}");
    }
    assert!(authenticator_allows(&long).await, "and it is good but for its length");
}

async fn authenticator_allows(header: &str) -> bool {
    authenticate(&authenticator(), &[header]).await.is_ok()
}

#[test]
fn an_invalid_setup_is_refused() {
    let empty = |issuer: &str, audience: &str| JwtAuthenticator::builder(issuer, audience, fixed()).build().is_err();
    assert!(empty("", AUDIENCE) && empty(ISSUER, " ") && empty(ISSUER, ISSUER) && !empty(ISSUER, AUDIENCE));
    assert!(builder(fixed()).leeway(Duration::from_secs(61)).build().is_err());
    assert!(builder(fixed()).leeway(Duration::from_secs(60)).build().is_ok());
    assert!(builder(fixed()).max_token_bytes(0).build().is_err());
    assert!(builder(fixed()).max_token_bytes(65 << 10).build().is_err());
    assert!(builder(fixed()).tenant_claim("").build().is_err());
}

#[tokio::test]
async fn no_token_and_no_key_is_shown() {
    let authenticator = authenticator();
    let good = token(json!({}));
    let caller = authenticator.admit(&good).await.unwrap();
    let secret = Key::hmac(Algorithm::HS256, b"a secret of the right length....").unwrap();
    let shown = format!("{authenticator:?} {caller:?} {:?} {secret:?} {:?}", builder(fixed()), fixed());
    for part in good.split('.').chain(["a secret of", "secret of the", "7VFi5Gnh", "SecretOrDer"]) {
        assert!(!shown.contains(part), "{shown}");
    }
}

#[tokio::test]
async fn two_issuers_and_api_keys_do_not_get_in_each_others_way() {
    let other = "https://other.example.com";
    let robots = JwtAuthenticator::builder(other, AUDIENCE, Key::pem(Algorithm::EdDSA, ED).unwrap());
    let (text, key) = crate::http::ApiKeys::generate(Caller::new("operator")).unwrap();
    let keys = crate::http::ApiKeys::new();
    keys.add(key).unwrap();
    let robots = {
        let mut robots = robots;
        robots.check.clock = clock;
        robots.build().unwrap()
    };
    let chain = keys.or(authenticator()).or(robots);
    let by_ed = |over: Value| Signer::ed().sign(r#"{"alg":"EdDSA","typ":"at+jwt"}"#, &claims(over));
    let of_robot = by_ed(json!({"iss": other, "sub": "robot"}));
    for (token, answer) in [
        (text.expose().clone(), Ok("operator")),
        (token(json!({})), Ok("alice")),
        (of_robot, Ok("robot")),
        (text.expose().replace("stk_", "stk_0"), Err(AuthError::Invalid)),
        (token(json!({"exp": 1})), Err(AuthError::Invalid)),
        // It says that it is of the other issuer, and is signed with a key of this one.
        (token(json!({"iss": other})), Err(AuthError::Invalid)),
        (by_ed(json!({"iss": "https://evil.example"})), Err(AuthError::Unrecognized)),
        ("opaque".into(), Err(AuthError::Unrecognized)),
    ] {
        let mut request = http::Request::new(());
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        let found = chain.authenticate(&request.into_parts().0).await.map(|caller| caller.subject().to_owned());
        assert_eq!(found, answer.map(str::to_owned), "{token}");
    }
}
