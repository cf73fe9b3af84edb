//! The pictures of a report, as SVG.

mod axes;
mod dates;
mod forecast;
mod heatmap;
mod levels;
mod occupancy;
mod trend;

pub use forecast::{Forecast, forecast};
pub(super) use heatmap::heatmap;
pub(super) use levels::levels;
pub(super) use occupancy::{is_fine, occupancy};
pub(super) use trend::trend;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, TextStyle, WHITE};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[error("a picture could not be drawn: {0}")]
pub struct NotDrawn(#[from] DrawingAreaErrorKind<std::io::Error>);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn<T = ()> = Result<T, DrawingAreaErrorKind<std::io::Error>>;

const WIDTH: u32 = 960;
/// The legend's height.
const HEAD: u32 = 30;
const FONT: &str = "sans-serif";
const IN_USE: RGBColor = RGBColor(31, 95, 160);
const HELD: RGBColor = RGBColor(20, 140, 120);
const ENOUGH: RGBColor = RGBColor(214, 120, 10);
const LIMIT: RGBColor = RGBColor(40, 40, 40);
const REFUSED: RGBColor = RGBColor(190, 40, 50);
const GRID: RGBColor = RGBColor(228, 228, 228);
const INK: RGBColor = RGBColor(40, 40, 40);

/// A picture of this height, under a legend, called `label` for those who do not see it.
fn drawn(
    height: u32,
    label: &str,
    legend: &[(&str, RGBColor)],
    draw: impl FnOnce(&Area<'_>) -> Drawn,
) -> Result<String, NotDrawn> {
    let mut text = String::new();
    {
        let picture = SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area();
        picture.fill(&WHITE)?;
        let (head, body) = picture.split_vertically(HEAD);
        let mut left = 62;
        for (name, color) in legend {
            head.draw(&Rectangle::new([(left, 9), (left + 14, 21)], color.filled()))?;
            head.draw(&Text::new((*name).to_owned(), (left + 20, 9), font(14)))?;
            left += 44 + i32::try_from(name.chars().count()).unwrap_or(0) * 7;
        }
        draw(&body)?;
        picture.present()?;
    }
    Ok(text.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{label}\" "), 1))
}

fn font(size: u32) -> TextStyle<'static> {
    (FONT, size).into_font().color(&INK)
}

fn centred(size: u32) -> TextStyle<'static> {
    font(size).pos(Pos::new(HPos::Center, VPos::Center))
}

/// The top of an axis that shows up to `most`, and never less than a few.
fn top(most: u32) -> f64 {
    (f64::from(most) * 1.08).max(4.0)
}
