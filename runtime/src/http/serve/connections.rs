//! The accept loop, and the task of each connection.

use std::{
    convert::Infallible,
    future::{pending, poll_fn},
    io,
    net::IpAddr,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use axum::{Router, body::Body, response::IntoResponse};
use http::{Extensions, HeaderValue, header::CONNECTION};
use hyper::{
    Request,
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

use super::{
    Limits, Socket,
    activity::Activity,
    framing::{Framing, Heads},
    io::ObservedIo,
    places::{Full, Places, Refusals},
};
use crate::{
    bursts::REPORT_INTERVAL,
    http::{admission::PeerAddress, endpoint::Detached},
};

/// The maximum size of the request line and all header fields. A long token has 8 KiB.
const LARGEST_HEAD: usize = 24 * 1024;
/// The size of the read buffer. Every connection may use it, regardless of its peer, so it is no larger than a head.
const READ_AHEAD: usize = LARGEST_HEAD;
/// The delay after the process has run out of file descriptors, when accepting again at once would not help.
const EXHAUSTED: Duration = Duration::from_millis(100);
/// How long cancelled calls may take to write their records and to answer their clients.
const CUT: Duration = Duration::from_secs(1);

/// The layer between a connection and HTTP.
pub(in crate::http) trait Accept: Send + Sync + 'static {
    type Io: AsyncRead + AsyncWrite + Send + 'static;

    /// Runs in the task of the connection, so that no connection waits for the handshake of another. Returns `None` for a rejected connection.
    fn accept(&self, socket: Socket) -> impl Future<Output = Option<Connection<Self::Io>>> + Send;
}

/// A connection that is ready for HTTP.
pub(in crate::http) struct Connection<I> {
    pub(in crate::http) io: I,
    /// What is known about the peer; attached to each of its requests.
    pub(in crate::http) extensions: Extensions,
}

/// Serves until it is stopped. If the future is dropped, all connections are dropped, and detached calls are cancelled.
pub(in crate::http) async fn serve(listener: TcpListener, accept: impl Accept, router: Router, limits: Limits) {
    let (accept, limits) = (Arc::new(accept), Arc::new(limits));
    let _cut = limits.detached.cut.clone().drop_guard();
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
            Ok((stream, peer)) => {
                if tasks.len() >= limits.connections {
                    if !places.make_room(peer.ip()) {
                        refusals.count(peer.ip(), Full::Server);
                        continue;
                    }
                    refusals.count(peer.ip(), Full::Idle);
                    // The connection that makes room ends at once. If it does not, no other connection waits for it.
                    let _ = timeout(CUT, tasks.join_next()).await;
                }
                let Some(place) = places.take(peer.ip()) else {
                    refusals.count(peer.ip(), Full::Address);
                    continue;
                };
                let (accept, router, limits) = (Arc::clone(&accept), router.clone(), Arc::clone(&limits));
                let socket = Socket::new(stream);
                tasks.spawn(async move {
                    run(socket, peer.ip(), &place.activity, &*accept, router, &limits).await;
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "connections cannot be accepted");
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
        tracing::warn!(
            connections = tasks.len(),
            calls = tracker.len(),
            "shutdown deadline reached: closing the remaining connections and calls"
        );
        cut.cancel();
        // A cancelled call ends at once, and its client is answered; blocking bodies are not waited for.
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

async fn run(
    socket: Socket,
    peer: IpAddr,
    activity: &Arc<Activity>,
    accept: &impl Accept,
    router: Router,
    limits: &Limits,
) {
    let accepted = tokio::select! {
        accepted = accept.accept(socket.clone()) => accepted,
        () = activity.evicted() => None,
        () = limits.stop.cancelled() => None,
    };
    let Some(Connection { io, extensions }) = accepted else { return };
    // The timer of the protocol covers only reading.
    let mut io = Box::pin(TimeoutStream::new(io));
    io.as_mut().set_write_timeout_pinned(Some(limits.head));
    let heads = Heads::default();
    let io = ObservedIo::new(io, Framing::new(heads.clone()), Arc::clone(activity));
    let service = service_fn(move |request: Request<Incoming>| {
        let (in_flight, checked) = (activity.begin(request.body().is_end_stream()), heads.check(request.headers()));
        let (mut router, heads, extensions) = (router.clone(), heads.clone(), extensions.clone());
        async move {
            let Some(in_flight) = in_flight else { return pending().await };
            let mut response = match checked {
                Ok(()) => {
                    let mut request = request.map(|body| Body::new(in_flight.reading(body)));
                    request.extensions_mut().insert(PeerAddress(peer));
                    request.extensions_mut().extend(extensions);
                    router.call(request).await.unwrap_or_else(|never| match never {})
                }
                Err(status) => (status, "The framing of the request body is not accepted.").into_response(),
            };
            // Nothing that follows on this connection can be trusted.
            if checked.is_err() || heads.is_last() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response.map(|body| in_flight.answering(body)))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_header_size(LARGEST_HEAD)
        .max_buf_size(READ_AHEAD)
        .serve_connection(TokioIo::new(io), service);
    let mut connection = pin!(connection);
    let mut closed = pin!(socket.closed());
    // While a request is read, and between requests, HTTP itself detects the end of the connection.
    let mut abandoned = poll_fn(|context| if activity.waits() { closed.as_mut().poll(context) } else { Poll::Pending });
    let mut stops = false;
    loop {
        // Errors of a connection are caused by the client and are not logged, because it could fill the log with them.
        tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            () = &mut abandoned => return,
            () = activity.evicted() => return,
            () = limits.stop.cancelled(), if !stops => {
                stops = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use secure_tool_testkit::within;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
        net::TcpStream,
        sync::{Mutex, mpsc},
    };

    use super::*;

    /// Serves the other end of a narrow pipe, and says when.
    struct Narrow(Mutex<mpsc::Sender<()>>, Mutex<Option<DuplexStream>>);

    impl Accept for Narrow {
        type Io = DuplexStream;

        async fn accept(&self, _: Socket) -> Option<Connection<DuplexStream>> {
            self.0.lock().await.send(()).await.unwrap();
            Some(Connection { io: self.1.lock().await.take()?, extensions: Extensions::new() })
        }
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_cut() {
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
        assert_eq!(within("the connection to be accepted", told.recv()).await, Some(()));
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
                assert_eq!(taken, 4 * 512, "a client that reads slowly is waited for");
                while within("the rest", near.read(&mut rest)).await.unwrap() == 512 {}
            } else {
                assert!(taken <= 2 * 512, "{taken} bytes of an answer that nobody took");
            }
        }
        stop.cancel();
        within("the server to end", serving).await.unwrap();
    }
}
