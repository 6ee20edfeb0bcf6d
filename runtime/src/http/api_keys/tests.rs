use std::time::{Duration, SystemTime};

use http::header::AUTHORIZATION;

use super::*;

const KEY: &str = "6b1f0c93a1c54f3f8a0d3f4d1c7e9b52";

fn ask(keys: &ApiKeys, headers: &[&str]) -> Result<String, AuthError> {
    let mut request = http::Request::new(());
    for value in headers {
        request.headers_mut().append(AUTHORIZATION, value.parse().unwrap());
    }
    let (parts, ()) = request.into_parts();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(keys.authenticate(&parts)).poll(&mut context) {
        std::task::Poll::Ready(found) => found.map(|caller| caller.subject().to_owned()),
        std::task::Poll::Pending => unreachable!(),
    }
}

pub(super) fn present(keys: &ApiKeys, text: &str) -> Result<String, AuthError> {
    ask(keys, &[&format!("Bearer {text}")])
}

#[test]
fn only_a_valid_key_passes() {
    let keys = ApiKeys::new().with_key(KEY, Caller::new("alice")).unwrap();
    assert_eq!(present(&keys, KEY), Ok("alice".into()));
    assert_eq!(ask(&keys, &[&format!("bearer {KEY}")]), Ok("alice".into()));
    assert_eq!(ask(&keys, &[]), Err(AuthError::Missing));
    let wrong = format!("Bearer {}", KEY.replace('6', "7"));
    let right = format!("Bearer {KEY}");
    let (basic, prefix) = (format!("Basic {KEY}"), format!("Bearer {}", KEY.split_at(31).0));
    for (headers, error) in [
        (&[&*wrong][..], AuthError::Unrecognized),
        (&[&basic], AuthError::Unrecognized),
        (&[&prefix], AuthError::Unrecognized),
        (&["Bearer "], AuthError::Unrecognized),
        (&[&right, &right], AuthError::Invalid),
        (&["Bearer"], AuthError::Invalid),
        (&[""], AuthError::Invalid),
    ] {
        assert_eq!(ask(&keys, headers), Err(error), "{headers:?}");
    }
}

#[test]
fn weak_keys_and_callers_without_a_name_are_not_taken() {
    let keys = ApiKeys::new().with_key(KEY, Caller::new("alice")).unwrap();
    assert_eq!(keys.clone().with_key(KEY, Caller::new("bob")).unwrap_err(), WeakKey);
    assert!(keys.clone().with_key(KEY.split_at(31).0, Caller::new("bob")).is_err());
    assert!(keys.clone().with_key(&"x".repeat(513), Caller::new("bob")).is_err());
    assert!(keys.clone().with_key(&" ".repeat(40), Caller::new("bob")).is_err());
    assert!(keys.with_sha256([0; 32], Caller::new("")).is_err());
    for id in ["", "a b", "a\n", "\u{e4}", &"x".repeat(65)] {
        assert!(ApiKey::from_sha256(id, [0; 32], Caller::new("alice")).is_err(), "{id}");
    }
    assert_eq!(ApiKeys::generate(Caller::new("")).unwrap_err(), GenerateError::Nameless);
    assert_eq!(ApiKeys::generate_named("ci", Caller::new("")).unwrap_err(), GenerateError::Nameless);
    assert_eq!(ApiKeys::generate_named("a b", Caller::new("alice")).unwrap_err(), GenerateError::Id);
}

#[test]
fn a_generated_key_is_new_shown_once_and_works_when_it_was_added() {
    let (text, key) = ApiKeys::generate(Caller::new("alice")).unwrap();
    let (other, _) = ApiKeys::generate(Caller::new("alice")).unwrap();
    let text = text.expose();
    assert!(text.len() == 85 && text.starts_with(&format!("stk_{}_", key.id())), "{text}");
    assert_ne!(text, other.expose());
    let keys = ApiKeys::new();
    assert_eq!(present(&keys, text), Err(AuthError::Invalid), "not before");
    keys.add(key.clone()).unwrap();
    assert_eq!(present(&keys, text), Ok("alice".into()));
    assert_eq!(present(&keys, other.expose()), Err(AuthError::Invalid));
    assert_eq!(present(&keys, &format!("{text}0")), Err(AuthError::Invalid));
    let shown = format!("{keys:?} {key:?} {other:?}");
    assert!(!shown.contains(text.rsplit('_').next().unwrap()) && !shown.contains(other.expose().as_str()), "{shown}");
    let again = ApiKeys::new();
    again.add(ApiKey::from_sha256(key.id(), *key.sha256(), Caller::new("alice")).unwrap()).unwrap();
    assert_eq!(present(&again, text), Ok("alice".into()), "from what was kept");
}

#[test]
fn keys_come_and_go_while_they_are_used() {
    let keys = ApiKeys::new();
    let used = keys.clone();
    let (old, old_key) = ApiKeys::generate(Caller::new("alice")).unwrap();
    let (new, new_key) = ApiKeys::generate(Caller::new("alice")).unwrap();
    keys.add(old_key.clone()).unwrap();
    keys.add(new_key.clone()).unwrap();
    assert_eq!((present(&used, old.expose()), present(&used, new.expose())), (Ok("alice".into()), Ok("alice".into())));
    assert_eq!(keys.add(new_key.clone()), Err(WeakKey), "the same key");
    let same_id = ApiKey::from_sha256(new_key.id(), [1; 32], Caller::new("bob")).unwrap();
    assert_eq!(keys.add(same_id.clone()), Err(WeakKey), "another with its id");
    assert!(keys.remove(old_key.id()) && !keys.remove(old_key.id()));
    assert_eq!(
        (present(&used, old.expose()), present(&used, new.expose())),
        (Err(AuthError::Invalid), Ok("alice".into()))
    );
    let same_digest = ApiKey::from_sha256("other", *new_key.sha256(), Caller::new("bob")).unwrap();
    assert_eq!(keys.add(same_digest.clone()), Err(WeakKey), "the same key by another name");
    assert_eq!(keys.replace([new_key.clone(), same_id]), Err(WeakKey));
    assert_eq!(keys.replace([new_key, same_digest]), Err(WeakKey));
    assert_eq!(present(&used, new.expose()), Ok("alice".into()), "nothing was changed");
    keys.replace([old_key]).unwrap();
    assert_eq!(
        (present(&used, old.expose()), present(&used, new.expose())),
        (Ok("alice".into()), Err(AuthError::Invalid))
    );
    keys.replace([]).unwrap();
    assert_eq!(present(&used, old.expose()), Err(AuthError::Invalid));
}

#[test]
fn a_key_is_good_until_it_expires() {
    let now = SystemTime::now();
    for (end, good) in [(now + Duration::from_secs(60), true), (now - Duration::from_secs(1), false), (now, false)] {
        let (text, key) = ApiKeys::generate(Caller::new("alice")).unwrap();
        let keys = ApiKeys::new();
        keys.add(key.expires_at(end)).unwrap();
        assert_eq!(present(&keys, text.expose()).is_ok(), good);
    }
}

#[test]
fn half_of_a_digest_is_not_enough() {
    let mut digest: [u8; 32] = Sha256::digest(KEY.as_bytes()).into();
    let right = ApiKeys::new().with_sha256(digest, Caller::new("alice")).unwrap();
    digest[31] ^= 1;
    let wrong = ApiKeys::new().with_sha256(digest, Caller::new("alice")).unwrap();
    assert_eq!((present(&right, KEY), present(&wrong, KEY)), (Ok("alice".into()), Err(AuthError::Unrecognized)));
}

#[test]
fn what_is_taken_out_ends_and_what_stays_goes_on() {
    let revocations = crate::Revocations::default();
    let stands = |caller: &Caller| revocations.against(caller).is_none();
    let (text, key) = ApiKeys::generate(Caller::new("alice").with_scopes(["a"])).unwrap();
    let (keys, other) = (ApiKeys::new(), ApiKeys::new());
    let find = |keys: &ApiKeys| keys.find(text.expose()).unwrap();
    keys.add(key.clone()).unwrap();
    other.add(key.clone()).unwrap();
    let caller = find(&keys);
    assert_eq!(caller.key_id(), Some(key.id()));
    keys.replace([key.clone().expires_at(SystemTime::now() + Duration::from_secs(60))]).unwrap();
    assert!(stands(&caller) && stands(&find(&keys)), "the same, but for its expiry");
    let end = SystemTime::now() + Duration::from_secs(30);
    keys.replace([key.clone().expires_at(end)]).unwrap();
    assert_eq!([caller.expires_at(), find(&keys).expires_at()], [Some(end); 2], "which holds for running calls, too");
    keys.replace([key.clone()]).unwrap();
    assert_eq!([caller.expires_at(), find(&keys).expires_at()], [None; 2]);
    let fewer = Caller::new("alice");
    keys.replace([ApiKey::from_sha256(key.id(), *key.sha256(), fewer).unwrap()]).unwrap();
    assert_eq!(revocations.against(&caller), Some("removed_key"), "it had more rights");
    let caller = find(&keys);
    assert!(stands(&caller));
    keys.replace([key.clone()]).unwrap();
    assert!(!stands(&caller), "it had other rights");
    let caller = find(&keys);
    assert!(keys.remove(key.id()));
    assert!(!stands(&caller) && !stands(&(*caller).clone().with_actor("bot")));
    keys.add(key).unwrap();
    assert!(stands(&find(&keys)) && stands(&find(&other)), "added again, or elsewhere, it is another lease");
    assert!(!stands(&caller));
}
