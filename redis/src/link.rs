//! The connections to Redis: one for all operations, and one that listens for notifications of new facts. Tasks keep both open.

use std::{future::Future, sync::Arc, time::Duration};

use futures_util::StreamExt;
use redis::{
    AsyncConnectionConfig, Client, Cmd, Pipeline, RedisFuture, RedisResult, Value,
    aio::{ConnectionLike, MultiplexedConnection},
};
use secure_tool::store::StoreError;
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{ConnectError, server};

/// How long a server may take to respond before it counts as down.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);
/// How often a server that responds is checked again, because its configuration may change.
const CHECK: Duration = Duration::from_secs(10);
/// How long to wait before the next attempt to connect; doubles each time.
const PAUSES: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(500)];
/// How many commands may wait to be written.
const WAITING: usize = 1_024;

/// Where Redis is.
#[derive(Clone)]
pub(crate) struct Target {
    kind: Kind,
    /// Any of them can listen.
    nodes: Vec<Client>,
}

#[derive(Clone)]
enum Kind {
    Single,
    #[cfg(feature = "cluster")]
    Cluster(Box<redis::cluster::ClusterClient>),
}

impl Target {
    pub(crate) fn single(client: Client) -> Self {
        Self { kind: Kind::Single, nodes: vec![client] }
    }

    #[cfg(feature = "cluster")]
    pub(crate) fn cluster(
        builder: redis::cluster::ClusterClientBuilder,
        nodes: Vec<Client>,
    ) -> Result<Self, ConnectError> {
        // Retries are for keys that have moved to another node. All of them together take no longer than a call may.
        let client = builder
            .connection_timeout(RESPONSE_TIMEOUT)
            .response_timeout(RESPONSE_TIMEOUT)
            .retries(3)
            .min_retry_wait(2)
            .max_retry_wait(10)
            .build()
            .map_err(|error| ConnectError::of(&error))?;
        Ok(Self { kind: Kind::Cluster(Box::new(client)), nodes })
    }

    /// Whether the keys of different owners may be on different nodes.
    pub(crate) fn is_cluster(&self) -> bool {
        !matches!(self.kind, Kind::Single)
    }

    /// A connection to a server that has passed the checks.
    pub(crate) async fn open(&self) -> Result<Connection, ConnectError> {
        let opened = async {
            let mut connection = match &self.kind {
                Kind::Single => {
                    let config = AsyncConnectionConfig::new()
                        .set_connection_timeout(Some(RESPONSE_TIMEOUT))
                        .set_response_timeout(Some(RESPONSE_TIMEOUT))
                        .set_pipeline_buffer_size(WAITING);
                    let Some(client) = self.nodes.first() else {
                        return Err(ConnectError::Options("no URL was given".to_owned()));
                    };
                    let opened = client.get_multiplexed_async_connection_with_config(&config).await;
                    Connection::Single(opened.map_err(|error| ConnectError::of(&error))?)
                }
                #[cfg(feature = "cluster")]
                Kind::Cluster(client) => {
                    let opened = client.get_async_connection().await;
                    Connection::Cluster(opened.map_err(|error| ConnectError::of(&error))?)
                }
            };
            server::check(&mut connection).await?;
            Ok(connection)
        };
        let late = || ConnectError::Unreachable("no response within 2 seconds".to_owned());
        timeout(RESPONSE_TIMEOUT * 2, opened).await.unwrap_or_else(|_| Err(late()))
    }
}

/// A connection that many operations use concurrently.
#[derive(Clone)]
pub(crate) enum Connection {
    Single(MultiplexedConnection),
    #[cfg(feature = "cluster")]
    Cluster(redis::cluster_async::ClusterConnection),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(connection) => connection.req_packed_command(cmd),
            #[cfg(feature = "cluster")]
            Self::Cluster(connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(connection) => connection.req_packed_commands(pipeline, offset, count),
            #[cfg(feature = "cluster")]
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(connection) => connection.get_db(),
            #[cfg(feature = "cluster")]
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

/// How an operation waits.
#[derive(Clone, Copy)]
pub(crate) enum Wait {
    /// At most this long for the response; it does not wait for a connection.
    Call(Duration),
    /// For a connection and for the response.
    Background,
}

/// The connection, while there is one that has passed the checks. The number distinguishes it from earlier ones.
type Current = Option<(u64, Connection)>;

/// Hands out the connection.
pub(crate) struct Link {
    current: Arc<watch::Sender<Current>>,
    doubt: Arc<Notify>,
    tasks: [JoinHandle<()>; 2],
}

impl Link {
    pub(crate) async fn start(target: Target, channel: String, bell: Arc<Notify>) -> Result<Self, ConnectError> {
        let connection = target.open().await?;
        let current = Arc::new(watch::Sender::new(Some((0, connection.clone()))));
        let doubt = Arc::new(Notify::new());
        let nodes = target.nodes.clone();
        let keeper = Keeper { target, current: Arc::clone(&current), doubt: Arc::clone(&doubt) };
        let tasks = [tokio::spawn(keeper.keep(connection)), tokio::spawn(listen(nodes, channel, bell))];
        Ok(Self { current, doubt, tasks })
    }

    /// Runs an operation. A server that does not respond is not asked again until the keeper has reached it.
    pub(crate) async fn ask<T, F>(&self, wait: Wait, ask: impl FnOnce(Connection) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let (number, connection, limit) = match wait {
            Wait::Call(limit) => {
                let current = self.current.borrow().clone();
                let (number, connection) = current.ok_or_else(|| StoreError::new("Redis is down"))?;
                (number, connection, limit)
            }
            Wait::Background => {
                let mut current = self.current.subscribe();
                let current = timeout(RESPONSE_TIMEOUT, current.wait_for(Option::is_some)).await;
                let current = current.ok().and_then(Result::ok).and_then(|current| current.clone());
                let (number, connection) = current.ok_or_else(|| StoreError::new("Redis is down"))?;
                (number, connection, RESPONSE_TIMEOUT)
            }
        };
        let answer = timeout(limit, ask(connection)).await;
        let error = match answer {
            Ok(Ok(answer)) => return Ok(answer),
            // The error comes from the script, so the connection is fine.
            Ok(Err(error)) if error.code() == Some("FULL") => return Err(StoreError::full(error.to_string())),
            Ok(Err(error)) => StoreError::from(error),
            Err(_) => StoreError::new("Redis did not respond in time"),
        };
        self.current.send_if_modified(|current| current.take_if(|(current, _)| *current == number).is_some());
        self.doubt.notify_one();
        Err(error)
    }

    pub(crate) fn is_up(&self) -> bool {
        self.current.borrow().is_some()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

struct Keeper {
    target: Target,
    current: Arc<watch::Sender<Current>>,
    doubt: Arc<Notify>,
}

impl Keeper {
    /// Checks the server periodically, and whenever an operation has failed; reconnects if it does not pass.
    async fn keep(self, mut connection: Connection) {
        let mut number = 0;
        loop {
            let _ = timeout(CHECK, self.doubt.notified()).await;
            let checked = timeout(RESPONSE_TIMEOUT, server::check(&mut connection)).await;
            let late = || Err(ConnectError::Unreachable("no response within a second".to_owned()));
            if let Err(error) = checked.unwrap_or_else(|_| late()) {
                self.current.send_replace(None);
                tracing::warn!("lost the connection to Redis, reconnecting: {error}");
                connection = self.connect().await;
                tracing::info!("reconnected to Redis");
            }
            number += 1;
            self.current.send_replace(Some((number, connection.clone())));
        }
    }

    async fn connect(&self) -> Connection {
        let [mut pause, longest] = PAUSES;
        let mut last = None;
        loop {
            match self.target.open().await {
                Ok(connection) => return connection,
                Err(error) => {
                    if last.as_ref() != Some(&error) {
                        tracing::warn!("{error}");
                        last = Some(error);
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(longest);
                }
            }
        }
    }
}

/// Notifies when there is a message, and when messages may have been lost.
async fn listen(nodes: Vec<Client>, channel: String, bell: Arc<Notify>) {
    let [shortest, longest] = PAUSES;
    let mut pause = shortest;
    for node in nodes.iter().cycle() {
        let subscribed = async {
            let (mut sink, stream) = node.get_async_pubsub().await?.split();
            sink.subscribe(&channel).await?;
            RedisResult::Ok((sink, stream))
        };
        if let Ok(Ok((mut sink, mut stream))) = timeout(RESPONSE_TIMEOUT * 2, subscribed).await {
            pause = shortest;
            ring(&bell);
            loop {
                match timeout(CHECK, stream.next()).await {
                    Ok(Some(_)) => ring(&bell),
                    Ok(None) => break,
                    // No messages for a while: check whether the server still responds.
                    Err(_) => match timeout(RESPONSE_TIMEOUT, sink.ping::<Value>()).await {
                        Ok(Ok(_)) => {}
                        _ => break,
                    },
                }
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}

/// Wakes all current waiters, and the next one, which may have looked before the message arrived.
fn ring(bell: &Notify) {
    bell.notify_waiters();
    bell.notify_one();
}
