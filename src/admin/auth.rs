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

    /// The only organization that this caller sees; `None`: all.
    pub(super) fn own(&self) -> Option<&OrganizationId> {
        match &self.0 {
            Role::Operator => None,
            Role::Admin(own) | Role::Viewer(own) => Some(own),
        }
    }

    /// The word of the contract for what this caller is.
    pub(super) fn role(&self) -> &'static str {
        match &self.0 {
            Role::Operator => "operator",
            Role::Admin(_) => "admin",
            Role::Viewer(_) => "viewer",
        }
    }

    /// The organization that is called `id`, if it exists for this caller.
    pub(super) fn finds(&self, desk: &Desk, id: &str) -> Result<OrganizationId, Problem> {
        let id = OrganizationId::parse(id).map_err(|_| Problem::NotFound)?;
        let exists = self.sees(&id) && desk.reception.registry.grace(&id).is_some();
        exists.then_some(id).ok_or(Problem::NotFound)
    }

    /// The same, if this caller may change what is in it.
    pub(super) fn manages(&self, desk: &Desk, id: &str) -> Result<OrganizationId, Problem> {
        let id = self.finds(desk, id)?;
        match self.0 {
            Role::Operator | Role::Admin(_) => Ok(id),
            Role::Viewer(_) => Err(Problem::Forbidden),
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
