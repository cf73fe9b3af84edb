//! A report as JSON.

use crate::admin::usage::{Enough, Figures, mean, seconds};
use crate::protocol::rfc3339;
use crate::report::{Ends, Report, resume_success};
use crate::usage::{Count, HALF_HOUR_MS, Row};
use serde::Serialize;
use utoipa::ToSchema;

/// A utilization report. Its words: `docs/usage.md`.
#[derive(Serialize, ToSchema)]
pub(super) struct ToldReport {
    organization: String,
    name: String,
    time_zone: Option<String>,
    from: String,
    to: String,
    /// Seconds of which nothing is known.
    unknown_s: f64,
    /// Null where nothing is known of this time.
    total: Option<Total>,
    days: Vec<Figures>,
    weeks: Vec<ToldWeek>,
    /// The highest of the days' peaks.
    peaks: Vec<ToldPeak>,
    /// Half-hours of the week with their peaks.
    heatmap: Vec<Cell>,
    /// Seconds at each number in use.
    levels: Vec<Level>,
}

/// All days together.
#[derive(Serialize, ToSchema)]
struct Total {
    #[serde(flatten)]
    figures: Figures,
    open_s: f64,
    mean_open: f64,
    peak_held_30_min: Option<u32>,
    enough: Enough,
    ends: ToldEnds,
    resume_success: Option<f64>,
    over_12_h: u64,
    length_s_p50: Option<f64>,
    length_s_p95: Option<f64>,
}

/// How sessions ended.
#[derive(Serialize, ToSchema)]
struct ToldEnds {
    logout: u64,
    closed: u64,
    lost: u64,
    ended: u64,
    handed_off: u64,
    withdrawn: u64,
}

/// A week from Monday on.
#[derive(Serialize, ToSchema)]
struct ToldWeek {
    from: String,
    peak: u32,
    peak_held_30_min: Option<u32>,
    enough_95: Option<u32>,
    mean: f64,
    limit: u32,
    logins: u64,
    refusals: u64,
}

/// The peak of a day.
#[derive(Serialize, ToSchema)]
struct ToldPeak {
    seats: u32,
    /// The half-hour in which it was first reached; null where those are not kept.
    at: Option<String>,
    day: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ReportCell)]
struct Cell {
    weekday: &'static str,
    at: String,
    max: Option<u32>,
    median: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ReportLevel)]
struct Level {
    seats: u32,
    seconds: f64,
}

impl ToldReport {
    pub(super) fn of(report: &Report) -> Self {
        let known = |row: &Option<Row>| row.as_ref().is_some_and(|row| row.known_ms() > 0);
        let days = report.days.iter().filter(|day| known(&day.row));
        let weeks = report.weeks.iter().filter(|week| known(&week.row));
        let total = report.known();
        Self {
            organization: report.subject.id.clone(),
            name: report.subject.name.clone(),
            time_zone: report.subject.zone.iana_name().map(str::to_owned),
            from: rfc3339(report.from),
            to: rfc3339(report.until),
            unknown_s: seconds(report.unknown_ms),
            total: total.map(|row| Total::of(report, row)),
            days: days
                .filter_map(|day| Some(Figures::of(day.from, day.until, day.row.as_ref()?)))
                .collect(),
            weeks: weeks
                .filter_map(|week| Some(ToldWeek::of(rfc3339(week.from), week.row.as_ref()?)))
                .collect(),
            peaks: report
                .peaks
                .iter()
                .map(|peak| ToldPeak {
                    seats: peak.seats,
                    at: peak.at.map(rfc3339),
                    day: rfc3339(peak.day),
                })
                .collect(),
            heatmap: crate::admin::usage::week_of(&report.map, |weekday, at, cell| Cell {
                weekday,
                at,
                max: cell.map(|cell| cell.max),
                median: cell.map(|cell| cell.median),
            }),
            levels: total
                .into_iter()
                .flat_map(|row| row.in_use.iter())
                .map(|(seats, ms)| Level {
                    seats,
                    seconds: seconds(ms),
                })
                .collect(),
        }
    }
}

impl Total {
    fn of(report: &Report, row: &Row) -> Self {
        let open = row.open_ms();
        let ends = Ends::of(&row.counts);
        let mean_open = row.in_use.product_ms() as f64 / open.max(1) as f64;
        Self {
            figures: Figures::of(report.from, report.until, row),
            open_s: seconds(open),
            mean_open: (mean_open * 100.0).round() / 100.0,
            peak_held_30_min: row.in_use.held_for(HALF_HOUR_MS.unsigned_abs()),
            enough: Enough::of(&row.in_use),
            ends: ToldEnds {
                logout: ends.logout,
                closed: ends.closed,
                lost: ends.lost,
                ended: ends.ended,
                handed_off: ends.handed_off,
                withdrawn: ends.withdrawn,
            },
            resume_success: resume_success(&row.counts).map(|part| (part * 1e4).round() / 1e4),
            over_12_h: row.counts.get(Count::OverTwelveHours),
            length_s_p50: row.lengths.quantile_s(0.5),
            length_s_p95: row.lengths.quantile_s(0.95),
        }
    }
}

impl ToldWeek {
    fn of(from: String, row: &Row) -> Self {
        Self {
            from,
            peak: row.in_use.highest().unwrap_or(0),
            peak_held_30_min: row.in_use.held_for(HALF_HOUR_MS.unsigned_abs()),
            enough_95: row.in_use.enough_for(0.95),
            mean: mean(row),
            limit: row.limit.highest().unwrap_or(0),
            logins: row.counts.get(Count::Logins),
            refusals: row.counts.get(Count::Refusals),
        }
    }
}
