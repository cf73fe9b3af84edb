//! Whether the process answers, and whether a login can be granted.

use super::Desk;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = String)))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Logins are taken: 503 while it drains or the store takes nothing.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses((status = 200, body = String), (status = 503, body = String)))]
pub(super) async fn readyz(State(desk): State<Arc<Desk>>) -> (StatusCode, &'static str) {
    if crate::gateway::Upper::is_ready(&*desk.reception) {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}
