//! A guarded server that exports metrics and traces to an OpenTelemetry collector; see its README.

mod otlp;

use std::{error::Error, sync::Arc};

use secure_tool::{
    http::{ApiKeys, CancellationToken, HttpOptions},
    prelude::*,
    serde_json::json,
};
use tokio::net::TcpListener;

/// For a demonstration on one machine.
const KEY: &str = "demo-key-of-alice-0000000000000000";

struct Shop;

impl Shop {
    /// Look up the price of an article.
    #[secure_tool(scope = "articles:read", owner = unowned("everybody pays the same"), read_only)]
    async fn get_price(
        &self,
        /// The article's number.
        #[arg(min = 1, max = 100)]
        article: u32,
    ) -> Json<u32> {
        Json(article * 100)
    }

    /// Say how the last order was paid.
    #[secure_tool(scope = "articles:read", owner = unowned("an order that nobody made"), read_only)]
    async fn get_payment(&self) -> &'static str {
        "Paid with 4111 1111 1111 1111."
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Before the server is built, which takes its meter from the provider.
    let providers = otlp::Providers::install()?;
    let server = SecureServer::builder(Shop).tool(Shop::get_price()).tool(Shop::get_payment()).build()?;
    let alice = Caller::local("alice").with_scopes(["articles:read"]);

    // One call that succeeds, one whose answer is masked, and one that is refused.
    let caller = Arc::new(alice.clone());
    for (tool, arguments) in
        [("get_price", json!({"article": 7})), ("get_payment", json!({})), ("get_price", json!({}))]
    {
        let answer = server.call(&caller, tool, arguments.as_object().cloned().unwrap_or_default()).await;
        println!("{tool}: {}", answer.text());
    }

    let listener = TcpListener::bind(std::env::args().nth(1).as_deref().unwrap_or("127.0.0.1:8787")).await?;
    println!("http://{}/mcp, with the key {KEY}; Ctrl-C ends it", listener.local_addr()?);
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tokio::spawn(async move {
        // Without a handler for the signal the process ends at once, as always.
        if tokio::signal::ctrl_c().await.is_ok() {
            stopped.cancel();
        }
    });
    let keys = ApiKeys::new().with_key(KEY, alice)?;
    server.serve_http(listener, keys, HttpOptions::default().stop_with(stop)).await?;
    // It waits for the collector, if there is one.
    if let Err(error) = tokio::task::spawn_blocking(move || providers.flush()).await? {
        eprintln!("the last metrics and spans were not sent: {error}");
    }
    Ok(())
}
