//! The contract that every shared store has to fulfil.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use secure_tool_redis::{RedisStore, RedisStoreBuilder};
use secure_tool_testkit::RedisServer;

use crate::support::{ACL_PASSWORD, Administration};

/// A store with a prefix that no other test has, which does not take a slow machine for a server that is down.
pub(crate) async fn patient(builder: RedisStoreBuilder) -> RedisStore {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let prefix = format!("secure-tool:{}", NEXT.fetch_add(1, Ordering::Relaxed));
    builder.prefix(prefix).response_timeout(Duration::from_secs(10)).connect().await.unwrap()
}

mod without_passwords {
    use super::*;

    async fn store() -> Option<RedisStore> {
        static SERVER: OnceLock<Option<RedisServer>> = OnceLock::new();
        let server = SERVER.get_or_init(RedisServer::start).as_ref()?;
        Some(patient(RedisStore::builder(server.url())).await)
    }

    secure_tool::store::contract!(option store);
}

/// As the user of the docs, who may do nothing else.
mod with_the_least_privileges {
    use super::*;

    async fn store() -> Option<RedisStore> {
        static SERVER: OnceLock<Option<RedisServer>> = OnceLock::new();
        let start = || {
            let server = RedisServer::start()?;
            server.add_user(":*");
            Some(server)
        };
        let server = SERVER.get_or_init(start).as_ref()?;
        Some(patient(RedisStore::builder(server.url()).username("tools").password(ACL_PASSWORD)).await)
    }

    secure_tool::store::contract!(option store);
}
