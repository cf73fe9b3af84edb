//! Organizations with their live numbers.

use super::Desk;
use super::auth::Caller;
use super::problem::Problem;
use crate::gateway::Access;
use crate::protocol::rfc3339;
use crate::registry::OrganizationView;
use crate::seats::{OrganizationId, Policy};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most items of a page.
const MOST_ITEMS: usize = 1000;
/// The items of a page where nothing is asked for.
const ITEMS: usize = 100;

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

#[derive(Serialize)]
pub(super) struct Page {
    items: Vec<Organization>,
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Paging {
    limit: Option<String>,
    cursor: Option<String>,
}

pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<Page>, Problem> {
    let limit = match paging.limit {
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MOST_ITEMS).contains(limit))
            .ok_or(Problem::BadLimit)?,
        None => ITEMS,
    };
    let after = match paging.cursor {
        Some(text) => Some(OrganizationId::parse(&text).map_err(|_| Problem::BadCursor)?),
        None => None,
    };
    let mut ids = desk.reception.registry.organizations();
    ids.retain(|id| caller.sees(id) && after.as_ref().is_none_or(|after| id > after));
    let next = (ids.len() > limit).then(|| ids[limit - 1].to_string());
    ids.truncate(limit);
    let items = ids.iter().filter_map(|id| organization(&desk, id)).collect();
    Ok(Json(Page { items, next }))
}

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
