//! Weekday by half-hour.

use super::{Drawn, GRID, INK, NotDrawn, centred, drawn, font};
use crate::report::figures::Report;
use crate::usage::HALF_HOURS;
use plotters::element::{PathElement, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

const LEFT: i32 = 62;
const CELL: (i32, i32) = (18, 24);
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// From nothing in use to the highest peak, readable in print and without colour.
const SCALE: [RGBColor; 5] = [
    RGBColor(247, 249, 252),
    RGBColor(189, 215, 238),
    RGBColor(107, 174, 214),
    RGBColor(33, 113, 181),
    RGBColor(8, 48, 107),
];

/// The highest peaks as colours, with their scale.
pub(in crate::report) fn heatmap(report: &Report) -> Result<String, NotDrawn> {
    let label = "the highest peak of each half-hour of the week";
    drawn(300, label, &[], |area| draw(report, area))
}

fn draw(report: &Report, area: &super::Area<'_>) -> Drawn {
    let cells = report.map.iter().flatten().flatten();
    let most = cells.map(|cell| cell.max).max().unwrap_or(0);
    let place = |index: usize, size: i32| i32::try_from(index).unwrap_or(0) * size;
    for (weekday, (name, cells)) in WEEKDAYS.into_iter().zip(&report.map).enumerate() {
        let y = place(weekday, CELL.1);
        let middle = font(14).pos(Pos::new(HPos::Right, VPos::Center));
        area.draw(&Text::new(name, (LEFT - 8, y + CELL.1 / 2), middle))?;
        for (half, cell) in cells.iter().enumerate() {
            let x = LEFT + place(half, CELL.0);
            let corners = [(x, y), (x + CELL.0 - 1, y + CELL.1 - 1)];
            match cell {
                Some(cell) => area.draw(&Rectangle::new(corners, color(cell.max, most).filled()))?,
                None => draw_unknown(area, corners)?,
            }
        }
    }
    let under = 7 * CELL.1;
    for hour in (0..=HALF_HOURS / 2).step_by(2) {
        let x = LEFT + place(hour * 2, CELL.0);
        area.draw(&Text::new(format!("{hour:02}"), (x, under + 12), centred(14)))?;
    }
    let zone = report.subject.zone.iana_name().unwrap_or("UTC").to_owned();
    let what = format!("hour of the day, {zone}");
    area.draw(&Text::new(what, (LEFT + 24 * CELL.0, under + 34), centred(14)))?;
    draw_scale(area, most, under + 56)
}

/// What the colours say, in steps of whole seats.
fn draw_scale(area: &super::Area<'_>, most: u32, y: i32) -> Drawn {
    let steps = most.clamp(1, 10);
    area.draw(&Text::new("seats in use:", (LEFT, y + 2), font(14)))?;
    let mut x = LEFT + 100;
    for step in 0..=steps {
        let seats = (u64::from(most) * u64::from(step) / u64::from(steps)) as u32;
        area.draw(&Rectangle::new(
            [(x, y), (x + 20, y + 16)],
            color(seats, most).filled(),
        ))?;
        area.draw(&Rectangle::new(
            [(x, y), (x + 20, y + 16)],
            INK.mix(0.3).stroke_width(1),
        ))?;
        area.draw(&Text::new(format!("{seats}"), (x + 25, y + 2), font(13)))?;
        x += 64;
    }
    draw_unknown(area, [(LEFT + 100, y + 24), (LEFT + 120, y + 40)])?;
    area.draw(&Text::new("not known", (LEFT + 125, y + 26), font(13)))
}

/// Crossed out.
fn draw_unknown(area: &super::Area<'_>, corners: [(i32, i32); 2]) -> Drawn {
    let line = INK.mix(0.25).stroke_width(1);
    area.draw(&Rectangle::new(corners, GRID.stroke_width(1)))?;
    let [(left, upper), (right, lower)] = corners;
    area.draw(&PathElement::new(vec![(left, lower), (right, upper)], line))
}

/// Between the colours on both sides; nothing in use is the first.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a colour between two colours is one"
)]
fn color(seats: u32, most: u32) -> RGBColor {
    let place = f64::from(seats) / f64::from(most.max(1)) * (SCALE.len() - 1) as f64;
    let below = (place as usize).min(SCALE.len() - 2);
    let part = place - below as f64;
    let mix =
        |one: u8, other: u8| (f64::from(one) + (f64::from(other) - f64::from(one)) * part).round() as u8;
    let (one, other) = (SCALE[below], SCALE[below + 1]);
    RGBColor(mix(one.0, other.0), mix(one.1, other.1), mix(one.2, other.2))
}
