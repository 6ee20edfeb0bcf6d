//! A provider that rotates, stalls, lies and dies; in paused time.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use secure_tool_testkit::LIMIT;

use super::{keys::jwk, *};

/// What the provider does when it is asked next; the last one for ever.
#[derive(Clone)]
pub(super) enum Act {
    Answer(String),
    For(u64, String),
    Stall,
    Die,
    Panic,
}

#[derive(Clone)]
pub(super) struct Provider(Arc<(Mutex<VecDeque<Act>>, AtomicUsize)>);

impl Provider {
    pub(super) fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        Self(Arc::new((Mutex::new(acts.into_iter().collect()), AtomicUsize::new(0))))
    }

    pub(super) fn asked(&self) -> usize {
        self.0.1.load(Ordering::Relaxed)
    }

    pub(super) fn now(&self, act: Act) {
        *self.0.0.lock().unwrap() = VecDeque::from([act]);
    }

    pub(super) fn authenticator(&self) -> JwtAuthenticator {
        builder(Jwks::new(self.clone())).build().unwrap()
    }
}

impl Fetch for Provider {
    async fn fetch(&self) -> Result<Fetched, FetchError> {
        self.0.1.fetch_add(1, Ordering::Relaxed);
        let act = {
            let mut acts = self.0.0.lock().unwrap();
            if acts.len() > 1 { acts.pop_front() } else { acts.front().cloned() }
        };
        tokio::time::sleep(Duration::from_millis(50)).await;
        match act.unwrap() {
            Act::Answer(body) => Ok(Fetched::new(body)),
            Act::For(seconds, body) => Ok(Fetched::new(body).max_age(Duration::from_secs(seconds))),
            Act::Stall => std::future::pending().await,
            Act::Die => Err("down".into()),
            Act::Panic => panic!("a fetch that panics"),
        }
    }
}

fn set(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}

pub(super) fn ec() -> Act {
    Act::Answer(set(&[jwk("ec", json!({}))]))
}

pub(super) fn ed() -> Act {
    Act::Answer(set(&[jwk("ed", json!({}))]))
}

pub(super) fn by_ec(id: u32) -> String {
    token(json!({"jti": id.to_string(), "exp": NOW + 1_000_000}))
}

pub(super) fn by_ed(id: u32) -> String {
    Signer::ed().sign(r#"{"alg":"EdDSA","typ":"at+jwt","kid":"ed"}"#, &claims(json!({"jti": id.to_string()})))
}

pub(super) async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_fetched_once_for_all_who_wait() {
    let provider = Provider::new([ec(), ed()]);
    let tokens = provider.authenticator();
    assert_eq!(provider.asked(), 0, "nothing is fetched before it is needed");
    let crowd = (0..50).map(|id| (tokens.clone(), by_ec(id)));
    let crowd = crowd.map(|(tokens, token)| tokio::spawn(async move { tokens.admit(&token).await.is_ok() }));
    for one in crowd.collect::<Vec<_>>() {
        assert!(within("one of the crowd", one).await.unwrap());
    }
    assert_eq!(provider.asked(), 1);
    let (first, remembered) = (by_ed(0), by_ec(0));
    assert_eq!(tokens.admit(&first).await.unwrap_err(), Refused::Key, "asked for not long ago");
    pass(30).await;
    assert!(tokens.admit(&remembered).await.is_ok());
    let crowd = (0..50).map(|id| (tokens.clone(), by_ed(id)));
    let crowd = crowd.map(|(tokens, token)| tokio::spawn(async move { tokens.admit(&token).await.is_ok() }));
    for one in crowd.collect::<Vec<_>>() {
        assert!(within("one of the crowd", one).await.unwrap());
    }
    assert_eq!(provider.asked(), 2);
    assert_eq!(
        tokens.admit(&remembered).await.unwrap_err(),
        Refused::Key,
        "its key is gone, and with it what was remembered"
    );
}

#[tokio::test(start_paused = true)]
async fn unknown_keys_do_not_make_the_provider_work() {
    let provider = Provider::new([ec()]);
    let tokens = provider.authenticator();
    for id in 0..300 {
        let header = format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{id}"}}"#);
        let unknown = Signer::stranger().sign(&header, &claims(json!({})));
        assert_eq!(tokens.admit(&unknown).await.unwrap_err(), Refused::Key);
        assert!(tokens.admit(&by_ec(id)).await.is_ok());
        pass(1).await;
    }
    assert!((10..=11).contains(&provider.asked()), "300 seconds, not more than one in 30: {}", provider.asked());
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_again_when_they_are_due() {
    for (act, minutes) in [
        (ec(), 15),
        (Act::For(3 * 60, set(&[jwk("ec", json!({}))])), 3),
        (Act::For(0, set(&[jwk("ec", json!({}))])), 1),
        (Act::For(u64::MAX, set(&[jwk("ec", json!({}))])), 24 * 60),
    ] {
        let provider = Provider::new([act, ed()]);
        let tokens = provider.authenticator();
        assert!(tokens.admit(&by_ec(0)).await.is_ok());
        pass(minutes * 60 * 4 / 5 - 1).await;
        assert!(tokens.admit(&by_ec(1)).await.is_ok());
        assert_eq!(provider.asked(), 1, "{minutes}");
        pass(minutes * 60 / 5 + 2).await;
        // Due: the request waits for the new keys, and what was remembered does not outlive the old ones.
        assert_eq!(tokens.admit(&by_ec(2)).await.unwrap_err(), Refused::Key, "{minutes}");
        assert_eq!(tokens.admit(&by_ec(1)).await.unwrap_err(), Refused::Key, "{minutes}");
        assert!(tokens.admit(&by_ed(0)).await.is_ok());
        assert_eq!(provider.asked(), 2, "{minutes}");
    }
}

#[tokio::test(start_paused = true)]
async fn soon_before_they_are_due_keys_are_fetched_in_passing() {
    let provider = Provider::new([ec(), ed()]);
    let tokens = provider.authenticator();
    let remembered = by_ec(0);
    assert!(tokens.admit(&by_ec(1)).await.is_ok());
    pass(13 * 60).await;
    let asked = Instant::now();
    assert!(tokens.admit(&remembered).await.is_ok(), "with the keys that are known");
    assert!(asked.elapsed() < Duration::from_millis(50), "and without waiting");
    pass(1).await;
    assert_eq!(provider.asked(), 2);
    assert_eq!(tokens.admit(&remembered).await.unwrap_err(), Refused::Key);
    // What is remembered asks for it, too.
    let provider = Provider::new([ec(), ed()]);
    let tokens = provider.authenticator();
    assert!(tokens.admit(&by_ec(1)).await.is_ok());
    pass(12 * 60 - 10).await;
    assert!(tokens.admit(&remembered).await.is_ok());
    pass(20).await;
    assert!(tokens.admit(&remembered).await.is_ok());
    pass(1).await;
    assert_eq!(provider.asked(), 2);
    assert_eq!(tokens.admit(&remembered).await.unwrap_err(), Refused::Key);
}

#[tokio::test(start_paused = true)]
async fn known_keys_outlive_a_dead_provider_for_an_hour() {
    for dead in [
        Act::Die,
        Act::Stall,
        Act::Panic,
        Act::Answer("<html>".into()),
        Act::Answer(format!("{}{}", " ".repeat(256 << 10), set(&[]))),
    ] {
        let provider = Provider::new([ec()]);
        let tokens = provider.authenticator();
        assert!(tokens.admit(&by_ec(0)).await.is_ok());
        provider.now(dead);
        pass(15 * 60).await;
        let before = Instant::now();
        assert!(tokens.admit(&by_ec(1)).await.is_ok(), "a known key, though the provider is down");
        assert!(before.elapsed() <= Duration::from_millis(5001));
        let before = Instant::now();
        assert!(tokens.admit(&by_ec(2)).await.is_ok());
        assert_eq!(before.elapsed(), Duration::ZERO, "the next one does not wait");
        assert_eq!(tokens.admit(&by_ed(0)).await.unwrap_err(), Refused::Unavailable, "a key that it may have added");
        pass(59 * 60 + 20).await;
        let last = by_ec(3);
        assert!(tokens.admit(&last).await.is_ok());
        pass(45).await;
        assert_eq!(tokens.admit(&last).await.unwrap_err(), Refused::Unavailable, "remembered is not better");
        assert_eq!(tokens.admit(&by_ec(4)).await.unwrap_err(), Refused::Unavailable);
        let answer = authenticate(&tokens, &[&format!("Bearer {last}")]).await;
        assert_eq!(answer.unwrap_err(), AuthError::Unavailable);
        provider.now(ec());
        pass(30).await;
        assert!(tokens.admit(&last).await.is_ok(), "and it recovers");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_from_the_start_lets_nobody_in() {
    let provider = Provider::new([Act::Stall, Act::Die, ec()]);
    let tokens = provider.authenticator();
    let before = Instant::now();
    assert_eq!(tokens.admit(&by_ec(0)).await.unwrap_err(), Refused::Unavailable);
    assert!(before.elapsed() <= Duration::from_millis(5001), "waiting is limited");
    assert_eq!(tokens.admit(&by_ec(0)).await.unwrap_err(), Refused::Unavailable);
    assert_eq!(provider.asked(), 1);
    pass(25).await;
    assert_eq!(tokens.admit(&by_ec(0)).await.unwrap_err(), Refused::Unavailable);
    pass(30).await;
    assert!(tokens.admit(&by_ec(0)).await.is_ok());
    assert_eq!(provider.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn one_attempt_runs_at_a_time() {
    let provider = Provider::new([Act::Stall]);
    let jwks = Jwks::new(provider.clone()).with_timing(Duration::from_millis(100), Duration::from_secs(5));
    let tokens = builder(jwks).build().unwrap();
    for id in 0..4 {
        let tokens = tokens.clone();
        tokio::spawn(async move { tokens.admit(&by_ec(id)).await.unwrap_err() });
        pass(1).await;
    }
    assert_eq!(provider.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_breaks_nothing_off() {
    let provider = Provider::new([ec()]);
    let tokens = provider.authenticator();
    let gone = tokio::time::timeout(Duration::from_millis(10), tokens.admit(&by_ec(0))).await;
    assert!(gone.is_err());
    assert!(tokens.admit(&by_ec(0)).await.is_ok());
    assert_eq!(provider.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_set_is_believed_but_for_the_keys_that_cannot_be() {
    let secret = b"a secret that a provider has published";
    let oct = json!({"kty": "oct", "k": encode(secret), "alg": "HS256", "kid": "oct"});
    let bad = [oct.clone(), jwk("rsa", json!({"n": "AQAB"})), json!({}), json!(7), jwk("ed", json!({"d": "AAAA"}))];
    let provider = Provider::new([Act::Answer(set(&[&bad[..], &[jwk("ec", json!({}))]].concat()))]);
    let tokens = provider.authenticator();
    assert!(tokens.admit(&by_ec(0)).await.is_ok(), "one bad key harms no other");
    let forged = Signer::hmac(secret).sign(r#"{"alg":"HS256","typ":"at+jwt","kid":"oct"}"#, &claims(json!({})));
    assert_eq!(tokens.admit(&forged).await.unwrap_err(), Refused::Key);
    assert_eq!(
        tokens.admit(&by_ed(0)).await.unwrap_err(),
        Refused::Key,
        "a private key that was published is nobody's"
    );
    let stolen = jwk("ec", json!({"x": jwk("ec", json!({}))["y"], "y": jwk("ec", json!({}))["x"]}));
    for ambiguous in
        [set(&[jwk("ec", json!({})), stolen]), set(&[]), set(&[oct]), set(&[jwk("ec", json!({"use": "enc"}))])]
    {
        let tokens = Provider::new([Act::Answer(ambiguous.clone())]).authenticator();
        assert_eq!(tokens.admit(&by_ec(0)).await.unwrap_err(), Refused::Key, "{ambiguous}");
    }
    for lie in ["", "[]", "{}", r#"{"keys": {}}"#, r#"{"keys": null}"#, r#"{"keys": [], "keys": []}"#, "\u{fffd}"] {
        let tokens = Provider::new([Act::Answer(lie.into())]).authenticator();
        assert_eq!(tokens.admit(&by_ec(0)).await.unwrap_err(), Refused::Unavailable, "{lie}");
    }
    let many: Vec<_> =
        (0..64).map(|id| jwk("ed", json!({"kid": id.to_string()}))).chain([jwk("ec", json!({}))]).collect();
    let tokens = Provider::new([Act::Answer(set(&many))]).authenticator();
    assert_eq!(tokens.admit(&by_ec(0)).await.unwrap_err(), Refused::Key, "the sixty-fifth");
}

#[tokio::test(start_paused = true)]
async fn the_same_keys_again_forget_nothing() {
    let provider = Provider::new([Act::For(0, set(&[jwk("ec", json!({}))]))]);
    let tokens = provider.authenticator();
    let good = by_ec(0);
    assert!(tokens.admit(&good).await.is_ok());
    pass(55).await;
    let first = tokens.admit(&good).await.unwrap();
    pass(4).await;
    assert_eq!(provider.asked(), 2);
    assert!(Arc::ptr_eq(&first, &tokens.admit(&good).await.unwrap()));
}

#[test]
fn intervals_are_kept_within_bounds() {
    let shown = |jwks: Jwks| format!("{jwks:?}");
    let provider = || Jwks::new(Provider::new([ec()]));
    assert!(shown(provider().refresh_every(Duration::ZERO)).contains("refresh: 60s"));
    assert!(shown(provider().refresh_every(Duration::MAX)).contains("refresh: 86400s"));
    assert!(shown(provider().keep_for(Duration::MAX)).contains("keep: 86400s"));
    assert!(shown(provider().keep_for(Duration::ZERO)).contains("keep: 0ns"));
}

#[tokio::test]
async fn a_file_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    let tokens = builder(Jwks::file(&path)).build().unwrap();
    assert_eq!(tokens.admit(&by_ec(0)).await.unwrap_err(), Refused::Unavailable, "not there");
    std::fs::write(&path, set(&[jwk("ec", json!({}))])).unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert!(tokens.admit(&by_ec(0)).await.is_ok());
    std::fs::write(&path, set(&[jwk("ed", json!({}))])).unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert!(tokens.admit(&by_ed(0)).await.is_ok(), "a key that is not known has the file read");
    assert_eq!(tokens.admit(&by_ec(0)).await.unwrap_err(), Refused::Key);
    let huge = folder.path().join("huge.json");
    std::fs::write(&huge, format!("{}{}", set(&[jwk("ec", json!({}))]), " ".repeat(256 << 10))).unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for other in [huge.as_path(), folder.path(), "/dev/zero".as_ref(), &pipe] {
        // Refused for what it is: the limit for reading is longer than this test waits.
        let jwks = Jwks::file(other).with_timing(Duration::ZERO, 10 * LIMIT);
        let tokens = builder(jwks).build().unwrap();
        assert_eq!(tokens.admit(&by_ec(0)).await.unwrap_err(), Refused::Unavailable, "{other:?}");
    }
}
