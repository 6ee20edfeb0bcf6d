//! Alerts over HTTP.

use std::{fmt, net::IpAddr, time::Duration};

use reqwest::{
    Client, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};

use super::{Alert, AlertSink};

/// How many alerts may wait to be sent.
const WAITING: usize = 64;
/// The time limit for one attempt, from the connection to the response.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 3;
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(2);

/// Posts every alert as JSON to a URL, from a separate task: `{"version":1,"kind":"alert","alert":"foreign_objects",…}`.
///
/// An alert that gets no 2xx response within 5 seconds is retried twice. At most 64 alerts wait; further ones are dropped, which is logged in the
/// application's log. Redirects are not followed, and proxies from the environment are not used.
pub struct AlertWebhook(Sender<Vec<u8>>);

/// Why a webhook cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookError(pub(crate) &'static str);

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the webhook cannot be used: {}", self.0)
    }
}

impl std::error::Error for WebhookError {}

impl AlertWebhook {
    /// Posts to an `https` URL, or to an `http` URL with a loopback IP address. The token, if there is one, is sent as `Authorization: Bearer`.
    ///
    /// It spawns a task, so call it within a Tokio runtime. The task ends when the server is dropped.
    ///
    /// # Errors
    ///
    /// If the connection to this URL would not be encrypted, if it contains credentials, if the token is not valid in a header, or if there is no
    /// runtime.
    pub fn new(url: &str, bearer_token: Option<&str>) -> Result<Self, WebhookError> {
        let endpoint = Endpoint::new(url, bearer_token, "application/json")?;
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| WebhookError("it must be created within a Tokio runtime"))?;
        let (sender, receiver) = channel(WAITING);
        runtime.spawn(send_all(endpoint, receiver));
        Ok(Self(sender))
    }
}

impl AlertSink for AlertWebhook {
    fn alert(&self, alert: &Alert) {
        let Ok(body) = serde_json::to_vec(alert) else { return };
        match self.0.try_send(body) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => tracing::error!("an alert was dropped: the queue of the webhook is full"),
            Err(TrySendError::Closed(_)) => tracing::error!("an alert was dropped: the webhook's task has ended"),
        }
    }
}

impl fmt::Debug for AlertWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AlertWebhook")
    }
}

/// An endpoint that receives POST requests.
pub(crate) struct Endpoint {
    client: Client,
    url: Url,
    authorization: Option<HeaderValue>,
    content_type: &'static str,
}

async fn send_all(endpoint: Endpoint, mut alerts: Receiver<Vec<u8>>) {
    while let Some(body) = alerts.recv().await {
        for attempt in 1..=ATTEMPTS {
            match endpoint.send(body.clone()).await {
                Ok(()) => break,
                Err(reason) if attempt == ATTEMPTS => tracing::error!(reason, "an alert could not be delivered"),
                Err(_) => tokio::time::sleep(BETWEEN_ATTEMPTS).await,
            }
        }
    }
}

impl Endpoint {
    pub(crate) fn new(url: &str, bearer_token: Option<&str>, content_type: &'static str) -> Result<Self, WebhookError> {
        let url = Url::parse(url).map_err(|_| WebhookError("the address is not a URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebhookError("the URL contains credentials"));
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let is_here = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if is_here => {}
            _ => return Err(WebhookError("the URL must be `https`, or `http` with a loopback IP address")),
        }
        let authorization = bearer_token.map(authorization).transpose()?;
        let client = Client::builder()
            .https_only(!is_here)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .timeout(ATTEMPT_TIMEOUT)
            .build()
            .map_err(|_| WebhookError("TLS cannot be set up"))?;
        Ok(Self { client, url, authorization, content_type })
    }

    pub(crate) async fn send(&self, body: Vec<u8>) -> Result<(), String> {
        let mut request = self.client.post(self.url.clone()).header(CONTENT_TYPE, self.content_type).body(body);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        // The URL may contain a secret.
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(status(answer.status())) }
    }
}

fn authorization(token: &str) -> Result<HeaderValue, WebhookError> {
    let mut value = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| WebhookError("the token contains characters that are not allowed in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn status(status: StatusCode) -> String {
    format!("the webhook returned status {}", status.as_u16())
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use secure_tool_testkit::within;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::AlertKind;

    #[tokio::test]
    async fn alerts_need_https_except_to_a_loopback_address() {
        for url in ["https://hooks.example.com/x?token=1", "http://127.0.0.1:9/", "http://[::1]:9/"] {
            assert!(AlertWebhook::new(url, None).is_ok(), "{url}");
        }
        for url in ["http://hooks.example.com/", "http://localhost/", "https://user:pass@a.example/", "ftp://a/", ""] {
            assert!(AlertWebhook::new(url, None).is_err(), "{url}");
        }
    }

    #[tokio::test]
    async fn an_alert_is_posted_with_its_token_and_again_if_it_was_not_taken() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/alerts", listener.local_addr().unwrap());
        let webhook = AlertWebhook::new(&url, Some("hook-token")).unwrap();
        webhook.alert(&Alert {
            time: Utc::now(),
            kind: AlertKind::SinkFailure,
            environment: None,
            tool: None,
            caller: None,
            call_id: None,
            count: 3,
            reaction: None,
        });
        for status in ["500 Internal Server Error", "204 No Content"] {
            let (mut stream, _) = within("a request", listener.accept()).await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"}") {
                assert_ne!(within("the request", stream.read_buf(&mut request)).await.unwrap(), 0);
            }
            let request = String::from_utf8(request).unwrap().to_lowercase();
            assert!(request.starts_with("post /alerts http/1.1"), "{request}");
            assert!(request.contains("authorization: bearer hook-token"), "{request}");
            assert!(request.contains("\"alert\":\"sink_failure\"") && request.contains("\"count\":3"), "{request}");
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            within("the answer to be sent", stream.write_all(answer.as_bytes())).await.unwrap();
        }
    }
}
