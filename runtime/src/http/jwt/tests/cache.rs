//! What is remembered, and for how long.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;

/// Whether the token is remembered: nobody but the cache can still say who it is for, once nothing verifies.
async fn remembers(authenticator: &JwtAuthenticator, token: &str) -> bool {
    let before = authenticator.0.verified.get(&TokenCache::<Verified>::digest(token));
    let caller = authenticator.admit(token).await.unwrap();
    before.is_some_and(|before| Arc::ptr_eq(&before.grant.caller, &caller))
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
    assert!(few.0.verified.len() <= 8);
    let none = builder(fixed()).cached_tokens(0).build().unwrap();
    let good = token(json!({}));
    assert!(!remembers(&none, &good).await);
    assert!(!remembers(&none, &good).await);
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
