//! What can be asked: one table, from which the router is built and the tests are generated.

use super::auth::guard;
use super::{Desk, audit, increases, keys, metrics, organizations, readyz, tokens};
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use std::sync::Arc;

/// The least that a token must be for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Least {
    /// No token is asked for.
    Anybody,
    /// Whoever may look.
    Viewer,
    /// Whoever may change something in one organization.
    Admin,
    /// The vendor.
    Operator,
}

/// Whether the organization in a path has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It has, or there is none in the path.
    Known,
    /// An operator makes it.
    MayBeNew,
}

/// One way to ask.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with its parameters in braces; `{org}` is an organization.
    pub path: &'static str,
    /// Who may.
    pub least: Least,
    pub(super) place: Place,
    answer: MethodRouter<Arc<Desk>>,
}

impl Route {
    fn new<T: 'static>(
        method: Method,
        path: &'static str,
        least: Least,
        handler: impl Handler<T, Arc<Desk>>,
    ) -> Self {
        let filter = MethodFilter::try_from(method.clone()).expect("the table has plain methods");
        Self {
            method,
            path,
            least,
            place: Place::Known,
            answer: on(filter, handler),
        }
    }

    fn get<T: 'static>(path: &'static str, least: Least, handler: impl Handler<T, Arc<Desk>>) -> Self {
        Self::new(Method::GET, path, least, handler)
    }

    /// The organization in the path may be one that is not there yet.
    fn may_be_new(mut self) -> Self {
        self.place = Place::MayBeNew;
        self
    }
}

/// All routes.
pub fn routes() -> Vec<Route> {
    use Least::{Admin, Anybody, Operator, Viewer};
    const DELETE: Method = Method::DELETE;
    const POST: Method = Method::POST;
    const PUT: Method = Method::PUT;
    vec![
        Route::get("/api/v1/organizations", Viewer, organizations::list),
        Route::get("/api/v1/organizations/{org}", Viewer, organizations::show),
        Route::new(PUT, "/api/v1/organizations/{org}", Admin, organizations::put).may_be_new(),
        Route::new(
            DELETE,
            "/api/v1/organizations/{org}",
            Operator,
            organizations::delete,
        ),
        Route::get("/api/v1/organizations/{org}/keys", Viewer, keys::list),
        Route::new(POST, "/api/v1/organizations/{org}/keys", Admin, keys::make),
        Route::new(
            DELETE,
            "/api/v1/organizations/{org}/keys/{id}",
            Admin,
            keys::revoke,
        ),
        Route::get("/api/v1/organizations/{org}/increases", Viewer, increases::list),
        Route::new(
            POST,
            "/api/v1/organizations/{org}/increases",
            Admin,
            increases::make,
        ),
        Route::get(
            "/api/v1/organizations/{org}/increases/{id}",
            Viewer,
            increases::show,
        ),
        Route::new(
            DELETE,
            "/api/v1/organizations/{org}/increases/{id}",
            Admin,
            increases::remove,
        ),
        Route::new(
            POST,
            "/api/v1/organizations/{org}/increases/{id}/confirm",
            Operator,
            increases::confirm,
        ),
        Route::get("/api/v1/tokens", Viewer, tokens::list),
        Route::new(POST, "/api/v1/tokens", Admin, tokens::make),
        Route::new(DELETE, "/api/v1/tokens/{id}", Admin, tokens::revoke),
        Route::get("/api/v1/audit", Viewer, audit::list),
        Route::get("/metrics", Anybody, metrics::scrape),
        Route::get("/healthz", Anybody, || async { "ok\n" }),
        Route::get("/readyz", Anybody, readyz),
    ]
}

/// The router of the table. No handler is reached by a token that may not.
pub(super) fn router(desk: &Arc<Desk>) -> Router<Arc<Desk>> {
    routes().into_iter().fold(Router::new(), |router, route| {
        let rule = Rule {
            desk: Arc::clone(desk),
            method: route.method,
            path: route.path,
            least: route.least,
            place: route.place,
        };
        let answer = match route.least {
            Least::Anybody => route.answer,
            Least::Viewer | Least::Admin | Least::Operator => {
                route.answer.route_layer(from_fn_with_state(rule, guard))
            }
        };
        router.route(route.path, answer)
    })
}

/// What the guard of a route knows.
#[derive(Clone)]
pub(super) struct Rule {
    pub(super) desk: Arc<Desk>,
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) least: Least,
    pub(super) place: Place,
}
