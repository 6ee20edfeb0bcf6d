//! What is remembered, and for how long.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;

/// Whether the token is remembered: nobody but the cache can still say who it is for, once nothing verifies.
async fn remembers(authenticator: &JwtAuthenticator, token: &str) -> bool {
    let before = authenticator.verifier.remembered(&digest(token));
    let caller = authenticator.admit(token).await.unwrap();
    before.is_some_and(|before| Arc::ptr_eq(&before.unwrap().caller, &caller))
}

#[tokio::test(start_paused = true)]
async fn a_minute_and_not_beyond_its_expiry() {
    let authenticator = authenticator();
    let lasting = token(json!({}));
    assert!(!remembers(&authenticator, &lasting).await);
    assert!(remembers(&authenticator, &lasting).await);
    tokio::time::advance(Duration::from_secs(59)).await;
    assert!(remembers(&authenticator, &lasting).await);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(!remembers(&authenticator, &lasting).await, "verified anew");
    let short = token(json!({"exp": NOW + 10}));
    assert!(!remembers(&authenticator, &short).await);
    CLOCK.set(NOW + 9);
    assert!(remembers(&authenticator, &short).await);
    CLOCK.set(NOW + 10);
    assert!(!remembers(&authenticator, &short).await, "within the leeway, verified each time");
    assert!(!remembers(&authenticator, &short).await);
    CLOCK.set(NOW + 40);
    assert_eq!(authenticator.admit(&short).await.unwrap_err(), Refused::Expired);
}

#[tokio::test]
async fn many_tokens_take_no_more_than_their_share() {
    let few = builder(fixed()).cached_tokens(8).build().unwrap();
    for id in 0..100 {
        few.admit(&token(json!({"jti": id.to_string()}))).await.unwrap();
    }
    assert!(few.verifier.memory.len().0 <= 8);
    let none = builder(fixed()).cached_tokens(0).build().unwrap();
    let good = token(json!({}));
    assert!(!remembers(&none, &good).await);
    assert!(!remembers(&none, &good).await);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_remembered_for_ten_seconds_if_it_is_permanent() {
    let authenticator = authenticator();
    let forged = Signer::stranger().sign(HEADER, &claims(json!({})));
    let remembered = |token: &str| authenticator.verifier.memory.refused(&digest(token), || Some(0));
    for _ in 0..2 {
        assert_eq!(authenticator.admit(&forged).await.unwrap_err(), Refused::Signature);
        assert_eq!(remembered(&forged), Some(Refused::Signature));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(remembered(&forged), None);
    }
    let foreign = token(json!({"aud": "https://mcp.staging.example.com/mcp"}));
    assert_eq!(authenticator.admit(&foreign).await.unwrap_err(), Refused::Audience);
    assert_eq!(remembered(&foreign), Some(Refused::Audience));
    let early = token(json!({"nbf": NOW + 31}));
    assert_eq!(authenticator.admit(&early).await.unwrap_err(), Refused::NotYet);
    CLOCK.set(NOW + 1);
    assert!(authenticator.admit(&early).await.is_ok(), "its time has come");
}

#[tokio::test]
async fn the_application_is_asked_about_remembered_tokens_too() {
    let (allowed, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
    let (allows, counts) = (Arc::clone(&allowed), Arc::clone(&asked));
    let authenticator = builder(fixed())
        .accept_if(move |grant| {
            assert_eq!((grant.token_id(), grant.key_id(), grant.caller().subject()), (Some("t1"), Some("ec"), "alice"));
            assert_eq!(grant.expires_at(), SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 300));
            assert_eq!(grant.issued_at(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW - 5)));
            counts.fetch_add(1, Ordering::Relaxed);
            allows.load(Ordering::Relaxed)
        })
        .build()
        .unwrap();
    let good = token(json!({}));
    assert!(authenticator.admit(&good).await.is_ok());
    assert!(authenticator.admit(&good).await.is_ok());
    allowed.store(false, Ordering::Relaxed);
    assert_eq!(authenticator.admit(&good).await.unwrap_err(), Refused::Hook);
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}
