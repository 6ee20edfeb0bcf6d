//! Floods of made-up tokens, and where tokens are verified.

use std::sync::mpsc;

use futures_util::{FutureExt, future::join_all};
use tokio::task::JoinSet;

use super::{
    rotation::{Act, Provider, by_ec, ec, pass},
    *,
};
use crate::http::{
    access_token::{Slot, Slots},
    jwt::verify::Capacity,
};

const FEW: Slots = Slots { shared: 1, reserved: 1, proven: 8, unknown: 4 };

/// An authenticator without a cache, which verifies few tokens at a time.
fn forgetful() -> JwtAuthenticator {
    let mut builder = builder(fixed()).cached_tokens(0);
    builder.room = Capacity::new(FEW);
    builder.build().unwrap()
}

fn good(id: u32) -> String {
    token(json!({"jti": id.to_string()}))
}

/// A token that only says to be one.
fn made_up(kid: &str) -> String {
    let header = format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}"}}"#);
    format!("{}.{}.{}", encode(header), encode(claims(json!({"jti": kid}))), encode([7; 64]))
}

/// The only slot for unknown tokens, as if a verification took it.
async fn take_slot(tokens: &JwtAuthenticator) -> Slot {
    within("the slot", tokens.verifier.room.take_slot()).await
}

fn spawn(tokens: &JwtAuthenticator, token: String) -> tokio::task::JoinHandle<Result<(), Refused>> {
    let tokens = tokens.clone();
    tokio::spawn(async move { tokens.admit(&token).await.map(drop) })
}

#[tokio::test(start_paused = true)]
async fn strangers_who_invent_keys_keep_nobody_waiting() {
    let provider = Provider::new([ec(), Act::Stall]);
    let tokens = provider.authenticator();
    assert!(tokens.admit(&by_ec(0)).await.is_ok());
    pass(30).await;
    let mut flood = JoinSet::new();
    for id in 0..10_000 {
        let tokens = tokens.clone();
        flood.spawn(async move { tokens.admit(&made_up(&id.to_string())).await.map(drop) });
    }
    // As many as may wait for the keys do, and all others are refused.
    for _ in 512..10_000 {
        let refused = within("a refusal at once", flood.join_next()).await.unwrap().unwrap();
        assert_eq!(refused, Err(Refused::Unavailable));
    }
    let before = Instant::now();
    for id in 1..20 {
        assert!(tokens.admit(&by_ec(id)).await.is_ok(), "a new token with a known key");
    }
    assert_eq!(before.elapsed(), Duration::ZERO);
    assert_eq!(flood.len(), 512);
    while let Some(answered) = within("the others", flood.join_next()).await {
        assert_eq!(answered.unwrap(), Err(Refused::Unavailable));
    }
    assert_eq!(provider.asked(), 2, "one fetch for all of them");
}

#[tokio::test(start_paused = true)]
async fn known_keys_do_not_wait_for_the_second_attempt_to_renew_them() {
    let provider = Provider::new([ec(), Act::Stall]);
    let tokens = provider.authenticator();
    assert!(tokens.admit(&by_ec(0)).await.is_ok());
    pass(15 * 60).await;
    let before = Instant::now();
    assert!(tokens.admit(&by_ec(1)).await.is_ok());
    assert!(before.elapsed() >= Duration::from_secs(5), "the first attempt is waited for");
    pass(30).await;
    let stranger = spawn(&tokens, made_up("x"));
    pass(1).await;
    assert_eq!(provider.asked(), 3, "a stranger has caused the second");
    let before = Instant::now();
    assert!(tokens.admit(&by_ec(2)).await.is_ok());
    assert_eq!(before.elapsed(), Duration::ZERO);
    assert_eq!(within("the stranger", stranger).await.unwrap(), Err(Refused::Unavailable));
}

#[tokio::test]
async fn proven_tokens_are_verified_while_strangers_fill_the_room() {
    let tokens = forgetful();
    let proven: Vec<_> = (0..6).map(good).collect();
    for token in &proven {
        assert!(tokens.admit(token).await.is_ok());
    }
    let slot = take_slot(&tokens).await;
    let mut flood = JoinSet::new();
    for id in 0..100 {
        let tokens = tokens.clone();
        let token = Signer::stranger().sign(HEADER, &claims(json!({"jti": id.to_string()})));
        flood.spawn(async move { tokens.admit(&token).await.map(drop) });
    }
    // One place is taken by hand.
    for _ in FEW.unknown - 1..100 {
        let refused = within("a refusal at once", flood.join_next()).await.unwrap().unwrap();
        assert_eq!(refused, Err(Refused::Unavailable));
    }
    for _ in 0..3 {
        for admitted in join_all(proven.iter().map(|token| tokens.admit(token))).await {
            assert!(admitted.is_ok());
        }
    }
    assert_eq!(tokens.admit(&good(100)).await.unwrap_err(), Refused::Unavailable, "not known from a stranger's");
    drop(slot);
    while let Some(answered) = within("the others", flood.join_next()).await {
        assert_eq!(answered.unwrap(), Err(Refused::Signature));
    }
    assert!(tokens.admit(&good(100)).await.is_ok());
}

#[tokio::test]
async fn the_same_token_is_verified_once_at_a_time() {
    let tokens = forgetful();
    let slot = take_slot(&tokens).await;
    // Many more requests than places, and the first one's client goes away.
    let token = good(0);
    let first = spawn(&tokens, token.clone());
    tokio::task::yield_now().await;
    let crowd: Vec<_> = (0..100).map(|_| spawn(&tokens, token.clone())).collect();
    tokio::task::yield_now().await;
    first.abort();
    tokio::task::yield_now().await;
    drop(slot);
    for one in crowd {
        assert_eq!(within("one of the crowd", one).await.unwrap(), Ok(()));
    }
}

#[test]
fn verification_stalls_nothing_else_on_the_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let tokens = builder(fixed()).build().unwrap();
        let remembered = good(0);
        assert!(tokens.admit(&remembered).await.is_ok());
        // The one thread on which tokens may be verified is busy until it is told otherwise.
        let (release, busy) = mpsc::channel::<()>();
        let blocker = tokio::task::spawn_blocking(move || busy.recv());
        let crowd: Vec<_> = (1..101).map(|id| spawn(&tokens, good(id))).collect();
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        assert!(crowd.iter().all(|one| !one.is_finished()), "nothing is verified on the runtime's thread");
        let request = http::Request::new(()).into_parts().0;
        let at_once = tokens.admit_from(&request, &remembered).now_or_never();
        assert!(at_once.unwrap().is_ok(), "a remembered token waits for nothing");
        release.send(()).unwrap();
        for one in crowd {
            assert_eq!(within("one of the crowd", one).await.unwrap(), Ok(()));
        }
        within("the blocker", blocker).await.unwrap().unwrap();
    });
}
