//! How long how many seats were in use.

use super::{Drawn, ENOUGH, FONT, GRID, IN_USE, INK, LIMIT, NotDrawn, drawn};
use crate::usage::Row;
use plotters::chart::ChartBuilder;
use plotters::element::{PathElement, Rectangle};
use plotters::style::{Color, IntoFont, RGBColor, WHITE};

/// The most bars that can be told from each other.
const BARS: u32 = 80;
const HOUR_MS: f64 = 3_600_000.0;

/// Hours by seats in use, with what is enough for 99 % of the open time, and the limit.
pub(in crate::report) fn levels(row: &Row) -> Result<String, NotDrawn> {
    let legend = [
        ("hours with so many seats in use", IN_USE),
        ("enough for 99 % of the open time", ENOUGH),
        ("limit", LIMIT),
    ];
    drawn(280, "hours by seats in use", &legend, |area| draw(row, area))
}

fn draw(row: &Row, area: &super::Area<'_>) -> Drawn {
    let limit = row.limit.highest().unwrap_or(0);
    let most = row.in_use.highest().unwrap_or(0).max(limit).max(1);
    let width = most.div_ceil(BARS);
    let mut bars = vec![0_u64; (most / width + 1) as usize];
    for (seats, ms) in row.in_use.iter().filter(|(seats, _)| *seats > 0) {
        bars[((seats - 1) / width) as usize] += ms;
    }
    let highest = bars.iter().max().copied().unwrap_or(0) as f64 / HOUR_MS;
    let top = if highest > 0.0 { highest * 1.08 } else { 1.0 };
    let right = f64::from(most) + 0.5 + f64::from(most) * 0.02;
    let mut context = ChartBuilder::on(area)
        .margin_right(24)
        .margin_top(6)
        .x_label_area_size(46)
        .y_label_area_size(60)
        .build_cartesian_2d(0.5..right, 0.0..top)?;
    let unit = if width == 1 {
        String::new()
    } else {
        format!(", in steps of {width}")
    };
    context
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRID)
        .disable_x_mesh()
        .label_style((FONT, 14).into_font().color(&INK))
        .axis_desc_style((FONT, 14).into_font().color(&INK))
        .x_label_formatter(&|seats| format!("{seats:.0}"))
        .y_label_formatter(&|hours| {
            if top < 5.0 {
                format!("{hours:.1}")
            } else {
                format!("{hours:.0}")
            }
        })
        .y_labels(6)
        .x_desc(format!("seats in use{unit}"))
        .y_desc("hours")
        .draw()?;
    context.draw_series(
        bars.iter()
            .zip(0_u32..)
            .filter(|(ms, _)| **ms > 0)
            .map(|(ms, bar)| {
                let from = f64::from(bar * width) + 0.55;
                let until = f64::from((bar + 1) * width) + 0.45;
                Rectangle::new(
                    [(from, 0.0), (until, *ms as f64 / HOUR_MS)],
                    IN_USE.mix(0.75).filled(),
                )
            }),
    )?;
    let mut mark = |seats: f64, color: RGBColor, width: u32| {
        let line = vec![(seats, 0.0), (seats, top)];
        context
            .draw_series([PathElement::new(line, color.stroke_width(width))])
            .map(drop)
    };
    if let Some(enough) = row.in_use.enough_for(0.99) {
        mark(f64::from(enough) + 0.5, ENOUGH, 6)?;
    }
    // Both are seen where they are the same.
    mark(f64::from(limit) + 0.5, LIMIT, 2)
}
