//! The live feed: a full snapshot first, then numbered differences, at most one a second.

#![expect(unused_qualifications, reason = "the macro of the description writes them")]

mod hub;
mod past;

pub use hub::Hub;
pub(super) use hub::run;

use super::Desk;
use super::auth::Caller;
use super::problem::Problem;
use crate::clock::Stopwatch;
use crate::seats::OrganizationId;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use hub::Reading;
use past::{Scope, Told};
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use utoipa::IntoParams;

/// Between two events of a feed.
const PACE: Duration = Duration::from_secs(1);
/// A feed without news says so, that nobody gives it up: a reader may take ten seconds of silence
/// for a lost line.
const KEEP_ALIVE: Duration = Duration::from_secs(3);

/// What to look at.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Look {
    /// One organization; all that the token may see where it is left out.
    org: Option<String>,
}

/// Server-sent events: `snapshot` has all organizations, `change` those that changed, `stale` says
/// that the numbers cannot be trusted until the next `snapshot`. Ids grow by one.
#[utoipa::path(get, path = "/api/v1/live", tag = "live",
    params(Look, ("last-event-id" = Option<String>, Header, description = "Goes on after this number, if it can")),
    responses((status = 200, body = String, content_type = "text/event-stream"),
        (status = 400, description = "A parameter is not taken"), (status = 404, description = "Nothing that this token may see"),
        (status = 503, description = "As many feeds as there may be are open")))]
pub(super) async fn feed(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Query(look): Query<Look>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let scope = match look.org {
        Some(org) => Scope::One(visible(&desk, &caller, &org)?),
        None => caller.own().map_or(Scope::All, |own| Scope::One(own.clone())),
    };
    let last = headers.get("last-event-id");
    let last = last.and_then(|id| id.to_str().ok()?.parse().ok());
    let reading = Hub::open(&desk, scope, last).ok_or(Problem::TooMany("live feeds"))?;
    let books = Arc::clone(&desk.books);
    let revoked = async move { books.revoked(&caller.token).await };
    let events = unfold((reading, None), |(reading, said)| next(reading, said));
    let events = events.take_until(Box::pin(revoked));
    let unbuffered = [
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok((unbuffered, Sse::new(events).keep_alive(keep_alive)))
}

fn visible(desk: &Desk, caller: &Caller, org: &str) -> Result<OrganizationId, Problem> {
    let id = OrganizationId::parse(org).map_err(|_| Problem::NotFound)?;
    let is_there = caller.sees(&id) && desk.has(&id);
    is_there.then_some(id).ok_or(Problem::NotFound)
}

/// The next event, in its time; one that lags behind is not held up.
async fn next(
    mut reading: Reading,
    said: Option<Stopwatch>,
) -> Option<(Result<Event, Infallible>, (Reading, Option<Stopwatch>))> {
    reading.until_news().await?;
    if let Some(said) = said
        && !reading.is_behind()
    {
        tokio::time::sleep(PACE.saturating_sub(said.elapsed())).await;
    }
    let Told { number, kind, data } = reading.tell()?;
    let event = Event::default().event(kind).id(number.to_string()).data(data);
    Some((Ok(event), (reading, Some(Stopwatch::start()))))
}
