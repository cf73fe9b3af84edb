//! Temporary increases: they start and end by themselves, and nobody is thrown out.

use super::body::{Fields, line, number, time};
use super::books::State as Books;
use super::books::entries::{Entry, IncreaseEntry};
use super::paging::{Page, Paging};
use super::problem::Problem;
use super::routes::Least;
use super::settings::defined_by_file;
use super::{Desk, auth, self_service};
use crate::clock::utc;
use crate::config::MOST_SEATS;
use crate::notify::KnownIncrease;
use crate::protocol::rfc3339;
use crate::seats::{OrganizationId, Timestamp};
use auth::Caller;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// Increases of one organization that are kept.
const MOST_INCREASES: usize = 1000;
/// An increase that is over stays in the list for two months: a calendar month counts it.
const KEPT_MS: i64 = 62 * 86_400_000;

/// A temporary increase.
#[derive(Serialize, ToSchema)]
#[schema(as = Increase)]
pub(super) struct Shown {
    id: String,
    seats: u32,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    until: String,
    reason: Option<String>,
    state: Stage,
}

/// Where an increase stands.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IncreaseState)]
enum Stage {
    /// It waits for an operator, and counts nothing.
    Requested,
    Scheduled,
    Running,
    Ended,
}

/// A new increase.
#[derive(ToSchema)]
#[schema(as = IncreaseWish)]
pub(super) struct Wish {
    seats: u32,
    /// A time with its offset; now where it is left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Timestamp,
    /// A time with its offset.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// One line of at most 200 characters.
    reason: Option<String>,
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
                _ if entry.until <= now.0 => Stage::Ended,
                entry if !entry.confirmed => Stage::Requested,
                _ if entry.from <= now.0 => Stage::Running,
                _ => Stage::Scheduled,
            },
        }
    }
}

/// The increases of an organization.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/increases", tag = "increases",
    params(("org" = String, Path), Paging),
    responses((status = 200, body = Page<Shown>), (status = 400, description = "A parameter is not taken")))]
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

/// One increase.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/increases/{id}", tag = "increases",
    params(("org" = String, Path), ("id" = String, Path)), responses((status = 200, body = Shown)))]
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

/// Makes an increase. An operator's counts; an admin's counts within the self-service, else it waits
/// for an operator.
#[utoipa::path(post, path = "/api/v1/organizations/{org}/increases", tag = "increases",
    params(("org" = String, Path)), request_body = Wish,
    responses((status = 201, body = Shown), (status = 409, description = "There are as many as there may be")))]
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    mut body: Fields,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let now = utc();
    let Wish {
        seats,
        from,
        until,
        reason,
    } = Wish {
        seats: body.required("seats", number(1..=MOST_SEATS))?,
        from: body.optional("from", time)?.flatten().unwrap_or(now),
        until: body.required("until", time)?,
        reason: body.optional("reason", line(200))?.flatten(),
    };
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
        let forgotten = gone_by(state, &owner, now);
        if state.increases_of(&owner).count() - forgotten.len() >= MOST_INCREASES {
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
        let mut entries: Vec<_> = forgotten
            .into_iter()
            .map(|id| Entry::Increase(owner.clone(), id, None))
            .collect();
        entries.push(Entry::Increase(owner, id, Some(entry)));
        Ok((entries, shown))
    };
    let shown = desk.books.change(&caller, Some(&org), plan).await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Makes an increase count that was asked for.
#[utoipa::path(post, path = "/api/v1/organizations/{org}/increases/{id}/confirm", tag = "increases",
    params(("org" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Shown), (status = 409, description = "It is over, or the configuration defines it")))]
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

/// Ends an increase. What does not run yet goes. What runs ends, and stays in the list: it was there.
#[utoipa::path(delete, path = "/api/v1/organizations/{org}/increases/{id}", tag = "increases",
    params(("org" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = 409, description = "It is over, or the configuration defines it")))]
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

/// Increases that are over and that no month of the self-service counts any more. They would stand
/// in the way of new ones for ever.
fn gone_by(state: &Books, org: &OrganizationId, now: Timestamp) -> Vec<String> {
    let is_gone = |one: &IncreaseEntry| one.until < now.0 - KEPT_MS || (!one.confirmed && one.until <= now.0);
    let all = state.increases_of(org);
    all.filter(|(_, one)| is_gone(one))
        .map(|(id, _)| id.to_owned())
        .collect()
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

/// The increases that count, or will, of an organization: those of the configuration, too.
pub(super) fn known(state: &Books, org: &OrganizationId) -> Vec<KnownIncrease> {
    let made = state
        .increases_of(org)
        .map(|(id, entry)| (id.to_owned(), entry.clone()));
    let all = made
        .chain(configured(state, org))
        .filter(|(_, entry)| entry.confirmed);
    let known = all.map(|(id, entry)| KnownIncrease {
        id,
        seats: entry.seats,
        from: Timestamp(entry.from),
        until: Timestamp(entry.until),
    });
    known.collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn increases_that_no_month_counts_make_room_and_others_stay() {
        const DAY_MS: i64 = 86_400_000;
        let (acme, now) = (OrganizationId::parse("acme").unwrap(), Timestamp(1000 * DAY_MS));
        let mut state = Books::default();
        for (id, until, confirmed) in [
            ("old", -63, true),
            ("counted", -61, true),
            ("never confirmed", -1, false),
            ("asked for", 1, false),
            ("running", 1, true),
        ] {
            let entry = IncreaseEntry {
                seats: 1,
                from: 0,
                until: now.0 + until * DAY_MS,
                reason: None,
                confirmed,
                self_served: false,
            };
            state.increases.insert((acme.clone(), id.to_owned()), entry);
        }

        assert_eq!(gone_by(&state, &acme, now), ["never confirmed", "old"]);
    }
}
