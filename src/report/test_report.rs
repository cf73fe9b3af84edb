//! Reports for tests: a small office, and one without any record.

use super::{Day, Report, Subject};
use crate::seats::Timestamp;
use crate::usage::{Count, HALF_HOUR_MS, Row, Standing};
use jiff::tz::TimeZone;

/// 2026-01-05T00:00Z.
pub(super) const MONDAY: i64 = 1_767_571_200_000;
const DAY_MS: i64 = 24 * 3_600_000;

fn subject() -> Subject {
    Subject {
        id: "acme".to_owned(),
        name: "Acme <Support>".to_owned(),
        zone: TimeZone::UTC,
    }
}

/// So many days from a Monday on: on weekdays 30 seats and one more each day from ten to eleven.
pub(super) fn office(days: i64) -> Report {
    let mut halves = Vec::new();
    let mut rows = Vec::new();
    for day in 0..days {
        let midnight = MONDAY + day * DAY_MS;
        let mut of_day: Option<Row> = None;
        for half in 0..48 {
            let start = Timestamp(midnight + half * HALF_HOUR_MS);
            let seats = match (day % 7, half) {
                (0..5, 20..22) => 31 + u32::try_from(day).unwrap() - u32::try_from(day / 7).unwrap(),
                (0..5, 16..36) => 30,
                _ => 0,
            };
            let standing = Standing {
                connected: seats,
                limit: 40,
                ..Standing::default()
            };
            let mut row = Row::at(start, standing);
            if seats > 0 {
                row.counts.add(Count::Logins, 3);
                row.counts.add(Count::Logouts, 2);
                row.counts.add(Count::PurgesClosed, 1);
                row.counts.add(Count::Resumes, 2);
                row.lengths.record(8 * 3_600_000);
            }
            row.stand_until(Timestamp(start.0 + HALF_HOUR_MS), &[]);
            match &mut of_day {
                Some(of_day) => of_day.join(&row, &[]),
                None => of_day = Some(row.clone()),
            }
            halves.push((start, Some(row)));
        }
        rows.push(Day {
            from: Timestamp(midnight),
            until: Timestamp(midnight + DAY_MS),
            row: of_day,
        });
    }
    Report::of(subject(), rows, halves, &[])
}

/// Seven days of which nothing is known.
pub(super) fn empty() -> Report {
    let days = (0..7).map(|day| Day {
        from: Timestamp(MONDAY + day * DAY_MS),
        until: Timestamp(MONDAY + (day + 1) * DAY_MS),
        row: None,
    });
    Report::of(subject(), days.collect(), Vec::new(), &[])
}
