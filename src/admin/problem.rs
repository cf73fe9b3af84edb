//! Errors as RFC 9457 problems. The types are stable; the words may change.

use crate::store::NotRecorded;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::time::Duration;

/// Why a request has no other answer. Cannot be printed: it may hold words of the request.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) enum Problem {
    Unauthenticated,
    Forbidden,
    /// Nothing is judged for so long.
    TooManyGuesses(Duration),
    NotFound,
    MethodNotAllowed,
    BadLimit,
    BadCursor,
    /// The query cannot be read, and why.
    BadQuery(String),
    /// The body is no JSON object.
    BadBody,
    /// A field or parameter is missing, unknown or has no good value.
    BadField {
        /// Which.
        field: Cow<'static, str>,
        /// What would be right.
        why: Cow<'static, str>,
    },
    BodyTooLarge,
    /// The body did not come in time.
    BodyTooSlow,
    /// The file or a flag defines it.
    ManagedByFile {
        /// What, and where it comes from.
        why: String,
    },
    /// It does not fit what is there.
    Conflict {
        /// The last part of the problem's type.
        kind: &'static str,
        /// What is in the way.
        why: Cow<'static, str>,
    },
    /// Somebody else changed it since it was read.
    LostUpdate,
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
    pub(super) fn field(field: impl Into<Cow<'static, str>>, why: impl Into<Cow<'static, str>>) -> Self {
        Self::BadField {
            field: field.into(),
            why: why.into(),
        }
    }

    pub(super) fn conflict(kind: &'static str, why: impl Into<Cow<'static, str>>) -> Self {
        let why = why.into();
        Self::Conflict { kind, why }
    }

    /// Status, last part of the type, title.
    fn words(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::Unauthenticated => (
                S::UNAUTHORIZED,
                "unauthenticated",
                "A valid bearer token is needed",
            ),
            Self::Forbidden => (S::FORBIDDEN, "forbidden", "This token's role may not do this"),
            Self::TooManyGuesses(_) => (
                S::TOO_MANY_REQUESTS,
                "too-many-guesses",
                "Too many wrong tokens came from this address; try again in a moment",
            ),
            Self::NotFound => (
                S::NOT_FOUND,
                "not-found",
                "There is nothing here that this token may see",
            ),
            Self::MethodNotAllowed => (
                S::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This path does not take this method",
            ),
            Self::BadLimit => (
                S::BAD_REQUEST,
                "bad-limit",
                "limit is a whole number from 1 to 1000",
            ),
            Self::BadCursor => (
                S::BAD_REQUEST,
                "bad-cursor",
                "cursor is the value of next of an earlier page of the same list",
            ),
            Self::BadQuery(_) => (S::BAD_REQUEST, "bad-query", "The query is not what is expected"),
            Self::BadBody => (S::BAD_REQUEST, "bad-body", "The body is not one JSON object"),
            Self::BadField { .. } => (S::UNPROCESSABLE_ENTITY, "bad-field", "A value is not taken"),
            Self::BodyTooLarge => (
                S::PAYLOAD_TOO_LARGE,
                "body-too-large",
                "A body has at most 64 KiB",
            ),
            Self::BodyTooSlow => (
                S::REQUEST_TIMEOUT,
                "body-too-slow",
                "The body did not come in time",
            ),
            Self::ManagedByFile { .. } => (
                S::CONFLICT,
                "managed-by-file",
                "This is defined by the configuration and cannot be changed here",
            ),
            Self::Conflict { kind, .. } => (S::CONFLICT, kind, "This does not fit what is there"),
            Self::LostUpdate => (
                S::PRECONDITION_FAILED,
                "lost-update",
                "It was changed since it was read; read it again",
            ),
            Self::CountDiffers(_) => (
                S::CONFLICT,
                "count-differs",
                "Another number of sessions matches than was expected; nothing is done",
            ),
            Self::NotRecorded => (
                S::SERVICE_UNAVAILABLE,
                "not-recorded",
                "The store takes nothing at the moment; not all is done",
            ),
            Self::TooMany(_) => (
                S::SERVICE_UNAVAILABLE,
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

impl From<NotRecorded> for Problem {
    fn from(NotRecorded: NotRecorded) -> Self {
        Self::NotRecorded
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::BadQuery(rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, kind, title) = self.words();
        let mut body = serde_json::json!({
            "type": format!("/problems/{kind}"),
            "title": title,
            "status": status.as_u16(),
        });
        match &self {
            Self::BadLimit => body["field"] = "limit".into(),
            Self::BadCursor => body["field"] = "cursor".into(),
            Self::BadField { field, why } => {
                body["field"] = field.as_ref().into();
                body["detail"] = format!("{field}: {why}").into();
            }
            Self::BadQuery(why) | Self::ManagedByFile { why } => body["detail"] = why.as_str().into(),
            Self::Conflict { why, .. } => body["detail"] = why.as_ref().into(),
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
