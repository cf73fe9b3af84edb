//! `/demo`: the demonstration, which loads the widget from the widget listener as a host page would.

use super::Desk;
use super::problem::Problem;
use crate::web;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Where the page stands for the widget listener's port.
const PORT_MARK: &str = "WIDGET_PORT";

pub(super) async fn page(State(desk): State<Arc<Desk>>) -> Response {
    let port = desk.widget_port;
    let Some(part) = web::find("demo/demo.html") else {
        return Problem::NotFound.into_response();
    };
    let page = String::from_utf8_lossy(&part.content).replace(PORT_MARK, &port.to_string());
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; frame-src *:{port}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    );
    (
        [
            (header::CONTENT_TYPE, part.content_type.to_owned()),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        ],
        page,
    )
        .into_response()
}

pub(super) async fn file(Path(file): Path<String>) -> Response {
    match web::find(&format!("demo/{file}")) {
        Some(part) if file != "demo.html" => (
            [
                (header::CONTENT_TYPE, part.content_type),
                (header::CACHE_CONTROL, "no-cache"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ],
            part.content,
        )
            .into_response(),
        Some(_) | None => Problem::NotFound.into_response(),
    }
}
