//! `/`: the administrators' page. It is public and empty; what it shows it asks for with a token.

use super::problem::Problem;
use crate::web;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The page may load its own files and ask its own server, and stands in no other page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page in its folder.
const PAGE: &str = "index.html";

/// The administrators' page.
#[utoipa::path(get, path = "/", tag = "operation",
    responses((status = 200, body = String, content_type = "text/html")))]
pub(super) async fn page(headers: HeaderMap) -> Response {
    answer(PAGE, &headers)
}

/// What the administrators' page loads.
#[utoipa::path(get, path = "/dashboard/{file}", tag = "operation", params(("file" = String, Path)),
    responses((status = 200, body = String), (status = 404, description = "No such file")))]
pub(super) async fn file(Path(file): Path<String>, headers: HeaderMap) -> Response {
    if file == PAGE {
        return Problem::NotFound.into_response();
    }
    answer(&file, &headers)
}

fn answer(file: &str, headers: &HeaderMap) -> Response {
    let Some(part) = web::find(&format!("dashboard/{file}")) else {
        return Problem::NotFound.into_response();
    };
    let safe = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CONTENT_TYPE, part.content_type),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    let is_known = part.is_known(headers);
    let tag = [(header::ETAG, part.entity_tag)];
    if is_known {
        (StatusCode::NOT_MODIFIED, safe, tag).into_response()
    } else {
        (safe, tag, part.content).into_response()
    }
}
