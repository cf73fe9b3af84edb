//! Weekly peaks, the line through them, and where those to come may lie.

use super::axes::seats_over_time;
use super::dates::Dates;
use super::{Area, Drawn, ENOUGH, IN_USE, LIMIT, NotDrawn, drawn, font, top};
use crate::seats::Timestamp;
use crate::usage::trend::Band;
use jiff::tz::TimeZone;
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::series::{DashedLineSeries, LineSeries};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

const WEEK_MS: i64 = 7 * 24 * 3_600_000;
/// `ENOUGH` as the paper shines through it.
const BAND: RGBColor = RGBColor(246, 225, 201);
/// Of these months the numbers stand in the picture.
const TOLD_MONTHS: [u32; 2] = [6, 12];

/// What the picture shows.
#[derive(Debug, Clone)]
pub struct Forecast {
    /// When each week ended, and its peak; the oldest first.
    pub weeks: Vec<(Timestamp, u32)>,
    /// The line in the oldest week.
    pub begins: f64,
    /// From the newest week on: how many months later, when, and where peaks may lie. The line alone
    /// is in the first one.
    pub months: Vec<(u32, Timestamp, Band)>,
    /// What there is.
    pub seats: u32,
    /// In which dates are told.
    pub zone: TimeZone,
}

/// The trend with its band. `None` of nothing.
pub fn forecast(of: &Forecast) -> Option<Result<String, NotDrawn>> {
    let legend = [
        ("peak of the week", IN_USE),
        ("line of Theil and Sen", ENOUGH),
        ("nine in ten to come", BAND),
        ("seats there are", LIMIT),
    ];
    let (oldest, newest) = (of.weeks.first()?.0, of.months.last()?.1);
    let draw = |area: &Area<'_>| draw(of, oldest, newest, area);
    Some(drawn(360, "weekly peaks with a forecast", &legend, draw))
}

fn draw(of: &Forecast, oldest: Timestamp, newest: Timestamp, area: &Area<'_>) -> Drawn {
    let peaks = of.weeks.iter().map(|(_, peak)| *peak).max().unwrap_or(0);
    let bands = of.months.iter().map(|(_, _, band)| band.high);
    let most = bands.fold(f64::from(peaks.max(of.seats)), f64::max).ceil() as u32;
    let dates = Dates::new(
        Timestamp(oldest.0 - WEEK_MS),
        Timestamp(newest.0 + 3 * WEEK_MS),
        &of.zone,
    );
    let mut context = seats_over_time(area, &dates, 0.0..top(most))?;
    let edge = |of_band: fn(&Band) -> f64| {
        let months = of.months.iter();
        months.map(move |(_, at, band)| (at.0, of_band(band)))
    };
    let mut band: Vec<_> = edge(|band| band.high).collect();
    band.extend(edge(|band| band.low).collect::<Vec<_>>().into_iter().rev());
    context.draw_series([Polygon::new(band, BAND.filled())])?;
    let seats = f64::from(of.seats);
    let across = [(oldest.0 - WEEK_MS, seats), (newest.0 + 3 * WEEK_MS, seats)];
    context.draw_series(LineSeries::new(across, LIMIT.stroke_width(2)))?;
    let begin = [(oldest.0, of.begins)];
    let known = begin.into_iter().chain(edge(|band| band.middle).take(1));
    context.draw_series(LineSeries::new(known, ENOUGH.stroke_width(2)))?;
    let ahead = edge(|band| band.middle);
    context.draw_series(DashedLineSeries::new(ahead, 8, 5, ENOUGH.stroke_width(2)))?;
    let weeks = || of.weeks.iter().map(|(at, peak)| (at.0, f64::from(*peak)));
    context.draw_series(LineSeries::new(weeks(), IN_USE.mix(0.5).stroke_width(1)))?;
    context.draw_series(weeks().map(|at| Circle::new(at, 3, IN_USE.filled())))?;
    for (months, at, band) in of
        .months
        .iter()
        .filter(|(months, ..)| TOLD_MONTHS.contains(months))
    {
        let mark = [(at.0, 0.0), (at.0, band.high)];
        context.draw_series([PathElement::new(mark.to_vec(), LIMIT.mix(0.35).stroke_width(1))])?;
        let words = format!(
            "{months} months: {:.0} ({:.0} to {:.0})",
            band.middle, band.low, band.high
        );
        let style = font(14).pos(Pos::new(HPos::Right, VPos::Bottom));
        context.draw_series([Text::new(words, (at.0, top(most) * 0.03), style)])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_up() -> Forecast {
        let band = |low, middle, high| Band { low, middle, high };
        Forecast {
            weeks: (1..9)
                .map(|week| (Timestamp(week * WEEK_MS), 80 + week as u32))
                .collect(),
            begins: 81.0,
            months: vec![
                (0, Timestamp(8 * WEEK_MS), band(86.0, 88.0, 90.0)),
                (6, Timestamp(34 * WEEK_MS), band(100.0, 114.0, 120.4)),
                (12, Timestamp(60 * WEEK_MS), band(110.0, 140.0, 161.0)),
            ],
            seats: 100,
            zone: TimeZone::UTC,
        }
    }

    #[test]
    fn the_picture_tells_the_months_that_count_with_their_range() {
        let picture = forecast(&made_up()).unwrap().unwrap();

        assert!(picture.contains("6 months: 114 (100 to 120)"), "{picture}");
        assert!(picture.contains("12 months: 140 (110 to 161)"));
        assert!(picture.contains("role=\"img\""));
        // A point for each week.
        assert_eq!(picture.matches("<circle").count(), 8);
    }

    #[test]
    fn of_nothing_there_is_no_picture() {
        let nothing = Forecast {
            weeks: Vec::new(),
            ..made_up()
        };
        assert!(forecast(&nothing).is_none());
    }
}
