//! How long how many seats were in use.

use super::question::{Stretch, subject};
use super::{HOUR_MS, ask, figures::seconds};
use crate::admin::Desk;
use crate::admin::auth::Organization;
use crate::admin::problem::Problem;
use crate::admin::query::Asked;
use crate::protocol::rfc3339;
use crate::seats::Timestamp;
use crate::store::Detail;
use crate::usage::{HALF_HOUR_MS, Interval, Row, edges, intervals, start_of_day};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Beyond so many days, days are read where they can be.
const DAYS_READ_FINELY: i64 = 3;

/// Of which time; widened to half-hours.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Range {
    /// RFC 3339; four weeks before `to` where it is left out.
    from: Option<String>,
    /// RFC 3339; now where it is left out.
    to: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::admin) struct Levels {
    from: String,
    to: String,
    known_s: f64,
    /// Seconds with a seat in use.
    open_s: f64,
    levels: Vec<Level>,
    enough: Enough,
    peak: u32,
    peak_held_30_min: Option<u32>,
    demand: Vec<Level>,
}

#[derive(Serialize, ToSchema)]
struct Level {
    seats: u32,
    seconds: f64,
}

/// The seats that are enough for a share of the open time.
#[derive(Serialize, ToSchema)]
pub(in crate::admin) struct Enough {
    #[serde(rename = "95")]
    most: Option<u32>,
    #[serde(rename = "99")]
    nearly_all: Option<u32>,
    #[serde(rename = "99.9")]
    all_but_moments: Option<u32>,
}

/// How long how many seats were in use.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/usage/levels", tag = "usage",
    params(("org" = String, Path), Range),
    responses((status = 200, body = Levels),
        (status = 422, description = "A parameter is not taken"),
        (status = 503, description = "The store cannot be read")))]
pub(in crate::admin) async fn levels(
    State(desk): State<Arc<Desk>>,
    Organization(id): Organization,
    Asked(asked): Asked<Range>,
) -> Result<Json<Levels>, Problem> {
    let subject = subject(&desk, id)?;
    let month = 28 * 24 * HOUR_MS;
    let stretch = Stretch::read(asked.from.as_deref(), asked.to.as_deref(), month, subject.now)?;
    let halves = |at: i64| at.div_euclid(HALF_HOUR_MS) * HALF_HOUR_MS;
    let from = Timestamp(halves(stretch.from.0));
    let until = Timestamp(halves(stretch.until.0 + HALF_HOUR_MS - 1));
    // Whole days in the middle are read as days, the rest finely.
    let first_day = subject.midnight_after(from);
    let last_day = start_of_day(&subject.zone, until, 0);
    let parts = if last_day.0 - first_day.0 > DAYS_READ_FINELY * 24 * HOUR_MS {
        vec![
            (from, first_day, Detail::Quarters),
            (first_day, last_day, Detail::Days),
            (last_day, until, Detail::Quarters),
        ]
    } else {
        vec![(from, until, Detail::Quarters)]
    };
    let mut sum: Option<Row> = None;
    for (from, until, detail) in parts {
        let end = until.min(subject.now);
        if from >= end {
            continue;
        }
        let interval = if detail == Detail::Days {
            Interval::Day
        } else {
            Interval::HalfHour
        };
        let known = ask(&desk, &subject.id, from, until, detail).await?;
        let cut = edges(interval, from, end, &subject.zone, usize::MAX - 1);
        for row in intervals(&known.history.rows, &cut, &known.history.gaps, end)
            .into_iter()
            .flatten()
        {
            match &mut sum {
                Some(sum) => sum.join(&row, &known.history.gaps),
                None => sum = Some(row),
            }
        }
    }
    let sum = sum.unwrap_or_else(|| Row::at(from, crate::usage::Standing::default()));
    Ok(Json(Levels::of(from, until.min(subject.now), &sum)))
}

impl Enough {
    pub(in crate::admin) fn of(in_use: &crate::usage::Levels) -> Self {
        Self {
            most: in_use.enough_for(0.95),
            nearly_all: in_use.enough_for(0.99),
            all_but_moments: in_use.enough_for(0.999),
        }
    }
}

impl Levels {
    fn of(from: Timestamp, until: Timestamp, row: &Row) -> Self {
        let told = |levels: &crate::usage::Levels| {
            levels
                .iter()
                .map(|(seats, ms)| Level {
                    seats,
                    seconds: seconds(ms),
                })
                .collect()
        };
        Self {
            from: rfc3339(from),
            to: rfc3339(until),
            known_s: seconds(row.known_ms()),
            open_s: seconds(row.open_ms()),
            levels: told(&row.in_use),
            enough: Enough::of(&row.in_use),
            peak: row.in_use.highest().unwrap_or(0),
            peak_held_30_min: row.in_use.held_for(HALF_HOUR_MS.unsigned_abs()),
            demand: told(&row.demand),
        }
    }
}
