//! Week by week.

use super::axes::seats_over_time;
use super::dates::Dates;
use super::{Drawn, ENOUGH, HELD, IN_USE, LIMIT, NotDrawn, drawn, top};
use crate::report::figures::{HELD_MS, Report};
use crate::usage::Row;
use plotters::element::Circle;
use plotters::series::LineSeries;
use plotters::style::{Color, RGBColor};

/// A week less the hour that a change to summer time takes.
const WHOLE_MS: i64 = 7 * 24 * 3_600_000 - 3_600_000;

/// A week of the picture, at its middle.
struct Point<'a> {
    at: i64,
    row: &'a Row,
}

/// Peak, peak held 30 minutes and seats enough for 95 %, by week. `None` of fewer than two whole weeks.
pub(in crate::report) fn trend(report: &Report) -> Option<Result<String, NotDrawn>> {
    let ends = report
        .weeks
        .iter()
        .skip(1)
        .map(|week| week.from.0)
        .chain([report.until.0]);
    let points: Vec<Point<'_>> = report
        .weeks
        .iter()
        .zip(ends)
        .filter_map(|(week, end)| {
            let row = week.row.as_ref().filter(|row| row.known_ms() > 0)?;
            // A part of a week has no weekdays, or nothing else.
            if end - week.from.0 < WHOLE_MS {
                return None;
            }
            Some(Point {
                at: week.from.0.midpoint(end),
                row,
            })
        })
        .collect();
    let legend = [
        ("peak of the week", IN_USE),
        ("held 30 minutes", HELD),
        ("enough for 95 %", ENOUGH),
        ("limit", LIMIT),
    ];
    (points.len() > 1).then(|| drawn(280, "week by week", &legend, |area| draw(report, &points, area)))
}

fn draw(report: &Report, points: &[Point<'_>], area: &super::Area<'_>) -> Drawn {
    let peak = |row: &Row| row.in_use.highest();
    let held = |row: &Row| row.in_use.held_for(HELD_MS);
    let enough = |row: &Row| row.in_use.enough_for(0.95);
    let limit = |row: &Row| row.limit.highest();
    let most = points
        .iter()
        .filter_map(|point| peak(point.row).max(limit(point.row)))
        .max()
        .unwrap_or(0);
    let least = points
        .iter()
        .filter_map(|point| enough(point.row))
        .min()
        .unwrap_or(0);
    let dates = Dates::new(report.from, report.until, &report.subject.zone);
    let mut context = seats_over_time(area, &dates, bottom(least, most)..top(most))?;
    type Of<'a> = &'a dyn Fn(&Row) -> Option<u32>;
    // Those that are drawn later are finer, so that all are seen where they are the same.
    let lines: [(Of<'_>, RGBColor, u32, i32); 4] = [
        (&limit, LIMIT, 6, 0),
        (&peak, IN_USE, 4, 6),
        (&held, HELD, 2, 4),
        (&enough, ENOUGH, 1, 2),
    ];
    for (of, color, width, radius) in lines {
        let line: Vec<_> = points
            .iter()
            .map(|point| (point.at, f64::from(of(point.row).unwrap_or(0))))
            .collect();
        context.draw_series(LineSeries::new(line.clone(), color.stroke_width(width)))?;
        context.draw_series(line.into_iter().map(|at| Circle::new(at, radius, color.filled())))?;
    }
    Ok(())
}

/// Where the lines lie close together, the axis begins below them, so that they can be told apart.
fn bottom(least: u32, most: u32) -> f64 {
    let is_close = f64::from(least) > f64::from(most) * 0.6 && least > 10;
    if is_close {
        (f64::from(least) * 0.9).floor()
    } else {
        0.0
    }
}
