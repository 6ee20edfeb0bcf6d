//! The desk on standard input and output, for alice. Audit records go to the file that the first argument names, or to standard error. With a
//! second argument, a line on standard error is printed when a body begins. With a third, there are also payments, which never end.

use std::{sync::Arc, time::Duration};

use secure_tool::{AuditSink, JsonLines, StderrSink, prelude::*};
use secure_tool_tests::{Desk, alice, builder};

/// Pay, on a thread that waits.
#[secure_tool(scope = "desk:test", owner = unowned("a test's money"), timeout = 5m)]
fn pay() -> &'static str {
    eprintln!("a payment has begun");
    loop {
        std::thread::park();
    }
}

/// Pay, in a body that waits.
#[secure_tool(scope = "desk:test", owner = unowned("a test's money"), timeout = 5m)]
async fn wire() -> &'static str {
    eprintln!("a payment has begun");
    std::future::pending().await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let audit: Arc<dyn AuditSink> = match std::env::args().nth(1) {
        Some(file) => Arc::new(JsonLines::append(file)?),
        None => Arc::new(StderrSink::new()),
    };
    let desk = Arc::new(Desk::default());
    if std::env::args().nth(2).is_some() {
        tokio::spawn(announce(Arc::clone(&desk)));
    }
    let mut tools = builder(&desk).allow_writes().audit(audit);
    if std::env::args().nth(3).is_some() {
        tools = tools.tool(pay()).tool(wire());
    }
    tools.build()?.serve_stdio(alice()).await?;
    Ok(())
}

async fn announce(desk: Arc<Desk>) {
    for body in 1.. {
        while desk.ran() < body {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        eprintln!("body {body} has begun");
    }
}
