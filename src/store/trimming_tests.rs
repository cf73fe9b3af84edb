//! The audit log has an end, and what is left of it is whole.

use super::trimming::{AT_ONCE, KEPT_MS, trim};
use super::{AuditEntry, AuditQuery, Batch, Change, Store, UsageAdditions, backup};
use crate::clock::Stopwatch;
use crate::seats::{OrganizationId, Timestamp};
use crate::telemetry::Metrics;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_767_600_000_000);
const OLD: Timestamp = Timestamp(NOW.0 - KEPT_MS - 1);
const KEPT: Timestamp = Timestamp(NOW.0 - KEPT_MS);

fn open(folder: &Path) -> Result<Store, String> {
    Store::open(folder, Arc::new(Metrics::new())).map_err(|error| error.to_string())
}

/// Writes a line for each of these moments.
async fn write(store: &Store, moments: &[Timestamp]) {
    for lines in moments.chunks(500) {
        let line = |at: &Timestamp| AuditEntry {
            at: *at,
            label: "operator".to_owned(),
            method: "PUT".to_owned(),
            route: "/api".to_owned(),
            organization: None,
            reason: None,
        };
        let change = Change {
            settings: Vec::new(),
            audit: lines.iter().map(line).collect(),
        };
        store.recorder.change(change).await.unwrap();
    }
}

/// The numbers of all lines, the oldest first.
async fn numbers(store: &Store) -> Vec<u32> {
    let query = AuditQuery {
        before: None,
        organization: None,
        limit: u32::MAX,
    };
    let lines = store.recorder.audit(query).await.unwrap();
    lines.iter().rev().map(|(number, _)| *number).collect()
}

/// A closed store with these lines, and a connection to it.
async fn with(home: &Path, moments: &[Timestamp]) -> Connection {
    let store = open(home).unwrap();
    write(&store, moments).await;
    store.closer.close().await;
    Connection::open(home.join("seats.db")).unwrap()
}

async fn left(home: &Path) -> Vec<u32> {
    let store = open(home).unwrap();
    let numbers = numbers(&store).await;
    store.closer.close().await;
    numbers
}

#[tokio::test]
async fn lines_go_after_five_years_the_oldest_first_and_never_the_newest() {
    let home = tempfile::tempdir().unwrap();
    // The clock was set back once: what follows a line that stays also stays.
    let mut connection = with(home.path(), &[OLD, OLD, KEPT, OLD]).await;
    assert_eq!(trim(&mut connection, None, 9).unwrap(), 0, "no clock, no age");
    assert_eq!(trim(&mut connection, Some(NOW), 9).unwrap(), 2);
    assert_eq!(trim(&mut connection, Some(NOW), 9).unwrap(), 0);
    assert_eq!(left(home.path()).await, [3, 4]);
    let later = Timestamp(NOW.0 + 1);
    assert_eq!(trim(&mut connection, Some(later), 9).unwrap(), 1);
    assert_eq!(trim(&mut connection, Some(later), 9).unwrap(), 0);

    let store = open(home.path()).unwrap();
    assert_eq!(numbers(&store).await, [4]);
    write(&store, &[NOW]).await;
    assert_eq!(numbers(&store).await, [4, 5], "a number is used twice");
    store.closer.close().await;
}

#[tokio::test]
async fn lines_beyond_the_most_go_a_bounded_number_at_once() {
    let home = tempfile::tempdir().unwrap();
    let lines = AT_ONCE * 2 + 10;
    let mut connection = with(home.path(), &vec![NOW; lines as usize]).await;
    let mut turns = Vec::new();
    while let deleted @ 1.. = trim(&mut connection, Some(NOW), 7).unwrap() {
        turns.push(deleted);
    }
    assert_eq!(turns, [AT_ONCE as usize, AT_ONCE as usize, 3]);
    assert_eq!(left(home.path()).await, Vec::from_iter(lines - 6..=lines));
}

#[tokio::test]
async fn a_trimmed_log_that_is_damaged_is_refused_by_name() {
    for (damage, place) in [
        ("DELETE FROM audit WHERE number = 4", "row 5 of audit"),
        ("UPDATE audit SET label = 'z' WHERE number = 3", "row 3 of audit"),
        ("UPDATE audit SET number = 2 WHERE number = 3", "row 2 of audit"),
        ("UPDATE audit SET number = 9 WHERE number = 5", "row 9 of audit"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let mut connection = with(home.path(), &[OLD, OLD, NOW, NOW, NOW]).await;
        assert_eq!(trim(&mut connection, Some(NOW), 9).unwrap(), 2);
        connection.execute(damage, []).unwrap();
        drop(connection);
        let refusal = open(home.path()).map(|_| ()).unwrap_err();
        assert!(refusal.contains(place), "{damage}: {refusal}");
    }
}

#[tokio::test]
async fn a_running_store_trims_by_itself_and_a_copy_of_it_opens() {
    let (home, restored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let old = AT_ONCE * 3;
    drop(with(home.path(), &vec![OLD; old as usize]).await);
    let store = open(home.path()).unwrap();
    let batch = Batch {
        organization: OrganizationId::parse("acme").unwrap(),
        life: store.recorder.new_life(),
        sequence: 1,
        effects: Vec::new(),
        usage: UsageAdditions {
            reached: Some(NOW),
            ..UsageAdditions::default()
        },
        recorded: Arc::default(),
    };
    let place = store.recorder.reserve().await.unwrap();
    place.record(|| batch).recorded().await.unwrap();
    store.closer.close().await;

    let store = open(home.path()).unwrap();
    let start = Stopwatch::start();
    while numbers(&store).await != [old] {
        assert!(start.elapsed() < Duration::from_secs(20), "it is not trimmed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    write(&store, &[NOW]).await;
    backup(home.path(), &restored.path().join("seats.db")).unwrap();
    assert_eq!(left(restored.path()).await, [old, old + 1]);
    store.closer.close().await;
}
