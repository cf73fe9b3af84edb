//! When there is room for a training.

use super::{DAY_MS, TooEarly, confidence, known, read};
use crate::admin::Desk;
use crate::admin::auth::Organization;
use crate::admin::books::State as Books;
use crate::admin::problem::Problem;
use crate::admin::query::Asked;
use crate::admin::usage::{Subject, all_since, subject};
use crate::config::MOST_SEATS;
use crate::protocol::rfc3339;
use crate::seats::{Allocation, OrganizationId, Timestamp};
use crate::store::Detail;
use crate::usage::quiet_windows::{
    Coming, LOOKS_AHEAD_DAYS, LOOKS_BACK_DAYS, Past, QuietWindows, Window, Wish,
};
use crate::usage::{Interval, edges, local_half_hour};
use axum::Json;
use axum::extract::State;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// A training is so long, in seconds, at least and at most.
const LENGTH_S: [i64; 2] = [60, 86_400];
/// And so long where nothing is said.
const USUAL_S: i64 = 3600;

/// For how many, and how long.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Training {
    /// Seats on top of the usual ones, from 1 to 1,000,000; 1 where it is left out.
    #[param(value_type = Option<u32>)]
    seats: Option<String>,
    /// From 60 seconds to a day; an hour where it is left out.
    #[param(value_type = Option<u32>)]
    duration_s: Option<String>,
    /// `open` (the default): when at least a quarter of the week's usual peak is there; `any`.
    hours: Option<String>,
}

/// The best times, or how many days it takes until there are some.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = QuietWindowsAdvice)]
pub(in crate::admin) enum Advice {
    Ready(Ready),
    TooEarly(TooEarly),
}

#[derive(Serialize, ToSchema)]
#[schema(as = QuietWindows)]
pub(in crate::admin) struct Ready {
    seats: u32,
    duration_s: i64,
    from: String,
    to: String,
    time_zone: Option<String>,
    /// The one with the most headroom first; none overlaps another. Empty: nothing has room.
    items: Vec<Item>,
    /// The most seats for which a time of this length would have had room in every week known.
    most_seats: u32,
}

/// A quiet time.
#[derive(Serialize, ToSchema)]
#[schema(as = QuietWindow)]
struct Item {
    from: String,
    to: String,
    /// The lowest limit in it.
    limit: u32,
    /// Seats left beside the training in the fullest of the weeks known; below 0: they were missing.
    headroom: i64,
    /// The same in the middle week.
    usual_headroom: i64,
    highest_demand: u32,
    usual_demand: u32,
    /// Weeks that speak for this time of the week, at most 8.
    weeks_known: usize,
    weeks_with_room: usize,
    /// `low`, `medium` or `high`.
    confidence: &'static str,
}

/// The best times of the coming two weeks for a training.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/advice/quiet-windows", tag = "advice",
    params(("org" = String, Path), Training),
    responses((status = 200, body = Advice),
        (status = 422, description = "A parameter is not taken"),
        (status = 503, description = "The store cannot be read")))]
pub(in crate::admin) async fn quiet_windows(
    State(desk): State<Arc<Desk>>,
    Organization(id): Organization,
    Asked(asked): Asked<Training>,
) -> Result<Json<Advice>, Problem> {
    let subject = subject(&desk, id)?;
    let seats = read(asked.seats, |seats| (1..=MOST_SEATS).contains(seats))
        .ok_or(Problem::field("seats", "a whole number from 1 to 1000000"))?;
    let duration_s = read(asked.duration_s, |s| (LENGTH_S[0]..=LENGTH_S[1]).contains(s))
        .ok_or(Problem::field("duration_s", "a whole number from 60 to 86400"))?
        .unwrap_or(USUAL_S);
    let at_any_hour = match asked.hours.as_deref() {
        None | Some("open") => false,
        Some("any") => true,
        Some(_) => return Err(Problem::field("hours", "open or any")),
    };
    let wish = Wish {
        seats: seats.unwrap_or(1),
        length_ms: duration_s * 1000,
        at_any_hour,
    };
    let past = past(&desk, &subject).await?;
    let coming = coming(&desk, &subject);
    let span = coming
        .first()
        .zip(coming.last())
        .map(|(first, last)| (first.at, last.until));
    let (from, to) = span.unwrap_or((subject.now, subject.now));
    Ok(Json(match QuietWindows::of(&past, &coming, wish) {
        Ok(found) => Advice::Ready(Ready {
            seats: wish.seats,
            duration_s,
            from: rfc3339(from),
            to: rfc3339(to),
            time_zone: subject.zone.iana_name().map(str::to_owned),
            items: found.windows.iter().map(Item::of).collect(),
            most_seats: found.most_seats,
        }),
        Err(to_go) => Advice::TooEarly(to_go.into()),
    }))
}

/// The half-hours that are over.
pub(super) async fn past(desk: &Desk, subject: &Subject) -> Result<Vec<Past>, Problem> {
    let since = Timestamp(subject.now.0 - LOOKS_BACK_DAYS * DAY_MS);
    let halves = all_since(desk, subject, since, (Interval::HalfHour, Detail::Peaks)).await?;
    // The last one is not over.
    let over = halves.split_last().map_or(&[][..], |(_, over)| over);
    let past = known(over).map(|(at, row)| Past {
        place: local_half_hour(&subject.zone, at),
        demand: row.demand.highest().unwrap_or(0),
    });
    Ok(past.collect())
}

/// The half-hours to come, with what the books say of them.
pub(super) fn coming(desk: &Desk, subject: &Subject) -> Vec<Coming> {
    desk.books.read(|state| {
        let allocation = state.effective(&subject.id).map(|settings| settings.allocation);
        let maintenance = maintenance(state, &subject.id, subject.now);
        let cut = halves_ahead(subject.now, &subject.zone);
        let ahead = cut.windows(2).map(|edge| {
            let (at, until) = (edge[0], edge[1]);
            let is_disturbed = maintenance.iter().any(|(start, end)| *start < until && at < *end);
            let limit = allocation.as_ref().and_then(|all| lowest_limit(all, at, until));
            Coming {
                at,
                until,
                place: local_half_hour(&subject.zone, at),
                limit: limit.filter(|_| !is_disturbed),
            }
        });
        ahead.collect()
    })
}

/// The edges of the half-hours that begin from now on.
fn halves_ahead(now: Timestamp, zone: &TimeZone) -> Vec<Timestamp> {
    let end = Timestamp(now.0 + LOOKS_AHEAD_DAYS * DAY_MS);
    let mut cut = edges(Interval::HalfHour, now, end, zone, usize::MAX - 1);
    cut.retain(|edge| *edge >= now);
    cut
}

/// `None`: nobody can log in at some time of it.
fn lowest_limit(allocation: &Allocation, from: Timestamp, until: Timestamp) -> Option<u32> {
    let mut lowest: Option<u32> = None;
    let mut at = from;
    while at < until {
        if !allocation.is_open(at) {
            return None;
        }
        let limit = allocation.limit(at).total;
        lowest = Some(lowest.map_or(limit, |lowest| lowest.min(limit)));
        at = allocation.changes_at(at);
    }
    let ends_within = allocation.ends.is_some_and(|end| end < until);
    lowest.filter(|_| !ends_within)
}

/// When there is maintenance, or will be.
fn maintenance(state: &Books, id: &OrganizationId, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let windows = state.windows.values();
    let concerns = windows.filter(|window| {
        let named = window.organizations.as_ref();
        let is_of = named.is_none_or(|named| named.iter().any(|org| org == id.as_str()));
        is_of && !window.plan().stage(now).is_over()
    });
    concerns
        .map(|window| (Timestamp(window.starts_at), Timestamp(window.ends_at)))
        .collect()
}

impl Item {
    fn of(window: &Window) -> Self {
        Self {
            from: rfc3339(window.from),
            to: rfc3339(window.until),
            limit: window.limit,
            headroom: window.headroom,
            usual_headroom: window.usual_headroom,
            highest_demand: window.highest_demand,
            usual_demand: window.usual_demand,
            weeks_known: window.weeks_known,
            weeks_with_room: window.weeks_with_room,
            confidence: confidence(window.confidence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::Increase;

    #[test]
    fn the_lowest_limit_of_a_half_hour_counts_and_none_where_it_closes() {
        let mut allocation = Allocation::of(10);
        allocation.increases = vec![Increase {
            seats: 5,
            from: Timestamp(100),
            until: Timestamp(300),
        }];
        let limit = |allocation: &Allocation, from, until| {
            lowest_limit(allocation, Timestamp(from), Timestamp(until))
        };

        assert_eq!(limit(&allocation, 0, 400), Some(10));
        assert_eq!(limit(&allocation, 100, 300), Some(15));
        assert_eq!(limit(&allocation, 200, 301), Some(10));
        allocation.ends = Some(Timestamp(250));
        assert_eq!(limit(&allocation, 100, 250), Some(15));
        assert_eq!(limit(&allocation, 100, 300), None);
        assert_eq!(limit(&allocation, 250, 300), None);
    }
}
