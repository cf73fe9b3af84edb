//! Organizations with their live numbers.

use super::Desk;
use super::auth::{self, Caller};
use super::body::Fields;
use super::books::entries::{Entry, PolicyEntry};
use super::paging::{Page, Paging};
use super::problem::Problem;
use super::routes::Least;
use super::settings::{self, Wish};
use super::version::Precondition;
use crate::config::OrganizationSettings;
use crate::protocol::rfc3339;
use crate::registry::OrganizationView;
use crate::seats::{OrganizationId, Timestamp};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// An organization with its live numbers, of one instant.
#[derive(Serialize, ToSchema)]
pub(super) struct Organization {
    id: String,
    name: String,
    time_zone: String,
    /// `block`, `observe` or `{"burst": n}`.
    policy: PolicyEntry,
    managed_by: &'static str,
    limit: LimitNumbers,
    in_use: u32,
    connected: u32,
    in_grace: u32,
    unresponsive: u32,
    on_call: u32,
    free: u32,
    over_allocation: u32,
    waiting: u32,
    peak_today: PeakToday,
    refused_last_hour: u32,
}

#[derive(Serialize, ToSchema)]
struct LimitNumbers {
    total: u32,
    base: u32,
    increases: u32,
}

#[derive(Serialize, ToSchema)]
struct PeakToday {
    seats: u32,
    at: String,
}

/// The organizations with their live numbers.
#[utoipa::path(get, path = "/api/v1/organizations", tag = "organizations", params(Paging),
    responses((status = 200, body = Page<Organization>), (status = 400, description = "A parameter is not taken")))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<Page<Organization>>, Problem> {
    if let Some(cursor) = &paging.cursor {
        OrganizationId::parse(cursor).map_err(|_| Problem::BadCursor)?;
    }
    let ids = desk.books.read(|state| state.ids());
    let seen = ids.iter().filter(|id| caller.sees(id));
    Ok(Json(paging.of(
        seen,
        |id| id.as_str(),
        |id| organization(&desk, id),
    )))
}

/// One organization with its live numbers and its settings. Their version is the `ETag`.
#[utoipa::path(get, path = "/api/v1/organizations/{org}", tag = "organizations", params(("org" = String, Path)),
    responses((status = 200, body = WithSettings)))]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    auth::Organization(id): auth::Organization,
) -> Result<Response, Problem> {
    answer(&desk, &id, StatusCode::OK)
}

/// Makes an organization, or changes what the body names; null is the default. What is paid for
/// (`seats`, `policy`, `suspended`, `allocation_ends`, `self_service`) and a new one need an operator.
#[utoipa::path(put, path = "/api/v1/organizations/{org}", tag = "organizations",
    params(("org" = String, Path), ("if-match" = Option<String>, Header, description = "The version that was seen")),
    request_body = Wish,
    responses((status = 200, body = WithSettings), (status = 201, body = WithSettings),
        (status = 409, description = "The configuration defines it: `detail` says where"),
        (status = 412, description = "It was changed since it was read")))]
pub(super) async fn put(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(id): auth::Organization,
    precondition: Precondition,
    body: Fields,
) -> Result<Response, Problem> {
    let wish = Wish::read(body)?;
    if wish.needs_operator() && caller.level() < Least::Operator {
        return Err(Problem::Forbidden);
    }
    let org = id.clone();
    let is_new = desk
        .books
        .change(&caller, Some(&id), move |state| {
            precondition.check(settings::version_of(state, &org).as_deref())?;
            let is_new = !state.has(&org);
            let entry = wish.applied(state, &org)?;
            Ok((vec![Entry::Organization(org, Some(Box::new(entry)))], is_new))
        })
        .await?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    answer(&desk, &id, status)
}

/// Ends an organization with all that belongs to it. Its sessions end at once, those on a call after it.
#[utoipa::path(delete, path = "/api/v1/organizations/{org}", tag = "organizations",
    params(("org" = String, Path), ("if-match" = Option<String>, Header, description = "The version that was seen")),
    responses((status = 204), (status = 409, description = "The configuration defines it: `detail` says where"),
        (status = 412, description = "It was changed since it was read")))]
pub(super) async fn delete(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(id): auth::Organization,
    precondition: Precondition,
) -> Result<StatusCode, Problem> {
    let org = id.clone();
    desk.books
        .change(&caller, Some(&id), move |state| {
            precondition.check(settings::version_of(state, &org).as_deref())?;
            if state.is_in_file(&org) {
                return Err(settings::defined_by_file(state, &org, None));
            }
            Ok((state.all_of(&org), ()))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An organization with its settings and their version.
fn answer(desk: &Desk, id: &OrganizationId, status: StatusCode) -> Result<Response, Problem> {
    let (settings, version) = desk
        .books
        .read(|state| Some((settings::shown(state, id)?, settings::version_of(state, id)?)))
        .ok_or(Problem::NotFound)?;
    let organization = organization(desk, id).ok_or(Problem::NotFound)?;
    let body = Json(WithSettings {
        organization,
        settings,
    });
    Ok((status, [(header::ETAG, version)], body).into_response())
}

/// An organization with its live numbers and its settings.
#[derive(Serialize, ToSchema)]
pub(super) struct WithSettings {
    #[serde(flatten)]
    organization: Organization,
    settings: settings::Shown,
}

fn organization(desk: &Desk, id: &OrganizationId) -> Option<Organization> {
    let (settings, is_in_file) = settings_of(desk, id)?;
    let view = desk.reception.registry.view(id)?;
    Some(Organization::of(settings, is_in_file, &view))
}

/// An organization as the live feed shows it, and when the calendar changes it.
pub(super) fn look(desk: &Desk, id: &OrganizationId) -> Option<(Organization, Timestamp)> {
    let view = desk.reception.registry.look(id)?;
    let (settings, is_in_file) = settings_of(desk, id)?;
    let shown = Organization::of(settings, is_in_file, &view);
    Some((shown, view.changes_at))
}

/// What it comes to, and whether the file says that there is one.
fn settings_of(desk: &Desk, id: &OrganizationId) -> Option<(OrganizationSettings, bool)> {
    desk.books
        .read(|state| Some((state.effective(id)?, state.is_in_file(id))))
}

impl Organization {
    fn of(settings: OrganizationSettings, is_in_file: bool, view: &OrganizationView) -> Self {
        let numbers = view.numbers;
        Self {
            id: settings.id.to_string(),
            time_zone: settings.time_zone.iana_name().unwrap_or("UTC").to_owned(),
            name: settings.name,
            policy: view.policy.into(),
            managed_by: if is_in_file { "file" } else { "api" },
            limit: LimitNumbers {
                total: numbers.limit.total,
                base: numbers.limit.base,
                increases: numbers.limit.increases,
            },
            in_use: numbers.in_use(),
            connected: numbers.connected,
            in_grace: numbers.in_grace,
            unresponsive: numbers.unresponsive,
            on_call: numbers.on_call,
            free: numbers.free(),
            over_allocation: numbers.over_allocation(),
            waiting: numbers.waiting,
            peak_today: PeakToday {
                seats: view.peak_today.seats,
                at: rfc3339(view.peak_today.at),
            },
            refused_last_hour: view.refused_last_hour,
        }
    }
}
