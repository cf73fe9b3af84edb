//! Another process that reads the database for long is in the way of the erasure: it is said, and
//! it heals.

use crate::erasure::{hashes, search};
use crate::scenario;
use crate::server::{Server, Setup};
use std::time::{Duration, Instant};

/// The log is cut every 20 s; from then on it is tried each second.
const FIRST_TRY: Duration = Duration::from_secs(20);
const OVERDUE: Duration = Duration::from_secs(60);
/// For a machine that is busy with other tests.
const SLACK: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(100);

async fn failures(server: &Server) -> u64 {
    let (_, metrics) = server.get("/metrics").await.unwrap();
    let name = "mirabridge_seats_store_truncation_failures_total ";
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().parse().unwrap()
}

async fn readyz(server: &Server) -> u16 {
    server.get("/readyz").await.unwrap().0
}

#[tokio::test]
async fn a_reader_in_the_way_of_the_erasure_is_reported_and_all_heals_when_it_goes() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 3, 600_000);
    let server = setup.start().unwrap();
    let mut agents = scenario::agents(&scenario::board());
    agents[0].login(&server.listen).await.unwrap();
    let reader = rusqlite::Connection::open(setup.folder.join("seats.db")).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let starts: u32 = reader
        .query_row("SELECT starts FROM server", [], |row| row.get(0))
        .unwrap();
    assert_eq!(starts, 1);
    let begun = Instant::now();
    agents[0].logout().await.unwrap();
    let ended = Instant::now();
    let search = search(&agents[0].ended, &hashes(&setup.folder));
    let is_left = || !search.found_in_folder(&setup.folder).is_empty();

    // Each second another try, and each is counted.
    while failures(&server).await == 0 {
        assert!(begun.elapsed() < FIRST_TRY + SLACK, "no try to cut the log");
        tokio::time::sleep(LOOK).await;
    }
    let (since, before) = (Instant::now(), failures(&server).await);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (tries, passed) = (failures(&server).await - before, since.elapsed().as_secs());
    assert!(tries >= 4 && tries <= passed + 1, "{tries} tries in {passed} s");
    assert_eq!(readyz(&server).await, 200, "overdue early");

    // Sessions go on, and after a minute the server says that it does not erase as promised. What
    // is in the log may have been there for 20 s when the reader came.
    let overdue = loop {
        let status = readyz(&server).await;
        if status == 503 {
            break begun.elapsed();
        }
        assert_eq!(status, 200);
        assert!(ended.elapsed() < OVERDUE + SLACK, "nobody is told");
        tokio::time::sleep(LOOK).await;
    };
    assert!(overdue > OVERDUE - FIRST_TRY, "told early: {overdue:?}");
    let log = std::fs::read_to_string(&setup.log).unwrap();
    assert!(log.contains("the store's log cannot be cut"), "{log}");
    assert!(is_left(), "the reader is in nobody's way");
    agents[1].login(&server.listen).await.unwrap();

    reader.execute_batch("ROLLBACK").unwrap();
    let gone = Instant::now();
    while readyz(&server).await != 200 || is_left() {
        assert!(gone.elapsed() < SLACK, "it does not heal");
        tokio::time::sleep(LOOK).await;
    }
    let counted = failures(&server).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(failures(&server).await, counted, "it is still tried");
    agents[1].logout().await.unwrap();
}
