//! A provider on this machine, over HTTP.

use std::sync::Mutex;

use axum::{
    Router,
    body::Body,
    http::{Response, StatusCode, header},
    routing::get,
};
use secure_tool_testkit::{Port, until};

use super::{keys::jwk, *};

type Answer = Arc<dyn Fn() -> Response<Body> + Send + Sync>;

/// A provider that answers what it is told to, until it is dropped.
struct Provider {
    /// Nobody else answers there when the provider has died.
    _port: Port,
    url: String,
    answer: Arc<Mutex<Answer>>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Provider {
    fn start(answer: impl Fn() -> Response<Body> + Send + Sync + 'static) -> Self {
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Arc::new(answer)));
        let told = Arc::clone(&answer);
        let serve = get(move || async move {
            let answer = Arc::clone(&told.lock().unwrap());
            answer()
        });
        let elsewhere = get(|| async { set() });
        let port = Port::take().unwrap();
        let (listener, url) = (port.listen().unwrap(), format!("http://{}/jwks", port.address().unwrap()));
        let router = Router::new().route("/jwks", serve).route("/elsewhere", elsewhere);
        let task = tokio::spawn(axum::serve(listener, router).into_future());
        Self { _port: port, url, answer, task }
    }

    fn now(&self, answer: impl Fn() -> Response<Body> + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(answer);
    }

    fn authenticator(&self) -> JwtAuthenticator {
        let jwks = Jwks::loopback(&self.url).unwrap().with_timing(Duration::from_millis(50), Duration::from_secs(2));
        builder(jwks).build().unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn set() -> String {
    json!({"keys": [jwk("ec", json!({}))]}).to_string()
}

fn good() -> Response<Body> {
    Response::builder().header(header::CACHE_CONTROL, "max-age=120").body(set().into()).unwrap()
}

#[tokio::test]
async fn keys_come_over_http_and_change_there() {
    let provider = Provider::start(good);
    let tokens = provider.authenticator();
    assert!(tokens.admit(&token(json!({}))).await.is_ok());
    let by_ed = Signer::ed().sign(r#"{"alg":"EdDSA","typ":"at+jwt","kid":"ed"}"#, &claims(json!({})));
    provider.now(|| Response::new(json!({"keys": [jwk("ed", json!({}))]}).to_string().into()));
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(tokens.admit(&by_ed).await.is_ok());
    assert_eq!(tokens.admit(&token(json!({}))).await.unwrap_err(), Refused::Key);
}

#[tokio::test]
async fn lies_are_not_believed() {
    let body = |body: Body| Response::new(body);
    let lies: [(&str, Answer); 7] = [
        ("a page", Arc::new(move || body("<html>welcome</html>".into()))),
        ("an error with keys", Arc::new(|| Response::builder().status(500).body(set().into()).unwrap())),
        ("no content", Arc::new(|| Response::builder().status(204).body(Body::empty()).unwrap())),
        (
            "a redirect to keys",
            Arc::new(|| {
                let moved = Response::builder().status(StatusCode::FOUND).header(header::LOCATION, "/elsewhere");
                moved.body(Body::empty()).unwrap()
            }),
        ),
        ("half of the keys", Arc::new(move || body(set().split_at(60).0.to_owned().into()))),
        (
            "an endless body",
            Arc::new(move || {
                let blanks = || std::iter::repeat_with(|| Ok::<_, std::io::Error>(" ".repeat(1 << 16)));
                body(Body::from_stream(futures_util::stream::iter(blanks())))
            }),
        ),
        (
            "a body that does not come",
            Arc::new(move || {
                body(Body::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>()))
            }),
        ),
    ];
    for (lie, answer) in lies {
        let provider = Provider::start(move || answer());
        let tokens = provider.authenticator();
        assert_eq!(tokens.admit(&token(json!({}))).await.unwrap_err(), Refused::Unavailable, "{lie}");
        provider.now(good);
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert!(tokens.admit(&token(json!({}))).await.is_ok(), "and then the truth, after {lie}");
    }
}

#[tokio::test]
async fn a_provider_that_dies_leaves_its_keys() {
    let provider = Provider::start(good);
    let tokens = provider.authenticator();
    assert!(tokens.admit(&token(json!({}))).await.is_ok());
    provider.task.abort();
    until("the provider's end", async || provider.task.is_finished()).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    let unknown = Signer::ec().sign(r#"{"alg":"ES256","typ":"at+jwt","kid":"new"}"#, &claims(json!({})));
    assert_eq!(tokens.admit(&unknown).await.unwrap_err(), Refused::Unavailable);
    assert!(tokens.admit(&token(json!({"jti": "t2"}))).await.is_ok());
}
