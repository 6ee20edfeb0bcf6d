//! Compares the responses of the HTTP endpoint with those of plain rmcp byte by byte: every difference is a row of [`intended::ROWS`] with its reason.

#[path = "differential/corpus.rs"]
mod corpus;
#[path = "differential/intended.rs"]
mod intended;
#[path = "differential/plain.rs"]
mod plain;

use std::{collections::BTreeSet, fmt, net::SocketAddr};

use corpus::Case;
use intended::{Outcome, ROWS};
use plain::Servers;
use secure_tool_tests::{clients::without_call_id, raw::Raw};
use serde_json::Value;

/// What a client sees of an answer.
#[derive(PartialEq, Eq)]
struct Seen {
    status: u16,
    kind: Option<String>,
    body: String,
}

impl Seen {
    fn outcome(&self) -> Outcome {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        (self.status, body["error"]["code"].as_i64())
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body: String = self.body.chars().take(300).collect();
        write!(f, "{} {} {body}", self.status, self.kind.as_deref().unwrap_or("-"))
    }
}

async fn see(address: SocketAddr, case: &Case) -> Seen {
    let mut raw = Raw::open(address).await.unwrap();
    let answer = raw.ask(&case.bytes).await.unwrap_or_else(|| panic!("no answer: {} | {}", case.era, case.what));
    let kind = answer.header("content-type").map(str::to_owned);
    Seen { status: answer.status, kind, body: without_call_id(&answer.text()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_difference_to_plain_rmcp_is_intended() {
    let servers = Servers::start().await;
    let (mut wrong, mut used, mut same) = (Vec::new(), BTreeSet::new(), 0);
    for case in corpus::cases() {
        let (ours, theirs) = (see(servers.ours.address, &case).await, see(servers.plain, &case).await);
        let mut rows = ROWS.iter().enumerate().filter(|(_, row)| row.covers(&case));
        let problem = match (rows.next(), ours == theirs) {
            (None, true) => {
                same += 1;
                continue;
            }
            (None, false) => "not listed".to_owned(),
            (Some((_, row)), true) => format!("no longer different, and listed: {}", row.reason),
            (Some((at, row)), false) => {
                used.insert((at, case.era, case.what.clone()));
                if (ours.outcome(), theirs.outcome()) == (row.ours, row.theirs) && rows.next().is_none() {
                    continue;
                }
                format!("different in another way than listed, or listed twice: {}", row.reason)
            }
        };
        wrong.push(format!("{problem}: {} | {}\n  ours:   {ours}\n  theirs: {theirs}\n", case.era, case.what));
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
    for (at, row) in ROWS.iter().enumerate() {
        for (era, what) in row.eras.iter().flat_map(|era| row.cases.iter().map(move |what| (*era, *what))) {
            assert!(used.contains(&(at, era, what.to_owned())), "no case is called that: {era} | {what}");
        }
    }
    assert!(same > 250, "the servers have little in common: {same}");
}
