//! Questions that are repeated just before something is done.

use futures_util::future::join_all;
use secure_tool_testkit::until;
use tokio::sync::watch;

use super::*;
use crate::identity::RecheckFailed;

fn repeating(server: &Server) -> Introspection {
    server.builder().ask_again_before(Effect::Destroy).build(ISSUER, AUDIENCE).unwrap()
}

async fn ask_again(caller: &Caller) -> Result<(), RecheckFailed> {
    within("what the server says now", caller.recheck().unwrap().ask()).await
}

/// A good answer that is made when it is asked for, and arrives when the gate is open.
fn delayed(gate: &watch::Sender<bool>, made: &Arc<AtomicUsize>) -> impl Fn() -> Response<Body> + Send + Sync + 'static {
    let (gate, made) = (gate.subscribe(), Arc::clone(made));
    move || {
        let mut gate = gate.clone();
        made.fetch_add(1, Ordering::Relaxed);
        let (_, body) = active(json!({})).into_parts();
        let late = futures_util::stream::once(async move {
            let _ = gate.wait_for(|open| *open).await;
            axum::body::to_bytes(body, LARGEST).await
        });
        Response::new(Body::from_stream(late))
    }
}

#[tokio::test]
async fn a_crowd_shares_a_question() {
    let server = Server::start(|| active(json!({}))).await;
    let caller = repeating(&server).admit("opaque").await.unwrap();
    let crowd = join_all((0..40).map(|_| ask_again(&caller))).await;
    assert!(crowd.iter().all(Result::is_ok));
    // One of them asks, and all who wait for it share the next question.
    assert_eq!(server.asked(), 1 + 2);
}

#[tokio::test]
async fn an_answer_to_an_earlier_question_does_not_count() {
    let (gate, made) = (watch::Sender::new(false), Arc::default());
    let server = Server::start(|| active(json!({}))).await;
    let caller = repeating(&server).admit("opaque").await.unwrap();
    server.now(delayed(&gate, &made));
    let first = ask_again(&caller);
    let second = async {
        until("the server to make up its mind", async || made.load(Ordering::Relaxed) == 1).await;
        server.now(|| active(json!({"active": false})));
        let second = ask_again(&caller);
        let (second, ()) = tokio::join!(second, async { gate.send_modify(|open| *open = true) });
        second
    };
    assert_eq!(tokio::join!(first, second), (Ok(()), Err(RecheckFailed::Withdrawn)));
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn a_server_that_hangs_vouches_for_nobody() {
    let server = Server::start(|| active(json!({}))).await;
    let caller = repeating(&server).admit("opaque").await.unwrap();
    let gate = watch::Sender::new(false);
    server.now(delayed(&gate, &Arc::default()));
    let crowd = join_all((0..3).map(|_| ask_again(&caller))).await;
    assert_eq!(crowd, [Err(RecheckFailed::Unavailable); 3]);
    gate.send_modify(|open| *open = true);
    assert_eq!(ask_again(&caller).await, Ok(()));
}

#[tokio::test]
async fn without_the_option_the_token_is_kept_nowhere() {
    let server = Server::start(|| active(json!({}))).await;
    assert!(server.authenticator().admit("opaque").await.unwrap().recheck().is_none());
    let tokens = repeating(&server);
    let caller = tokens.admit("opaque-secret").await.unwrap();
    assert!(!format!("{caller:?} {tokens:?}").contains("opaque"));
    // What is recorded, and what is remembered, knows nothing of it either.
    let recorded = crate::identity::Principal::Caller(Arc::clone(&caller)).recorded().unwrap();
    assert!(recorded.recheck().is_none() && recorded.is_same(&caller));
    assert_eq!(recorded.expires_at(), caller.expires_at());
    let remembered = tokens.0.memory.accepted(&digest("opaque-secret"), || Some(GENERATION)).unwrap();
    assert!(remembered.caller.recheck().is_none());
}
