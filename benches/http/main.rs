//! The cost of the guard over HTTP: requests per second and latency of one tool, served alternately by plain rmcp and by guarded servers.
//!
//! `cargo bench -p secure-tool-benches --bench http --features jwt` prints them, with the ratio to plain rmcp; without the feature it leaves
//! out the rows with access tokens. `-- "API key"` prints only the rows whose names contain this text. This process serves, on one thread. It
//! starts another process from the same binary, which generates the load on eight connections and compares every response.

mod load;
mod many;
#[path = "../plain.rs"]
mod plain;
mod servers;

use std::{path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use self::{
    load::{CONNECTIONS, Job, Measured},
    servers::Target,
};

/// Rounds per row; medians are shown.
const ROUNDS: usize = 101;
/// Requests per row and round: few, so that the rows of a round find the machine alike.
const REQUESTS: usize = 1_000;
/// The argument that makes this binary the generator of the load.
const LOAD: &str = "load";

/// The process that makes the load.
struct Generator {
    jobs: ChildStdin,
    results: Lines<BufReader<ChildStdout>>,
    /// Killed with this value.
    _process: Child,
}

impl Generator {
    fn start() -> Result<Self, Box<dyn std::error::Error>> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(LOAD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (jobs, results) = process.stdin.take().zip(process.stdout.take()).ok_or("the load has no pipes")?;
        Ok(Self { jobs, results: BufReader::new(results).lines(), _process: process })
    }

    /// A process that is gone has said why.
    async fn run(&mut self, job: &Job) -> Result<Measured, Box<dyn std::error::Error>> {
        self.jobs.write_all(format!("{}\n", serde_json::to_string(job)?).as_bytes()).await?;
        let line = self.results.next_line().await?.ok_or("the load failed")?;
        Ok(serde_json::from_str(&line)?)
    }
}

struct Row {
    target: Target,
    rounds: Vec<Round>,
}

struct Round {
    measured: Measured,
    /// What this thread spent on a request, in microseconds, with the first of each connection; 0 where the system does not tell.
    cpu: f64,
}

/// How long this thread, which does all the serving, has been on a processor, in nanoseconds.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|time| time.parse().ok()).unwrap_or_default()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Row {
    fn median(&self, of: impl Fn(&Round) -> f64) -> f64 {
        median(self.rounds.iter().map(of))
    }

    /// The ratio of the requests per second to those of the other row in the same round, because the load of the machine changes between rounds.
    fn ratio(&self, base: &Self) -> f64 {
        let pairs = self.rounds.iter().zip(&base.rounds);
        median(pairs.map(|(own, base)| base.measured.seconds / own.measured.seconds))
    }
}

async fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let directory = std::env::temp_dir().join(format!("secure-tool-http-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let measured = compare(&wanted, &directory).await;
    // What was recorded is of no use to anybody.
    let _ = std::fs::remove_dir_all(&directory);
    measured
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
async fn compare(wanted: &str, directory: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut generator = Generator::start()?;
    let targets = servers::start(directory).await?.into_iter().filter(|target| target.name.contains(wanted));
    let mut rows: Vec<Row> = targets.map(|target| Row { target, rounds: Vec::new() }).collect();
    // The first round warms up.
    for round in 0..=ROUNDS {
        for row in &mut rows {
            let before = cpu();
            let measured = generator.run(&row.target.job(REQUESTS)).await?;
            if round > 0 {
                row.rounds.push(Round { measured, cpu: (cpu() - before) / 1e3 / (REQUESTS + CONNECTIONS) as f64 });
            }
        }
    }
    println!(
        "{:<38} {:>10} {:>7} {:>8} {:>8} {:>8}",
        "over HTTP, 8 connections", "requests/s", "ratio", "p50 µs", "p99 µs", "cpu µs"
    );
    for row in &rows {
        let Some(base) = rows.iter().find(|base| base.target.group == row.target.group) else { continue };
        println!(
            "{:<38} {:>10.0} {:>7.2} {:>8.0} {:>8.0} {:>8.1}",
            row.target.name,
            row.median(|round| REQUESTS as f64 / round.measured.seconds),
            row.ratio(base),
            row.median(|round| round.measured.p50),
            row.median(|round| round.measured.p99),
            row.median(|round| round.cpu),
        );
    }
    if !cfg!(feature = "jwt") {
        println!("with `--features jwt` also: guarded, access tokens");
    }
    Ok(())
}

fn main() {
    let load = std::env::args().nth(1).is_some_and(|argument| argument == LOAD);
    let done = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(async { if load { load::obey().await } else { measure().await } }));
    if let Err(problem) = done {
        eprintln!("{problem}");
        std::process::exit(1);
    }
}
