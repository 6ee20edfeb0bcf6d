//! What every shared store has to do.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use secure_tool_redis::{RedisStore, RedisStoreBuilder};

use crate::support::Server;

/// A prefix that no other test has.
pub(crate) fn prefix() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A store that does not take a slow machine for a server that is down.
pub(crate) async fn patient(builder: RedisStoreBuilder) -> RedisStore {
    builder.prefix(prefix()).response_timeout(Duration::from_secs(10)).connect().await.unwrap()
}

/// One server for all of them, each with its own prefix.
async fn store() -> Option<RedisStore> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(Server::start).as_ref()?;
    Some(patient(RedisStore::builder(server.url())).await)
}

secure_tool::store::contract!(option store);
