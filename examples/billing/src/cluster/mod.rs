//! Several processes of this server with one Redis: the configuration of a node, and a command that starts all of them on one machine.

mod nodes;
mod redis;
mod round_robin;

use std::error::Error;

use secure_tool::{KeyRing, ServerBuilder, store::WhenDown};
use secure_tool_redis::RedisStore;

use crate::Billing;

pub(crate) use nodes::{Common, Node};
pub(crate) use redis::Redis;
pub use redis::RedisMissing;
pub use round_robin::RoundRobin;

/// The environment variable with the secret that the processes share.
pub(crate) const SECRET: &str = "BILLING_SECRET";
/// That with what their keys in Redis begin with, if it is not `billing`: servers with different secrets need different ones.
pub(crate) const PREFIX: &str = "BILLING_PREFIX";

/// Makes a server one of several that share this Redis, and the secret of the environment.
///
/// # Errors
///
/// If there is no secret or Redis does not answer.
pub(crate) async fn join(
    builder: ServerBuilder<Billing>,
    redis: &str,
) -> Result<ServerBuilder<Billing>, Box<dyn Error + Send + Sync>> {
    let secret = std::env::var(SECRET).map_err(|_| {
        format!("with `--redis`, {SECRET} has to be in the environment: a secret that all processes have, such as `openssl rand -hex 32` prints")
    })?;
    let keys = KeyRing::new(secret.as_bytes()).map_err(|error| format!("{SECRET}: {error}"))?;
    let prefix = std::env::var(PREFIX).unwrap_or_else(|_| "billing".to_owned());
    let store = RedisStore::builder(redis).prefix(prefix).connect().await.map_err(|error| error.to_string())?;
    // Calls continue while Redis is down, and each process applies its own limits; an answer to a question waits until Redis is back.
    Ok(builder.keys(keys).shared(store, WhenDown::LimitLocally))
}
