//! The right number of seats, with every number of the formula.

use super::{DAY_MS, TooEarly, confidence, known, read};
use crate::admin::Desk;
use crate::admin::auth::Organization;
use crate::admin::problem::Problem;
use crate::admin::query::Asked;
use crate::admin::usage::{all_since, subject};
use crate::seats::Timestamp;
use crate::store::Detail;
use crate::usage::right_size::{Day, HalfHour, RightSize, Verdict};
use crate::usage::{Count, Interval, Row, weekly_place};
use axum::Json;
use axum::extract::State;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Days are looked at so far back.
const DAYS: i64 = 400;
/// Half-hours are.
const HALF_HOUR_DAYS: i64 = 28;
/// How long a demand is held before it counts.
const HELD_MS: u64 = 60_000;
/// Recommended for so many months in any case.
const MONTHS: [u32; 2] = [6, 12];
const MOST_MONTHS: u32 = 36;

/// What is to be reckoned with.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Terms {
    /// The administrator's own buffer as a share from 0 to 1: `0.15`. Measured where it is left out.
    #[param(value_type = Option<f64>)]
    buffer: Option<String>,
    /// One more horizon beside 6 and 12 months, from 1 to 36.
    #[param(value_type = Option<u8>)]
    horizon_months: Option<String>,
}

/// The advice, or how many days it takes until there is one.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::admin) enum Advice {
    Ready(Box<Ready>),
    TooEarly(TooEarly),
}

#[derive(Serialize, ToSchema)]
pub(in crate::admin) struct Ready {
    /// What the organization has, without increases.
    seats: u32,
    recommended: Vec<Recommended>,
    /// `right_sized`, `tight`, `roomy` or `oversized`.
    verdict: &'static str,
    /// `low`, `medium` or `high`.
    confidence: &'static str,
    /// False: less than a year is known, so that no season speaks for fewer seats yet.
    may_cut: bool,
    days_known: usize,
    days_looked_at: usize,
    days_at_cap: usize,
    /// The highest demand that was held for 60 seconds on one of the days looked at.
    peak: u32,
    /// The peak as a share of the seats.
    use_at_peak: Option<f64>,
    weekday_peaks: Spread,
    buffer: Measured,
    growth_a_month: Measured,
    /// Oldest first. A week is seven known days.
    weekly_peaks: Vec<u32>,
    shift_changes: usize,
    peak_outside_shift_changes: u32,
    shift_overlap: u32,
}

#[derive(Serialize, ToSchema)]
struct Recommended {
    months: u32,
    seats: u32,
    /// The formula with its numbers.
    formula: String,
}

#[derive(Serialize, ToSchema)]
struct Spread {
    mean: f64,
    standard_deviation: f64,
}

/// A share, as it was measured and as it is used.
#[derive(Serialize, ToSchema)]
struct Measured {
    /// Null: there is too little to measure it.
    measured: Option<f64>,
    used: f64,
}

/// How many seats are right.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/advice/right-size", tag = "advice",
    params(("org" = String, Path), Terms),
    responses((status = 200, body = Advice),
        (status = 422, description = "A parameter is not taken"),
        (status = 503, description = "The store cannot be read")))]
pub(in crate::admin) async fn right_size(
    State(desk): State<Arc<Desk>>,
    Organization(id): Organization,
    Asked(asked): Asked<Terms>,
) -> Result<Json<Advice>, Problem> {
    let subject = subject(&desk, id)?;
    let buffer = read(asked.buffer, |share: &f64| (0.0..=1.0).contains(share))
        .ok_or(Problem::field("buffer", "a share from 0 to 1"))?;
    let horizon = read(asked.horizon_months, |months| (1..=MOST_MONTHS).contains(months))
        .ok_or(Problem::field("horizon_months", "a whole number from 1 to 36"))?;
    let since = |days: i64| Timestamp(subject.now.0 - days * DAY_MS);
    let days = all_since(&desk, &subject, since(DAYS), (Interval::Day, Detail::Days)).await?;
    let halves = all_since(
        &desk,
        &subject,
        since(HALF_HOUR_DAYS),
        (Interval::HalfHour, Detail::Quarters),
    )
    .await?;
    let view = desk
        .reception
        .registry
        .view(&subject.id)
        .ok_or(Problem::NotFound)?;
    let seats = view.numbers.limit.base;
    // Today is not over: what is still to come would be missing.
    let whole = days.split_last().map_or(&[][..], |(_, whole)| whole);
    let days: Vec<_> = known(whole)
        .map(|(at, row)| day(at, row, &subject.zone))
        .collect();
    let halves: Vec<_> = known(&halves).map(|(_, row)| half_hour(row)).collect();
    Ok(Json(match RightSize::of(&days, &halves, seats, buffer) {
        Ok(advice) => Advice::Ready(Box::new(Ready::of(&advice, horizon))),
        Err(to_go) => Advice::TooEarly(to_go.into()),
    }))
}

fn day(at: Timestamp, row: &Row, zone: &TimeZone) -> Day {
    Day {
        weekday: weekly_place(zone, at).0,
        demand: row.demand.held_for(HELD_MS).unwrap_or(0),
        is_at_cap: row.counts.get(Count::SeatsExhausted) > 0,
    }
}

fn half_hour(row: &Row) -> HalfHour {
    HalfHour {
        demand: row.demand.held_for(HELD_MS).unwrap_or(0),
        logins: row.counts.get(Count::Logins),
        ends: row.counts.ends(),
    }
}

impl Ready {
    fn of(advice: &RightSize, horizon: Option<u32>) -> Self {
        let mut months: Vec<_> = MONTHS.into_iter().chain(horizon).collect();
        months.sort_unstable();
        months.dedup();
        Self {
            seats: advice.seats,
            recommended: months
                .into_iter()
                .map(|months| recommended(advice, months))
                .collect(),
            verdict: match advice.verdict {
                Verdict::Tight => "tight",
                Verdict::RightSized => "right_sized",
                Verdict::Roomy => "roomy",
                Verdict::Oversized => "oversized",
            },
            confidence: confidence(advice.confidence),
            may_cut: advice.may_cut,
            days_known: advice.days_known,
            days_looked_at: advice.days_looked_at,
            days_at_cap: advice.days_at_cap,
            peak: advice.peak,
            use_at_peak: advice.use_at_peak,
            weekday_peaks: Spread {
                mean: advice.weekday_mean,
                standard_deviation: advice.weekday_deviation,
            },
            buffer: Measured {
                measured: Some(advice.buffer_measured),
                used: advice.buffer,
            },
            growth_a_month: Measured {
                measured: advice.growth_measured,
                used: advice.growth,
            },
            weekly_peaks: advice.weekly_peaks.clone(),
            shift_changes: advice.shift_changes,
            peak_outside_shift_changes: advice.peak_outside_shift_changes,
            shift_overlap: advice.shift_overlap(),
        }
    }
}

fn recommended(advice: &RightSize, months: u32) -> Recommended {
    let seats = advice.recommended(months);
    let (peak, buffer, growth) = (advice.peak, advice.buffer, advice.growth);
    Recommended {
        months,
        seats,
        formula: format!("ceil({peak} × (1 + {buffer:.4}) × (1 + {growth:.4})^{months}) = {seats}"),
    }
}
