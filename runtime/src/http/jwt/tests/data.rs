//! What the application attaches to callers, from the claims of their tokens.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::*;

#[derive(Debug, PartialEq)]
struct Roles(Vec<String>);

#[derive(Debug, PartialEq)]
struct KeyId(Option<String>);

#[tokio::test]
async fn claims_become_data_of_their_caller_once_for_a_token() {
    let read = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&read);
    let tokens = builder(fixed())
        .data_from(move |claims| {
            counts.fetch_add(1, Ordering::Relaxed);
            Ok(Roles(claims.get("roles")?.unwrap_or_default()))
        })
        .data_from(|claims| Ok(KeyId(claims.grant().key_id().map(Into::into))))
        .build()
        .unwrap();
    let (auditor, nobody) = (token(json!({"roles": ["auditor"]})), token(json!({"sub": "bob"})));
    for _ in 0..2 {
        let caller = tokens.admit(&auditor).await.unwrap();
        assert_eq!(caller.data(), Some(&Roles(vec!["auditor".into()])));
        assert_eq!(caller.data(), Some(&KeyId(Some("ec".into()))));
        assert!(!format!("{caller:?}").contains("auditor"));
        assert_eq!(tokens.admit(&nobody).await.unwrap().data(), Some(&Roles(Vec::new())));
    }
    assert_eq!(read.load(Ordering::Relaxed), 2, "what is remembered is not read again");
}

#[tokio::test]
async fn a_token_whose_data_cannot_be_read_is_refused() {
    let tokens = builder(fixed())
        .data_from(|claims| match claims.get::<String>("plan")?.as_deref() {
            Some("pro") => Ok(()),
            Some("busy") => Err(AuthError::Unavailable),
            Some("panic") => panic!("of the test"),
            // A credential that was recognized is not for another authenticator.
            _ => Err(AuthError::Unrecognized),
        })
        .build()
        .unwrap();
    for (claims, refused) in [
        (json!({"plan": "pro"}), None),
        (json!({"plan": "free"}), Some(Refused::Data)),
        (json!({"plan": ["pro"]}), Some(Refused::Data)),
        (json!({}), Some(Refused::Data)),
        (json!({"plan": "panic"}), Some(Refused::Data)),
        (json!({"plan": "busy"}), Some(Refused::Unavailable)),
    ] {
        assert_eq!(tokens.admit(&token(claims.clone())).await.err(), refused, "{claims}");
    }
    let header = format!("Bearer {}", token(json!({})));
    assert_eq!(authenticate(&tokens, &[&header]).await.err(), Some(AuthError::Invalid));
}

#[tokio::test]
async fn claims_of_an_invalid_token_are_not_read() {
    let tokens = builder(fixed()).data_from(|_| -> Result<(), AuthError> { panic!("nobody asks") }).build().unwrap();
    let forged = Signer::stranger().sign(HEADER, &claims(json!({})));
    assert_eq!(tokens.admit(&forged).await.err(), Some(Refused::Signature));
    assert_eq!(tokens.admit(&token(json!({"exp": NOW - 300}))).await.err(), Some(Refused::Expired));
    assert_eq!(tokens.admit(&token(json!({"aud": "https://other"}))).await.err(), Some(Refused::Audience));
}
