//! Temporary increases: they start and end by themselves, and nobody is thrown out.

use super::body::{Fields, line, number, time};
use super::books::State as Books;
use super::books::entries::{Entry, IncreaseEntry};
use super::page::{Page, Paging};
use super::problem::Problem;
use super::routes::Least;
use super::settings::defined_by_file;
use super::{Desk, auth, self_service};
use crate::clock::utc;
use crate::config::MOST_SEATS;
use crate::protocol::rfc3339;
use crate::seats::{OrganizationId, Timestamp};
use auth::Caller;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

/// Increases of one organization that are kept.
const MOST_INCREASES: usize = 1000;

#[derive(Serialize)]
pub(super) struct Shown {
    id: String,
    seats: u32,
    from: String,
    until: String,
    reason: Option<String>,
    state: &'static str,
}

impl Shown {
    fn of(id: &str, entry: &IncreaseEntry, now: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            seats: entry.seats,
            from: rfc3339(Timestamp(entry.from)),
            until: rfc3339(Timestamp(entry.until)),
            reason: entry.reason.clone(),
            state: match entry {
                _ if entry.until <= now.0 => "ended",
                entry if !entry.confirmed => "requested",
                _ if entry.from <= now.0 => "running",
                _ => "scheduled",
            },
        }
    }
}

pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    auth::Organization(org): auth::Organization,
    paging: Paging,
) -> Json<Page<Shown>> {
    let now = utc();
    let mut all: Vec<_> = desk.books.read(|state| {
        let made = state
            .increases_of(&org)
            .map(|(id, entry)| Shown::of(id, entry, now));
        let configured = configured(state, &org);
        let configured = configured.iter().map(|(id, entry)| Shown::of(id, entry, now));
        made.chain(configured).collect()
    });
    all.sort_by(|one, other| one.id.cmp(&other.id));
    Json(paging.of(all, |one| &one.id, Some))
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    auth::Organization(org): auth::Organization,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Shown>, Problem> {
    let entry = desk.books.read(|state| {
        let made = state.increases.get(&(org.clone(), id.clone())).cloned();
        let of_file = || {
            configured(state, &org)
                .into_iter()
                .find(|(known, _)| *known == id)
        };
        made.or_else(|| of_file().map(|(_, entry)| entry))
    });
    let entry = entry.ok_or(Problem::NotFound)?;
    Ok(Json(Shown::of(&id, &entry, utc())))
}

/// An operator's counts; an admin's counts within the self-service, else it waits for an operator.
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    mut body: Fields,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let now = utc();
    let seats = body.required("seats", number(1..=MOST_SEATS))?;
    let from = body.optional("from", time)?.flatten().unwrap_or(now);
    let until = body.required("until", time)?;
    let reason = body.optional("reason", line(200))?.flatten();
    body.finish()?;
    if until <= from {
        return Err(Problem::field("until", "this is not after `from`"));
    }
    if until <= now {
        return Err(Problem::field("until", "this is over already"));
    }
    let is_operator = caller.level() == Least::Operator;
    let mut entry = IncreaseEntry {
        seats,
        from: from.0,
        until: until.0,
        reason,
        confirmed: is_operator,
        self_served: false,
    };
    let (owner, id) = (org.clone(), Uuid::new_v4().to_string());
    let plan = move |state: &Books| {
        if state.increases_of(&owner).count() >= MOST_INCREASES {
            let why = "an organization has at most 1000 increases; remove some that are not needed";
            return Err(Problem::conflict("too-many", why));
        }
        let settings = state.effective(&owner).ok_or(Problem::NotFound)?;
        let is_within = settings.self_service.is_some_and(|bounds| {
            let before = state.increases_of(&owner).map(|(_, entry)| entry);
            self_service::admits(bounds, &settings.time_zone, &entry, before)
        });
        if !is_operator && is_within {
            entry.confirmed = true;
            entry.self_served = true;
        }
        let shown = Shown::of(&id, &entry, now);
        Ok((vec![Entry::Increase(owner, id, Some(entry))], shown))
    };
    let shown = desk.books.change(&caller, Some(&org), plan).await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

pub(super) async fn confirm(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Shown>, Problem> {
    let (owner, now) = (org.clone(), utc());
    let plan = move |state: &Books| {
        let mut entry = made_here(state, &owner, &id)?;
        if entry.until <= now.0 {
            return Err(over());
        }
        entry.confirmed = true;
        let shown = Shown::of(&id, &entry, now);
        Ok((vec![Entry::Increase(owner, id, Some(entry))], shown))
    };
    Ok(Json(desk.books.change(&caller, Some(&org), plan).await?))
}

/// What does not run yet goes. What runs ends, and stays in the list: it was there.
pub(super) async fn remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (owner, now) = (org.clone(), utc());
    let plan = move |state: &Books| {
        let entry = made_here(state, &owner, &id)?;
        if entry.until <= now.0 {
            return Err(over());
        }
        let ended = (entry.confirmed && entry.from <= now.0).then_some(IncreaseEntry {
            until: now.0.max(entry.from + 1),
            ..entry
        });
        Ok((vec![Entry::Increase(owner, id, ended)], ()))
    };
    desk.books.change(&caller, Some(&org), plan).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn over() -> Problem {
    Problem::conflict("increase-ended", "this increase is over already")
}

/// An increase that can be changed here.
fn made_here(state: &Books, org: &OrganizationId, id: &str) -> Result<IncreaseEntry, Problem> {
    if configured(state, org).iter().any(|(known, _)| known == id) {
        return Err(defined_by_file(state, org, Some("increase")));
    }
    let entry = state.increases.get(&(org.clone(), id.to_owned()));
    entry.cloned().ok_or(Problem::NotFound)
}

/// The increases of the configuration, by names that stay while they do.
fn configured(state: &Books, org: &OrganizationId) -> Vec<(String, IncreaseEntry)> {
    let settings = state.file.organizations.get(org);
    let planned = settings
        .into_iter()
        .flat_map(|one| one.increases.iter().enumerate());
    planned
        .map(|(place, planned)| {
            let entry = IncreaseEntry {
                seats: planned.increase.seats,
                from: planned.increase.from.0,
                until: planned.increase.until.0,
                reason: planned.reason.clone(),
                confirmed: true,
                self_served: false,
            };
            let text = format!("{org} {place} {} {} {}", entry.seats, entry.from, entry.until);
            let name = super::keys::name_of(&crate::credential::HashedToken::of(&text));
            (name, entry)
        })
        .collect()
}
