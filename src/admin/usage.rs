//! How much was used: series, levels, heatmap. One number has one definition: `docs/usage.md`.

#![expect(unused_qualifications, reason = "the macro of the description writes them")]

mod figures;
mod levels;
mod question;
mod weekly;

pub(super) use figures::{Figures, mean, seconds};
pub(super) use levels::{__path_levels, Enough, levels};
pub(super) use question::{Stretch, Subject, subject};
pub(super) use weekly::{__path_heatmap, heatmap, week_of};

use super::Desk;
use super::auth::Organization;
use super::problem::Problem;
use super::query::Asked;
use crate::protocol::rfc3339;
use crate::registry::{Known, NotKnown};
use crate::seats::{OrganizationId, Timestamp};
use crate::store::Detail;
use crate::usage::{Gap, GapReason, HALF_HOUR_MS, Interval, Row, edges, intervals};
use axum::Json;
use axum::extract::State;
use question::instant;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

pub(super) const HOUR_MS: i64 = 3_600_000;
/// The most items of a page, and those where nothing is asked for.
const MOST_ITEMS: usize = 1000;

/// Of which time, and how fine.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Series {
    /// RFC 3339; a day before `to` where it is left out.
    from: Option<String>,
    /// RFC 3339; now where it is left out.
    to: Option<String>,
    /// `1m`, `15m`, `30m`, `1h` (the default) or `1d`, in the organization's time zone.
    interval: Option<String>,
    /// How many, from 1 to 1,000; 1,000 where it is left out.
    #[param(value_type = Option<u16>)]
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Some intervals.
#[derive(Serialize, ToSchema)]
pub(super) struct UsagePage {
    items: Vec<Item>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
}

/// What is known of an interval, or that nothing is known of a time.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Item {
    Known(Box<Figures>),
    Gap {
        from: String,
        to: String,
        gap: &'static str,
    },
}

/// Usage by intervals; gaps stand where nothing is known.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/usage", tag = "usage",
    params(("org" = String, Path), Series),
    responses((status = 200, body = UsagePage), (status = 400, description = "A parameter is not taken"),
        (status = 422, description = "A parameter is not taken, or finer than what is kept"),
        (status = 503, description = "The store cannot be read")))]
pub(super) async fn series(
    State(desk): State<Arc<Desk>>,
    Organization(id): Organization,
    Asked(series): Asked<Series>,
) -> Result<Json<UsagePage>, Problem> {
    let subject = subject(&desk, id)?;
    let stretch = Stretch::read(
        series.from.as_deref(),
        series.to.as_deref(),
        24 * HOUR_MS,
        subject.now,
    )?;
    let interval = series.interval.as_deref().unwrap_or("1h");
    let interval =
        Interval::parse(interval).ok_or(Problem::field("interval", "one of 1m, 15m, 30m, 1h, 1d"))?;
    if subject.is_small && matches!(interval, Interval::Minute | Interval::Quarter) {
        return Err(Problem::TooFine);
    }
    let most = match series.limit {
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MOST_ITEMS).contains(limit))
            .ok_or(Problem::BadLimit)?,
        None => MOST_ITEMS,
    };
    let from = match series.cursor {
        Some(text) => instant(&text).ok_or(Problem::BadCursor)?,
        None => stretch.from,
    };
    let until = stretch.until.min(subject.now);
    let detail = match interval {
        Interval::Minute => Detail::Minutes,
        Interval::Quarter | Interval::HalfHour | Interval::Hour => Detail::Quarters,
        Interval::Day => Detail::Days,
    };
    let kept = subject.kept_since(detail);
    let cut = edges(interval, from.max(kept), until, &subject.zone, most);
    let (Some(first), Some(last)) = (cut.first().copied(), cut.last().copied()) else {
        return Ok(Json(UsagePage {
            items: coarse_item(from, until)
                .into_iter()
                .map(|(_, item)| item)
                .collect(),
            next: None,
        }));
    };
    let known = ask(&desk, &subject.id, first, last, detail).await?;
    let rows = intervals(&known.history.rows, &cut, &known.history.gaps, known.now);
    let next = (last < until).then(|| rfc3339(last));
    let begins_before = known.history.rows.first().is_some_and(|row| row.from < first);
    let shown = if begins_before { from.max(first) } else { from }..last.min(until);
    let mut items: Vec<(Timestamp, Item)> = gaps(&known, shown.start, shown.end)
        .into_iter()
        .map(|gap| (gap.from, gap_item(&gap)))
        .collect();
    items.extend(coarse_item(from, shown.start));
    let coarse = coarse(&known.history.rows, &cut);
    items.extend(
        coarse
            .iter()
            .filter_map(|&(from, until)| coarse_item(from.max(shown.start), until.min(shown.end))),
    );
    for (edge, row) in cut.windows(2).zip(&rows) {
        let is_coarse = coarse
            .iter()
            .any(|(from, until)| *from < edge[1] && edge[0] < *until);
        if let Some(row) = row.as_ref().filter(|row| is_told(row) && !is_coarse) {
            let until = edge[1].min(known.now);
            items.push((edge[0], Item::Known(Box::new(Figures::of(edge[0], until, row)))));
        }
    }
    items.sort_by_key(|(at, _)| *at);
    let items = items.into_iter().map(|(_, item)| item).collect();
    Ok(Json(UsagePage { items, next }))
}

/// Half-hours of an organization that had one or two seats then: they are not told in parts.
fn coarse(rows: &[Row], cut: &[Timestamp]) -> Vec<(Timestamp, Timestamp)> {
    let whole = |row: &Row| {
        let edge = cut.partition_point(|edge| *edge <= row.from);
        let is_coarse = edge > 0 && cut.get(edge).is_some_and(|until| row.until > *until);
        let start = row.from.0.div_euclid(HALF_HOUR_MS) * HALF_HOUR_MS;
        is_coarse.then_some((Timestamp(start), Timestamp(start + HALF_HOUR_MS)))
    };
    rows.iter().filter_map(whole).collect()
}

/// A time of which something may be known, and nothing so fine as it was asked for.
fn coarse_item(from: Timestamp, to: Timestamp) -> Option<(Timestamp, Item)> {
    let item = Item::Gap {
        from: rfc3339(from),
        to: rfc3339(to),
        gap: "not kept so finely",
    };
    (from < to).then_some((from, item))
}

/// What is recorded of an organization by now.
pub(super) async fn ask(
    desk: &Desk,
    id: &OrganizationId,
    from: Timestamp,
    until: Timestamp,
    detail: Detail,
) -> Result<Known, Problem> {
    let known = desk.reception.registry.usage(id, from, until, detail).await;
    known.map_err(|error| match error {
        NotKnown::UnknownOrganization => Problem::NotFound,
        NotKnown::Store(_) | NotKnown::BrokenOff => {
            tracing::error!(organization = %id, %error, "usage cannot be read");
            Problem::Unreadable
        }
    })
}

/// The figures of all intervals from the one in which `from` lies up to now, with their begins.
pub(super) async fn all_since(
    desk: &Desk,
    subject: &Subject,
    from: Timestamp,
    (interval, detail): (Interval, Detail),
) -> Result<Vec<(Timestamp, Option<Row>)>, Problem> {
    let cut = edges(interval, from, subject.now, &subject.zone, usize::MAX - 1);
    let first = cut.first().copied().unwrap_or(from);
    let known = ask(desk, &subject.id, first, subject.now, detail).await?;
    let rows = intervals(&known.history.rows, &cut, &known.history.gaps, known.now);
    Ok(cut.into_iter().zip(rows).collect())
}

/// Something is known of it, or at least counted.
fn is_told(row: &Row) -> bool {
    row.known_ms() > 0 || !row.counts.is_empty()
}

/// What is not known of a stretch, also before the first record.
fn gaps(known: &Known, from: Timestamp, until: Timestamp) -> Vec<Gap> {
    let first = known.history.rows.first().map_or(until, |row| row.from);
    let mut gaps = vec![Gap {
        from,
        until: first.min(until),
        reason: GapReason::ServerDown,
    }];
    gaps.extend(known.history.gaps.iter().map(|gap| Gap {
        from: gap.from.max(from).max(first),
        until: gap.until.min(until),
        reason: gap.reason,
    }));
    gaps.retain(|gap| gap.from < gap.until);
    gaps
}

fn gap_item(gap: &Gap) -> Item {
    Item::Gap {
        from: rfc3339(gap.from),
        to: rfc3339(gap.until),
        gap: match gap.reason {
            GapReason::ServerDown => "server down",
            GapReason::ClockSetForward => "clock set forward",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Standing;

    const MINUTE_MS: i64 = 60_000;

    fn row(from: i64, until: i64) -> Row {
        let mut row = Row::at(Timestamp(from * MINUTE_MS), Standing::default());
        row.stand_until(Timestamp(until * MINUTE_MS), &[]);
        row
    }

    #[test]
    fn a_half_hour_of_few_seats_is_not_told_in_minutes() {
        let minutes: Vec<_> = (0..=90).map(|minute| Timestamp(minute * MINUTE_MS)).collect();
        let rows = [row(-40, -35), row(2, 20), row(40, 41), row(41, 42)];

        let half_hour = (Timestamp(0), Timestamp(HALF_HOUR_MS));
        assert_eq!(coarse(&rows, &minutes), [half_hour]);
        let halves = [0, 30, 60, 90].map(|minute| Timestamp(minute * MINUTE_MS));
        assert_eq!(coarse(&rows, &halves), []);
    }
}
