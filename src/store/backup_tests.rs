//! A copy is of one instant, also of a record that is packed meanwhile.

use super::backup::{OPEN_AT_FIRST, attach, read_at_last};
use super::format::migrate;
use super::{Detail, Filling, Shelf, UsageAdditions, backup};
use crate::seats::{OrganizationId, Timestamp};
use crate::usage::{Addition, Bucket, Count, Gap, MINUTE_MS, Row, Standing};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const BEGIN: i64 = 1_767_600_000_000;

/// Adds an hour with a login in each minute.
fn live_an_hour(filling: &mut Filling, hour: i64) {
    let standing = Standing {
        connected: 1,
        limit: 9,
        ..Standing::default()
    };
    let additions: Vec<_> = (0..60)
        .map(|minute| {
            let at = BEGIN + (hour * 60 + minute) * MINUTE_MS;
            let mut row = Row::at(Timestamp(at), standing);
            row.counts.add(Count::Logins, 1);
            row.stand_until(Timestamp(at + MINUTE_MS), &[]);
            let bucket = Bucket::of(Timestamp(at), MINUTE_MS);
            Addition { bucket, row }
        })
        .collect();
    let usage = UsageAdditions {
        additions,
        reached: Some(Timestamp(BEGIN + (hour + 1) * 60 * MINUTE_MS)),
        gaps: Arc::<Vec<Gap>>::default(),
        zone: None,
    };
    filling.add(&usage).unwrap();
}

#[test]
fn nothing_is_missing_or_twice_in_a_copy_that_is_made_while_hours_are_packed() {
    let home = tempfile::tempdir().unwrap();
    let acme = OrganizationId::parse("acme").unwrap();
    let mut filling = Filling::open(home.path(), acme.clone()).unwrap();
    (0..40).for_each(|hour| live_an_hour(&mut filling, hour));
    let is_done = AtomicBool::new(false);
    let copies = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let hours = (40..2_000).take_while(|_| !is_done.load(Ordering::Relaxed));
            hours.for_each(|hour| live_an_hour(&mut filling, hour));
        });
        for number in 0..20 {
            let path = copies.path().join(format!("{number}.db"));
            backup(home.path(), &path).unwrap();
            let until = Timestamp(BEGIN + 2_000 * 60 * MINUTE_MS);
            for detail in [Detail::Minutes, Detail::Quarters] {
                let shelf = Shelf { path: path.clone() };
                let history = shelf.history(&acme, Timestamp(BEGIN), until, detail).unwrap();
                let sum = |of: fn(&Row) -> u64| history.rows.iter().map(of).sum::<u64>();
                let end = history.rows.iter().map(|row| row.until.0).max().unwrap();
                let minutes = u64::try_from((end - BEGIN) / MINUTE_MS).unwrap();
                assert!(minutes >= 40 * 60, "{minutes} minutes in copy {number}");
                assert_eq!(minutes % 60, 0, "copy {number}");
                let logins = sum(|row| row.counts.get(Count::Logins));
                assert_eq!(logins, minutes, "{detail:?} in copy {number}");
                assert_eq!(
                    sum(Row::known_ms),
                    minutes * 60_000,
                    "{detail:?} in copy {number}"
                );
            }
        }
        is_done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn the_last_reading_is_given_up_when_it_takes_too_long_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let acme = OrganizationId::parse("acme").unwrap();
    let mut filling = Filling::open(home.path(), acme).unwrap();
    (0..3).for_each(|hour| live_an_hour(&mut filling, hour));
    let copy = home.path().join("copy.db");
    let mut connection = rusqlite::Connection::open(&copy).unwrap();
    migrate(&mut connection, &copy, true).unwrap();
    attach(&connection, &home.path().join("seats.db")).unwrap();
    connection.execute_batch(OPEN_AT_FIRST).unwrap();
    let rows = |connection: &rusqlite::Connection, table: &str| -> u32 {
        let sql = format!("SELECT count(*) FROM {table}");
        connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    let (never, soon) = (Duration::ZERO, Duration::from_secs(60));

    let given_up = read_at_last(&mut connection, &[never, never], Duration::ZERO).unwrap_err();

    let code = given_up.sqlite_error_code();
    assert_eq!(code, Some(rusqlite::ErrorCode::OperationInterrupted));
    assert!(connection.is_autocommit(), "it still reads");
    assert_eq!(
        (
            rows(&connection, "main.usage_open"),
            rows(&connection, "main.usage_hour")
        ),
        (0, 0)
    );
    // The server can cut its log.
    let other = rusqlite::Connection::open(home.path().join("seats.db")).unwrap();
    let is_busy: bool = other
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .unwrap();
    assert!(!is_busy);

    read_at_last(&mut connection, &[never, soon], Duration::ZERO).unwrap();

    let open = rows(&connection, "source.usage_open");
    assert!(open > 0 && rows(&connection, "main.usage_open") == open);
}
