//! Errors as RFC 9457 problems. The types are stable; the words may change.

use crate::store::NotRecorded;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;

/// Why a request has no other answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    BadLimit,
    BadCursor,
    /// The body is no JSON object.
    BadBody,
    /// A field of the body is missing, unknown or has no good value.
    BadField {
        /// Which.
        field: Cow<'static, str>,
        /// What would be right.
        why: Cow<'static, str>,
    },
    /// More than the server takes.
    TooLarge,
    /// The body did not come in time.
    TooSlow,
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
    /// The store takes nothing at the moment.
    NotRecorded,
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

    fn words(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Unauthenticated => (
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "A valid bearer token is needed",
            ),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "forbidden",
                "This token's role may not do this",
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
            Self::BadBody => (
                StatusCode::BAD_REQUEST,
                "bad-body",
                "The body is not one JSON object",
            ),
            Self::BadField { .. } => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "bad-field",
                "A field has no good value",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The body is larger than 64 KiB",
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "too-slow",
                "The body did not come in time",
            ),
            Self::ManagedByFile { .. } => (
                StatusCode::CONFLICT,
                "managed-by-file",
                "This is defined by the configuration and cannot be changed here",
            ),
            Self::Conflict { kind, .. } => (StatusCode::CONFLICT, kind, "This does not fit what is there"),
            Self::LostUpdate => (
                StatusCode::PRECONDITION_FAILED,
                "lost-update",
                "It was changed since it was read; read it again",
            ),
            Self::NotRecorded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "not-recorded",
                "The store takes nothing at the moment; nothing was changed",
            ),
        }
    }
}

impl From<NotRecorded> for Problem {
    fn from(NotRecorded: NotRecorded) -> Self {
        Self::NotRecorded
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
            Self::BadField { field, why } => {
                body["field"] = field.as_ref().into();
                body["detail"] = why.as_ref().into();
            }
            Self::ManagedByFile { why } => body["detail"] = why.as_str().into(),
            Self::Conflict { why, .. } => body["detail"] = why.as_ref().into(),
            _ => {}
        }
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body.to_string(),
        )
            .into_response();
        let headers = response.headers_mut();
        if self == Self::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self == Self::NotRecorded {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
