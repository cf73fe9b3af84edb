//! Who asks: a bearer token, judged by its hash, and what it may do on a route.

use super::guesses::Barred;
use super::links::Linked;
use super::problem::Problem;
use super::routes::{Least, Place, Rule};
use super::{Desk, Peer};
use crate::config::{AdminTokenSettings, Role};
use crate::credential::HashedToken;
use crate::seats::OrganizationId;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Whoever a token stands for, on the route that was asked for.
#[derive(Clone)]
pub(super) struct Caller {
    /// What the audit log calls it.
    pub(super) label: Arc<str>,
    pub(super) role: Role,
    /// Its token.
    pub(super) token: HashedToken,
    /// The route, never the path.
    pub(super) method: Method,
    pub(super) route: Arc<str>,
}

/// The organization in the path: the caller sees it, and it is there, unless the route makes it.
#[derive(Clone)]
pub(super) struct Organization(pub(super) OrganizationId);

impl Caller {
    /// Whether `organization` exists for this caller.
    pub(super) fn sees(&self, organization: &OrganizationId) -> bool {
        self.own().is_none_or(|own| own == organization)
    }

    /// The only organization that it sees; `None`: all.
    pub(super) fn own(&self) -> Option<&OrganizationId> {
        self.role.organization()
    }

    pub(super) fn level(&self) -> Least {
        match &self.role {
            Role::Operator => Least::Operator,
            Role::Admin(_) => Least::Admin,
            Role::Viewer(_) => Least::Viewer,
        }
    }
}

/// Judges a request before its handler: the token (401), the organization (404), the role (403).
pub(super) async fn guard(
    State(rule): State<Rule>,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let known = identify(&parts, &rule.desk)?;
    let caller = Caller {
        label: Arc::from(known.label.as_str()),
        role: known.role,
        token: known.hash,
        method: rule.method,
        route: Arc::clone(&rule.path),
    };
    if let Some((_, org)) = params.iter().find(|(name, _)| *name == "org") {
        let id = OrganizationId::parse(org).map_err(|_| Problem::NotFound)?;
        let is_there = rule.desk.has(&id);
        let may_be_new = rule.place == Place::MayBeNew && caller.level() == Least::Operator;
        if !caller.sees(&id) || !(is_there || may_be_new) {
            return Err(Problem::NotFound);
        }
        parts.extensions.insert(Organization(id));
    }
    if caller.level() < rule.least {
        return Err(Problem::Forbidden);
    }
    parts.extensions.insert(caller);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// Whether an operator asks, on a route that may be for anybody.
pub(super) fn operator(parts: &Parts, desk: &Desk) -> Result<(), Problem> {
    let known = identify(parts, desk)?;
    matches!(known.role, Role::Operator)
        .then_some(())
        .ok_or(Problem::Forbidden)
}

fn identify(parts: &Parts, desk: &Desk) -> Result<AdminTokenSettings, Problem> {
    if let Some(Linked(token)) = parts.extensions.get() {
        let tokens = desk.books.tokens();
        let known = tokens.iter().find(|known| known.hash == *token);
        return known.cloned().ok_or(Problem::Unauthenticated);
    }
    let peer = parts.extensions.get::<Peer>().copied();
    let token = bearer(parts).ok_or(Problem::Unauthenticated)?;
    if let Some(Peer(address)) = peer {
        desk.guesses
            .admits(address)
            .map_err(|Barred(wait)| Problem::TooManyGuesses(wait))?;
    }
    let (tokens, shown) = (desk.books.tokens(), HashedToken::of(token));
    // Each is compared, so that the time tells nothing of which one fits.
    let fitting: Vec<_> = tokens.iter().filter(|known| known.hash == shown).collect();
    if fitting.is_empty()
        && let Some(Peer(address)) = peer
    {
        desk.guesses.was_wrong(address);
    }
    fitting
        .first()
        .map(|known| AdminTokenSettings::clone(known))
        .ok_or(Problem::Unauthenticated)
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

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or(Problem::Unauthenticated)
    }
}

impl<S: Sync> FromRequestParts<S> for Organization {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or(Problem::NotFound)
    }
}
