//! The week: how high the use is at which time.

use super::question::subject;
use super::{HOUR_MS, all_since};
use crate::admin::Desk;
use crate::admin::auth::Organization;
use crate::admin::problem::Problem;
use crate::protocol::rfc3339;
use crate::seats::Timestamp;
use crate::usage::Interval;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

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

/// How far back.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Asked {
    /// How many weeks up to now, from 1 to 56; 4 where it is left out.
    #[param(value_type = Option<u8>)]
    weeks: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::admin) struct Heatmap {
    from: String,
    to: String,
    weeks: i64,
    time_zone: Option<String>,
    items: Vec<Cell>,
}

#[derive(Serialize, ToSchema)]
struct Cell {
    weekday: &'static str,
    at: String,
    max: Option<u32>,
    median: Option<u32>,
}

/// The peaks of a week's half-hours, in the organization's time zone.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/usage/heatmap", tag = "usage",
    params(("org" = String, Path), Asked),
    responses((status = 200, body = Heatmap),
        (status = 422, description = "A parameter is not taken"),
        (status = 503, description = "The store cannot be read")))]
pub(in crate::admin) async fn heatmap(
    State(desk): State<Arc<Desk>>,
    Organization(id): Organization,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Heatmap>, Problem> {
    let Query(asked) = asked?;
    let subject = subject(&desk, id)?;
    let weeks = match asked.weeks {
        Some(text) => text
            .parse()
            .ok()
            .filter(|weeks| (1..=MOST_WEEKS).contains(weeks))
            .ok_or(Problem::field("weeks", "a whole number from 1 to 56"))?,
        None => WEEKS,
    };
    let from = Timestamp(subject.now.0 - weeks * 7 * 24 * HOUR_MS);
    let halves = all_since(&desk, &subject, from, Interval::HalfHour).await?;
    let first = halves.first().map_or(from, |(at, _)| *at);
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
