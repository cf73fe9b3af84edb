//! Errors as RFC 9457 problems.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// Why a request has no other answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Unauthenticated,
    /// Nothing is judged for so long.
    TooManyGuesses(Duration),
    NotFound,
    MethodNotAllowed,
    BadLimit,
    BadCursor,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, kind, title) = match self {
            Self::Unauthenticated => (
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "A valid bearer token is needed",
            ),
            Self::TooManyGuesses(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-guesses",
                "Too many wrong tokens came from this address; try again in a moment",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not-found",
                "There is nothing here that this token may see",
            ),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This path does not take this method",
            ),
            Self::BadLimit => (
                StatusCode::BAD_REQUEST,
                "bad-limit",
                "limit is a whole number from 1 to 1000",
            ),
            Self::BadCursor => (
                StatusCode::BAD_REQUEST,
                "bad-cursor",
                "cursor is the value of next of an earlier page",
            ),
        };
        let body = serde_json::json!({
            "type": format!("/problems/{kind}"),
            "title": title,
            "status": status.as_u16(),
        });
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body.to_string(),
        )
            .into_response();
        if self == Self::Unauthenticated {
            let bearer = header::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        if let Self::TooManyGuesses(wait) = self {
            let seconds = wait.as_secs() + 1;
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
