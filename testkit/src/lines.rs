//! The lines that a child process writes.

use std::panic::Location;

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::timeout,
};

use crate::LIMIT;

/// The lines of a stream, each for the first wait that asks for it.
///
/// A line that nobody has asked for yet is kept: two threads of a process write in any order, and so no wait may skip what a later one needs.
#[derive(Debug)]
pub struct Lines {
    incoming: UnboundedReceiver<String>,
    kept: Vec<String>,
}

impl Lines {
    /// Reads in the background until the stream ends, so that a full pipe never stops its writer.
    pub fn read(stream: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let (sender, incoming) = unbounded_channel();
        tokio::spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                // The stream is read on where nobody waits for its lines any more.
                let _ = sender.send(line);
            }
        });
        Self { incoming, kept: Vec::new() }
    }

    /// Takes the first line that contains this.
    ///
    /// # Panics
    ///
    /// If the stream ends without it, or it does not come within [`LIMIT`].
    #[track_caller]
    pub fn containing(&mut self, part: &str) -> impl Future<Output = String> {
        self.take(format!("a line with {part:?}"), move |line| line.contains(part))
    }

    /// Takes the first line.
    ///
    /// # Panics
    ///
    /// If the stream ends without one, or none comes within [`LIMIT`].
    #[track_caller]
    pub fn first(&mut self) -> impl Future<Output = String> {
        self.take("a line".to_owned(), |_| true)
    }

    #[track_caller]
    fn take(&mut self, what: String, fits: impl Fn(&str) -> bool) -> impl Future<Output = String> {
        let place = Location::caller();
        async move {
            let mut checked = 0;
            let found = timeout(LIMIT, async {
                loop {
                    let at = self.kept.iter().skip(checked).position(|line| fits(line));
                    if let Some(at) = at {
                        return Some(self.kept.remove(checked + at));
                    }
                    checked = self.kept.len();
                    self.kept.push(self.incoming.recv().await?);
                }
            })
            .await;
            let problem = match found {
                Ok(Some(line)) => return line,
                Ok(None) => format!("the stream ended without {what}"),
                Err(_) => format!("waited {LIMIT:?} for {what}"),
            };
            panic!("{place}: {problem}; these lines were left: {:#?}", self.kept);
        }
    }

    /// Waits for the end of the stream and takes what is left.
    ///
    /// # Panics
    ///
    /// If it does not end within [`LIMIT`].
    #[track_caller]
    pub fn rest(mut self) -> impl Future<Output = Vec<String>> {
        let place = Location::caller();
        async move {
            let end = timeout(LIMIT, async {
                while let Some(line) = self.incoming.recv().await {
                    self.kept.push(line);
                }
            });
            let ended = end.await.is_ok();
            assert!(ended, "{place}: waited {LIMIT:?} for the end of the stream; its lines so far: {:#?}", self.kept);
            self.kept
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use tokio::io::duplex;

    use super::*;

    fn lines(text: &'static str) -> Lines {
        Lines::read(Cursor::new(text))
    }

    #[tokio::test]
    async fn lines_are_found_in_any_order_and_each_once() {
        let mut lines = lines("one\ntwo\nthree\ntwo again\nfour\n");
        assert_eq!(lines.containing("three").await, "three");
        assert_eq!(lines.containing("two").await, "two");
        assert_eq!(lines.containing("two").await, "two again");
        assert_eq!(lines.first().await, "one");
        assert_eq!(lines.rest().await, ["four"]);
    }

    #[tokio::test]
    #[should_panic(expected = r#"the stream ended without a line with "five"; these lines were left: ["#)]
    async fn a_line_that_does_not_come_before_the_end_ends_the_test() {
        lines("one\n").containing("five").await;
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = r#"waited 60s for a line with "five"; these lines were left: []"#)]
    async fn a_line_that_does_not_come_at_all_ends_the_test() {
        let (_writer, reader) = duplex(64);
        Lines::read(reader).containing("five").await;
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "waited 60s for the end of the stream")]
    async fn a_stream_that_does_not_end_ends_the_test() {
        let (_writer, reader) = duplex(64);
        Lines::read(reader).rest().await;
    }
}
