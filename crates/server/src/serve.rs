use std::convert::Infallible;
use std::future::{Ready, pending, ready};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::accept::Accept;
use axum_server::tls_rustls::RustlsAcceptor;
use axum_server::{Handle, Server};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::Tls;

/// The most that is held of a request's head, in bytes. An address may have 64 KiB of it, which is more than the
/// longest request of Entra ID (WSF-16), and the cookies and everything else come on top.
const HEAD_LIMIT: usize = 128 * 1024;

/// How patient a listener is, so that one client's connections do no harm to others.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections held at a time; one more is closed at once.
    pub connections: usize,
    /// How long a client may take over the TLS handshake.
    pub handshake: Duration,
    /// How long a client may take over the head of a request. It counts from the end of the request before, so
    /// that it also ends connections that nobody uses.
    pub head: Duration,
    /// How long requests under way have when the server is told to stop.
    pub farewell: Duration,
    /// How often the TLS files are looked at for a renewed certificate.
    pub renewal: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(20),
            farewell: Duration::from_secs(30),
            renewal: Duration::from_secs(2),
        }
    }
}

/// Serves these routes at a listener, with TLS when it is given, until told to stop; then lets the requests under
/// way end. Handlers find the client's socket address as `ConnectInfo`.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    routes: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) -> io::Result<()> {
    let handle = Handle::new();
    let mut server = Server::from_listener(listener)
        .http1_only()
        .handle(handle.clone())
        .accept_error_handler(report)
        .acceptor(Doorkeeper { handle: handle.clone(), connections: limits.connections });
    server.http_builder().http1().header_read_timeout(limits.head).max_buf_size(HEAD_LIMIT);

    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let farewell = async {
        stop.cancelled().await;
        handle.graceful_shutdown(Some(limits.farewell));
        pending::<Infallible>().await
    };
    let Some(tls) = tls else {
        return tokio::select! {
            ended = server.serve(service) => ended,
            never = farewell => match never {},
        };
    };
    let secured =
        |inner| RustlsAcceptor::new(tls.config()).handshake_timeout(limits.handshake).acceptor(inner);
    tokio::select! {
        ended = server.map(secured).serve(service) => ended,
        never = farewell => match never {},
        never = tls.follow(limits.renewal) => match never {},
    }
}

/// A client's own failure, such as a handshake that does not succeed, gets no line in the usual log: clients could
/// fill it.
fn report(client: Option<&SocketAddr>, error: &io::Error) {
    let Some(client) = client else {
        tracing::warn!(%error, "the system gives no connection");
        return;
    };
    tracing::debug!(%client, %error, "a connection did not come about");
}

/// Lets connections in while there is a place, those that are still in their handshake included.
#[derive(Clone, Debug)]
struct Doorkeeper {
    handle: Handle<SocketAddr>,
    connections: usize,
}

impl<S> Accept<TcpStream, S> for Doorkeeper {
    type Stream = TcpStream;
    type Service = S;
    type Future = Ready<io::Result<(TcpStream, S)>>;

    fn accept(&self, connection: TcpStream, service: S) -> Self::Future {
        // The connection at hand is counted already.
        if self.handle.connection_count() > self.connections {
            return ready(Err(io::Error::other("every place is taken")));
        }
        // Otherwise the last packet of a page waits for an acknowledgement of the one before.
        ready(connection.set_nodelay(true).map(|()| (connection, service)))
    }
}
