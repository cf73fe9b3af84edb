use super::*;
use crate::seats::{
    AttemptHash, Cause, ConnectionNumber, Effect, Entry, SecretHash, Served, SessionId, Timestamp,
};
use std::sync::atomic::{AtomicU64, Ordering};

fn open(folder: &Path) -> Result<Store, StoreError> {
    Store::open(folder, Arc::new(Metrics::new()))
}

fn record(n: u8) -> Record {
    Record {
        session: SessionId([n; 16]),
        secret: SecretHash([n ^ 0xff; 16]),
        attempt: Some(AttemptHash([n ^ 0x55; 16])),
        over_allocation: false,
        granted_at: Timestamp(1),
        ending: None,
        entry: Entry::default(),
    }
}

fn granted(n: u8) -> Effect {
    Effect::SeatGranted {
        record: record(n),
        connection: ConnectionNumber(n.into()),
        repeatable_until: Served::START,
    }
}

fn released(n: u8) -> Effect {
    Effect::SeatReleased {
        session: SessionId([n; 16]),
        cause: Cause::Logout,
        connection: None,
    }
}

/// Records for one pool of `organization`.
struct Pool {
    organization: OrganizationId,
    life: u64,
    sequence: u64,
    recorded: Arc<AtomicU64>,
}

impl Pool {
    fn of(store: &Store, organization: &str) -> Self {
        Self {
            organization: OrganizationId::parse(organization).unwrap(),
            life: store.recorder.new_life(),
            sequence: 0,
            recorded: Arc::default(),
        }
    }

    async fn record(&mut self, store: &Store, effects: Vec<Effect>) -> Result<(), NotRecorded> {
        self.sequence += 1;
        let batch = Batch {
            organization: self.organization.clone(),
            life: self.life,
            sequence: self.sequence,
            effects,
            usage: UsageAdditions::default(),
            recorded: Arc::clone(&self.recorded),
        };
        store.recorder.reserve().await?.record(|| batch).recorded().await
    }
}

fn sessions(store: &Store) -> Vec<(String, Record)> {
    let mut sessions: Vec<_> = store
        .sessions
        .iter()
        .map(|(id, record)| (id.to_string(), *record))
        .collect();
    sessions.sort_by_key(|(_, record)| record.session);
    sessions
}

#[tokio::test]
async fn what_is_recorded_is_there_after_a_close_and_after_none() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path()).unwrap();
    let (mut a, mut b) = (Pool::of(&store, "a"), Pool::of(&store, "b"));
    a.record(&store, vec![granted(1), granted(2)]).await.unwrap();
    b.record(&store, vec![granted(3)]).await.unwrap();
    a.record(&store, vec![released(1)]).await.unwrap();
    assert_eq!(a.recorded.load(Ordering::Acquire), 2);
    let expected = vec![("a".to_owned(), record(2)), ("b".to_owned(), record(3))];
    let crashed = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(home.path()).unwrap() {
        let file = entry.unwrap().path();
        std::fs::copy(&file, crashed.path().join(file.file_name().unwrap())).unwrap();
    }

    store.closer.close().await;

    for folder in [crashed.path(), home.path()] {
        let store = open(folder).unwrap();
        assert_eq!((sessions(&store), store.starts), (expected.clone(), 2));
    }
}

/// The minutes of an hour, after which the record goes on for so long.
async fn record_hour(store: &Store, goes_on_ms: i64) {
    use crate::usage::{Addition, Bucket, MINUTE_MS, Row, Standing};
    const HOUR: i64 = 3_600_000;
    let begin = 1_767_600_000_000;
    let mut pool = Pool::of(store, "acme");
    let minute = |number: i64| {
        let start = Timestamp(begin + number * MINUTE_MS);
        let standing = Standing {
            connected: 3,
            limit: 5,
            ..Standing::default()
        };
        let mut row = Row::at(start, standing);
        row.stand_until(Timestamp(start.0 + 20_000), &[]);
        Addition {
            bucket: Bucket::of(start, MINUTE_MS),
            row,
        }
    };
    for (additions, reached) in [
        ((0..60).map(minute).collect(), begin + HOUR),
        (Vec::new(), begin + HOUR + goes_on_ms),
    ] {
        pool.sequence += 1;
        let batch = Batch {
            organization: pool.organization.clone(),
            life: pool.life,
            sequence: pool.sequence,
            effects: Vec::new(),
            usage: UsageAdditions {
                additions,
                reached: Some(Timestamp(reached)),
                ..UsageAdditions::default()
            },
            recorded: Arc::default(),
        };
        let place = store.recorder.reserve().await.unwrap();
        place.record(|| batch).recorded().await.unwrap();
    }
}

#[tokio::test]
async fn an_hour_that_is_over_is_packed_by_a_store_that_runs() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path()).unwrap();
    record_hour(&store, 120_000).await;

    let database = rusqlite::Connection::open(home.path().join("seats.db")).unwrap();
    let count = |table: &str| -> u32 {
        let sql = format!("SELECT count(*) FROM {table}");
        database.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    // A turn comes at least every five seconds.
    for _ in 0..3000 {
        if count("usage_hour") > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((count("usage_hour"), count("usage_open")), (1, 0));
    store.closer.close().await;
}

#[tokio::test]
async fn a_gap_and_an_older_life_are_refused_and_close_the_store_to_grants() {
    let home = tempfile::tempdir().unwrap();
    let mut store = open(home.path()).unwrap();
    let mut pool = Pool::of(&store, "a");
    pool.record(&store, vec![granted(1)]).await.unwrap();
    pool.sequence += 1;

    assert!(pool.record(&store, vec![granted(2)]).await.is_err());

    assert!(!store.recorder.takes_grants() && !store.recorder.takes_releases());
    assert!(
        pool.record(&store, vec![granted(3)]).await.is_err(),
        "the older life"
    );
    let read_back = store.read_backs.recv().await.unwrap();
    assert_eq!(read_back.sessions.len(), 1);
    read_back.rebuilt();
    assert!(store.recorder.takes_grants());
    let mut pool = Pool::of(&store, "a");
    pool.record(&store, vec![granted(2)]).await.unwrap();
    store.closer.close().await;
    assert_eq!(open(home.path()).unwrap().sessions.len(), 2);
}

#[tokio::test]
async fn more_sessions_than_slots_find_room() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path()).unwrap();
    let mut pool = Pool::of(&store, "a");
    let many = (0..3000_u32).map(|n| {
        let mut id = [7; 16];
        id[..4].copy_from_slice(&n.to_le_bytes());
        let session = SessionId(id);
        Effect::SeatGranted {
            record: Record { session, ..record(1) },
            connection: ConnectionNumber(1),
            repeatable_until: Served::START,
        }
    });
    pool.record(&store, many.collect()).await.unwrap();
    store.closer.close().await;

    assert_eq!(open(home.path()).unwrap().sessions.len(), 3000);
}

#[tokio::test]
async fn a_backup_of_a_running_store_has_all_but_the_sessions_and_opens_as_a_store() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path()).unwrap();
    let mut pool = Pool::of(&store, "a");
    pool.record(&store, vec![granted(1)]).await.unwrap();
    let restored = tempfile::tempdir().unwrap();
    let file = restored.path().join("seats.db");

    backup(home.path(), &file).unwrap();

    let bytes = std::fs::read(&file).unwrap();
    assert!(
        !bytes.windows(16).any(|window| window == [1; 16]),
        "a session is in it"
    );
    assert!(
        !bytes.windows(32).any(|window| window == store.hash_key),
        "the key is in it"
    );
    assert!(
        backup(home.path(), &file).is_err(),
        "a file is never written over"
    );
    let copy = open(restored.path()).unwrap();
    assert_eq!((copy.sessions.len(), copy.starts), (0, 2));
    pool.record(&store, vec![granted(2)]).await.unwrap();
}

#[tokio::test]
async fn a_store_of_format_1_is_taken_over_with_its_sessions() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path()).unwrap();
    Pool::of(&store, "a")
        .record(&store, vec![granted(1)])
        .await
        .unwrap();
    store.closer.close().await;
    let older = "DROP TABLE usage_open; DROP TABLE usage_hour; DROP TABLE usage_day; DROP TABLE usage_gap;
        DROP TABLE usage_reached; DROP TABLE setting; DROP TABLE audit; PRAGMA user_version = 1;";
    rusqlite::Connection::open(home.path().join("seats.db"))
        .unwrap()
        .execute_batch(older)
        .unwrap();

    let store = open(home.path()).unwrap();

    assert_eq!(store.sessions.len(), 1);
    assert_eq!(store.usage_reached, None);
}

#[tokio::test]
async fn an_empty_foreign_or_newer_database_is_refused_by_name() {
    let refusal = |make: &dyn Fn(&Path)| {
        let home = tempfile::tempdir().unwrap();
        make(&home.path().join("seats.db"));
        let error = open(home.path()).err().expect("a refusal").to_string();
        assert!(error.contains("seats.db"), "{error}");
        error
    };
    let sql = |text: &'static str| {
        move |path: &Path| {
            let connection = rusqlite::Connection::open(path).unwrap();
            connection.execute_batch(text).unwrap();
        }
    };

    assert!(refusal(&|path| std::fs::write(path, "").unwrap()).contains("damaged"));
    assert!(
        refusal(&|path| std::fs::write(path, "no database at all, but a text").unwrap()).contains("damaged")
    );
    assert!(refusal(&sql("CREATE TABLE a (b)")).contains("damaged"));
    let newer = refusal(&sql(
        "PRAGMA application_id = 1296192357; PRAGMA user_version = 99",
    ));
    assert!(newer.contains("format 99"), "{newer}");
}

fn setting(name: &str, value: Option<&str>) -> (SettingKey, Option<String>) {
    let key = SettingKey {
        kind: "kind".to_owned(),
        name: name.to_owned(),
    };
    (key, value.map(str::to_owned))
}

fn audit(label: &str) -> AuditEntry {
    AuditEntry {
        at: Timestamp(7),
        label: label.to_owned(),
        method: "PUT".to_owned(),
        route: "/api".to_owned(),
        organization: OrganizationId::parse(label).ok(),
        reason: Some(format!("because of {label}")),
    }
}

fn settings(store: &Store) -> Vec<(String, String)> {
    let all = store.settings.iter();
    all.map(|(key, value)| (key.name.clone(), value.clone()))
        .collect()
}

async fn audited(store: &Store, before: Option<u32>, organization: Option<&str>) -> Vec<(u32, AuditEntry)> {
    let query = AuditQuery {
        before,
        organization: organization.map(|id| OrganizationId::parse(id).unwrap()),
        limit: 2,
    };
    store.recorder.audit(query).await.unwrap()
}

/// A store with two settings, one of which was changed and one removed meanwhile.
async fn with_settings(home: &Path) -> Store {
    let store = open(home).unwrap();
    for (settings, label) in [
        (vec![setting("a", Some("1")), setting("b", Some("2"))], "one"),
        (vec![setting("a", None), setting("c", Some("3"))], "two"),
        (vec![setting("b", Some("4"))], "Three"),
    ] {
        let audit = vec![audit(label)];
        store.recorder.change(Change { settings, audit }).await.unwrap();
    }
    store
}

#[tokio::test]
async fn settings_and_the_audit_log_are_there_after_a_start_and_in_a_backup() {
    let (home, restored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = with_settings(home.path()).await;
    backup(home.path(), &restored.path().join("seats.db")).unwrap();
    store.closer.close().await;

    for folder in [home.path(), restored.path()] {
        let store = open(folder).unwrap();
        assert_eq!(
            settings(&store),
            [("b", "4"), ("c", "3")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        let newest = [(3, audit("Three")), (2, audit("two"))];
        assert_eq!(audited(&store, None, None).await, newest);
        assert_eq!(audited(&store, Some(2), None).await, [(1, audit("one"))]);
        assert_eq!(audited(&store, None, Some("one")).await, [(1, audit("one"))]);
        store.closer.close().await;
    }
}

/// A change and a batch that does not follow are recorded at once, while the store writes much.
/// `None`: they did not come into one group, or both into that of the much.
async fn failed_together(home: &Path) -> Option<Store> {
    let store = with_settings(home).await;
    let mut pool = Pool::of(&store, "a");
    pool.record(&store, vec![granted(1)]).await.unwrap();
    pool.sequence += 1;
    let mut busy = Pool::of(&store, "b");
    let much = (0..5000_u32).map(|n| {
        let mut id = [9; 16];
        id[..4].copy_from_slice(&n.to_le_bytes());
        let session = SessionId(id);
        Effect::SeatGranted {
            record: Record { session, ..record(9) },
            connection: ConnectionNumber(9),
            repeatable_until: Served::START,
        }
    });
    busy.sequence += 1;
    let much = Batch {
        organization: busy.organization.clone(),
        life: busy.life,
        sequence: busy.sequence,
        effects: much.collect(),
        usage: UsageAdditions::default(),
        recorded: Arc::clone(&busy.recorded),
    };
    let mut much = store.recorder.reserve().await.unwrap().record(|| much);
    let (changed, recorded) = tokio::join!(
        store.recorder.change(lost()),
        pool.record(&store, vec![granted(2)])
    );
    assert!(recorded.is_err(), "it does not follow");
    let together = much.recorded().await.is_ok() && changed.is_err();
    if !together {
        store.closer.close().await;
        return None;
    }
    Some(store)
}

fn lost() -> Change {
    Change {
        settings: vec![setting("b", Some("lost")), setting("d", Some("lost"))],
        audit: vec![audit("lost")],
    }
}

#[tokio::test]
async fn a_change_in_a_group_that_fails_is_taken_back_and_refused() {
    let (home, mut store) = 'met: {
        for _ in 0..100 {
            let home = tempfile::tempdir().unwrap();
            if let Some(store) = failed_together(home.path()).await {
                break 'met (home, store);
            }
        }
        panic!("they never came into one group");
    };

    assert!(
        store.recorder.change(lost()).await.is_err(),
        "the store is closed until all is rebuilt"
    );
    store.read_backs.recv().await.unwrap().rebuilt();
    let change = Change {
        settings: vec![setting("e", Some("5"))],
        audit: vec![audit("four")],
    };
    store.recorder.change(change).await.unwrap();
    store.closer.close().await;

    let store = open(home.path()).unwrap();
    let values = [("b", "4"), ("c", "3"), ("e", "5")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(settings(&store), values);
    assert_eq!(audited(&store, None, None).await[0], (4, audit("four")));
}

#[tokio::test]
async fn a_damaged_setting_and_a_missing_line_of_the_audit_log_are_refused_by_name() {
    for (damage, row) in [
        ("UPDATE setting SET value = '5' WHERE name = 'b'", "of setting"),
        ("UPDATE setting SET name = 'z' WHERE name = 'b'", "of setting"),
        ("UPDATE audit SET label = 'z' WHERE number = 2", "row 2 of audit"),
        ("DELETE FROM audit WHERE number = 2", "row 3 of audit"),
    ] {
        let home = tempfile::tempdir().unwrap();
        with_settings(home.path()).await.closer.close().await;
        let database = rusqlite::Connection::open(home.path().join("seats.db")).unwrap();
        assert_eq!(database.execute(damage, []).unwrap(), 1);
        drop(database);

        let error = open(home.path()).err().expect("a refusal").to_string();

        assert!(error.contains("seats.db") && error.contains(row), "{error}");
    }
}
