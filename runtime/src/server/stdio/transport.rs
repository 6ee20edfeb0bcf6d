//! The transport for rmcp: it passes on valid messages, and answers invalid ones itself.

use std::io;

use rmcp::{
    RoleServer,
    model::{ClientJsonRpcMessage, ClientRequest, GetMeta, JsonRpcMessage, ProtocolVersion},
    service::{RxJsonRpcMessage, TxJsonRpcMessage},
    transport::Transport,
};
use tokio::io::AsyncRead;

use super::{
    in_flight::InFlight,
    lines::{Line, LineReader},
    message,
    writer::Out,
};
use crate::{
    server::Revision,
    wire::{MessageError, MessageLimits, Rejected, TooMuch},
};

/// One client at the other end of two pipes.
pub(super) struct Pipes<R> {
    lines: LineReader<R>,
    out: Out,
    limits: MessageLimits,
    in_flight: InFlight,
    /// Whether the client has negotiated the protocol.
    begun: bool,
}

impl<R: AsyncRead + Unpin> Pipes<R> {
    pub(super) fn new(input: R, out: Out, limits: MessageLimits, in_flight: InFlight) -> Self {
        // A line may end with `\r\n`; the `\r` is not part of the message.
        let lines = LineReader::new(input, limits.bytes.saturating_add(1));
        Self { lines, out, limits, in_flight, begun: false }
    }

    /// Whether rmcp can process this. It disconnects a client that sends a notification or a response before the protocol is negotiated.
    fn is_due(&mut self, message: &ClientJsonRpcMessage) -> bool {
        if let JsonRpcMessage::Request(request) = message {
            self.begun = self.begun || begins(&request.request);
            return true;
        }
        self.begun
    }
}

/// Whether a request negotiates the protocol.
fn begins(request: &ClientRequest) -> bool {
    match request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        request => {
            let meta = request.get_meta();
            meta.missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty()
                && meta
                    .protocol_version()
                    .is_some_and(|version| Revision::parse(version.as_str()).is_some_and(Revision::is_served))
        }
    }
}

impl<R: AsyncRead + Send + Unpin + 'static> Transport<RoleServer> for Pipes<R> {
    type Error = io::Error;

    fn send(&mut self, message: TxJsonRpcMessage<RoleServer>) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let out = self.out.clone();
        async move {
            let mut line = serde_json::to_vec(&message)?;
            line.push(b'\n');
            out.send(line).await
        }
    }

    /// The next message; `None` when the client has disconnected. rmcp drops this future whenever something else is ready first.
    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            // A line is read only when there is room for a response to it.
            let place = self.out.place().await?;
            let line = tokio::select! {
                line = self.lines.next() => line,
                () = self.out.closed() => return None,
            };
            let line = match line {
                Ok(line) => line?,
                Err(error) => {
                    tracing::warn!(%error, "the input could not be read");
                    return None;
                }
            };
            let read = match line {
                Line::Whole(line) if line.trim_ascii().is_empty() => continue,
                Line::Whole(line) => message::read(line, &self.limits, &self.in_flight),
                Line::TooLong => Err(MessageError::TooMuch(TooMuch::Bytes).into()),
            };
            match read {
                Ok(Some(message)) => {
                    drop(place);
                    if self.is_due(&message) {
                        return Some(message);
                    }
                }
                Ok(None) => {}
                Err(Rejected { error, id }) => {
                    tracing::debug!(?error, "a line was rejected");
                    let mut answer = error.response(id);
                    answer.push(b'\n');
                    place.send(answer);
                }
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.out.end();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rmcp::{
        ErrorData, ServerHandler, ServiceExt,
        model::{ListToolsResult, NumberOrString, PaginatedRequestParams, RequestId},
        service::RequestContext,
    };
    use secure_tool_testkit::{Lines, within};
    use serde_json::{Value, json};
    use tokio::{
        io::{AsyncWriteExt, DuplexStream, duplex},
        sync::Notify,
    };

    use super::{
        super::{in_flight::MEMORY, writer},
        *,
    };

    struct Client {
        to: DuplexStream,
        from: Lines,
    }

    impl Client {
        async fn send(&mut self, line: impl ToString) {
            let line = line.to_string() + "\n";
            within("a line to be written", self.to.write_all(line.as_bytes())).await.unwrap();
        }

        async fn answer(&mut self) -> Value {
            serde_json::from_str(&self.from.first().await).unwrap()
        }
    }

    fn connect(requests: usize) -> (Client, Pipes<DuplexStream>, writer::Writer) {
        let (to, input) = duplex(1 << 20);
        let (output, from) = duplex(1 << 20);
        let (out, writer) = writer::start(output);
        let pipes = Pipes::new(input, out, MessageLimits::default(), InFlight::new(requests, MEMORY));
        (Client { to, from: Lines::read(from) }, pipes, writer)
    }

    fn ping(id: i64) -> Value {
        json!({"jsonrpc": "2.0", "id": id, "method": "ping"})
    }

    fn initialize(id: i64) -> Value {
        let client = json!({"name": "c", "version": "1"});
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
        json!({"jsonrpc": "2.0", "id": id, "method": "initialize", "params": params})
    }

    fn id(message: &RxJsonRpcMessage<RoleServer>) -> RequestId {
        let JsonRpcMessage::Request(request) = message else { panic!("{message:?}") };
        request.id.clone()
    }

    #[tokio::test]
    async fn a_request_beyond_the_limit_is_refused_until_another_is_done() {
        let (mut client, mut pipes, _writer) = connect(1);
        client.send(ping(1)).await;
        client.send(ping(2)).await;
        let first = within("a message", pipes.receive()).await.unwrap();
        assert_eq!(id(&first), NumberOrString::Number(1));
        let refused = async {
            let answer = client.answer().await;
            assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(2), &json!(-32005)));
            drop(first);
            client.send(ping(3)).await;
        };
        let (third, ()) = tokio::join!(within("a message", pipes.receive()), refused);
        assert_eq!(id(&third.unwrap()), NumberOrString::Number(3));
    }

    /// Lists its tools when it is told to.
    struct Waits(Arc<Notify>);

    impl ServerHandler for Waits {
        async fn list_tools(
            &self,
            _: Option<PaginatedRequestParams>,
            _context: RequestContext<RoleServer>,
        ) -> Result<ListToolsResult, ErrorData> {
            self.0.notified().await;
            Ok(ListToolsResult::default())
        }
    }

    #[tokio::test]
    async fn a_request_keeps_its_place_while_it_is_handled() {
        let (mut client, pipes, _writer) = connect(1);
        let go_on = Arc::new(Notify::new());
        let serving = tokio::spawn(Waits(Arc::clone(&go_on)).serve(pipes));
        client.send(initialize(1)).await;
        assert_eq!(client.answer().await["id"], 1);
        client.send(json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})).await;
        for id in 3..6 {
            client.send(ping(id)).await;
            let answer = client.answer().await;
            assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(id), &json!(-32005)));
        }
        go_on.notify_one();
        assert_eq!(client.answer().await["result"]["tools"], json!([]));
        client.send(ping(6)).await;
        assert_eq!(client.answer().await, json!({"jsonrpc": "2.0", "id": 6, "result": {}}));
        drop(serving);
    }

    #[tokio::test]
    async fn what_comes_too_early_is_dropped() {
        let (mut client, mut pipes, _writer) = connect(10);
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        client.send(&initialized).await;
        client.send(json!({"jsonrpc": "2.0", "id": 1, "result": {}})).await;
        client.send(initialize(2)).await;
        client.send(&initialized).await;
        let first = within("a message", pipes.receive()).await.unwrap();
        assert_eq!(id(&first), NumberOrString::Number(2));
        let second = within("a message", pipes.receive()).await.unwrap();
        assert!(matches!(second, JsonRpcMessage::Notification(_)));
    }

    #[tokio::test]
    async fn a_client_that_reads_no_more_is_gone() {
        let (_client, input) = duplex(100);
        let (output, from) = duplex(1);
        let (out, _writer) = writer::start(output);
        let mut pipes = Pipes::new(input, out, MessageLimits::default(), InFlight::new(1, MEMORY));
        drop(from);
        let answer = JsonRpcMessage::error(ErrorData::internal_error("m", None), None);
        within("the queue", pipes.send(answer)).await.unwrap();
        assert!(within("the end", pipes.receive()).await.is_none());
    }
}
