//! A chart as a picture: seats above, refusals below, over the time of the run.

mod axis;

use plotters::backend::SVGBackend;
use plotters::chart::ChartBuilder;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Rectangle, Text};
use plotters::series::{AreaSeries, LineSeries};
use plotters::style::{Color, IntoFont, RGBColor, WHITE};

use super::chart::{Bin, Chart};
use axis::TimeAxis;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[error("the picture could not be drawn: {0}")]
pub struct NotDrawn(#[from] DrawingAreaErrorKind<std::io::Error>);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

const SIZE: (u32, u32) = (1200, 640);
const HEAD: u32 = 50;
const SEATS: u32 = 410;
const FONT: &str = "sans-serif";
const IN_USE: RGBColor = RGBColor(31, 95, 160);
const IN_GRACE: RGBColor = RGBColor(230, 140, 20);
const LIMIT: RGBColor = RGBColor(40, 40, 40);
const REFUSED: RGBColor = RGBColor(190, 40, 50);
const GRID: RGBColor = RGBColor(228, 228, 228);
const INK: RGBColor = RGBColor(40, 40, 40);

/// Draws `chart` as SVG.
pub fn svg(chart: &Chart, title: &str) -> Result<String, NotDrawn> {
    let mut text = String::new();
    {
        let picture = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        picture.fill(&WHITE)?;
        let (head, rest) = picture.split_vertically(HEAD);
        let (upper, lower) = rest.split_vertically(SEATS);
        let axis = TimeAxis::of(chart);
        draw_head(&head, title)?;
        draw_seats(&upper, chart, &axis)?;
        draw_refused(&lower, chart, &axis)?;
        picture.present()?;
    }
    Ok(text)
}

/// The title and the legend, beside each other, so that neither hides anything.
fn draw_head(area: &Area<'_>, title: &str) -> Drawn {
    let font = |size: u32| (FONT, size).into_font().color(&INK);
    area.draw(&Text::new(title.to_owned(), (20, 16), font(20)))?;
    let legend = [
        ("in use", IN_USE),
        ("in grace", IN_GRACE),
        ("limit", LIMIT),
        ("refused", REFUSED),
    ];
    for ((name, color), left) in legend.into_iter().zip([760, 860, 970, 1060]) {
        area.draw(&Rectangle::new([(left, 20), (left + 14, 32)], color.filled()))?;
        area.draw(&Text::new(name, (left + 20, 18), font(16)))?;
    }
    Ok(())
}

fn draw_seats(area: &Area<'_>, chart: &Chart, axis: &TimeAxis) -> Drawn {
    let bins = chart.bins();
    let most = bins
        .iter()
        .map(|bin| bin.in_use.max(bin.limit.unwrap_or(0)))
        .max();
    let top = (most.unwrap_or(0) as f64 * 1.08).max(4.0);
    let mut context = ChartBuilder::on(area)
        .margin_left(12)
        .margin_right(44)
        .x_label_area_size(30)
        .y_label_area_size(70)
        .build_cartesian_2d(axis.clone(), 0.0..top)?;
    context
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRID)
        .label_style((FONT, 15).into_font().color(&INK))
        .axis_desc_style((FONT, 16).into_font().color(&INK))
        .x_label_formatter(&|moment| axis.label(*moment))
        .y_label_formatter(&|seats| format!("{seats:.0}"))
        .y_desc("seats")
        .draw()?;
    // A level holds until the next bin begins, so each bin has two corners.
    let steps = |of: fn(&Bin) -> u64| {
        let corner = move |(index, bin): (usize, &Bin)| {
            let seats = of(bin) as f64;
            [(axis.at(chart, index), seats), (axis.at(chart, index + 1), seats)]
        };
        bins.iter().enumerate().flat_map(corner)
    };
    let in_use = steps(|bin| bin.in_use);
    context
        .draw_series(AreaSeries::new(in_use, 0.0, IN_USE.mix(0.25)).border_style(IN_USE.stroke_width(2)))?;
    let in_grace = steps(|bin| bin.in_grace);
    context.draw_series(
        AreaSeries::new(in_grace, 0.0, IN_GRACE.mix(0.6)).border_style(IN_GRACE.stroke_width(1)),
    )?;
    let known = bins.iter().enumerate().filter_map(|(index, bin)| {
        let limit = bin.limit? as f64;
        Some([(axis.at(chart, index), limit), (axis.at(chart, index + 1), limit)])
    });
    context.draw_series(LineSeries::new(known.flatten(), LIMIT.stroke_width(2)))?;
    Ok(())
}

fn draw_refused(area: &Area<'_>, chart: &Chart, axis: &TimeAxis) -> Drawn {
    let bars = bars(chart, axis);
    let most = bars.iter().map(|bar| bar.1).max().unwrap_or(0);
    let mut context = ChartBuilder::on(area)
        .margin_left(12)
        .margin_right(44)
        .margin_top(10)
        .x_label_area_size(50)
        .y_label_area_size(70)
        .build_cartesian_2d(axis.clone(), 0.0..(most as f64 * 1.1).max(4.0))?;
    context
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRID)
        .label_style((FONT, 15).into_font().color(&INK))
        .axis_desc_style((FONT, 16).into_font().color(&INK))
        .x_label_formatter(&|moment| axis.label(*moment))
        .y_label_formatter(&|refused| format!("{refused:.0}"))
        .y_labels(5)
        .x_desc(axis.title())
        .y_desc(format!("refused in {}", axis::spoken(axis.bar())))
        .draw()?;
    context.draw_series(bars.into_iter().filter(|bar| bar.1 > 0).map(|(from, refused)| {
        let corners = [(from, 0.0), (from + axis.bar(), refused as f64)];
        Rectangle::new(corners, REFUSED.filled())
    }))?;
    Ok(())
}

/// Refusals by the beginning of their bar.
fn bars(chart: &Chart, axis: &TimeAxis) -> Vec<(f64, u64)> {
    let mut bars: Vec<(f64, u64)> = Vec::new();
    for (index, bin) in chart.bins().iter().enumerate() {
        let from = (axis.at(chart, index) / axis.bar()).floor() * axis.bar();
        match bars.last_mut() {
            Some((last, refused)) if *last >= from => *refused += bin.refused,
            Some(_) | None => bars.push((from, bin.refused)),
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::chart::{Axis, Level};
    use super::*;

    #[test]
    fn the_picture_shows_seats_grace_limit_and_refusals_with_their_axes() {
        let axis = Axis::Schedule {
            begin: Duration::ZERO,
            speed: 1.0,
        };
        let day = Duration::from_secs(86_400);
        let mut chart = Chart::new(axis, day);
        let level = |in_use| Level {
            in_use,
            in_grace: in_use / 10,
            limit: Some(50),
        };
        chart.note(day / 3, level(50));
        (0..7).for_each(|_| chart.refused(day / 3));
        chart.note(day / 2, level(20));
        chart.finish(day);

        let svg = svg(&chart, "an office").unwrap();

        for text in [
            "an office",
            "in use",
            "in grace",
            "limit",
            "refused in 10 min",
            "08:00",
            "time of day",
        ] {
            assert!(svg.contains(text), "{text} is missing");
        }
        assert_eq!(
            bars(&chart, &TimeAxis::of(&chart))
                .iter()
                .map(|bar| bar.1)
                .sum::<u64>(),
            7
        );
    }
}
