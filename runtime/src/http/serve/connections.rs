//! The loop that lets connections in, and the task that each of them is.

use std::{convert::Infallible, io, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    response::{IntoResponse, Response},
};
use http::{Extensions, HeaderValue, StatusCode, header::CONNECTION};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

use super::{
    Limits,
    framing::{LengthLines, Watched},
    lingering::Lingering,
    places::{Full, Places, Refusals},
};
use crate::http::{
    admission::{PeerAddress, REPORT_INTERVAL},
    door::Detached,
};

/// The request line and all the header fields. A long token has 8 KiB.
const LARGEST_HEAD: usize = 32 * 1024;
/// What is read ahead of what was asked for. Every connection may take as much, whoever has opened it, so that it is no more than a head needs.
const READ_AHEAD: usize = LARGEST_HEAD;
/// When the process has no file descriptor left, asking again at once would not help.
const EXHAUSTED: Duration = Duration::from_millis(100);
/// How long calls that were cut may take to write their records and to tell their clients.
const CUT: Duration = Duration::from_secs(1);

/// What is between a connection and HTTP on it.
pub(in crate::http) trait Accept: Send + Sync + 'static {
    type Io: AsyncRead + AsyncWrite + Send + 'static;

    /// Runs in the connection's own task, so that nobody waits for another's handshake. Nothing for a connection that is not let in.
    fn accept(&self, stream: TcpStream) -> impl Future<Output = Option<Connection<Self::Io>>> + Send;
}

/// A connection that HTTP may be spoken on.
pub(in crate::http) struct Connection<I> {
    pub(in crate::http) io: I,
    /// What is known about whoever opened it, put on each of its requests.
    pub(in crate::http) extensions: Extensions,
}

/// Serves until told to stop. When the future is dropped, all connections are.
pub(in crate::http) async fn serve(listener: TcpListener, accept: impl Accept, router: Router, limits: Limits) {
    let (accept, limits) = (Arc::new(accept), Arc::new(limits));
    let places = Arc::new(Places::new(&limits));
    let mut refusals = Refusals::default();
    let mut reports = interval(REPORT_INTERVAL);
    reports.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tasks = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = limits.stop.cancelled() => break,
            _ = reports.tick() => {
                refusals.report_due();
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        while tasks.try_join_next().is_some() {}
        match accepted {
            Ok((_, peer)) if tasks.len() >= limits.connections => refusals.count(peer.ip(), Full::Server),
            Ok((stream, peer)) => {
                let Some(place) = places.take(peer.ip()) else {
                    refusals.count(peer.ip(), Full::Address);
                    continue;
                };
                let (accept, router, limits) = (Arc::clone(&accept), router.clone(), Arc::clone(&limits));
                tasks.spawn(async move {
                    let _place = place;
                    run(stream, peer.ip(), &*accept, router, &limits).await;
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                sleep(EXHAUSTED).await;
            }
        }
    }
    drop(listener);
    let Detached { tracker, cut } = &limits.detached;
    tracker.close();
    let drained = timeout(limits.drain, async {
        while tasks.join_next().await.is_some() {}
        tracker.wait().await;
    });
    if drained.await.is_err() {
        tracing::warn!(connections = tasks.len(), calls = tracker.len(), "cut at the deadline");
        cut.cancel();
        // A call that was cancelled ends at once, and its client is told; a blocking body is not waited for.
        if !tracker.is_empty() {
            let told = async {
                tracker.wait().await;
                while tasks.join_next().await.is_some() {}
            };
            let _ = timeout(CUT, told).await;
        }
        tasks.shutdown().await;
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn run(stream: TcpStream, peer: IpAddr, accept: &impl Accept, router: Router, limits: &Limits) {
    // An answer is one small write, which is not to wait for the next.
    let _ = stream.set_nodelay(true);
    let accepted = tokio::select! {
        accepted = accept.accept(stream) => accepted,
        () = limits.stop.cancelled() => None,
    };
    let Some(Connection { io, extensions }) = accepted else { return };
    // The protocol's own timer covers reading only.
    let mut io = Box::pin(TimeoutStream::new(io));
    io.as_mut().set_write_timeout_pinned(Some(limits.head));
    let length_lines = LengthLines::default();
    let io = Watched::new(Lingering::new(io), length_lines.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        let is_ambiguous = length_lines.are_ambiguous(request.headers());
        request.extensions_mut().insert(PeerAddress(peer));
        if !extensions.is_empty() {
            request.extensions_mut().extend(extensions.clone());
        }
        let mut router = router.clone();
        async move {
            if is_ambiguous {
                return Ok::<_, Infallible>(ambiguous());
            }
            Ok(router.call(request.map(Body::new)).await.unwrap_or_else(|never| match never {}))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_header_size(LARGEST_HEAD)
        .max_buf_size(READ_AHEAD)
        .serve_connection(TokioIo::new(io), service);
    let mut connection = pin!(connection);
    // What goes wrong with a connection is the client's own doing, and not worth a line that it could fill the log with.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = limits.stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// A request with two lengths: nothing that follows it on this connection can be trusted either.
fn ambiguous() -> Response {
    let headers = [(CONNECTION, HeaderValue::from_static("close"))];
    (StatusCode::BAD_REQUEST, headers, "Transfer-Encoding beside Content-Length").into_response()
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use secure_tool_testkit::within;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
        sync::{Mutex, mpsc},
    };

    use super::*;

    /// Passes on whether packets leave at once, and serves the other end of a narrow pipe.
    struct Narrow(Mutex<mpsc::Sender<bool>>, Mutex<Option<DuplexStream>>);

    impl Accept for Narrow {
        type Io = DuplexStream;

        async fn accept(&self, stream: TcpStream) -> Option<Connection<DuplexStream>> {
            self.0.lock().await.send(stream.nodelay().unwrap()).await.unwrap();
            Some(Connection { io: self.1.lock().await.take()?, extensions: Extensions::new() })
        }
    }

    #[tokio::test]
    async fn packets_leave_at_once_and_a_client_that_takes_nothing_is_cut() {
        const HEAD: Duration = Duration::from_millis(200);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connection = TcpStream::connect(listener.local_addr().unwrap());
        let _client = within("a connection", connection).await.unwrap();
        let (mut near, far) = tokio::io::duplex(512);
        let (tell, mut told) = mpsc::channel(1);
        let router = Router::new().route("/", get(|| async { "x".repeat(100_000) }));
        let limits = Limits { head: HEAD, ..Limits::default() };
        let stop = limits.stop.clone();
        let serving = tokio::spawn(serve(listener, Narrow(tell.into(), Some(far).into()), router, limits));
        assert_eq!(within("the connection to be accepted", told.recv()).await, Some(true));
        // From here on there is no socket, and so none whose delay would count.
        tokio::time::pause();
        for pace in [HEAD / 10, HEAD * 4] {
            let request = near.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
            let _ = within("the server to read", request).await;
            let mut taken = 0;
            for _ in 0..4 {
                sleep(pace).await;
                taken += within("a part of the answer", near.read(&mut [0; 512])).await.unwrap();
            }
            if pace < HEAD {
                let mut rest = vec![0; 98_000];
                within("most of the rest", near.read_exact(&mut rest)).await.unwrap();
                assert_eq!(taken, 4 * 512, "whoever takes something now and then is waited for");
                while within("the rest", near.read(&mut rest)).await.unwrap() == 512 {}
            } else {
                assert!(taken <= 2 * 512, "{taken} bytes of an answer that nobody took");
            }
        }
        stop.cancel();
        within("the server to end", serving).await.unwrap();
    }
}
