//! The record of usage on disk: what is added is there, whatever was packed, summed up or taken
//! back meanwhile.

use super::history::rows;
use super::tables::gaps;
use super::{Closing, Detail, OpenRows, TABLES, UsageAdditions, reached, write};
use crate::seats::Timestamp;
use crate::usage::{
    Addition, Bucket, Count, Gap, GapReason, HALF_HOUR_MS, MINUTE_MS, Row, Standing, intervals,
};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use rusqlite::Connection;
use std::sync::Arc;

/// 2026-03-28T17:00Z: the day after it has 23 hours in Berlin.
const BEGIN: i64 = 1_774_717_200_000;
/// The midnight before, in Berlin.
const MIDNIGHT: i64 = BEGIN - 18 * HOUR;
const HOUR: i64 = 3_600_000;
const ACME: u32 = 7;

struct Disk {
    connection: Connection,
    open: OpenRows,
    closing: Closing,
    gaps: Arc<Vec<Gap>>,
    standing: Standing,
    at: i64,
}

impl Disk {
    fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLES).unwrap();
        connection
            .execute_batch("CREATE TABLE organization (number INTEGER PRIMARY KEY); INSERT INTO organization VALUES (7), (8)")
            .unwrap();
        let mut closing = Closing::default();
        closing.cut_by(ACME, &TimeZone::get("Europe/Berlin").unwrap());
        let mut disk = Self {
            connection,
            open: OpenRows::default(),
            closing,
            gaps: Arc::default(),
            standing: Standing {
                limit: 50,
                ..Standing::default()
            },
            at: BEGIN,
        };
        let begin = Addition {
            bucket: Bucket::of(Timestamp(BEGIN), HALF_HOUR_MS),
            row: Row::at(Timestamp(BEGIN), disk.standing),
        };
        disk.take(&[begin], BEGIN);
        disk.commit();
        disk
    }

    /// So many seats are in use from `at` on.
    fn stands(&mut self, at: i64, seats: u32, length_ms: i64) {
        let bucket = Bucket::of(Timestamp(at), length_ms);
        let mut row = Row::at(Timestamp(self.at.max(bucket.start.0)), self.standing);
        row.stand_until(Timestamp(at), &self.gaps);
        self.standing.connected = seats;
        row.change(self.standing);
        row.counts.add(Count::Logins, 1);
        self.at = at;
        self.take(&[Addition { bucket, row }], at);
    }

    fn take(&mut self, additions: &[Addition], at: i64) {
        let usage = UsageAdditions {
            additions: additions.to_vec(),
            reached: Some(Timestamp(at)),
            gaps: Arc::clone(&self.gaps),
            zone: None,
        };
        self.open.take(&self.connection, ACME, &usage).unwrap();
    }

    fn commit(&mut self) {
        write(&self.connection, &self.open.changes()).unwrap();
        self.open.settle();
    }

    fn close(&mut self, until: i64) {
        self.take(&[], until);
        self.commit();
        for _ in 0..200 {
            self.closing.work(&mut self.connection, &mut self.open).unwrap();
        }
    }

    fn rows(&self, from: i64, until: i64, detail: Detail) -> Vec<Row> {
        rows(&self.connection, ACME, Timestamp(from), Timestamp(until), detail).unwrap()
    }

    /// The whole stretch by intervals of `length`, as each detail tells it.
    fn sum(&self, until: i64, length: i64, detail: Detail) -> Row {
        let edges: Vec<_> = match detail {
            Detail::Days => vec![Timestamp(MIDNIGHT), Timestamp(until)],
            Detail::Minutes | Detail::Quarters | Detail::Peaks => (0..)
                .map(|n| Timestamp(BEGIN + n * length))
                .take_while(|edge| edge.0 < until + length)
                .collect(),
        };
        let rows = self.rows(edges[0].0, until, detail);
        let mut sum: Option<Row> = None;
        for row in intervals(&rows, &edges, &self.gaps, Timestamp(until))
            .into_iter()
            .flatten()
        {
            match &mut sum {
                Some(sum) => sum.join(&row, &self.gaps),
                None => sum = Some(row),
            }
        }
        sum.unwrap()
    }

    fn count(&self, table: &str) -> u32 {
        let sql = format!("SELECT count(*) FROM {table}");
        self.connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn minutes_quarters_and_days_tell_the_same(
        steps in prop::collection::vec((1..7_200_000_i64, 0..50_u32), 1..80),
        gap in prop::option::of((0..90 * HOUR, 1..9 * HOUR)),
        closed_first in 0..80_usize,
        is_small: bool,
    ) {
        let mut disk = Disk::new();
        let gap = gap.map(|(from, length)| Gap {
            from: Timestamp(BEGIN + from),
            until: Timestamp(BEGIN + from + length),
            reason: GapReason::ServerDown,
        });
        disk.gaps = Arc::new(gap.into_iter().collect());
        let mut at = BEGIN;
        let mut expected = Row::at(Timestamp(BEGIN), disk.standing);
        let length = if is_small { HALF_HOUR_MS } else { MINUTE_MS };
        for (number, (pause, seats)) in steps.iter().enumerate() {
            at += pause;
            disk.stands(at, *seats, length);
            disk.commit();
            expected.stand_until(Timestamp(at), &disk.gaps);
            expected.change(disk.standing);
            expected.counts.add(Count::Logins, 1);
            if number == closed_first {
                disk.close(at);
            }
        }
        let until = at + 49 * HOUR;
        disk.close(until);
        expected.stand_until(Timestamp(until), &disk.gaps);
        let within: Vec<_> = disk.gaps.iter().copied().filter(|gap| gap.from.0 < until).collect();
        prop_assert_eq!(gaps(&disk.connection, Timestamp(BEGIN), Timestamp(until)).unwrap(), within);
        prop_assert_eq!(disk.count("usage_open"), 0);
        for (length, detail) in [(60_000, Detail::Minutes), (900_000, Detail::Quarters), (HOUR / 2, Detail::Quarters), (24 * HOUR, Detail::Days)] {
            let length = if is_small { length.max(HOUR / 2) } else { length };
            let sum = disk.sum(until, length, detail);
            prop_assert_eq!(&sum.counts, &expected.counts);
            prop_assert_eq!(&sum.in_use, &expected.in_use, "{:?}", detail);
            prop_assert_eq!(&sum.demand, &expected.demand);
            prop_assert_eq!(&sum.limit, &expected.limit);
        }
    }
}

#[test]
fn what_a_failed_commit_left_behind_is_taken_back() {
    let mut disk = Disk::new();
    disk.stands(BEGIN + 1000, 1, MINUTE_MS);
    disk.commit();
    let good = disk.rows(BEGIN, BEGIN + HOUR, Detail::Minutes);
    let (standing, at) = (disk.standing, disk.at);
    disk.stands(BEGIN + 2000, 2, MINUTE_MS);
    disk.stands(BEGIN + 70_000, 3, MINUTE_MS);
    write(&disk.connection, &disk.open.changes()).unwrap();
    assert_ne!(disk.rows(BEGIN, BEGIN + HOUR, Detail::Minutes), good);

    disk.open.undo();
    write(&disk.connection, &disk.open.repairs()).unwrap();
    disk.open.repaired();

    assert_eq!(disk.rows(BEGIN, BEGIN + HOUR, Detail::Minutes), good);
    (disk.standing, disk.at) = (standing, at);
    disk.stands(BEGIN + 3000, 5, MINUTE_MS);
    disk.commit();
    let rows = disk.rows(BEGIN, BEGIN + HOUR, Detail::Minutes);
    assert_eq!(rows[1].counts.get(Count::Logins), 2);
    assert_eq!(
        rows[1].in_use.iter().collect::<Vec<_>>(),
        [(0, 1000), (1, 2000), (5, 0)]
    );
}

#[test]
fn what_comes_late_for_an_hour_that_is_packed_counts_once() {
    let mut disk = Disk::new();
    disk.stands(BEGIN + 1000, 1, HALF_HOUR_MS);
    disk.close(BEGIN + 3 * HOUR);
    disk.stands(BEGIN + 61_000, 0, HALF_HOUR_MS);
    disk.close(BEGIN + 3 * HOUR);
    for detail in [Detail::Minutes, Detail::Quarters] {
        let sum = disk.sum(BEGIN + HOUR / 2, HOUR / 2, detail);
        assert_eq!(sum.counts.get(Count::Logins), 2, "{detail:?}");
        assert_eq!(sum.in_use.product_ms(), 60_000, "{detail:?}");
    }
}

#[test]
fn what_comes_late_for_a_day_that_is_summed_counts_there_too() {
    let mut disk = Disk::new();
    disk.stands(MIDNIGHT + HOUR, 1, HALF_HOUR_MS);
    disk.stands(MIDNIGHT + 30 * HOUR, 0, HALF_HOUR_MS);
    disk.close(MIDNIGHT + 40 * HOUR);
    let days = disk.count("usage_day");
    let of_the_day = |disk: &Disk| {
        let rows = disk.rows(MIDNIGHT, MIDNIGHT + 24 * HOUR, Detail::Days);
        rows.last().unwrap().counts.get(Count::Logins)
    };
    assert!(days > 0 && of_the_day(&disk) == 1, "{days}");

    disk.at = MIDNIGHT + 2 * HOUR;
    disk.stands(MIDNIGHT + 2 * HOUR + 1000, 1, HALF_HOUR_MS);
    disk.close(MIDNIGHT + 41 * HOUR);

    assert_eq!((disk.count("usage_day"), of_the_day(&disk)), (days, 2));
}

#[test]
fn minutes_quarters_and_days_are_kept_as_long_as_is_said() {
    let mut disk = Disk::new();
    for day in 0..3 {
        for hour in 0..3 {
            disk.stands(BEGIN + (day * 24 + hour) * HOUR, 1, MINUTE_MS);
            disk.commit();
        }
    }
    let day = 24 * HOUR;
    let minutes = |disk: &Disk| disk.count("usage_hour WHERE rows IS NOT NULL");
    disk.close(BEGIN + 89 * day);
    assert_eq!((minutes(&disk), disk.count("usage_hour")), (9, 9));
    disk.close(BEGIN + 95 * day);
    assert_eq!((minutes(&disk), disk.count("usage_hour")), (0, 9));
    let before = disk.sum(BEGIN + 95 * day, day, Detail::Days);
    disk.close(BEGIN + 402 * day);
    assert_eq!((disk.count("usage_hour"), disk.count("usage_day")), (0, 3));
    assert_eq!(
        disk.sum(BEGIN + 95 * day, day, Detail::Days).counts,
        before.counts
    );
    disk.close(BEGIN + 1840 * day);
    assert_eq!(disk.count("usage_day"), 0);
    assert_eq!(
        reached(&disk.connection).unwrap(),
        Some(Timestamp(BEGIN + 1840 * day))
    );
}
