//! Audit records on standard error, with a parent process that reads them and with one that does not.

mod process;

use std::{
    io::{self, Write},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, channel},
    },
};

use process::{DESK, Process};
use secure_tool::StderrSink;
use secure_tool_testkit::{Lines, until, within};
use secure_tool_tests::{
    Desk, alice,
    clients::{call_inside, code},
    server,
};
use serde_json::{Value, json};
use tokio::process::Command;
use tracing::{Event, Subscriber, field::Field};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};

async fn desk() -> Process {
    Process::start(Command::new(DESK).stderr(Stdio::piped())).await
}

async fn calls(desk: &mut Process, calls: usize) {
    for _ in 0..calls {
        desk.works().await;
    }
}

/// Ends the process; nothing more comes on standard error.
async fn end(mut desk: Process, errors: Option<Lines>) {
    drop(desk.input);
    assert!(within("the process to end", desk.child.wait()).await.unwrap().success());
    if let Some(errors) = errors {
        assert_eq!(errors.rest().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_parent_that_does_not_read_it_gets_every_answer_and_the_number_of_lost_records() {
    const CALLS: usize = 2000;
    let mut desk = desk().await;
    calls(&mut desk, CALLS).await;

    // Now it is read: what was kept, and how many were not.
    let mut errors = Lines::read(desk.child.stderr.take().unwrap());
    let (mut kept, mut lost) = (0, 0);
    while kept + lost < CALLS {
        let line: Value = serde_json::from_str(&errors.first().await).unwrap();
        match line["lost"].as_u64() {
            Some(number) => lost += usize::try_from(number).unwrap(),
            None => kept += usize::from(line["call_id"].is_string()),
        }
    }
    assert!(kept > 0 && lost > 0, "{kept} {lost}");
    assert_eq!(kept + lost, CALLS, "every record is there or counted");
    end(desk, Some(errors)).await;
}

#[tokio::test]
async fn a_parent_that_reads_it_gets_every_record() {
    const CALLS: usize = 400;
    let mut desk = desk().await;
    let mut errors = Lines::read(desk.child.stderr.take().unwrap());
    calls(&mut desk, CALLS).await;
    for _ in 0..CALLS {
        assert!(errors.first().await.contains("call_id"));
    }
    end(desk, Some(errors)).await;
}

#[tokio::test]
async fn a_parent_that_has_closed_it_gets_every_answer() {
    let mut desk = desk().await;
    drop(desk.child.stderr.take());
    calls(&mut desk, 400).await;
    end(desk, None).await;
}

/// A pipe that nobody reads, until the test drops the other end.
struct Stuck(Receiver<()>);

impl Write for Stuck {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        let _ = self.0.recv();
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts the warnings of lost records.
#[derive(Clone, Default)]
struct Warnings(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut |_: &Field, value: &dyn std::fmt::Debug| {
            self.0.fetch_add(usize::from(format!("{value:?}").contains("audit records were lost")), Ordering::SeqCst);
        });
    }
}

#[tokio::test]
async fn consecutive_lost_records_cause_one_warning_and_are_counted() {
    let warnings = Warnings::default();
    tracing::subscriber::set_global_default(Registry::default().with(warnings.clone())).unwrap();
    let (reader, stuck) = channel();
    let sink = Arc::new(StderrSink::to(Stuck(stuck)));
    let server = server(&Arc::new(Desk::default()), Arc::clone(&sink)).unwrap();
    assert_eq!(sink.lost(), 0);
    for _ in 0..2000 {
        assert_eq!(code(&call_inside(&server, &alice(), "get_note", json!({"note": 1})).await), "ok");
    }
    let lost = sink.lost();
    assert!(lost > 100, "{lost}");
    until("a warning", async || warnings.0.load(Ordering::SeqCst) > 0).await;
    assert_eq!(warnings.0.load(Ordering::SeqCst), 1);
    drop(reader);
    until("the rest to be lost as well", async || sink.lost() == 2000).await;
}
