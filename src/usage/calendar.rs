//! Intervals of the calendar of an organization. Days have 23, 24 or 25 hours.

use crate::seats::Timestamp;
use jiff::tz::TimeZone;

/// How long the intervals of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// One minute.
    Minute,
    /// 15 minutes.
    Quarter,
    /// 30 minutes.
    HalfHour,
    /// One hour.
    Hour,
    /// A day of the organization's time zone.
    Day,
}

impl Interval {
    /// As it is written in a query.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "1m" => Self::Minute,
            "15m" => Self::Quarter,
            "30m" => Self::HalfHour,
            "1h" => Self::Hour,
            "1d" => Self::Day,
            _ => return None,
        })
    }

    fn length_ms(self) -> Option<i64> {
        match self {
            Self::Minute => Some(60_000),
            Self::Quarter => Some(900_000),
            Self::HalfHour => Some(1_800_000),
            Self::Hour => Some(3_600_000),
            Self::Day => None,
        }
    }
}

/// The edges of the intervals from the one in which `from` lies up to the one in which the time
/// before `until` ends, and of no more than `most` intervals.
pub fn edges(
    interval: Interval,
    from: Timestamp,
    until: Timestamp,
    zone: &TimeZone,
    most: usize,
) -> Vec<Timestamp> {
    let mut edges = Vec::new();
    let mut day = start_of_day(zone, from, 0);
    // A time zone may begin a day at any quarter of an hour of UTC, so each day is cut by itself.
    while day < until && edges.len() <= most {
        let next = start_of_day(zone, day, 1);
        if next <= day {
            break;
        }
        let step = interval.length_ms().unwrap_or(next.0 - day.0);
        let skipped = (from.0 - day.0).max(0) / step;
        let mut at = day.0 + skipped * step;
        while at < next.0 && at < until.0 && edges.len() <= most {
            edges.push(Timestamp(at));
            at += step;
        }
        if edges.len() <= most && at >= until.0 {
            edges.push(Timestamp(at.min(next.0)));
            return edges;
        }
        day = next;
    }
    if edges.len() <= most && !edges.is_empty() {
        edges.push(day);
    }
    edges
}

/// The midnight so many days after the day in which `at` lies.
pub fn start_of_day(zone: &TimeZone, at: Timestamp, days: i64) -> Timestamp {
    let whole = || -> Result<_, jiff::Error> {
        let local = jiff::Timestamp::from_millisecond(at.0)?.to_zoned(zone.clone());
        let date = local.date().checked_add(jiff::Span::new().try_days(days)?)?;
        Ok(date.to_zoned(zone.clone())?.timestamp().as_millisecond())
    };
    // Only where the calendar itself ends.
    Timestamp(whole().unwrap_or(at.0))
}

/// The weekday, Monday first, and the half-hour of the day, both from 0.
pub fn weekly_place(zone: &TimeZone, at: Timestamp) -> (usize, usize) {
    let Ok(time) = jiff::Timestamp::from_millisecond(at.0) else {
        return (0, 0);
    };
    let local = time.to_zoned(zone.clone());
    let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
    let half = usize::try_from(local.hour()).unwrap_or(0) * 2 + usize::from(local.minute() >= 30);
    (weekday, half)
}

/// The number of the local half-hour in which `at` lies, counted from a Monday's midnight: weeks are
/// 336 apart. When clocks are set back two half-hours have one number, when forward some are missing.
pub fn local_half_hour(zone: &TimeZone, at: Timestamp) -> i64 {
    /// 1970 began on a Thursday.
    const MONDAY_MS: i64 = 3 * 24 * 3_600_000;
    let offset = jiff::Timestamp::from_millisecond(at.0).map_or(0, |time| zone.to_offset(time).seconds());
    (at.0 + i64::from(offset) * 1000 + MONDAY_MS).div_euclid(1_800_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn hours(zone: &str, interval: Interval, from: &str, until: &str) -> Vec<f64> {
        let zone = TimeZone::get(zone).unwrap();
        let edges = edges(interval, at(from), at(until), &zone, 1000);
        edges
            .windows(2)
            .map(|edge| (edge[1].0 - edge[0].0) as f64 / 3_600_000.0)
            .collect()
    }

    #[test]
    fn days_have_as_many_hours_as_the_calendar_gives_them() {
        let days = |from, until| hours("Europe/Berlin", Interval::Day, from, until);
        assert_eq!(
            days("2026-03-28T00:00:00Z", "2026-03-30T12:00:00Z"),
            [24.0, 23.0, 24.0]
        );
        assert_eq!(days("2026-10-24T12:00:00Z", "2026-10-25T23:00:00Z"), [24.0, 25.0]);
        let halves = hours(
            "Australia/Lord_Howe",
            Interval::Hour,
            "2026-04-04T13:00:00Z",
            "2026-04-05T13:30:00Z",
        );
        assert_eq!(halves.len(), 25);
        assert_eq!(halves.iter().filter(|hours| **hours < 1.0).count(), 1);
    }

    #[test]
    fn intervals_begin_before_the_stretch_and_end_after_it() {
        let zone = TimeZone::get("Asia/Kathmandu").unwrap();
        let edges = edges(
            Interval::Hour,
            at("2026-01-05T10:20:00Z"),
            at("2026-01-05T12:16:00Z"),
            &zone,
            1000,
        );
        let expected = ["10:15", "11:15", "12:15", "13:15"].map(|time| at(&format!("2026-01-05T{time}:00Z")));
        assert_eq!(edges, expected);
    }

    #[test]
    fn no_more_intervals_than_asked_for() {
        let edges = edges(
            Interval::Minute,
            at("2026-01-05T10:00:00Z"),
            at("2026-01-09T10:00:00Z"),
            &TimeZone::UTC,
            100,
        );
        assert_eq!(edges.len(), 101);
        assert_eq!(edges[100], at("2026-01-05T11:40:00Z"));
    }

    #[test]
    fn a_half_hour_has_its_place_in_the_week() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(weekly_place(&berlin, at("2026-01-05T08:30:00Z")), (0, 19));
        assert_eq!(weekly_place(&berlin, at("2026-07-05T22:10:00Z")), (0, 0));
    }

    #[test]
    fn half_hours_are_numbered_by_the_clock_on_the_wall() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let number = |text| local_half_hour(&berlin, at(text));
        // The same time of the week, before and after the clocks are set.
        assert_eq!(
            number("2026-03-30T06:00:00Z") - number("2026-03-23T07:00:00Z"),
            336
        );
        let place = number("2026-01-05T08:30:00Z").rem_euclid(336);
        assert_eq!(place, 19);
        assert_eq!(number("2026-10-25T00:10:00Z"), number("2026-10-25T01:10:00Z"));
    }
}
