//! Peaks over time with the limit.

use super::axes::seats_over_time;
use super::dates::Dates;
use super::{Drawn, IN_USE, LIMIT, NotDrawn, REFUSED, drawn, top};
use crate::report::figures::Report;
use crate::seats::Timestamp;
use crate::usage::{Count, HALF_HOUR_MS, Row};
use plotters::element::{Polygon, Rectangle};
use plotters::series::LineSeries;
use plotters::style::Color;

const DAY_MS: i64 = 24 * 3_600_000;
/// Up to so many days the half-hours are shown, beyond them the days.
const DAYS_SHOWN_FINELY: i64 = 14;

/// A step of the picture.
struct Step<'a> {
    from: i64,
    until: i64,
    row: &'a Row,
}

/// Whether a report's half-hours are shown.
pub(in crate::report) fn is_fine(report: &Report) -> bool {
    report.until.0 - report.from.0 <= DAYS_SHOWN_FINELY * DAY_MS + HALF_HOUR_MS && !report.halves.is_empty()
}

/// The peaks as an area, the limit as a line of steps, refusals as marks at the bottom.
pub(in crate::report) fn occupancy(report: &Report) -> Result<String, NotDrawn> {
    let steps = steps(report);
    let legend = [("peak in use", IN_USE), ("limit", LIMIT), ("refusals", REFUSED)];
    drawn(300, "peaks over time with the limit", &legend, |area| {
        draw(report, &steps, area)
    })
}

fn steps(report: &Report) -> Vec<Step<'_>> {
    let known = |from: Timestamp, until: Timestamp, row: &'_ Option<Row>| {
        let is_known = row.as_ref().is_some_and(|row| row.known_ms() > 0);
        is_known.then_some((from.0, until.0))
    };
    let step = |from: Timestamp, until: Timestamp, row| {
        let (from, until) = known(from, until, row)?;
        Some(Step {
            from,
            until,
            row: row.as_ref()?,
        })
    };
    if is_fine(report) {
        let end = |at: &Timestamp| Timestamp((at.0 + HALF_HOUR_MS).min(report.until.0));
        let halves = report.halves.iter();
        halves.filter_map(|(at, row)| step(*at, end(at), row)).collect()
    } else {
        let days = report.days.iter();
        days.filter_map(|day| step(day.from, day.until, &day.row))
            .collect()
    }
}

fn draw(report: &Report, steps: &[Step<'_>], area: &super::Area<'_>) -> Drawn {
    let peak = |step: &Step<'_>| step.row.in_use.highest().unwrap_or(0);
    let limit = |step: &Step<'_>| step.row.limit.highest().unwrap_or(0);
    let most = steps.iter().map(|step| peak(step).max(limit(step))).max();
    let top = top(most.unwrap_or(0));
    let dates = Dates::new(report.from, report.until, &report.subject.zone);
    let mut context = seats_over_time(area, &dates, 0.0..top)?;
    // Where nothing is known, nothing is drawn.
    for run in steps.chunk_by(|one, next| one.until == next.from) {
        let mut edge = Vec::with_capacity(run.len() * 2 + 2);
        for step in run {
            let seats = f64::from(peak(step));
            edge.extend([(step.from, seats), (step.until, seats)]);
        }
        let mut border = edge.clone();
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            edge.extend([(last.until, 0.0), (first.from, 0.0)]);
            border.extend([(last.until, 0.0)]);
            border.insert(0, (first.from, 0.0));
        }
        context.draw_series([Polygon::new(edge, IN_USE.mix(0.25).filled())])?;
        context.draw_series(LineSeries::new(border, IN_USE.stroke_width(1)))?;
        let limits = run.iter().flat_map(|step| {
            [
                (step.from, f64::from(limit(step))),
                (step.until, f64::from(limit(step))),
            ]
        });
        context.draw_series(LineSeries::new(limits, LIMIT.stroke_width(2)))?;
    }
    let refused = steps
        .iter()
        .filter(|step| step.row.counts.get(Count::Refusals) > 0);
    let height = top * 0.025;
    context.draw_series(
        refused.map(|step| Rectangle::new([(step.from, 0.0), (step.until, height)], REFUSED.filled())),
    )?;
    Ok(())
}
