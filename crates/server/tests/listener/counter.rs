use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use server::{ConnectionLimits, Tls, TlsFiles, serve};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longer than any test takes on a busy machine.
pub(crate) const NEVER: Duration = Duration::from_mins(10);

/// A listener that waits for everybody, to be made less patient.
pub(crate) const PATIENT: ConnectionLimits =
    ConnectionLimits { connections: 100, handshake: NEVER, head: NEVER, farewell: NEVER, renewal: NEVER };

/// A listener with a page that says who asked, and one that waits to be told to answer.
pub(crate) struct Counter {
    pub(crate) address: SocketAddr,
    pub(crate) stop: CancellationToken,
    pub(crate) serving: JoinHandle<std::io::Result<()>>,
    /// Has a permit once somebody waits at `/slow`.
    pub(crate) waiting: Arc<Semaphore>,
    /// Lets `/slow` answer.
    pub(crate) answer: Arc<Notify>,
}

impl Counter {
    pub(crate) async fn open(files: Option<&TlsFiles>, limits: ConnectionLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (waiting, answer) = (Arc::new(Semaphore::new(0)), Arc::new(Notify::new()));
        let slow = {
            let (waiting, answer) = (Arc::clone(&waiting), Arc::clone(&answer));
            move || async move {
                waiting.add_permits(1);
                answer.notified().await;
                "at last"
            }
        };
        let routes = Router::new()
            .route(
                "/",
                get(|ConnectInfo(client): ConnectInfo<SocketAddr>| async move { client.ip().to_string() }),
            )
            .route("/slow", get(slow));
        let tls = files.map(|files| Tls::load(files.clone()).unwrap());
        let stop = CancellationToken::new();
        let serving = tokio::spawn(serve(listener, tls, routes, limits, stop.clone()));
        Self { address, stop, serving, waiting, answer }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}
