//! The sessions of an organization: who holds a seat, since when, and their endings. No person, no
//! address, no browser.

#![expect(unused_qualifications, reason = "the macro of the description writes them")]

mod cursor;
mod end;
mod filter;
mod search;

pub(super) use end::{__path_end, __path_end_many, __path_end_now, end, end_many, end_now};

use super::Desk;
use super::auth;
use super::paging::{Page, page_length};
use super::problem::Problem;
use crate::protocol::rfc3339;
use crate::registry::{SessionView, Standing};
use crate::seats::Timestamp;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use cursor::{Cursor, Sort};
use filter::{Filter, StateName, duration_s, since_s};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A session that holds a seat.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    /// Its random id.
    id: Uuid,
    /// The first six characters of its id.
    #[schema(example = "3f2a9c")]
    short_id: String,
    state: StateName,
    /// When it took its seat, rounded down to five minutes.
    #[schema(format = DateTime)]
    since: String,
    /// From `since` to now, rounded down to five minutes.
    duration_s: i64,
    on_call: bool,
    /// How often its widget came back to it.
    resumes: u32,
    /// For how long the seat is still kept; null while there is a connection.
    grace_left_s: Option<u64>,
}

/// Which sessions, and in which order.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Listing {
    /// `connected` (those that do not respond included), `unresponsive`, `in_grace` or `on_call`.
    state: Option<String>,
    /// Sessions that are at least so many seconds old, rounded up to five minutes.
    #[param(value_type = Option<u64>)]
    min_age_s: Option<String>,
    /// `since` (the oldest first, the default), `-since` or `id`.
    sort: Option<String>,
    /// How many, from 1 to 1,000; 100 where it is left out.
    #[param(value_type = Option<u16>)]
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The sessions of an organization.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/sessions", tag = "sessions",
    params(("org" = String, Path), Listing),
    responses((status = 200, body = Page<Session>), (status = 400, description = "A parameter is not taken"),
        (status = 422, description = "A parameter is not taken")))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    auth::Organization(id): auth::Organization,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Page<Session>>, Problem> {
    let Query(listing) = listing?;
    let filter = Filter::of(listing.state.as_deref(), listing.min_age_s.as_deref())?;
    let sort = Sort::of(listing.sort.as_deref())?;
    let length = page_length(listing.limit.as_deref())?;
    let scope = cursor::Scope {
        hashes: &desk.reception.hashes,
        organization: &id,
        sort,
        filter,
    };
    let after = match listing.cursor {
        Some(text) => Some(Cursor::read(&text, &scope).ok_or(Problem::BadCursor)?),
        None => None,
    };
    let found = search::first(&desk.reception.registry, &id, filter, sort, after, length + 1);
    let (mut found, utc) = found.await.ok_or(Problem::NotFound)?;
    let more = found.len() > length;
    found.truncate(length);
    let next = found.last().filter(|_| more);
    let next = next.map(|last| Cursor::at(sort, last).write(&scope));
    let items = found.iter().map(|view| Session::of(view, utc)).collect();
    Ok(Json(Page { items, next }))
}

impl Session {
    fn of(view: &SessionView, utc: Timestamp) -> Self {
        let id = Uuid::from_bytes(view.session.0);
        let mut short_id = id.to_string();
        short_id.truncate(6);
        Self {
            id,
            short_id,
            state: StateName::of(view.standing),
            since: rfc3339(Timestamp(since_s(view) * 1000)),
            duration_s: duration_s(view, utc),
            on_call: view.on_call,
            resumes: view.resumes,
            grace_left_s: match view.standing {
                Standing::InGrace(left) => {
                    Some(left.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX))
                }
                Standing::Connected | Standing::Unresponsive => None,
            },
        }
    }
}
