//! Errors as RFC 9457 problems.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Why a request has no other answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Unauthenticated,
    NotFound,
    MethodNotAllowed,
    BadLimit,
    BadCursor,
    /// A parameter with this name.
    BadField(&'static str),
    TooFine,
    Unreadable,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, kind, title) = match self {
            Self::Unauthenticated => (
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "A valid bearer token is needed",
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
            Self::BadField(_) => (
                StatusCode::BAD_REQUEST,
                "bad-field",
                "A parameter has no value that it can have",
            ),
            Self::TooFine => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "too-fine",
                "Of one or two seats half-hours and days are kept: ask for 30m, 1h or 1d",
            ),
            Self::Unreadable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unreadable",
                "What is recorded cannot be read at the moment",
            ),
        };
        let mut body = serde_json::json!({
            "type": format!("/problems/{kind}"),
            "title": title,
            "status": status.as_u16(),
        });
        if let Self::BadField(field) = self {
            body["field"] = field.into();
        }
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
        response
    }
}
