//! A database of every format that ever was still opens, with all that is in it.

use crate::contents::make;
use crate::server::Setup;
use crate::wire::Wire;
use mirabridge_seats::seats::{OrganizationId, Timestamp};
use mirabridge_seats::store::{Detail, Store};
use mirabridge_seats::usage::Count;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Sessions of organization `acme` that stand in each fixture, with their secrets.
const SESSIONS: [(&str, &str); 2] = [
    (
        "b6f5d3fe-5bbd-40f1-a057-b4a571f53e8d",
        "VDwelC2xkOUkd4x9t7jWBMOSJISdwQZ95CG9vPM8jdo",
    ),
    (
        "1f5e17b4-11ba-4473-8671-891a4f9e8b84",
        "Clpr6kEWWPey4WL_1cb9-wrwToyD64-XNxzQSC99JwE",
    ),
];

fn fixtures() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    found
}

fn format(database: &Path) -> u32 {
    let database = rusqlite::Connection::open(database).unwrap();
    let format = database.query_row("PRAGMA user_version", [], |row| row.get(0));
    format.unwrap()
}

#[tokio::test]
async fn there_is_a_fixture_of_every_format_up_to_this_one() {
    let home = tempfile::tempdir().unwrap();
    make(home.path(), 1).await;
    let current = format(&home.path().join("seats.db"));
    let names = fixtures().into_iter().map(|fixture| {
        // Not opened where it is: that would leave files beside it.
        let copy = home.path().join("copy.db");
        std::fs::copy(&fixture, &copy).unwrap();
        let name = fixture.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(name, format!("format-{}.db", format(&copy)));
        name
    });
    let wanted = (1..=current).map(|format| format!("format-{format}.db"));
    assert_eq!(names.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
}

#[tokio::test]
async fn the_record_of_usage_in_format_3_is_read() {
    let home = tempfile::tempdir().unwrap();
    std::fs::copy(&fixtures()[2], home.path().join("seats.db")).unwrap();
    let store = Store::open(home.path(), Arc::default()).unwrap();
    let acme = OrganizationId::parse("acme").unwrap();
    // When it was made: an hour later it would be packed.
    let (from, until) = (Timestamp(1_795_561_200_000), Timestamp(1_795_564_800_000));
    let history = store.shelf.history(&acme, from, until, Detail::Minutes).unwrap();
    let count = |of| history.rows.iter().map(|row| row.counts.get(of)).sum::<u64>();
    let counted = [Count::Logins, Count::Logouts, Count::SeatsExhausted].map(count);
    assert_eq!(counted, [1, 1, 1]);
    store.closer.close().await;
}

#[tokio::test]
async fn a_database_of_every_format_opens_and_its_sessions_go_on() {
    for fixture in fixtures() {
        let home = tempfile::tempdir().unwrap();
        let setup = Setup::new(home.path(), 3, 30_000);
        std::fs::create_dir(&setup.folder).unwrap();
        std::fs::copy(&fixture, setup.folder.join("seats.db")).unwrap();

        let server = setup.start().unwrap();

        assert_eq!(server.in_use().await, SESSIONS.len(), "{}", fixture.display());
        for (session, secret) in SESSIONS {
            let mut wire = Wire::open(&server.listen).await.unwrap();
            let asked = serde_json::json!({"type":"resume","org":"acme","session":session,"secret":secret});
            assert_eq!(wire.ask(&asked).await.unwrap().word("session"), session);
        }
        // From format 2 on there are settings, and who made them.
        let (status, kept) = server.get("/api/v1/organizations/kept").await.unwrap();
        let (_, audit) = server.get("/api/v1/audit").await.unwrap();
        if fixture.ends_with("format-1.db") {
            assert!(status == 404 && audit.contains("\"items\":[]"), "{kept} {audit}");
        } else {
            assert!(
                kept.contains("{\"total\":12,\"base\":7,\"increases\":5}"),
                "{kept}"
            );
            assert_eq!(audit.matches("\"operator\"").count(), 2, "{audit}");
        }
    }
}
