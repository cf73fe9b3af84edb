//! An axis of days: marks stand at midnights of the organization, so few that they can be read.

use crate::seats::Timestamp;
use crate::usage::{start_of_day, weekly_place};
use jiff::tz::TimeZone;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use std::ops::Range;

const DAY_MS: i64 = 24 * 3_600_000;
const MOST_MARKS: i64 = 14;

/// Milliseconds of UTC.
#[derive(Debug, Clone)]
pub(super) struct Dates {
    range: Range<i64>,
    zone: TimeZone,
    marks: Vec<i64>,
    has_years: bool,
}

impl Dates {
    pub(super) fn new(from: Timestamp, until: Timestamp, zone: &TimeZone) -> Self {
        let range = from.0..until.0.max(from.0 + 1);
        let days = (range.end - range.start) / DAY_MS + 1;
        let mut marks = Vec::new();
        let mut number = 0;
        let mut at = from;
        while at.0 <= range.end && marks.len() < 4000 {
            if is_mark(zone, at, days) {
                marks.push(at.0);
            }
            number += 1;
            at = start_of_day(zone, from, number);
        }
        Self {
            has_years: days > 300,
            range,
            zone: zone.clone(),
            marks,
        }
    }

    /// What a mark is called.
    pub(super) fn label(&self, at: i64) -> String {
        let Ok(time) = jiff::Timestamp::from_millisecond(at) else {
            return String::new();
        };
        let format = if self.has_years { "%b %Y" } else { "%a %-d %b" };
        time.to_zoned(self.zone.clone()).strftime(format).to_string()
    }
}

/// All days, Mondays, or the first of months, of which each or some.
fn is_mark(zone: &TimeZone, at: Timestamp, days: i64) -> bool {
    let Ok(time) = jiff::Timestamp::from_millisecond(at.0) else {
        return false;
    };
    let date = time.to_zoned(zone.clone()).date();
    let week = at.0.div_euclid(7 * DAY_MS);
    if days <= MOST_MARKS {
        true
    } else if days <= 7 * (MOST_MARKS - 4) {
        weekly_place(zone, at).0 == 0
    } else if days <= 300 {
        weekly_place(zone, at).0 == 0 && week % (days / (7 * 10) + 1) == 0
    } else {
        let wanted = days / 30 / MOST_MARKS + 1;
        let months = [1, 2, 3, 4, 6]
            .into_iter()
            .find(|months| *months >= wanted)
            .unwrap_or(12);
        date.day() == 1 && i64::from(date.month() - 1) % months == 0
    }
}

impl Ranged for Dates {
    type FormatOption = DefaultFormatting;
    type ValueType = i64;

    #[expect(clippy::cast_possible_truncation, reason = "a pixel is a small number")]
    fn map(&self, value: &i64, limit: (i32, i32)) -> i32 {
        let part = (value - self.range.start) as f64 / (self.range.end - self.range.start) as f64;
        limit.0 + (part * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<i64> {
        self.marks.clone()
    }

    fn range(&self) -> Range<i64> {
        self.range.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_report::MONDAY;

    #[test]
    fn there_are_marks_and_never_too_many() {
        for days in [1, 2, 7, 9, 14, 28, 70, 100, 182, 300, 396, 1000, 1827] {
            let until = Timestamp(MONDAY + days * DAY_MS);
            let dates = Dates::new(Timestamp(MONDAY), until, &TimeZone::UTC);
            let marks = dates.marks.len();
            assert!((1..=14).contains(&marks), "{marks} marks in {days} days");
        }
    }

    #[test]
    fn marks_are_the_organizations_midnights() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let from = start_of_day(&berlin, Timestamp(MONDAY + DAY_MS / 2), 0);
        let dates = Dates::new(from, Timestamp(from.0 + 2 * DAY_MS), &berlin);
        let labels: Vec<_> = dates.marks.iter().map(|mark| dates.label(*mark)).collect();
        assert_eq!(labels, ["Mon 5 Jan", "Tue 6 Jan", "Wed 7 Jan"]);
    }
}
