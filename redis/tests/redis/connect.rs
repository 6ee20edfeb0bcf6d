//! Which servers and options `connect` accepts.

use std::time::Duration;

use secure_tool::store::{SharedStore, StoreKey};
use secure_tool_redis::{ConnectError, RedisStore, RedisStoreBuilder};
use secure_tool_testkit::{Port, RedisServer};

use crate::support::{ACL_PASSWORD, Administration};

async fn refused(builder: RedisStoreBuilder) -> ConnectError {
    let shown = format!("{builder:?}");
    let error = builder.connect().await.unwrap_err();
    for text in [shown, error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    error
}

#[tokio::test]
async fn invalid_options_are_refused_without_disclosing_the_password() {
    let url = "redis://tools:hunter2@127.0.0.1";
    let builders = [
        RedisStore::builder(url).prefix(""),
        RedisStore::builder(url).prefix("a{b}"),
        RedisStore::builder(url).prefix("a".repeat(65)),
        RedisStore::builder(url).response_timeout(Duration::ZERO),
        RedisStore::builder(url).response_timeout(Duration::from_secs(11)),
        RedisStore::builder("http://tools:hunter2@127.0.0.1"),
        RedisStore::builder("redis://tools:hunter2@127.0.0.1:port"),
        RedisStore::builder("redis://tools:hunter2@127.0.0.1/database"),
        RedisStore::builder("tools:hunter2"),
        RedisStore::builder("rediss://tools:hunter2@127.0.0.1#insecure"),
    ];
    for builder in builders {
        let error = refused(builder).await;
        assert!(matches!(error, ConnectError::Options(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_refused() {
    let unused = Port::take().unwrap();
    let address = unused.address().unwrap();
    let error = refused(RedisStore::builder(format!("redis://tools:hunter2@{address}"))).await;
    assert!(matches!(error, ConnectError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn a_user_needs_the_password_and_can_access_only_its_prefix() {
    let Some(server) = RedisServer::start() else { return };
    server.add_user(":bell");
    let as_tools =
        |password: &str| RedisStore::builder(format!("redis://tools:{password}@127.0.0.1:{}", server.port()));
    let error = refused(as_tools("hunter2")).await;
    assert!(matches!(error, ConnectError::Denied(_)), "{error:?}");
    let store = as_tools(ACL_PASSWORD).connect().await.unwrap();
    let (key, hour) = (StoreKey::new([1; 8], [2; 16]), Duration::from_secs(3600));
    assert!(store.once(key, hour).await.unwrap());
    assert!(!as_tools("hunter2").password(ACL_PASSWORD).connect().await.unwrap().once(key, hour).await.unwrap());
    let other = as_tools(ACL_PASSWORD).prefix("other").connect().await.unwrap();
    let error = other.once(key, hour).await.unwrap_err().to_string();
    assert!(error.contains("permissions"), "{error}");
    // A server that asks for a password, and gets none.
    server.command::<()>("ACL SETUSER default resetpass");
    let error = refused(RedisStore::builder(server.url())).await;
    assert!(matches!(error, ConnectError::Denied(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_evicts_is_refused() {
    let Some(server) = RedisServer::start() else { return };
    for policy in ["allkeys-lru", "volatile-ttl", "allkeys-random"] {
        server.command::<()>(&format!("CONFIG SET maxmemory-policy {policy}"));
        let error = refused(RedisStore::builder(server.url())).await;
        assert_eq!(error, ConnectError::Evicts { policy: policy.to_owned() });
        assert!(error.to_string().contains("noeviction"));
    }
}

#[tokio::test]
async fn prefixes_separate_stores_and_unix_sockets_work() {
    let socket = |dir: &std::path::Path| vec!["--unixsocket".to_owned(), dir.join("s").display().to_string()];
    let Some(server) = RedisServer::with_args(socket) else { return };
    let (key, hour) = (StoreKey::new([1; 8], [2; 16]), Duration::from_secs(3600));
    let unix = format!("unix://{}", server.dir().join("s").display());
    for (url, prefix, first) in
        [(&server.url(), "a", true), (&unix, "a", false), (&unix, "b", true), (&server.url(), "b", false)]
    {
        let store = RedisStore::builder(url).prefix(prefix).connect().await.unwrap();
        assert_eq!(store.once(key, hour).await.unwrap(), first, "{url} {prefix}");
    }
}
