//! Organizations with their live numbers.

use super::Desk;
use super::auth::{self, Caller};
use super::page::{Page, Paging};
use super::problem::Problem;
use crate::gateway::Access;
use crate::protocol::rfc3339;
use crate::registry::OrganizationView;
use crate::seats::{OrganizationId, Policy};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct Organization {
    id: String,
    name: String,
    time_zone: String,
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

#[derive(Serialize)]
struct LimitNumbers {
    total: u32,
    base: u32,
    increases: u32,
}

#[derive(Serialize)]
struct PeakToday {
    seats: u32,
    at: String,
}

pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<Page<Organization>>, Problem> {
    if let Some(cursor) = &paging.cursor {
        OrganizationId::parse(cursor).map_err(|_| Problem::BadCursor)?;
    }
    let ids = desk.reception.registry.organizations();
    let seen = ids.iter().filter(|id| caller.sees(id));
    Ok(Json(paging.of(
        seen,
        |id| id.as_str(),
        |id| organization(&desk, id),
    )))
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    auth::Organization(id): auth::Organization,
) -> Result<Json<Organization>, Problem> {
    organization(&desk, &id).map(Json).ok_or(Problem::NotFound)
}

fn organization(desk: &Desk, id: &OrganizationId) -> Option<Organization> {
    let directory = Arc::clone(&desk.reception.directory.read());
    let view = desk.reception.registry.view(id)?;
    Some(Organization::of(directory.find(id.as_str())?, &view))
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
