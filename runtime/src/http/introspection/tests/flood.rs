//! A flood of made-up tokens while the provider is slow.

use futures_util::future::join_all;
use secure_tool_testkit::{LIMIT, until};
use tokio::{sync::watch, task::JoinSet};

use super::*;

/// Knows tokens that begin with `good`; about all others it thinks for a long time.
struct SlowServer {
    url: String,
    /// Questions about other tokens that have not been answered.
    thinking: watch::Sender<usize>,
    most: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
    done: watch::Sender<bool>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl SlowServer {
    async fn start() -> Self {
        let (thinking, done) = (watch::Sender::new(0), watch::Sender::new(false));
        let (most, asked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (thinks, counts, total, ends) = (thinking.clone(), Arc::clone(&most), Arc::clone(&asked), done.subscribe());
        let serve = post(move |form: Bytes| async move {
            total.fetch_add(1, Ordering::Relaxed);
            if form.starts_with(b"token=good") {
                return active(json!({}));
            }
            thinks.send_modify(|thinking| {
                *thinking += 1;
                counts.fetch_max(*thinking, Ordering::Relaxed);
            });
            let _ = ends.clone().wait_for(|done| *done).await;
            thinks.send_modify(|thinking| *thinking -= 1);
            active(json!({"active": false}))
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/introspect", listener.local_addr().unwrap());
        let task = tokio::spawn(axum::serve(listener, Router::new().route("/introspect", serve)).into_future());
        Self { url, thinking, most, asked, done, task }
    }

    /// Every request asks, and waits for as long as the test runs.
    fn authenticator(&self) -> Introspection {
        let mut builder = Introspection::loopback(&self.url).unwrap().client("mcp:1", "a secret");
        (builder.check.clock, builder.patience) = (|| NOW, 10 * LIMIT);
        builder.remember_for(Duration::ZERO).build(ISSUER, AUDIENCE).unwrap()
    }

    async fn thinks_about(&self, questions: usize) {
        until("the questions", async || *self.thinking.borrow() == questions).await;
    }
}

impl Drop for SlowServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn a_flood_of_unknown_tokens_does_not_keep_known_ones_out() {
    let server = SlowServer::start().await;
    let tokens = server.authenticator();
    let good: Vec<_> = (0..40).map(|id| format!("good{id}")).collect();
    for token in &good {
        assert!(tokens.admit(token).await.is_ok());
    }
    let mut flood = JoinSet::new();
    for id in 0..10_000 {
        let tokens = tokens.clone();
        let request = http::Request::new(()).into_parts().0;
        flood.spawn(async move { tokens.admit_from(&request, &format!("made-up{id}")).await.map(drop) });
    }
    server.thinks_about(SLOTS.shared).await;
    for _ in SLOTS.unknown..10_000 {
        let refused = within("a refusal at once", flood.join_next()).await.unwrap().unwrap();
        assert_eq!(refused, Err(Refused::Unavailable));
    }
    let stranger = tokens.admit("good, but new").await;
    assert_eq!(stranger.unwrap_err(), Refused::Unavailable, "nobody could tell it from the others");
    for _ in 0..3 {
        // More at a time than there are reserved slots.
        for admitted in join_all(good.iter().map(|token| tokens.admit(token))).await {
            assert_eq!(admitted.unwrap().subject(), "alice");
        }
    }
    assert_eq!(server.asked.load(Ordering::Relaxed), good.len() * 4 + SLOTS.shared);
    server.done.send_replace(true);
    while let Some(answered) = within("the others", flood.join_next()).await {
        assert_eq!(answered.unwrap(), Err(Refused::Inactive));
    }
    assert_eq!(server.most.load(Ordering::Relaxed), SLOTS.shared, "so many questions at a time");
    assert!(tokens.admit("good, but new").await.is_ok());
}

#[tokio::test]
async fn one_question_for_a_crowd_with_the_same_token() {
    let server = SlowServer::start().await;
    let tokens = server.authenticator();
    let mut crowd = JoinSet::new();
    for _ in 0..1000 {
        let tokens = tokens.clone();
        let request = http::Request::new(()).into_parts().0;
        crowd.spawn(async move { tokens.admit_from(&request, "made-up").await.map(drop) });
    }
    server.thinks_about(1).await;
    server.done.send_replace(true);
    while let Some(answered) = within("one of the crowd", crowd.join_next()).await {
        assert_eq!(answered.unwrap(), Err(Refused::Inactive));
    }
    for _ in 0..100 {
        assert_eq!(tokens.admit("made-up").await.unwrap_err(), Refused::Inactive);
    }
    assert_eq!(server.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_discard_the_answer() {
    let server = SlowServer::start().await;
    let tokens = server.authenticator();
    for _ in 0..3 {
        let tokens = tokens.clone();
        let client = tokio::spawn(async move { tokens.admit("made-up").await.map(drop) });
        server.thinks_about(1).await;
        client.abort();
    }
    server.done.send_replace(true);
    assert_eq!(tokens.admit("made-up").await.unwrap_err(), Refused::Inactive);
    assert_eq!(server.asked.load(Ordering::Relaxed), 1);
}
