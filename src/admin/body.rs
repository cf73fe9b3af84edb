//! JSON bodies, read after it is clear that the caller may send one.

use super::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

/// The bytes of a body, or why there are none.
pub(super) struct Body(Result<Bytes, Problem>);

impl Body {
    /// What the body says; the field is named where it is not taken.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, Problem> {
        match Json::from_bytes(&self.0?) {
            Ok(Json(value)) => Ok(value),
            Err(rejection) => Err(Problem::BadBody(rejection.status(), rejection.body_text())),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let bytes = Bytes::from_request(request, state).await;
        Ok(Self(bytes.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::BodyTooLarge,
            status => Problem::BadBody(status, rejection.body_text()),
        })))
    }
}
