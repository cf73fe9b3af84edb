//! Accepts administrators' connections, and answers all that is under way at the end.

use super::patience::Patient;
use super::{Desk, Peer};
use crate::transport::Doorway;
use axum::{Extension, Router};
use futures_util::FutureExt as _;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Layer as _;

/// How long a client may take for the TLS handshake, and for the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// The longest head of a request, and what is read of a body at once.
const HEAD_BYTES: usize = 16 * 1024;
/// Before the next try where no connection can be accepted.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(75);
/// At the end, a request that was sent before is read within this time.
const LAST_REQUESTS: Duration = Duration::from_millis(300);

/// Answers requests until `stop`, on so many `connections` at once; more wait in the listen queue. Those
/// in flight are answered, also those whose connection is not accepted yet.
pub async fn serve(
    listener: TcpListener,
    doorway: Doorway,
    desk: Arc<Desk>,
    connections: usize,
    stop: CancellationToken,
) {
    let feeds = tokio::spawn(super::live::run(Arc::clone(&desk), stop.clone()));
    let (requests, work) = (TaskTracker::new(), desk.work.clone());
    let hall = Hall {
        router: super::router(desk),
        doorway,
        stop: stop.clone(),
    };
    let places = Arc::new(Semaphore::new(connections));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((socket, peer)) = accepted else {
            tokio::time::sleep(ACCEPT_BACK_OFF).await;
            continue;
        };
        requests.spawn(hall.clone().answer(socket, peer.ip(), place));
    }
    while let (Some(Ok((socket, peer))), Ok(place)) = (
        listener.accept().now_or_never(),
        Arc::clone(&places).try_acquire_owned(),
    ) {
        requests.spawn(hall.clone().answer(socket, peer.ip(), place));
    }
    drop(listener);
    requests.close();
    work.close();
    let all = async { tokio::join!(requests.wait(), work.wait(), feeds) };
    if tokio::time::timeout(HEAD_TIME, all).await.is_err() {
        tracing::warn!("some requests of administrators took too long and are cut off");
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Hall {
    router: Router,
    doorway: Doorway,
    stop: CancellationToken,
}

impl Hall {
    async fn answer(self, socket: TcpStream, peer: IpAddr, place: OwnedSemaphorePermit) {
        let Ok(Ok(socket)) = tokio::time::timeout(HEAD_TIME, self.doorway.enter(socket)).await else {
            return;
        };
        let router = Extension(Peer(peer)).layer(self.router);
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(
                TokioIo::new(Patient::new(socket)),
                TowerToHyperService::new(router),
            );
        let mut connection = std::pin::pin!(connection);
        let last_requests = async {
            self.stop.cancelled().await;
            tokio::time::sleep(LAST_REQUESTS).await;
        };
        tokio::select! {
            // An error here is the client's; it got its answer or is gone.
            _ = connection.as_mut() => {}
            () = last_requests => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        }
        drop(place);
    }
}
