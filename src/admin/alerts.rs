//! When somebody is called about an organization, and what there was to call about.

mod incidents;
mod test;
mod wish;

pub(super) use incidents::{__path_incidents, incidents};
pub(super) use test::{__path_test, test};

use super::auth::{self, Caller};
use super::body::Fields;
use super::books::State as Books;
use super::books::entries::{ChannelEntry, Entry, LevelEntry, RefusalsEntry};
use super::problem::Problem;
use super::settings::defined_by_file;
use super::version::{Precondition, version};
use super::{Desk, increases};
use crate::alert::{Level, Rules};
use crate::notify::Terms;
use crate::seats::OrganizationId;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;
use wish::Wish;

/// When somebody is called, and by what.
#[derive(Serialize, ToSchema)]
#[schema(as = Alerts)]
pub(super) struct Shown {
    /// Ascending.
    levels: Vec<LevelEntry>,
    refusals: RefusalsEntry,
    /// How long somebody waits in line before somebody is called.
    long_wait_s: u32,
    /// None: incidents are kept, and nobody is called.
    channels: Vec<ChannelEntry>,
    /// Whether the configuration says which levels there are: `file` or `api`.
    managed_by: &'static str,
}

/// When somebody is called about an organization. Its version is the `ETag`.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/alerts", tag = "alerts", params(("org" = String, Path)),
    responses((status = 200, body = Shown)))]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    auth::Organization(id): auth::Organization,
) -> Result<Response, Problem> {
    answer(&desk, &id)
}

/// Changes what the body names; null is the default. Open incidents go on.
#[utoipa::path(put, path = "/api/v1/organizations/{org}/alerts", tag = "alerts",
    params(("org" = String, Path), ("if-match" = Option<String>, Header, description = "The version that was seen")),
    request_body = Wish,
    responses((status = 200, body = Shown), (status = 409, description = "The configuration says which levels there are"),
        (status = 412, description = "It was changed since it was read")))]
pub(super) async fn put(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(id): auth::Organization,
    precondition: Precondition,
    body: Fields,
) -> Result<Response, Problem> {
    let wish = Wish::read(body)?;
    let org = id.clone();
    let plan = move |state: &Books| {
        let current = shown(state, &org).ok_or(Problem::NotFound)?;
        precondition.check(Some(&version(&current)))?;
        let of_file = percents_of_file(state, &org);
        if of_file.is_some_and(|percents| wish.has_other_levels(&percents)) {
            return Err(defined_by_file(state, &org, Some("alert_levels")));
        }
        let entry = wish.applied(state.alerts.get(&org).cloned().unwrap_or_default());
        Ok((vec![Entry::Alerts(org, Some(entry))], ()))
    };
    desk.books.change(&caller, Some(&id), plan).await?;
    answer(&desk, &id)
}

/// What holds for an organization, as whoever calls people takes it.
pub(super) fn terms(state: &Books, id: &OrganizationId) -> Option<Terms> {
    let shown = shown(state, id)?;
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    let levels = shown.levels.iter().map(|level| Level {
        percent: level.percent,
        hold: seconds(level.hold_s),
        clear_percent: level.clear_percent.unwrap_or(level.percent),
        release: seconds(level.clear_hold_s),
    });
    let webhooks = state.webhooks_of(id).filter_map(|(id, entry)| entry.webhook(id));
    Some(Terms {
        rules: Rules {
            levels: levels.collect(),
            refusals: shown.refusals.count,
            refusals_within: seconds(shown.refusals.within_s),
            long_wait: seconds(shown.long_wait_s),
        },
        to_webhooks: shown.channels.contains(&ChannelEntry::Webhooks),
        increases: increases::known(state, id),
        webhooks: webhooks.collect(),
    })
}

fn answer(desk: &Desk, id: &OrganizationId) -> Result<Response, Problem> {
    let shown = desk
        .books
        .read(|state| shown(state, id))
        .ok_or(Problem::NotFound)?;
    Ok(([(header::ETAG, version(&shown))], Json(shown)).into_response())
}

/// What holds: the file's levels, then the API, then the defaults.
fn shown(state: &Books, id: &OrganizationId) -> Option<Shown> {
    if !state.has(id) {
        return None;
    }
    let entry = state.alerts.get(id).cloned().unwrap_or_default();
    let of_file = percents_of_file(state, id);
    let usual = match &of_file {
        Some(percents) => Rules::at(percents),
        None => Rules::default(),
    };
    let said = entry.levels.unwrap_or_default();
    let said_of = |level: &Level| said.iter().find(|said| said.percent == level.percent).copied();
    let levels = match (&of_file, said.is_empty()) {
        (None, false) => said.clone(),
        (Some(_), _) | (None, true) => usual
            .levels
            .iter()
            .map(|level| said_of(level).unwrap_or_else(|| level_entry(*level)))
            .collect(),
    };
    Some(Shown {
        levels,
        refusals: entry.refusals.unwrap_or(RefusalsEntry {
            count: usual.refusals,
            within_s: whole_seconds(usual.refusals_within),
        }),
        long_wait_s: entry.long_wait_s.unwrap_or(whole_seconds(usual.long_wait)),
        channels: entry.channels.unwrap_or_else(|| vec![ChannelEntry::Webhooks]),
        managed_by: if of_file.is_some() { "file" } else { "api" },
    })
}

/// The levels that the configuration names.
fn percents_of_file(state: &Books, id: &OrganizationId) -> Option<Vec<u8>> {
    let file = state.file.organizations.get(id);
    let file = file.filter(|_| state.file_defines(id, "alert_levels"));
    file.map(|one| one.alert_levels.clone())
}

fn level_entry(level: Level) -> LevelEntry {
    LevelEntry {
        percent: level.percent,
        hold_s: whole_seconds(level.hold),
        clear_percent: (level.percent < 100).then_some(level.clear_percent),
        clear_hold_s: whole_seconds(level.release),
    }
}

fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
