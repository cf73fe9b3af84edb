//! The API described by its own code, for programs and for readers.

mod page;

use axum::Json;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use std::sync::LazyLock;
use utoipa::OpenApi;

/// The page loads its style and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "MiraBridge Seats, admin API",
        description = "Seats of organizations, as administrators see them. Every request below /api/v1 but this \
                       description needs `Authorization: Bearer TOKEN`. Errors are RFC 9457 problems with a stable \
                       `type`; what a token may not see is 404. Times are RFC 3339, UTC. Unknown fields of a body \
                       are refused."
    ),
    tags(
        (name = "organizations", description = "Settings and live numbers"),
        (name = "sessions", description = "Who holds a seat, and their endings"),
        (name = "usage", description = "How much was used, when, and how often seats were wanting"),
        (name = "advice", description = "How many seats are right"),
        (name = "keys", description = "What opens an organization to widgets"),
        (name = "increases", description = "Temporary seats"),
        (name = "alerts", description = "When somebody is called, and what there was to call about"),
        (name = "webhooks", description = "Where events go"),
        (name = "maintenance", description = "Windows in which widgets may be refused"),
        (name = "tokens", description = "What opens this API"),
        (name = "audit", description = "Who changed what"),
        (name = "live", description = "Changes as they happen"),
        (name = "links", description = "What a browser opens without a header"),
        (name = "operation", description = "For whoever runs the server"),
        (name = "description", description = "This description"),
    )
)]
struct Head;

static DESCRIPTION: LazyLock<utoipa::openapi::OpenApi> =
    LazyLock::new(|| super::routes::describe(Head::openapi()));

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "description",
    responses((status = 200, body = Object)))]
pub(super) async fn openapi() -> Json<&'static utoipa::openapi::OpenApi> {
    Json(&*DESCRIPTION)
}

/// This description as a page.
#[utoipa::path(get, path = "/api/docs", tag = "description",
    responses((status = 200, body = String, content_type = "text/html")))]
pub(super) async fn page() -> impl IntoResponse {
    static PAGE: LazyLock<String> =
        LazyLock::new(|| page::html(&serde_json::to_value(&*DESCRIPTION).expect("a description is JSON")));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, Html(PAGE.as_str()))
}

/// The page's style.
#[utoipa::path(get, path = "/api/docs.css", tag = "description",
    responses((status = 200, body = String, content_type = "text/css")))]
pub(super) async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("description/page.css"),
    )
}
