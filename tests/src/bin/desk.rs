//! The desk on standard input and output, for alice; audit records go to the file named by the first argument, or to standard error.
//! With a second argument, a line on standard error says of each body that it has begun.

use std::{sync::Arc, time::Duration};

use secure_tool::{AuditSink, JsonLines, StderrSink};
use secure_tool_tests::{Desk, alice, server};

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
    server(&desk, audit)?.serve_stdio(alice()).await?;
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
