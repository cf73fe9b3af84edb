//! Who asks: a bearer token, judged by its hash.

use super::guesses::Barred;
use super::problem::Problem;
use super::{Desk, Peer};
use crate::config::Role;
use crate::seats::OrganizationId;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use std::sync::Arc;

/// What the token of a request may see.
pub(super) struct Caller(Role);

impl Caller {
    /// Whether `organization` exists for this caller.
    pub(super) fn sees(&self, organization: &OrganizationId) -> bool {
        match &self.0 {
            Role::Operator => true,
            Role::Admin(own) | Role::Viewer(own) => own == organization,
        }
    }
}

impl FromRequestParts<Arc<Desk>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<Peer>().copied();
        let token = bearer(parts).ok_or(Problem::Unauthenticated)?;
        if let Some(Peer(address)) = peer {
            desk.guesses
                .admits(address)
                .map_err(|Barred(wait)| Problem::TooManyGuesses(wait))?;
        }
        let tokens = Arc::clone(&desk.tokens.read());
        // Each is compared, so that the time tells nothing of which one fits.
        let fitting: Vec<_> = tokens.iter().filter(|known| known.hash.matches(token)).collect();
        if fitting.is_empty()
            && let Some(Peer(address)) = peer
        {
            desk.guesses.was_wrong(address);
        }
        fitting
            .first()
            .map(|known| Self(known.role.clone()))
            .ok_or(Problem::Unauthenticated)
    }
}

/// The one bearer token of a request.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (header, None) = (headers.next()?, headers.next()) else {
        return None;
    };
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
