//! The desk over HTTP on a free port of this machine, as a process whose memory can be measured. A caller without a credential can call the public
//! items.
//!
//! With the argument `impatient` it waits only two seconds for a client that neither sends nor reads. It prints its address, and, for each line
//! of its standard input, the number of tasks. It exits at the end of its input.

use std::{io::stdin, sync::Arc, time::Duration};

use secure_tool::{JsonLines, Rate, Unit, http::HttpOptions, prelude::*};
use secure_tool_tests::{Desk, builder, clients::keys};
use tokio::{net::TcpListener, runtime::Handle};

/// Burn the desk.
#[secure_tool(scope = "desk:test", owner = unowned("it is everybody's"), rate = 1000000/minute, destructive, confirm = "Burn it?", concurrency = 4096)]
async fn burn() {}

/// Answer with so much that a client has to read for a while.
#[secure_tool(scope = "desk:test", owner = unowned("only noise"), rate = 1000000/minute, read_only, max_output = 1MiB)]
async fn page() -> String {
    "page ".repeat(190_000)
}

/// Answer with more than a system keeps for a client that reads nothing.
#[secure_tool(scope = "desk:test", owner = unowned("only noise"), rate = 1000000/minute, read_only, max_output = 4MiB)]
async fn book() -> String {
    "page ".repeat(800_000)
}

/// Wait for nothing, for a second.
#[secure_tool(scope = "desk:test", owner = unowned("nothing but time"), rate = 1000000/minute, read_only, timeout = 1s, concurrency = 4096)]
async fn wait() {
    std::future::pending::<()>().await;
}

/// Count what is given.
#[secure_tool(scope = public("anybody may count"), owner = unowned("numbers are nobody's"), rate = 1000000/minute, read_only)]
async fn count(
    /// What to count.
    #[arg(max_items = 20_000)]
    things: Vec<i64>,
) -> Json<usize> {
    Json(things.len())
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let impatient = std::env::args().nth(1).is_some_and(|mood| mood == "impatient");
    let desk = Arc::new(Desk::default());
    // Every record is written, and none is kept.
    let server = builder(&desk)
        .tool(burn())
        .tool(page())
        .tool(book())
        .tool(wait())
        .tool(count())
        .allow_writes()
        .audit(JsonLines::append("/dev/null")?)
        .build()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", listener.local_addr()?);
    // The tests have one address and few callers, and are not about rates.
    let rate = || Rate::new(1_000_000, Unit::Second);
    let options = HttpOptions::default()
        .allow_anonymous()
        .requests_per_address(rate())?
        .requests_per_caller(rate())?
        .header_timeout(Duration::from_secs(if impatient { 2 } else { 30 }))
        .body_timeout(Duration::from_secs(if impatient { 30 } else { 600 }));
    let runtime = Handle::current().metrics();
    std::thread::spawn(move || {
        for _ in stdin().lines() {
            println!("tasks {}", runtime.num_alive_tasks());
        }
        std::process::exit(0);
    });
    server.serve_http(listener, keys()?, options).await?;
    Ok(())
}
