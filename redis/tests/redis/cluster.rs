//! The contract on a cluster of three nodes, and the loss of one of them.

use std::{sync::OnceLock, time::Duration};

use secure_tool::store::{Admission, Charge, Fact, Limit, SharedStore, StoreKey};
use secure_tool_redis::{ConnectError, RedisStore, RedisStoreBuilder};
use secure_tool_testkit::{LIMIT, Port, RedisServer, until};

use crate::{
    contract::patient,
    support::{ACL_PASSWORD, Administration},
};

const SLOTS: [(u16, u16); 3] = [(0, 5_460), (5_461, 10_922), (10_923, 16_383)];

/// Three nodes with a third of the slots each, and as many more without any.
///
/// The ports are those that the nodes use among themselves.
struct Cluster(
    Vec<RedisServer>,
    #[expect(dead_code, reason = "keeps the ports reserved until the servers have ended")] Vec<Port>,
);

impl Cluster {
    fn start(more: usize) -> Option<Self> {
        let buses: Vec<Port> = (0..SLOTS.len() + more).map(|_| Port::take().unwrap()).collect();
        let node = |bus: &Port| {
            let bus = bus.address().unwrap().port().to_string();
            RedisServer::with_args(|_| {
                ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-port", &bus]
                    .map(str::to_owned)
                    .into()
            })
        };
        let nodes = buses.iter().map(node).collect::<Option<Vec<_>>>()?;
        for (node, (first, last)) in nodes.iter().zip(SLOTS) {
            node.command::<()>(&format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
        }
        for node in &nodes {
            let bus = node.command::<Vec<String>>("CONFIG GET cluster-port").pop().unwrap();
            nodes[0].command::<()>(&format!("CLUSTER MEET 127.0.0.1 {} {bus}", node.port()));
            node.add_user(":*");
        }
        let start = std::time::Instant::now();
        let all = nodes.len();
        let joined = |node: &RedisServer| {
            let info: String = node.command("CLUSTER INFO");
            info.contains("cluster_state:ok") && info.contains(&format!("cluster_known_nodes:{all}"))
        };
        while !nodes.iter().all(joined) {
            assert!(start.elapsed() < LIMIT, "they do not become a cluster");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self(nodes, buses))
    }

    fn builder(&self) -> RedisStoreBuilder {
        RedisStore::cluster(self.0.iter().map(RedisServer::url)).username("tools").password(ACL_PASSWORD)
    }

    /// The node that has a key.
    fn holder(&self, key: &str) -> usize {
        let slot: u16 = self.0[0].command(&format!("CLUSTER KEYSLOT {key}"));
        SLOTS.iter().position(|(_, last)| slot <= *last).unwrap()
    }
}

async fn store() -> Option<RedisStore> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let start = || Cluster::start(0);
    Some(patient(CLUSTER.get_or_init(start).as_ref()?.builder()).await)
}

secure_tool::store::contract!(option store);

fn charge(whose: u8, most: u32) -> Charge {
    Charge { key: StoreKey::new([1; 8], [whose; 16]), limit: Limit::Daily { cost: 1, most } }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_names_the_limit_by_its_index_also_across_nodes() {
    let Some(store) = store().await else { return };
    let charges: Vec<Charge> = (0..20).map(|whose| charge(whose, if whose == 13 { 2 } else { 100 })).collect();
    for _ in 0..2 {
        assert_eq!(store.admit(&charges).await.unwrap(), Admission::Admitted);
    }
    assert!(matches!(store.admit(&charges).await.unwrap(), Admission::Refused { charge: 13, .. }));
    // The strictest of several: an hour is longer than what is left of a fifth of a second.
    let hourly = |whose: u8, interval: Duration| Charge {
        key: StoreKey::new([2; 8], [whose; 16]),
        limit: Limit::Rate { interval, tolerance: interval },
    };
    let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
    let charges = [hourly(1, minute), hourly(2, hour), hourly(3, minute)];
    assert_eq!(store.admit(&charges).await.unwrap(), Admission::Admitted);
    assert!(matches!(store.admit(&charges).await.unwrap(), Admission::Refused { charge: 1, .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_a_cluster_is_refused_as_a_single_server() {
    let Some(cluster) = Cluster::start(0) else { return };
    assert_eq!(RedisStore::connect(cluster.0[0].url()).await.unwrap_err(), ConnectError::ClusterNode);
    cluster.0[2].command::<()>("CONFIG SET maxmemory-policy allkeys-lru");
    let error = cluster.builder().connect().await.unwrap_err();
    assert_eq!(error, ConnectError::Evicts { policy: "allkeys-lru".to_owned() }, "one of them is enough");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_takes_over_with_the_facts() {
    let Some(cluster) = Cluster::start(1) else { return };
    let (holder, replica) = (&cluster.0[cluster.holder("secure-tool:{facts}:head")], &cluster.0[3]);
    let id: String = holder.command("CLUSTER MYID");
    replica.command::<()>(&format!("CLUSTER REPLICATE {id}"));
    let has_synced = async || replica.command::<String>("INFO replication").contains("master_link_status:up");
    until("the replica is in step", has_synced).await;
    let store = cluster.builder().response_timeout(Duration::from_secs(2)).connect().await.unwrap();
    let fact = Fact { key: StoreKey::new([1; 8], [1; 16]), value: [7].into(), keep: None };
    store.put(fact.clone()).await.unwrap();
    let former = store.facts(None).await.unwrap();
    let has_fact = async || replica.command::<String>("INFO keyspace").contains("keys=3");
    until("the replica has the fact", has_fact).await;
    holder.signal("KILL");
    let whose = (0..=u8::MAX).find(|whose| {
        let tag = format!("{{{}}}", format!("{whose:02x}").repeat(16));
        std::ptr::eq(&raw const cluster.0[cluster.holder(&tag)], holder)
    });
    let lost = charge(whose.unwrap(), 100);
    until("the replica serves", async || store.admit(&[lost]).await.is_ok()).await;
    let facts = store.facts(Some(former.cursor)).await.unwrap();
    assert_eq!(facts.facts, [fact]);
    assert_ne!(facts.cursor.history, former.cursor.history, "it may have lost some");
}
