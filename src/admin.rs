//! The administrators' listener: numbers over HTTP for people and programs.
//!
//! It does not know the widget protocol; it asks the registry.

mod auth;
mod demo;
mod guesses;
mod metrics;
mod organizations;
mod problem;

pub use guesses::Guesses;

use crate::config::AdminTokenSettings;
use crate::gateway::{OpenConnections, Reception};
use crate::telemetry::Metrics;
use crate::transport::Doorway;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::get;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::RwLock;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service as _;

/// The largest request body, in bytes.
const BODY_BYTES: usize = 64 * 1024;
/// How long a client may take for the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Connections at once; more wait in the listen queue.
const CONNECTIONS: usize = 1024;
/// Before the next try where no connection can be accepted.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(75);

/// What the administrators' pages know.
pub struct Desk {
    /// The widgets' side: registry, doors, readiness.
    pub reception: Arc<Reception>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Open connections of the widget listener.
    pub connections: OpenConnections,
    /// Who was wrong how often.
    pub guesses: Guesses,
    /// The port of the widget listener.
    pub widget_port: u16,
    /// Who may ask. Replaced as a whole by a reload.
    pub tokens: RwLock<Arc<Vec<AdminTokenSettings>>>,
}

/// Where a request comes from. For limits only.
#[derive(Clone, Copy)]
struct Peer(std::net::IpAddr);

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/api/v1/organizations", get(organizations::list))
        .route("/api/v1/organizations/{org}", get(organizations::show))
        .route("/demo", get(demo::page))
        .route("/demo/{file}", get(demo::file))
        .route("/metrics", get(metrics::scrape))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .fallback(|| async { problem::Problem::NotFound })
        .method_not_allowed_fallback(|| async { problem::Problem::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(desk)
}

async fn readyz(axum::extract::State(desk): axum::extract::State<Arc<Desk>>) -> (StatusCode, &'static str) {
    if crate::gateway::Upper::is_ready(&*desk.reception) {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}

/// Answers requests until `stop`; those in flight are answered.
pub async fn serve(listener: TcpListener, doorway: Doorway, desk: Arc<Desk>, stop: CancellationToken) {
    let (router, requests) = (router(desk), TaskTracker::new());
    let places = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS));
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
        let (router, doorway, stop) = (router.clone(), doorway.clone(), stop.clone());
        requests.spawn(async move {
            let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(Peer(peer.ip()));
                router.clone().call(request)
            });
            let socket = tokio::select! {
                () = stop.cancelled() => return,
                socket = tokio::time::timeout(HEAD_TIME, doorway.enter(socket)) => socket,
            };
            let Ok(Ok(socket)) = socket else { return };
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIME)
                .serve_connection(TokioIo::new(socket), service);
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                // An error here is the client's; it got its answer or is gone.
                _ = connection.as_mut() => {}
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
            drop(place);
        });
    }
    requests.close();
    if tokio::time::timeout(HEAD_TIME, requests.wait()).await.is_err() {
        tracing::warn!("some requests of administrators took too long and are cut off");
    }
}
