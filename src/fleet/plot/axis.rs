//! The time axis: where its marks stand and what they are called.

use std::ops::Range;
use std::time::Duration;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

use crate::fleet::chart::{Axis, Chart};

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// Distances between marks that are read easily, in seconds.
const STEPS: [f64; 17] = [
    1.0,
    5.0,
    10.0,
    30.0,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
    2.0 * DAY,
    7.0 * DAY,
    28.0 * DAY,
];

/// Seconds of the schedule, or of the run where there is none.
#[derive(Debug, Clone)]
pub(super) struct TimeAxis {
    range: Range<f64>,
    step: f64,
    axis: Axis,
}

impl TimeAxis {
    const MOST_MARKS: f64 = 14.0;

    pub(super) fn of(chart: &Chart) -> Self {
        let length = chart.bin() * u32::try_from(chart.bins().len()).unwrap_or(u32::MAX);
        let range = moment(chart.axis(), Duration::ZERO)..moment(chart.axis(), length);
        let span = range.end - range.start;
        Self {
            step: step(span, Self::MOST_MARKS),
            range,
            axis: chart.axis(),
        }
    }

    /// The moment of a bin's beginning.
    pub(super) fn at(&self, chart: &Chart, bin: usize) -> f64 {
        moment(self.axis, chart.bin() * u32::try_from(bin).unwrap_or(u32::MAX))
    }

    /// How long the bars are of which there are not too many.
    pub(super) fn bar(&self) -> f64 {
        step(self.range.end - self.range.start, 170.0)
    }

    /// What the axis shows.
    pub(super) fn title(&self) -> &'static str {
        match self.axis {
            Axis::Elapsed => "since the start, hours:minutes:seconds",
            Axis::Schedule { .. } if self.step >= DAY => "weekday and number of the day",
            Axis::Schedule { .. } => "time of day",
        }
    }

    /// What a mark is called.
    pub(super) fn label(&self, moment: f64) -> String {
        const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let seconds = Duration::from_secs_f64(moment.max(0.0) + 0.5).as_secs();
        let (day, minute, second) = (seconds / 86_400, seconds / 60 % 1440, seconds % 60);
        let weekday = WEEKDAYS[usize::try_from(day % 7).unwrap_or(0)];
        let time = format!("{:02}:{:02}", minute / 60, minute % 60);
        match self.axis {
            Axis::Elapsed => format!("{}:{:02}:{second:02}", seconds / 3600, minute % 60),
            Axis::Schedule { .. } if self.step >= DAY => format!("{weekday} {}", day + 1),
            Axis::Schedule { .. } if self.range.end - self.range.start > 1.5 * DAY => {
                format!("{weekday} {time}")
            }
            Axis::Schedule { .. } if self.step < MINUTE => format!("{time}:{second:02}"),
            Axis::Schedule { .. } => time,
        }
    }
}

impl Ranged for TimeAxis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    #[expect(clippy::cast_possible_truncation, reason = "a pixel is a small number")]
    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let part = (value - self.range.start) / (self.range.end - self.range.start).max(f64::MIN_POSITIVE);
        limit.0 + (part * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        let first = (self.range.start / self.step).ceil();
        let marks = (0..64_u32).map(|mark| (first + f64::from(mark)) * self.step);
        marks.take_while(|mark| *mark <= self.range.end).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

fn moment(axis: Axis, at: Duration) -> f64 {
    match axis {
        Axis::Elapsed => at.as_secs_f64(),
        Axis::Schedule { begin, speed } => begin.as_secs_f64() + at.as_secs_f64() * speed,
    }
}

/// A step in words.
pub(super) fn spoken(step: f64) -> String {
    let (length, unit) = if step < MINUTE {
        (step, "s")
    } else if step < HOUR {
        (step / MINUTE, "min")
    } else if step < DAY {
        (step / HOUR, "h")
    } else {
        (step / DAY, "d")
    };
    format!("{length:.0} {unit}")
}

/// The shortest readable step of which at most so many fit.
fn step(span: f64, most: f64) -> f64 {
    let fits = STEPS.into_iter().find(|step| span / step <= most);
    fits.unwrap_or((span / most).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(axis: Axis, seconds: f64) -> TimeAxis {
        let range = moment(axis, Duration::ZERO)..moment(axis, Duration::from_secs_f64(seconds));
        TimeAxis {
            step: step(range.end - range.start, TimeAxis::MOST_MARKS),
            range,
            axis,
        }
    }

    fn labels(axis: &TimeAxis) -> Vec<String> {
        let points = axis.key_points(plotters::coord::ranged1d::BoldPoints(9));
        points.into_iter().map(|point| axis.label(point)).collect()
    }

    fn schedule(begin: f64, speed: f64) -> Axis {
        Axis::Schedule {
            begin: Duration::from_secs_f64(begin),
            speed,
        }
    }

    #[test]
    fn a_day_has_its_hours_and_a_week_its_days() {
        let day = axis(schedule(0.0, 1.0), DAY);
        assert_eq!(labels(&day)[..3], ["00:00", "02:00", "04:00"]);
        let week = axis(schedule(0.0, 1.0), 7.0 * DAY);
        assert_eq!(labels(&week)[..3], ["Mon 00:00", "Mon 12:00", "Tue 00:00"]);
        let month = axis(schedule(0.0, 1.0), 28.0 * DAY);
        assert_eq!(labels(&month)[..3], ["Mon 1", "Wed 3", "Fri 5"]);
    }

    #[test]
    fn a_run_that_begins_in_the_morning_has_round_times() {
        let morning = axis(schedule(7.0 * HOUR + 40.0 * MINUTE, 12.0), 900.0);
        assert_eq!(labels(&morning)[..2], ["08:00", "08:30"]);
        let storm = axis(Axis::Elapsed, 60.0);
        assert_eq!(labels(&storm)[..2], ["0:00:00", "0:00:05"]);
    }
}
