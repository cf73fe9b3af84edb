//! The administrators' listener: numbers over HTTP for people and programs.
//!
//! It does not know the widget protocol; it asks the registry.

mod advice;
mod auth;
mod body;
mod dashboard;
mod demo;
mod description;
mod guesses;
mod health;
mod listener;
mod live;
mod me;
mod metrics;
mod organizations;
mod paging;
mod patience;
mod problem;
mod sessions;
mod usage;

pub use guesses::Guesses;

use crate::config::AdminTokenSettings;
use crate::gateway::{OpenConnections, Reception};
use crate::telemetry::Metrics;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use parking_lot::RwLock;
use std::sync::Arc;
use tokio_util::task::TaskTracker;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use listener::serve;
pub use live::Hub;

/// The largest request body, in bytes.
const BODY_BYTES: usize = 64 * 1024;

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
    /// Changes on their way to the live feeds.
    pub live: Hub,
    /// What goes on when its caller is gone.
    pub work: TaskTracker,
}

/// Every route with its description. A route that is not here does not exist.
fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::with_openapi(description::head())
        .routes(routes!(organizations::list))
        .routes(routes!(organizations::show))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end_now))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::end_many))
        .routes(routes!(usage::series))
        .routes(routes!(usage::heatmap))
        .routes(routes!(usage::levels))
        .routes(routes!(advice::right_size))
        .routes(routes!(live::feed))
        .routes(routes!(description::openapi))
        .routes(routes!(description::page))
        .routes(routes!(description::style))
        .routes(routes!(me::show))
        .routes(routes!(dashboard::page))
        .routes(routes!(dashboard::file))
        .routes(routes!(demo::page))
        .routes(routes!(demo::file))
        .routes(routes!(metrics::scrape))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
}

/// Where a request comes from. For limits only.
#[derive(Clone, Copy)]
struct Peer(std::net::IpAddr);

fn router(desk: Arc<Desk>) -> Router {
    Router::from(routes())
        .fallback(|| async { problem::Problem::NotFound })
        .method_not_allowed_fallback(|| async { problem::Problem::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(desk)
}
