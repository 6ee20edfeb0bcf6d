//! Checkpoints over HTTP.

use std::fmt;

use tokio::sync::watch::{Receiver, Sender, channel};

use super::{super::AuditError, Checkpoint, CheckpointSink};
use crate::alert::{Endpoint, WebhookError};

/// Posts the newest checkpoint as `text/plain` to a URL, from a separate task (feature `webhook`).
///
/// Each attempt may take 5 seconds. A checkpoint that gets no 2xx response is not retried, because the next one covers everything that it did; the
/// failure is logged in the application's log. If several checkpoints are signed during an attempt, only the newest is sent. Redirects are not
/// followed, and proxies from the environment are not used.
pub struct CheckpointWebhook(Sender<Option<Box<str>>>);

impl CheckpointWebhook {
    /// Posts to an `https` URL, or to an `http` URL with a loopback IP address. The token, if there is one, is sent as `Authorization: Bearer`.
    ///
    /// It spawns a task, so call it within a Tokio runtime. The task ends after the last checkpoint when the ledger is dropped, provided that the
    /// runtime is still running.
    ///
    /// # Errors
    ///
    /// If the connection to this URL would not be encrypted, if it contains credentials, if the token is not valid in a header, or if there is no
    /// runtime.
    pub fn new(url: &str, bearer_token: Option<&str>) -> Result<Self, WebhookError> {
        let endpoint = Endpoint::new(url, bearer_token, "text/plain; charset=utf-8")?;
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| WebhookError("it must be created within a Tokio runtime"))?;
        let (sender, receiver) = channel(None);
        runtime.spawn(post_all(endpoint, receiver));
        Ok(Self(sender))
    }
}

async fn post_all(endpoint: Endpoint, mut newest: Receiver<Option<Box<str>>>) {
    // A checkpoint that is sent right before the sender is dropped is still seen as a change.
    while newest.changed().await.is_ok() {
        let Some(note) = newest.borrow_and_update().clone() else { continue };
        if let Err(reason) = endpoint.send(note.into_string().into_bytes()).await {
            tracing::warn!(target: "secure_tool::ledger", reason, "a checkpoint could not be delivered");
        }
    }
}

impl CheckpointSink for CheckpointWebhook {
    fn export(&self, checkpoint: &Checkpoint) -> Result<(), AuditError> {
        self.0.send(Some(checkpoint.note().into())).map_err(|_| AuditError::new("the webhook's task has ended"))
    }
}

impl fmt::Debug for CheckpointWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckpointWebhook")
    }
}

#[cfg(test)]
mod tests {
    use secure_tool_testkit::within;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::{super::SigningKey, *};

    #[tokio::test]
    async fn the_newest_checkpoint_is_posted_also_at_the_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook = CheckpointWebhook::new(&format!("http://{}/", listener.local_addr().unwrap()), None).unwrap();
        let key = SigningKey::generate("example.com/audit").unwrap();
        let newest = Checkpoint::sign(&key, "example.com/audit/1", 7, [9; 32]);
        webhook.export(&Checkpoint::sign(&key, "example.com/audit/1", 6, [8; 32])).unwrap();
        webhook.export(&newest).unwrap();
        drop(webhook);
        let (mut stream, _) = within("a request", listener.accept()).await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(newest.note().as_bytes()) {
            assert_ne!(within("the request", stream.read_buf(&mut request)).await.unwrap(), 0);
        }
        let request = String::from_utf8(request).unwrap();
        assert!(request.starts_with("POST / HTTP/1.1") && request.ends_with(newest.note()), "{request}");
        within("the answer", stream.write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n")).await.unwrap();
    }

    #[tokio::test]
    async fn checkpoints_need_https() {
        assert!(CheckpointWebhook::new("https://logs.example.com/checkpoints", Some("token")).is_ok());
        assert!(CheckpointWebhook::new("http://logs.example.com/checkpoints", None).is_err());
    }
}
