//! The right number of seats, with every number of the formula.

use super::{DAY_MS, TooEarly, confidence, known, read};
use crate::admin::Desk;
use crate::admin::auth::Organization;
use crate::admin::problem::Problem;
use crate::admin::query::Asked;
use crate::admin::usage::{all_since, subject};
use crate::protocol::rfc3339;
use crate::seats::Timestamp;
use crate::store::Detail;
use crate::usage::right_size::{Day, HalfHour, RightSize, Verdict, looked_at};
use crate::usage::trend::{Band, Trend, WEEKS_A_MONTH};
use crate::usage::{Count, Interval, Row, start_of_day, weekly_place};
use axum::Json;
use axum::extract::State;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Days are looked at so far back.
const DAYS: i64 = 400;
/// A day counts of which so much is known.
const MOST_OF_A_DAY_MS: u64 = 12 * 3_600_000;
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
    /// Somebody was refused on these days: how many more would have come nobody knows, and all figures are
    /// at least so high.
    at_least: bool,
    /// The highest demand that was held for 60 seconds on one of the days looked at.
    peak: u32,
    /// The peak as a share of the seats.
    use_at_peak: Option<f64>,
    weekday_peaks: Spread,
    buffer: Measured,
    growth_a_month: Measured,
    /// Oldest first. A week is seven known days.
    weekly_peaks: Vec<u32>,
    /// By whose midnights days are cut.
    time_zone: Option<String>,
    /// When each of these weeks ended.
    week_ends: Vec<String>,
    /// The line through them and on, with its band; null: too few weeks.
    trend: Option<ToldTrend>,
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

/// The line of Theil and Sen.
#[derive(Serialize, ToSchema)]
#[schema(as = Trend)]
struct ToldTrend {
    /// The lower edge, the line's and the upper edge, in seats a week.
    slope_a_week: ToldBand,
    /// The line in the oldest week.
    begins: f64,
    /// From the newest week on, month by month.
    forecast: Vec<Forecast>,
}

/// Where weekly peaks may lie.
#[derive(Serialize, ToSchema)]
#[schema(as = TrendBand)]
struct ToldBand {
    low: f64,
    middle: f64,
    high: f64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TrendForecast)]
struct Forecast {
    months: u32,
    at: String,
    #[serde(flatten)]
    band: ToldBand,
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
    let view = desk
        .reception
        .registry
        .view(&subject.id)
        .ok_or(Problem::NotFound)?;
    let seats = view.numbers.limit.base;
    // Today is not over: what is still to come would be missing.
    let (today, whole) = days
        .split_last()
        .map_or((subject.now, &[][..]), |(today, whole)| (today.0, whole));
    let (begins, days): (Vec<_>, Vec<_>) = known(whole)
        .filter(|(_, row)| row.known_ms() >= MOST_OF_A_DAY_MS)
        .map(|(at, row)| (at, day(at, row, &subject.zone)))
        .unzip();
    // Of the same days as the peak.
    let first = begins.iter().rev().nth(looked_at(begins.len()).saturating_sub(1));
    let halves = all_since(
        &desk,
        &subject,
        first.copied().unwrap_or(today),
        (Interval::HalfHour, Detail::Quarters),
    )
    .await?;
    let halves: Vec<_> = known(&halves)
        .filter(|(at, _)| *at < today)
        .map(|(_, row)| half_hour(row))
        .collect();
    Ok(Json(match RightSize::of(&days, &halves, seats, buffer) {
        Ok(advice) => {
            let ends = week_ends(&begins, advice.weekly_peaks.len(), &subject.zone);
            Advice::Ready(Box::new(Ready::of(&advice, &ends, &subject.zone, horizon)))
        }
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

/// The midnights after the last so many weeks of seven known days, as they begin; the oldest first.
fn week_ends(days: &[Timestamp], weeks: usize, zone: &TimeZone) -> Vec<Timestamp> {
    let last = days.rchunks_exact(7).take(weeks).filter_map(|week| week.last());
    let mut ends: Vec<_> = last.map(|day| start_of_day(zone, *day, 1)).collect();
    ends.reverse();
    ends
}

impl Ready {
    fn of(advice: &RightSize, ends: &[Timestamp], zone: &TimeZone, horizon: Option<u32>) -> Self {
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
            at_least: advice.is_at_least(),
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
            time_zone: zone.iana_name().map(str::to_owned),
            week_ends: ends.iter().copied().map(rfc3339).collect(),
            trend: advice
                .trend
                .as_ref()
                .zip(ends.last())
                .map(|(trend, newest)| told(trend, ends.len(), *newest, zone)),
            shift_changes: advice.shift_changes,
            peak_outside_shift_changes: advice.peak_outside_shift_changes,
            shift_overlap: advice.shift_overlap(),
        }
    }
}

fn told(trend: &Trend, weeks: usize, newest: Timestamp, zone: &TimeZone) -> ToldTrend {
    let now = weeks as f64 - 1.0;
    let forecast = (0..=MONTHS[1]).map(|months| Forecast {
        months,
        at: rfc3339(later(newest, months, zone)),
        band: ToldBand::of(trend.at(now + f64::from(months) * WEEKS_A_MONTH)),
    });
    let [low, middle, high] = trend.slope.map(rounded);
    ToldTrend {
        slope_a_week: ToldBand { low, middle, high },
        begins: rounded(trend.at(0.0).middle),
        forecast: forecast.collect(),
    }
}

/// The same day of a later month, or the last one of it.
fn later(at: Timestamp, months: u32, zone: &TimeZone) -> Timestamp {
    let time = jiff::Timestamp::from_millisecond(at.0).ok();
    let later = time.and_then(|time| {
        let zoned = time.to_zoned(zone.clone());
        zoned.checked_add(jiff::Span::new().months(months)).ok()
    });
    later.map_or(at, |later| Timestamp(later.timestamp().as_millisecond()))
}

impl ToldBand {
    fn of(Band { low, middle, high }: Band) -> Self {
        let [low, middle, high] = [low, middle, high].map(rounded);
        Self { low, middle, high }
    }
}

/// To a hundredth of a seat.
fn rounded(seats: f64) -> f64 {
    (seats * 100.0).round() / 100.0
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
