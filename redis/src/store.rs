use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, LazyLock},
    time::Duration,
};

use futures_util::future::try_join_all;
use redis::{Script, ScriptInvocation, cmd};
use secure_tool::store::{
    Admission, Begun, Charge, Cursor, Earlier, End, Fact, Facts, Fence, Limit, MOST_ANSWER, Operation, Progress,
    SharedStore, StoreError, StoreKey,
};
use tokio::sync::Notify;

use crate::{
    ConnectError, RedisStoreBuilder,
    keys::{Keys, Kind},
    link::{Link, Target, Wait},
};

/// How many facts are kept at the same time.
const MOST_FACTS: usize = 1 << 18;
/// How many facts are read at once.
const PAGE: usize = 500;
/// The longest lifetime of a key and the longest period of a rate: Lua's numbers are exact up to 2^53, which is 285 years in microseconds.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// A [`SharedStore`] in Redis or Valkey. A clone is the same store.
///
/// It works as long as the Tokio runtime in which it was connected runs.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    link: Link,
    keys: Keys,
    limit: Duration,
    /// Whether the keys of different owners may be on different nodes.
    cluster: bool,
    bell: Arc<Notify>,
}

impl RedisStore {
    /// Connects to one server with the default options of [`builder`](Self::builder).
    ///
    /// # Errors
    ///
    /// See [`RedisStoreBuilder::connect`].
    ///
    /// # Panics
    ///
    /// If called outside of a Tokio runtime.
    pub async fn connect(url: impl Into<String>) -> Result<Self, ConnectError> {
        Self::builder(url).connect().await
    }

    /// A store on one server: `redis://[user:password@]host[:port][/database]`, `rediss://…` for TLS (feature `tls`), or `unix:///path`.
    pub fn builder(url: impl Into<String>) -> RedisStoreBuilder {
        RedisStoreBuilder::new(vec![url.into()])
    }

    /// A store on a Redis Cluster, with the URLs of some of its nodes. All have the same user and password.
    #[cfg(feature = "cluster")]
    pub fn cluster(urls: impl IntoIterator<Item = impl Into<String>>) -> RedisStoreBuilder {
        RedisStoreBuilder::new(urls.into_iter().map(Into::into).collect()).on_a_cluster()
    }

    pub(crate) async fn start(target: Target, prefix: &str, limit: Duration) -> Result<Self, ConnectError> {
        let (keys, bell, cluster) = (Keys::new(prefix), Arc::new(Notify::new()), target.is_cluster());
        let link = Link::start(target, keys.channel.clone(), Arc::clone(&bell)).await?;
        Ok(Self(Arc::new(Inner { link, keys, limit, cluster, bell })))
    }

    /// Runs a script within the time limit of a call.
    async fn run<T: redis::FromRedisValue>(&self, script: ScriptInvocation<'_>) -> Result<T, StoreError> {
        self.run_within(Wait::Call(self.0.limit), script).await
    }

    async fn run_within<T: redis::FromRedisValue>(
        &self,
        wait: Wait,
        script: ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        self.0.link.ask(wait, async |mut connection| script.invoke_async(&mut connection).await).await
    }

    /// Makes the charges on one node; if one of them does not fit, returns the one with the longest wait.
    async fn admit_at(&self, charges: &[(usize, &Charge)]) -> Result<Option<(usize, Duration)>, StoreError> {
        let mut admit = ADMIT.prepare_invoke();
        for (_, charge) in charges {
            let never = || StoreError::new("this charge can never fit its limit");
            let (kind, name, more, most) = match charge.limit {
                Limit::Rate { interval, tolerance } => {
                    let (interval, tolerance) = (micros(interval)?, micros(tolerance)?);
                    ("rate", Kind::Rate, interval, tolerance)
                }
                Limit::Daily { cost, most } => ("daily", Kind::Daily, cost.into(), most.into()),
            };
            if more == 0 || more > most {
                return Err(never());
            }
            admit.key(self.name(name, charge.key)).arg(kind).arg(more).arg(most);
        }
        let (refused, wait): (usize, u64) = self.run(admit).await?;
        let Some(place) = refused.checked_sub(1) else { return Ok(None) };
        let (index, _) = charges
            .get(place)
            .ok_or_else(|| StoreError::new("Redis rejected a charge that was not part of the request"))?;
        Ok(Some((*index, Duration::from_micros(wait))))
    }

    fn name(&self, kind: Kind, key: StoreKey) -> String {
        self.0.keys.of(kind, key)
    }
}

static ADMIT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/admit.lua")));
static BEGIN: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/begin.lua")));
static RECALL: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/recall.lua")));
static FINISH: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/finish.lua")));
static MARK: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/mark.lua")));
static PUT: LazyLock<Script> =
    LazyLock::new(|| Script::new(concat!(include_str!("scripts/forget.lua"), include_str!("scripts/put.lua"))));
static FACTS: LazyLock<Script> =
    LazyLock::new(|| Script::new(concat!(include_str!("scripts/forget.lua"), include_str!("scripts/facts.lua"))));

/// What a script returns for the facts: the history, the server's time, and each fact with its key, position, value and end.
type Page = (String, u64, Vec<(String, u64, Vec<u8>, String)>);

/// What the scripts return for an operation: its fingerprint, whether its lease is running, and its answer.
type Kept = Option<(Vec<u8>, bool, Option<Vec<u8>>)>;

impl SharedStore for RedisStore {
    async fn admit(&self, charges: &[Charge]) -> Result<Admission, StoreError> {
        // One script for each node. All keys of an owner are on one node.
        let mut places: BTreeMap<Option<[u8; 16]>, Vec<(usize, &Charge)>> = BTreeMap::new();
        for (index, charge) in charges.iter().enumerate() {
            let place = self.0.cluster.then(|| charge.key.whose());
            places.entry(place).or_default().push((index, charge));
        }
        let admitted = try_join_all(places.values().map(|charges| self.admit_at(charges))).await?;
        let strictest = admitted.into_iter().flatten().max_by_key(|(_, wait)| *wait);
        Ok(strictest.map_or(Admission::Admitted, |(charge, wait)| Admission::Refused { charge, wait }))
    }

    async fn once(&self, key: StoreKey, keep: Duration) -> Result<bool, StoreError> {
        let (name, keep) = (self.name(Kind::Once, key), millis(keep)?);
        let mut set = cmd("SET");
        set.arg(name).arg("1").arg("NX").arg("PX").arg(keep);
        let wait = Wait::Call(self.0.limit);
        // The response is `OK`, or nil if the key exists already.
        let set = async |mut connection| set.query_async::<Option<String>>(&mut connection).await;
        Ok(self.0.link.ask(wait, set).await?.is_some())
    }

    async fn begin(&self, key: StoreKey, operation: Operation) -> Result<Begun, StoreError> {
        let Operation { fingerprint, lease, keep } = operation;
        let fence = random()?;
        let mut begin = BEGIN.key(self.name(Kind::Operation, key));
        begin.arg(&fingerprint[..]).arg(millis(lease)?).arg(millis(keep.max(lease))?).arg(fence);
        Ok(match earlier(self.run(begin).await?)? {
            Some(earlier) => Begun::Before(earlier),
            None => Begun::First(Fence(fence)),
        })
    }

    async fn recall(&self, key: StoreKey) -> Result<Option<Earlier>, StoreError> {
        earlier(self.run(RECALL.key(self.name(Kind::Operation, key))).await?)
    }

    async fn finish(&self, key: StoreKey, fence: Fence, end: End) -> Result<bool, StoreError> {
        let mut finish = FINISH.key(self.name(Kind::Operation, key));
        finish.arg(fence.0);
        match end {
            End::Done(answer) if answer.len() > MOST_ANSWER => {
                return Err(StoreError::new("the answer is too long to be stored"));
            }
            End::Done(answer) => {
                finish.arg(&answer[..]);
            }
            End::Undone => {}
        }
        self.run(finish).await
    }

    async fn mark(&self, key: StoreKey, keep: Duration) -> Result<(), StoreError> {
        let mut mark = MARK.key(self.name(Kind::Mark, key));
        mark.arg(millis(keep)?);
        self.run(mark).await
    }

    async fn is_marked(&self, key: StoreKey) -> Result<bool, StoreError> {
        let mut exists = cmd("EXISTS");
        exists.arg(self.name(Kind::Mark, key));
        let wait = Wait::Call(self.0.limit);
        self.0.link.ask(wait, async |mut connection| exists.query_async(&mut connection).await).await
    }

    async fn put(&self, fact: Fact) -> Result<(), StoreError> {
        let keep = fact.keep.map(millis).transpose()?.map_or_else(String::new, |keep| keep.to_string());
        let mut put = PUT.key(&self.0.keys.facts[..]);
        put.arg(fact.key.to_string()).arg(&fact.value[..]).arg(keep);
        put.arg(random()?).arg(MOST_FACTS).arg(&self.0.keys.channel);
        self.run_within(Wait::Background, put).await
    }

    async fn facts(&self, after: Option<Cursor>) -> Result<Facts, StoreError> {
        let (history, position) = match after {
            Some(Cursor { history, position }) => (format!("{history:016x}"), position.to_string()),
            None => (String::new(), String::new()),
        };
        let mut read = FACTS.key(&self.0.keys.facts[..]);
        read.arg(history).arg(position).arg(PAGE).arg(random()?);
        let (history, now, read): Page = self.run_within(Wait::Background, read).await?;
        let history = u64::from_str_radix(&history, 16)?;
        let mut position = after.filter(|after| after.history == history).map_or(0, |after| after.position);
        let mut facts = Vec::with_capacity(read.len());
        for (key, place, value, end) in read {
            // The script has removed all facts that had ended when it ran.
            let keep = match end.as_str() {
                "" => None,
                end => Some(Duration::from_millis(end.parse::<u64>()?.saturating_sub(now))),
            };
            let key = parsed(&key).ok_or_else(|| StoreError::new("Redis returned a fact with an invalid key"))?;
            facts.push(Fact { key, value: value.into(), keep });
            position = place;
        }
        Ok(Facts { facts, cursor: Cursor { history, position } })
    }

    async fn bell(&self) {
        self.0.bell.notified().await;
    }
}

fn earlier(kept: Kept) -> Result<Option<Earlier>, StoreError> {
    let Some((fingerprint, runs, answer)) = kept else { return Ok(None) };
    let progress = match answer {
        Some(answer) => Progress::Done(answer.into()),
        None if runs => Progress::Running,
        None => Progress::InDoubt,
    };
    let fingerprint = fingerprint.try_into().map_err(|_| StoreError::new("Redis returned an invalid operation"))?;
    Ok(Some(Earlier { fingerprint, progress }))
}

/// A key from its hexadecimal digits.
fn parsed(text: &str) -> Option<StoreKey> {
    let mut bytes = [0; 24];
    if text.len() != bytes.len() * 2 {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    let (what, whose) = bytes.split_first_chunk()?;
    Some(StoreKey::new(*what, whose.try_into().ok()?))
}

fn millis(time: Duration) -> Result<u64, StoreError> {
    limited(time, time.as_millis())
}

fn micros(time: Duration) -> Result<u64, StoreError> {
    limited(time, time.as_micros())
}

/// At least one.
fn limited(time: Duration, count: u128) -> Result<u64, StoreError> {
    if time > LONGEST {
        return Err(StoreError::new("the duration is too long"));
    }
    Ok(u64::try_from(count)?.max(1))
}

fn random() -> Result<u64, StoreError> {
    getrandom::u64().map_err(|error| StoreError::new(error.to_string()))
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("connected", &self.0.link.is_up()).finish_non_exhaustive()
    }
}
