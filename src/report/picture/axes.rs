//! Seats over time: the axes that pictures share.

use super::dates::Dates;
use super::{Area, Drawn, FONT, GRID, INK};
use plotters::backend::SVGBackend;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::style::{IntoFont, WHITE};
use std::ops::Range;

pub(super) type SeatsOverTime<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<Dates, RangedCoordf64>>;

/// Axes for `seats` on these `dates`, with their mesh.
pub(super) fn seats_over_time<'a>(
    area: &Area<'a>,
    dates: &Dates,
    seats: Range<f64>,
) -> Drawn<SeatsOverTime<'a>> {
    let mut context = ChartBuilder::on(area)
        .margin_right(24)
        .margin_top(6)
        .x_label_area_size(28)
        .y_label_area_size(60)
        .build_cartesian_2d(dates.clone(), seats)?;
    context
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRID)
        .label_style((FONT, 14).into_font().color(&INK))
        .axis_desc_style((FONT, 14).into_font().color(&INK))
        .x_label_formatter(&|at| dates.label(*at))
        .y_label_formatter(&|seats| format!("{seats:.0}"))
        .y_labels(6)
        .y_desc("seats")
        .draw()?;
    Ok(context)
}
