//! Organizations with their live numbers.

#![expect(unused_qualifications, reason = "the macro of the description writes them")]

use super::Desk;
use super::auth::Caller;
use super::paging::page_length;
use super::problem::Problem;
use crate::gateway::Access;
use crate::protocol::rfc3339;
use crate::registry::OrganizationView;
use crate::seats::{OrganizationId, Policy, Timestamp};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Serialize, ToSchema)]
pub(super) struct Organization {
    id: String,
    name: String,
    time_zone: String,
    /// `block`, `observe` or `{"burst": n}`.
    #[schema(value_type = Object)]
    policy: serde_json::Value,
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

#[derive(Serialize, ToSchema)]
pub(super) struct OrganizationPage {
    items: Vec<Organization>,
    next: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// How many, from 1 to 1,000; 100 where it is left out.
    #[param(value_type = Option<u16>)]
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The organizations with their live numbers.
#[utoipa::path(get, path = "/api/v1/organizations", tag = "organizations", params(Paging),
    responses((status = 200, body = OrganizationPage), (status = 400, description = "A parameter is not taken"),
        (status = 401, description = "No token")))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<OrganizationPage>, Problem> {
    let limit = page_length(paging.limit.as_deref())?;
    let after = match paging.cursor {
        Some(text) => Some(OrganizationId::parse(&text).map_err(|_| Problem::BadCursor)?),
        None => None,
    };
    let mut ids = desk.reception.registry.organizations();
    ids.retain(|id| caller.sees(id) && after.as_ref().is_none_or(|after| id > after));
    let next = (ids.len() > limit).then(|| ids[limit - 1].to_string());
    ids.truncate(limit);
    let items = ids.iter().filter_map(|id| organization(&desk, id)).collect();
    Ok(Json(OrganizationPage { items, next }))
}

/// One organization with its live numbers.
#[utoipa::path(get, path = "/api/v1/organizations/{org}", tag = "organizations",
    params(("org" = String, Path)),
    responses((status = 200, body = Organization), (status = 401, description = "No token"),
        (status = 404, description = "Nothing that this token may see")))]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(org): Path<String>,
) -> Result<Json<Organization>, Problem> {
    let id = OrganizationId::parse(&org).map_err(|_| Problem::NotFound)?;
    if !caller.sees(&id) {
        return Err(Problem::NotFound);
    }
    organization(&desk, &id).map(Json).ok_or(Problem::NotFound)
}

fn organization(desk: &Desk, id: &OrganizationId) -> Option<Organization> {
    let directory = Arc::clone(&desk.reception.directory.read());
    let view = desk.reception.registry.view(id)?;
    Some(Organization::of(directory.find(id.as_str())?, &view))
}

/// An organization as the live feed shows it, and when the calendar changes it.
pub(super) fn look(desk: &Desk, id: &OrganizationId) -> Option<(Organization, Timestamp)> {
    let directory = Arc::clone(&desk.reception.directory.read());
    let view = desk.reception.registry.look(id)?;
    let shown = Organization::of(directory.find(id.as_str())?, &view);
    Some((shown, view.changes_at))
}

impl Organization {
    fn of(access: &Access, view: &OrganizationView) -> Self {
        let numbers = view.numbers;
        Self {
            id: access.id.to_string(),
            name: access.name.clone(),
            time_zone: access.time_zone.clone(),
            policy: match view.policy {
                Policy::Block => "block".into(),
                Policy::Observe => "observe".into(),
                Policy::Burst(more) => serde_json::json!({ "burst": more }),
            },
            managed_by: "file",
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
