//! Progress reports: what the body of a call reports, and which reports are sent to the client.

use std::{
    future::{Future, pending},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::sleep};

use crate::{
    output::{
        self,
        scan::{Counts, Scan},
    },
    wire::{ProgressNotice, ProgressToken},
};

/// The minimum time between two reports to a client.
const INTERVAL: Duration = Duration::from_millis(100);
/// The maximum number of reports to a client during one call.
const MOST: usize = 1000;
/// The maximum number of characters of a text that are sent.
const LONGEST_TEXT: usize = 200;
/// A text of more bytes is not sent, because a text has to be scanned as a whole.
const LONGEST_READ: usize = 4096;

/// Reports the progress of a call to its client. A tool takes it as `&Progress`.
///
/// ```
/// # use secure_tool::prelude::*;
/// # struct Archive;
/// # impl Archive {
/// /// Export everything.
/// #[secure_tool(scope = "archive:read", owner = unowned("the archive is everybody's"), read_only, timeout = 5m)]
/// async fn export(&self, progress: &Progress) -> Result<String, ToolError> {
///     for page in 1..=20 {
///         // … export it.
///         progress.report(page, 20, "exporting");
///     }
///     Ok("done".into())
/// }
/// # }
/// # let _ = Archive::export();
/// ```
///
/// A report is cheap and never waits, in async and in blocking bodies. The guard decides what is sent to the client:
///
/// - reports are sent only if the client has asked for them with a `progressToken`; over stdio, and over HTTP on the event stream that the response
///   then becomes;
/// - at most ten reports per second and a thousand per call are sent. In between, the latest report replaces earlier ones, and the last one is sent
///   before the answer;
/// - progress must increase: a report that is not greater than every earlier one is ignored;
/// - nothing is sent after the end of the call, or while the client does not read. Some clients, such as the TypeScript SDK 1.x on a pipe, do not
///   show a report that they read together with the answer;
/// - the text is treated like an answer: characters that a person would not see are removed, and it is masked according to what the tool `releases`;
///   then it is truncated at 200 characters. A text of more than 4 KiB is left out.
///
/// A call from within the process has no client, so its reports are not sent.
#[derive(Clone)]
pub struct Progress(Option<Arc<Reported>>);

/// What a body has reported so far.
#[derive(Default)]
struct Reported {
    latest: Mutex<Latest>,
    news: Notify,
}

#[derive(Default)]
struct Latest {
    /// The latest report.
    furthest: Option<u64>,
    /// The latest report that was not sent.
    unsent: Option<Report>,
}

struct Report {
    done: u64,
    total: Option<u64>,
    text: Box<str>,
}

impl Progress {
    /// Reports that `done` of `total` is done. The text is for the person at the client.
    pub fn report(&self, done: u64, total: u64, text: &str) {
        self.say(done, Some(total).filter(|total| *total >= done), text);
    }

    /// Reports that `done` is done, of an unknown total.
    pub fn count(&self, done: u64, text: &str) {
        self.say(done, None, text);
    }

    fn say(&self, done: u64, total: Option<u64>, text: &str) {
        let Some(reported) = &self.0 else { return };
        let mut latest = reported.latest();
        if latest.furthest.is_some_and(|furthest| done <= furthest) {
            return;
        }
        latest.furthest = Some(done);
        let text = if text.len() <= LONGEST_READ { text } else { "" };
        latest.unsent = Some(Report { done, total, text: text.into() });
        drop(latest);
        reported.news.notify_one();
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}

impl Reported {
    fn latest(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connection to a client; sending never waits.
pub(crate) trait ProgressSink: Send + Sync {
    /// Sends a message if there is room for it.
    fn send(&self, message: Vec<u8>) -> bool;
}

/// A client that has asked for progress reports.
#[derive(Clone)]
pub(crate) struct Listener {
    pub(crate) token: ProgressToken,
    pub(crate) sink: Arc<dyn ProgressSink>,
}

/// Sends the reports of a body to the client of the call.
pub(crate) struct ProgressSender<'c> {
    listener: &'c Listener,
    scan: &'c Scan,
    reported: Arc<Reported>,
}

/// The handle that a body reports to and, if the client has asked, the sender of the reports.
pub(crate) fn open<'c>(listener: Option<&'c Listener>, scan: &'c Scan) -> (Progress, Option<ProgressSender<'c>>) {
    let progress_sender = listener.map(|listener| ProgressSender { listener, scan, reported: Arc::default() });
    (Progress(progress_sender.as_ref().map(|progress_sender| Arc::clone(&progress_sender.reported))), progress_sender)
}

/// Waits for a call, and meanwhile sends its progress to the client.
pub(crate) async fn with_progress<F: Future>(progress_sender: Option<&ProgressSender<'_>>, call: F) -> F::Output {
    let Some(progress_sender) = progress_sender else { return call.await };
    let mut call = pin!(call);
    tokio::select! {
        biased;
        ended = &mut call => ended,
        () = progress_sender.send_reports() => call.await,
    }
}

impl ProgressSender<'_> {
    async fn send_reports(&self) {
        for _ in 0..MOST {
            self.reported.news.notified().await;
            while !self.send() {
                sleep(INTERVAL).await;
            }
            sleep(INTERVAL).await;
        }
        pending::<()>().await;
    }

    /// Sends the latest report if it was not sent yet. Returns whether nothing is left to be sent.
    pub(crate) fn send(&self) -> bool {
        let Some(report) = self.reported.latest().unsent.take() else { return true };
        let text = self.shown(&report.text);
        let notice = ProgressNotice {
            progress_token: &self.listener.token,
            progress: report.done,
            total: report.total,
            message: Some(&*text).filter(|text| !text.is_empty()),
        };
        let sent = self.listener.sink.send(notice.to_json());
        if !sent {
            // Unless there is a newer one.
            self.reported.latest().unsent.get_or_insert(report);
        }
        sent
    }

    /// A text in the form in which it may leave.
    fn shown(&self, text: &str) -> String {
        let text = &*output::shown(text);
        let masked = self.scan.mask(text, &mut Counts::default());
        let text = masked.as_deref().unwrap_or(text);
        match text.char_indices().nth(LONGEST_TEXT) {
            None => text.to_owned(),
            Some(_) => text.chars().take(LONGEST_TEXT - 1).chain(['…']).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use serde_json::{Value, json};

    use super::*;
    use crate::output::scan::Scanner;

    /// Keeps what it is sent, while it has room.
    #[derive(Default)]
    struct Kept {
        messages: Mutex<Vec<Value>>,
        full: AtomicBool,
    }

    impl ProgressSink for Kept {
        fn send(&self, message: Vec<u8>) -> bool {
            let room = !self.full.load(Ordering::Relaxed);
            if room {
                self.messages.lock().unwrap().push(serde_json::from_slice(&message).unwrap());
            }
            room
        }
    }

    impl Kept {
        /// What it was told since it was asked.
        fn done(&self) -> Vec<u64> {
            let messages = std::mem::take(&mut *self.messages.lock().unwrap());
            messages.iter().map(|message| message["params"]["progress"].as_u64().unwrap()).collect()
        }
    }

    fn setup() -> (Arc<Kept>, Listener, Scan) {
        let kept = Arc::new(Kept::default());
        let sink: Arc<dyn ProgressSink> = Arc::clone(&kept) as _;
        let scan = Scan::new(&Arc::new(Scanner::default()), &[]).unwrap();
        (kept, Listener { token: ProgressToken::Number(1), sink }, scan)
    }

    #[tokio::test(start_paused = true)]
    async fn the_latest_report_of_each_interval_is_sent_and_only_a_greater_one_counts() {
        let (kept, listener, scan) = setup();
        let (progress, progress_sender) = open(Some(&listener), &scan);
        let body = async {
            for done in [1, 2, 2, 1, 0] {
                progress.count(done, "");
            }
            sleep(INTERVAL / 2).await;
            assert_eq!(kept.done(), [2]);
            for done in 0..10_000 {
                progress.count(done, "");
            }
            sleep(INTERVAL / 4).await;
            assert_eq!(kept.done(), [0; 0], "not so soon");
            sleep(INTERVAL).await;
            assert_eq!(kept.done(), [9999]);
            progress.count(5, "");
            sleep(2 * INTERVAL).await;
            assert_eq!(kept.done(), [0; 0], "nothing goes back");
            progress.count(20_000, "");
            sleep(INTERVAL / 4).await;
            progress.count(30_000, "");
        };
        with_progress(progress_sender.as_ref(), body).await;
        assert!(progress_sender.as_ref().unwrap().send() && progress_sender.unwrap().send());
        assert_eq!(kept.done(), [20_000, 30_000], "the last one is sent at the end, once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_tells_its_client_a_bounded_number_of_times() {
        let (kept, listener, scan) = setup();
        let (progress, progress_sender) = open(Some(&listener), &scan);
        let body = async {
            for done in 0..3 * MOST as u64 {
                progress.count(done, "");
                sleep(INTERVAL).await;
            }
        };
        with_progress(progress_sender.as_ref(), body).await;
        assert_eq!(kept.done().len(), MOST);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_without_room_is_told_the_latest_when_it_has_some() {
        let (kept, listener, scan) = setup();
        let (progress, progress_sender) = open(Some(&listener), &scan);
        kept.full.store(true, Ordering::Relaxed);
        let body = async {
            for done in 1..=3 {
                progress.count(done, "");
                sleep(INTERVAL).await;
            }
            assert_eq!(kept.done(), [0; 0]);
            kept.full.store(false, Ordering::Relaxed);
            sleep(2 * INTERVAL).await;
            assert_eq!(kept.done(), [3]);
        };
        with_progress(progress_sender.as_ref(), body).await;
    }

    #[test]
    fn nobody_is_told_who_has_not_asked() {
        let (_, _, scan) = setup();
        let (progress, progress_sender) = open(None, &scan);
        progress.report(1, 2, "text");
        assert!(progress_sender.is_none() && progress.0.is_none());
    }

    #[test]
    fn texts_are_masked_and_then_cut() {
        let (kept, listener, scan) = setup();
        let (progress, progress_sender) = open(Some(&listener), &scan);
        let card = "4111 1111 1111 1111";
        let before = format!("{} ", "x".repeat(LONGEST_TEXT - 11));
        let padded = format!("{before}{card}");
        let long = "é".repeat(LONGEST_TEXT + 1);
        let fits = "é".repeat(LONGEST_TEXT);
        for (done, (text, shown)) in [
            ("half", Some("half".to_owned())),
            ("", None),
            (card, Some("[masked: card]".to_owned())),
            // A cut before the masking would leave the beginning of the number.
            (&padded, Some(format!("{before}[masked: …"))),
            (&long, Some(format!("{}…", "é".repeat(LONGEST_TEXT - 1)))),
            (&fits, Some(fits.clone())),
            (&"x".repeat(LONGEST_READ + 1), None),
        ]
        .into_iter()
        .enumerate()
        {
            progress.report(done as u64, 100, text);
            assert!(progress_sender.as_ref().unwrap().send());
            let sent = kept.messages.lock().unwrap().pop().unwrap();
            let mut params = json!({"progressToken": 1, "progress": done, "total": 100});
            if let Some(shown) = shown {
                params["message"] = shown.into();
            }
            assert_eq!(sent["params"], params);
        }
    }

    #[test]
    fn a_total_that_is_exceeded_is_left_out() {
        let (kept, listener, scan) = setup();
        let (progress, progress_sender) = open(Some(&listener), &scan);
        progress.report(3, 2, "");
        progress_sender.unwrap().send();
        assert_eq!(kept.messages.lock().unwrap()[0]["params"], json!({"progressToken": 1, "progress": 3}));
    }
}
