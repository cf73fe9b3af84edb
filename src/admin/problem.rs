//! Errors as RFC 9457 problems.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// Why a request has no other answer. Cannot be printed: it may hold words of the request.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Problem {
    Unauthenticated,
    Forbidden,
    /// Nothing is judged for so long.
    TooManyGuesses(Duration),
    NotFound,
    MethodNotAllowed,
    BadLimit,
    BadCursor,
    /// A field or parameter has a value that is not taken, and what would be.
    BadField(&'static str, &'static str),
    /// Not JSON, or not the JSON that is expected.
    BadBody(StatusCode, String),
    BodyTooLarge,
    /// So many sessions match, and another number was expected.
    CountDiffers(usize),
    /// What was decided cannot be recorded at the moment.
    NotRecorded,
    /// As many live feeds or links are open as there may be.
    TooMany(&'static str),
    /// Minutes of an organization of one or two seats are not kept.
    TooFine,
    /// What is recorded cannot be read.
    Unreadable,
}

impl Problem {
    fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Unauthenticated => (
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "A valid bearer token is needed",
            ),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "forbidden",
                "This token may read this, and not change it",
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
                "cursor is the value of next of an earlier page of the same list",
            ),
            Self::BadField(..) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "bad-field",
                "A value is not taken",
            ),
            Self::BadBody(status, _) => (*status, "bad-body", "The body is not what is expected"),
            Self::BodyTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "body-too-large",
                "A body has at most 64 KiB",
            ),
            Self::CountDiffers(_) => (
                StatusCode::CONFLICT,
                "count-differs",
                "Another number of sessions matches than was expected; nothing is done",
            ),
            Self::NotRecorded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "not-recorded",
                "The store takes nothing at the moment; not all is done",
            ),
            Self::TooMany(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too-many",
                "As many are open as there may be; try again later",
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
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, kind, title) = self.parts();
        let mut body = serde_json::json!({
            "type": format!("/problems/{kind}"),
            "title": title,
            "status": status.as_u16(),
        });
        match &self {
            Self::BadLimit => body["field"] = "limit".into(),
            Self::BadCursor => body["field"] = "cursor".into(),
            Self::BadField(field, why) => {
                body["field"] = (*field).into();
                body["detail"] = format!("{field}: {why}").into();
            }
            Self::BadBody(_, detail) => body["detail"] = detail.as_str().into(),
            Self::CountDiffers(count) => body["count"] = (*count).into(),
            Self::TooMany(what) => body["detail"] = (*what).into(),
            Self::TooFine => body["field"] = "interval".into(),
            _ => {}
        }
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, kind, body.to_string()).into_response();
        let mut say = |name, value| {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value))
        };
        match self {
            Self::Unauthenticated => drop(say(header::WWW_AUTHENTICATE, "Bearer")),
            Self::NotRecorded | Self::TooMany(_) | Self::Unreadable => drop(say(header::RETRY_AFTER, "5")),
            _ => {}
        }
        if let Self::TooManyGuesses(wait) = self {
            let seconds = wait.as_secs() + 1;
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
