//! What can be asked: one table, from which the router, the description and the tests are made.

mod described;

use super::auth::guard;
use super::{
    Desk, advice, alerts, audit, dashboard, demo, description, health, increases, keys, links, live,
    maintenance, me, metrics, organizations, report, sessions, tokens, usage, webhooks,
};
use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use std::sync::Arc;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

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
    pub path: Arc<str>,
    /// Who may.
    pub least: Least,
    place: Place,
    parts: UtoipaMethodRouter<Arc<Desk>>,
}

/// What the guard of a route knows.
#[derive(Clone)]
pub(super) struct Rule {
    pub(super) desk: Arc<Desk>,
    pub(super) method: Method,
    pub(super) path: Arc<str>,
    pub(super) least: Least,
    pub(super) place: Place,
}

impl Route {
    fn new(least: Least, mut parts: UtoipaMethodRouter<Arc<Desk>>) -> Self {
        let (method, path) = described::complete(least, &mut parts.1);
        Self {
            method,
            path,
            least,
            place: Place::Known,
            parts,
        }
    }

    /// The organization in the path may be one that is not there yet.
    fn may_be_new(mut self) -> Self {
        self.place = Place::MayBeNew;
        self
    }

    /// No handler is reached by a token that may not.
    fn guarded(self, desk: &Arc<Desk>) -> UtoipaMethodRouter<Arc<Desk>> {
        let (schemas, paths, answer) = self.parts;
        let rule = Rule {
            desk: Arc::clone(desk),
            method: self.method,
            path: self.path,
            least: self.least,
            place: self.place,
        };
        let answer = match self.least {
            Least::Anybody => answer,
            Least::Viewer | Least::Admin | Least::Operator => {
                answer.route_layer(from_fn_with_state(rule, guard))
            }
        };
        (schemas, paths, answer)
    }
}

/// All routes. One that is not here does not exist.
pub fn routes() -> Vec<Route> {
    use Least::{Admin, Anybody, Operator, Viewer};
    vec![
        Route::new(Viewer, routes!(organizations::list)),
        Route::new(Viewer, routes!(organizations::show)),
        Route::new(Admin, routes!(organizations::put)).may_be_new(),
        Route::new(Operator, routes!(organizations::delete)),
        Route::new(Viewer, routes!(sessions::list)),
        Route::new(Admin, routes!(sessions::end_now)),
        Route::new(Admin, routes!(sessions::end)),
        Route::new(Admin, routes!(sessions::end_many)),
        Route::new(Viewer, routes!(usage::series)),
        Route::new(Viewer, routes!(usage::heatmap)),
        Route::new(Viewer, routes!(usage::levels)),
        Route::new(Viewer, routes!(report::report)),
        Route::new(Viewer, routes!(advice::right_size)),
        Route::new(Viewer, routes!(advice::quiet_windows)),
        Route::new(Viewer, routes!(advice::replay)),
        Route::new(Viewer, routes!(advice::habits)),
        Route::new(Viewer, routes!(keys::list)),
        Route::new(Admin, routes!(keys::make)),
        Route::new(Viewer, routes!(keys::show)),
        Route::new(Admin, routes!(keys::revoke)),
        Route::new(Viewer, routes!(increases::list)),
        Route::new(Admin, routes!(increases::make)),
        Route::new(Viewer, routes!(increases::show)),
        Route::new(Admin, routes!(increases::remove)),
        Route::new(Operator, routes!(increases::confirm)),
        Route::new(Viewer, routes!(alerts::show)),
        Route::new(Admin, routes!(alerts::put)),
        Route::new(Viewer, routes!(alerts::incidents)),
        Route::new(Admin, routes!(alerts::test)),
        Route::new(Viewer, routes!(webhooks::list)),
        Route::new(Admin, routes!(webhooks::make)),
        Route::new(Viewer, routes!(webhooks::show)),
        Route::new(Admin, routes!(webhooks::remove)),
        Route::new(Viewer, routes!(webhooks::deliveries)),
        Route::new(Admin, routes!(webhooks::replay)),
        Route::new(Viewer, routes!(tokens::list)),
        Route::new(Admin, routes!(tokens::make)),
        Route::new(Admin, routes!(tokens::revoke)),
        Route::new(Viewer, routes!(maintenance::list)),
        Route::new(Admin, routes!(maintenance::make)),
        Route::new(Viewer, routes!(maintenance::show)),
        Route::new(Admin, routes!(maintenance::change)),
        Route::new(Admin, routes!(maintenance::remove)),
        Route::new(Viewer, routes!(live::feed)),
        Route::new(Viewer, routes!(audit::list)),
        Route::new(Viewer, routes!(me::show)),
        Route::new(Viewer, routes!(links::make)),
        Route::new(Anybody, routes!(links::missing)),
        Route::new(Anybody, routes!(description::openapi)),
        Route::new(Anybody, routes!(description::page)),
        Route::new(Anybody, routes!(description::style)),
        Route::new(Anybody, routes!(dashboard::page)),
        Route::new(Anybody, routes!(dashboard::file)),
        Route::new(Anybody, routes!(demo::page)),
        Route::new(Anybody, routes!(demo::file)),
        Route::new(Anybody, routes!(metrics::scrape)),
        Route::new(Anybody, routes!(health::healthz)),
        Route::new(Anybody, routes!(health::readyz)),
    ]
}

/// The router of the table.
pub(super) fn router(desk: &Arc<Desk>) -> Router<Arc<Desk>> {
    let all = routes().into_iter();
    let router = all.fold(OpenApiRouter::new(), |router, route| {
        router.routes(route.guarded(desk))
    });
    Router::from(router)
}

/// The description of the table below `head`.
pub(super) fn describe(head: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let all = routes().into_iter();
    let router = all.fold(OpenApiRouter::with_openapi(head), |router, route| {
        router.routes(route.parts)
    });
    router.into_openapi()
}
