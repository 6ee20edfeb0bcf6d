//! Records on standard error, best effort.

use std::{
    borrow::Cow,
    collections::VecDeque,
    fmt,
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{AuditError, AuditRecord, AuditSink, FailedLogins, RECORD_VERSION, RefusalBurst};
use crate::clock;

/// The maximum number of bytes in the queue: about five hundred records.
const QUEUE: usize = 256 * 1024;
/// How long the end of the server waits for the reader.
const LAST: Duration = Duration::from_secs(1);

/// Writes records to standard error as JSON Lines, best effort: the default of a server without [`audit`](crate::ServerBuilder::audit).
///
/// The parent process may read standard error slowly or not at all. The server does not wait for it: a separate thread writes, from a queue of 256
/// KiB. A record that does not fit is lost. It is counted in [`lost`](Self::lost), the first of a series causes a warning in the log (`tracing`), and
/// when there is room again, a line such as
///
/// ```json
/// {"version":1,"time":"2026-11-28T12:00:00Z","lost":272}
/// ```
///
/// takes the place of the lost records. No call is refused because of it. Write a log that has to be complete to a file:
/// [`JsonLines::append`](crate::JsonLines::append).
///
/// Share it with an `Arc` to read the count while the server runs. When the sink is dropped, the queue has one more second to be written.
pub struct StderrSink(Arc<Queue>);

/// The state that the calls and the writing thread share.
struct Queue {
    state: Mutex<State>,
    /// Notifies the thread: there is something to write, or the sink is closing.
    news: Condvar,
    /// Notifies the sink: the thread has nothing more to write.
    idle: Condvar,
    /// The maximum number of bytes of records in the queue.
    capacity: usize,
    /// How long closing waits for the reader.
    last: Duration,
}

struct State {
    waiting: VecDeque<Entry>,
    /// The bytes of the records in `waiting`.
    bytes: usize,
    lost: u64,
    /// How many of `lost` are not reported in a line yet.
    untold: u64,
    /// Records are being lost, and a warning was logged.
    warned: bool,
    /// The output, until the thread takes it.
    out: Option<Box<dyn Write + Send>>,
    thread: Thread,
    /// No more records come.
    ended: bool,
}

#[derive(PartialEq)]
enum Thread {
    NotStarted,
    Idle,
    Writing,
}

enum Entry {
    Record(Vec<u8>),
    /// This many records were lost here.
    Lost(u64),
}

/// The line that replaces lost records.
#[derive(Serialize)]
struct LostLine {
    version: u16,
    time: DateTime<Utc>,
    lost: u64,
}

impl StderrSink {
    /// Writes to standard error.
    #[must_use]
    pub fn new() -> Self {
        Self::to(io::stderr())
    }

    /// Writes to another pipe, or to anything else that may be slow.
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self::with_limits(out, QUEUE, LAST)
    }

    fn with_limits(out: impl Write + Send + 'static, capacity: usize, last: Duration) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            bytes: 0,
            lost: 0,
            untold: 0,
            warned: false,
            out: Some(Box::new(out)),
            thread: Thread::NotStarted,
            ended: false,
        };
        Self(Arc::new(Queue { state: Mutex::new(state), news: Condvar::new(), idle: Condvar::new(), capacity, last }))
    }

    /// How many records were lost so far.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.lock().lost
    }
}

impl Default for StderrSink {
    fn default() -> Self {
        Self::new()
    }
}

impl AuditSink for StderrSink {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        self.0.take(&record)
    }

    fn record_failed_logins(&self, event: FailedLogins) -> Result<(), AuditError> {
        self.0.take(&event)
    }

    fn record_refusals(&self, event: RefusalBurst) -> Result<(), AuditError> {
        self.0.take(&event)
    }
}

impl Drop for StderrSink {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.ended = true;
        self.0.news.notify_one();
        let is_writing = |state: &mut State| match state.thread {
            Thread::NotStarted => false,
            Thread::Idle => !state.waiting.is_empty(),
            Thread::Writing => true,
        };
        // A reader that has not caught up by then is not waited for.
        let _ = self.0.idle.wait_timeout_while(state, self.0.last, is_writing);
    }
}

impl fmt::Debug for StderrSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StderrSink").field("lost", &self.lost()).finish_non_exhaustive()
    }
}

impl State {
    /// Queues a line, or counts it as lost.
    fn push(&mut self, line: Vec<u8>, capacity: usize) {
        if self.bytes + line.len() > capacity {
            self.count_lost_line();
            return;
        }
        if self.untold > 0 {
            self.waiting.push_back(Entry::Lost(std::mem::take(&mut self.untold)));
        }
        self.bytes += line.len();
        self.waiting.push_back(Entry::Record(line));
    }

    fn count_lost_line(&mut self) {
        self.lost += 1;
        self.untold += 1;
        if !std::mem::replace(&mut self.warned, true) {
            warn();
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a record, or counts it as lost.
    fn take(self: &Arc<Self>, record: &impl Serialize) -> Result<(), AuditError> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        let mut state = self.lock();
        if state.thread == Thread::NotStarted {
            let queue = Arc::clone(self);
            // Without a thread the queue fills, records are lost, and the next one tries again.
            let spawned = thread::Builder::new().name("audit-stderr".into()).spawn(move || queue.write());
            if spawned.is_ok() {
                state.thread = Thread::Idle;
            }
        }
        state.push(line, self.capacity);
        drop(state);
        self.news.notify_one();
        Ok(())
    }

    /// Writes until the sink is gone and the queue is empty.
    fn write(&self) {
        let Some(mut out) = self.lock().out.take() else { return };
        // A write failed, possibly in the middle of a line.
        let mut broken = false;
        while let Some(entry) = self.next(broken) {
            let line = match &entry {
                Entry::Record(line) => Ok(Cow::Borrowed(line.as_slice())),
                Entry::Lost(lost) => lost_line(*lost).map(Cow::Owned),
            };
            let written = line.map_err(io::Error::from).and_then(|line| {
                if broken {
                    out.write_all(b"\n")?;
                }
                out.write_all(&line)?;
                out.flush()
            });
            broken = written.is_err();
            if broken {
                match entry {
                    Entry::Record(_) => self.lock().count_lost_line(),
                    Entry::Lost(lost) => self.lock().untold += lost,
                }
            }
        }
    }

    /// Waits for the next entry to be written; `None` at the end.
    fn next(&self, broken: bool) -> Option<Entry> {
        let mut state = self.lock();
        state.thread = Thread::Idle;
        loop {
            let mut next = state.waiting.pop_front();
            if let Some(Entry::Record(line)) = &next {
                state.bytes -= line.len();
            }
            if next.is_none() && !broken {
                state.warned = false;
                next = Some(std::mem::take(&mut state.untold)).filter(|untold| *untold > 0).map(Entry::Lost);
            }
            if next.is_some() {
                state.thread = Thread::Writing;
                return next;
            }
            self.idle.notify_all();
            if state.ended {
                return None;
            }
            state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn lost_line(lost: u64) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(&LostLine { version: RECORD_VERSION, time: clock::now(), lost })?;
    line.push(b'\n');
    Ok(line)
}

/// Warns once per series of lost records, on a separate thread, because the log may go to the same pipe that nobody reads.
fn warn() {
    let warning = || tracing::warn!("audit records were lost: standard error is not read fast enough");
    // If the thread cannot be started, the count remains.
    let _ = thread::Builder::new().name("audit-warning".into()).spawn(warning);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use secure_tool_testkit::{LIMIT, joined};
    use serde_json::Value;

    use super::*;
    use crate::audit::tests::record;

    /// A pipe without room: a write waits until the test reads.
    struct Pipe(SyncSender<Vec<u8>>);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn pipe() -> (Pipe, Receiver<Vec<u8>>) {
        let (sender, receiver) = sync_channel(0);
        (Pipe(sender), receiver)
    }

    fn line(read: &Receiver<Vec<u8>>) -> Value {
        serde_json::from_slice(&read.recv_timeout(LIMIT).unwrap()).unwrap()
    }

    #[test]
    fn what_nobody_reads_is_counted_and_told_of_in_its_place() {
        let (pipe, read) = pipe();
        let first = record();
        let size = serde_json::to_vec(&first).unwrap().len() + 1;
        let sink = StderrSink::with_limits(pipe, 3 * size, LIMIT);
        sink.record(first.clone()).unwrap();
        while sink.0.lock().thread != Thread::Writing {
            thread::yield_now();
        }
        // One is being written, three wait.
        for _ in 0..9 {
            sink.record(first.clone()).unwrap();
        }
        assert_eq!(sink.lost(), 6);
        for _ in 0..4 {
            assert!(line(&read)["call_id"].is_string());
        }
        assert_eq!(line(&read)["lost"], 6);
        sink.record(record()).unwrap();
        assert!(line(&read)["call_id"].is_string(), "and it goes on");
        assert_eq!(sink.lost(), 6);
    }

    #[test]
    fn the_end_waits_for_a_reader_who_reads() {
        let (pipe, read) = pipe();
        let sink = StderrSink::with_limits(pipe, QUEUE, LIMIT);
        for _ in 0..100 {
            sink.record(record()).unwrap();
        }
        let reader = thread::spawn(move || read.iter().count());
        drop(sink);
        assert_eq!(joined("the reader", reader), 100);
    }

    #[test]
    fn the_end_does_not_wait_for_a_reader_who_does_not_read() {
        let (pipe, _read) = pipe();
        let sink = StderrSink::with_limits(pipe, QUEUE, Duration::from_millis(1));
        sink.record(record()).unwrap();
        joined("the end", thread::spawn(move || drop(sink)));
    }

    #[test]
    fn failed_logins_are_written_as_well() {
        let (out, read) = pipe();
        let sink = StderrSink::to(out);
        let reason = crate::FailedLoginReason::Invalid;
        sink.record_failed_logins(FailedLogins {
            time: Utc::now(),
            environment: None,
            address: None,
            reason,
            count: 7,
        })
        .unwrap();
        let written = line(&read);
        assert_eq!((written["kind"].as_str(), written["count"].as_u64()), (Some("failed_logins"), Some(7)));
    }

    #[test]
    fn without_a_reader_only_records_are_lost() {
        let (pipe, read) = pipe();
        drop(read);
        let sink = Arc::new(StderrSink::to(pipe));
        for _ in 0..10 {
            sink.record(record()).unwrap();
        }
        let counted = Arc::clone(&sink);
        let wait = move || {
            while counted.lost() < 10 {
                thread::sleep(Duration::from_millis(1));
            }
        };
        joined("ten lost records", thread::spawn(wait));
    }
}
