//! The week: how high the use is at which time.

use super::question::subject;
use super::{HOUR_MS, ask};
use crate::admin::Desk;
use crate::admin::auth::Caller;
use crate::admin::problem::Problem;
use crate::protocol::rfc3339;
use crate::seats::Timestamp;
use crate::store::Detail;
use crate::usage::{Interval, edges, intervals};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where nothing is asked for, and at most.
const WEEKS: i64 = 4;
const MOST_WEEKS: i64 = 56;
const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

#[derive(Deserialize)]
pub(in crate::admin) struct Asked {
    weeks: Option<String>,
}

#[derive(Serialize)]
pub(in crate::admin) struct Heatmap {
    from: String,
    to: String,
    weeks: i64,
    time_zone: Option<String>,
    items: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    weekday: &'static str,
    at: String,
    max: Option<u32>,
    median: Option<u32>,
}

pub(in crate::admin) async fn heatmap(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(org): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Heatmap>, Problem> {
    let subject = subject(&desk, &caller, &org)?;
    let weeks = match asked.weeks {
        Some(text) => text
            .parse()
            .ok()
            .filter(|weeks| (1..=MOST_WEEKS).contains(weeks))
            .ok_or(Problem::BadField("weeks"))?,
        None => WEEKS,
    };
    let from = Timestamp(subject.now.0 - weeks * 7 * 24 * HOUR_MS);
    let cut = edges(
        Interval::HalfHour,
        from,
        subject.now,
        &subject.zone,
        usize::MAX - 1,
    );
    let first = cut.first().copied().unwrap_or(from);
    let known = ask(&desk, &subject.id, first, subject.now, Detail::Quarters).await?;
    let rows = intervals(&known.history.rows, &cut, &known.history.gaps, known.now);
    let halves: Vec<_> = cut.iter().copied().zip(rows).collect();
    let map = crate::usage::heatmap(&halves, &subject.zone);
    let mut items = Vec::new();
    for (weekday, cells) in WEEKDAYS.into_iter().zip(map) {
        for (half, cell) in cells.into_iter().enumerate() {
            items.push(Cell {
                weekday,
                at: format!("{:02}:{:02}", half / 2, half % 2 * 30),
                max: cell.map(|cell| cell.max),
                median: cell.map(|cell| cell.median),
            });
        }
    }
    Ok(Json(Heatmap {
        from: rfc3339(first),
        to: rfc3339(subject.now),
        weeks,
        time_zone: subject.zone.iana_name().map(str::to_owned),
        items,
    }))
}
