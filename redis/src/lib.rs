//! Redis and Valkey as the shared store of `secure-tool` servers.

mod error;
mod keys;
mod link;
mod options;
mod server;
mod store;

pub use error::ConnectError;
pub use options::RedisStoreBuilder;
pub use store::RedisStore;
