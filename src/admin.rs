//! The admin listener: JSON API, metrics, health.
//!
//! It does not know the widget protocol; it asks the registry.

mod advice;
mod alerts;
mod audit;
mod auth;
mod body;
mod books;
mod dashboard;
mod demo;
mod description;
mod guesses;
mod health;
mod increases;
mod keys;
mod links;
mod listener;
mod live;
mod maintenance;
mod me;
mod metrics;
mod organizations;
mod paging;
mod patience;
mod problem;
mod query;
mod report;
mod routes;
mod self_service;
mod sessions;
mod settings;
mod tokens;
mod usage;
mod version;
mod webhooks;

pub use advice::Replays;
pub use books::{Books, UnreadableSetting};
pub use guesses::Guesses;
pub use links::Links;
pub use listener::serve;
pub use live::Hub;
pub use routes::{Least, Route, routes};

use crate::gateway::{OpenConnections, Reception};
use crate::notify::Notifier;
use crate::seats::OrganizationId;
use crate::telemetry::Metrics;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use std::sync::Arc;
use tokio_util::task::TaskTracker;
use tower::Layer as _;

/// The largest request body, in bytes.
const BODY_BYTES: usize = 64 * 1024;

/// What the answers are made of.
pub struct Desk {
    /// Organizations and their pools.
    pub reception: Arc<Reception>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Metrics are for operators only.
    pub metrics_need_token: bool,
    /// Open connections of the widget listener.
    pub connections: OpenConnections,
    /// Who was wrong how often.
    pub guesses: Guesses,
    /// The port of the widget listener.
    pub widget_port: u16,
    /// What administrators set.
    pub books: Arc<Books>,
    /// What there is to call about, and who is called.
    pub notifier: Arc<Notifier>,
    /// Changes on their way to the live feeds.
    pub live: Hub,
    /// Links that are not used yet.
    pub links: Links,
    /// Replays that run.
    pub replays: Replays,
    /// What goes on when its caller is gone.
    pub work: TaskTracker,
}

impl Desk {
    /// Whether there is such an organization.
    fn has(&self, id: &OrganizationId) -> bool {
        self.books.read(|state| state.has(id))
    }
}

/// Where a request comes from. For limits only.
#[derive(Clone, Copy)]
struct Peer(std::net::IpAddr);

fn router(desk: Arc<Desk>) -> Router {
    let answers = routes::router(&desk)
        .fallback(|| async { problem::Problem::NotFound })
        .method_not_allowed_fallback(|| async { problem::Problem::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(Arc::clone(&desk));
    // Around all, since what a link stands for is routed anew.
    Router::new().fallback_service(from_fn_with_state(desk, links::follow).layer(answers))
}
