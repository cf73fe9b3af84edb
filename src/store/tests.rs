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
            usage: UsageAdditions::none(),
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
        DROP TABLE usage_reached; PRAGMA user_version = 1;";
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
