//! Files that are missing, of another version, or in use.

use crate::contents::{SMALL, make, read};
use crate::scenario;
use crate::server::{Refusal, Setup};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

fn refusal(setup: &Setup) -> Refusal {
    let refusal = setup.start().err().expect("a refusal");
    assert_eq!(refusal.code, Some(1), "{}", refusal.text);
    refusal
}

#[tokio::test]
async fn a_file_that_is_gone_is_named_and_no_empty_store_takes_its_place() {
    for (file, crashes) in [("seats.db", false), ("seats.db", true), ("seats.db-wal", true)] {
        let home = tempfile::tempdir().unwrap();
        let setup = Setup::new(home.path(), 3, 30_000);
        let mut server = setup.start().unwrap();
        let mut agent = scenario::agents(&scenario::board()).remove(0);
        agent.login(&server.listen).await.unwrap();
        agent.lose();
        if crashes {
            server.kill();
        } else {
            server.terminate();
            server.wait();
        }
        let (there, aside) = (setup.folder.join(file), home.path().join("aside"));
        std::fs::rename(&there, &aside).unwrap();

        for _ in 0..2 {
            let text = refusal(&setup).text;
            assert!(text.contains(&format!("{file} is missing")), "{text}");
        }

        std::fs::rename(&aside, &there).unwrap();
        let server = setup.start().unwrap();
        assert!(agent.resume(&server.listen).await.unwrap());
    }
}

#[tokio::test]
async fn an_emptied_or_foreign_database_is_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 3, 30_000);
    make(&setup.folder, SMALL).await;
    let database = setup.folder.join("seats.db");
    for bytes in [
        &b""[..],
        b"no database at all, though it is long enough to hold a head: ....",
    ] {
        std::fs::write(&database, bytes).unwrap();
        for _ in 0..2 {
            let text = refusal(&setup).text;
            assert!(text.contains("seats.db is damaged"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_newer_format_is_refused_and_left_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 3, 30_000);
    make(&setup.folder, SMALL).await;
    let database = setup.folder.join("seats.db");
    let format = |format: i64| {
        let database = rusqlite::Connection::open(&database).unwrap();
        let own = database.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
        database.pragma_update(None, "user_version", format).unwrap();
        own.unwrap()
    };
    let own = format(99);

    let text = refusal(&setup).text;

    assert!(text.contains("seats.db has format 99"), "{text}");
    assert!(text.contains("start a newer version"), "{text}");
    format(own);
    assert_eq!(read(&setup.folder).await.unwrap().len(), SMALL as usize);
}

#[tokio::test]
async fn two_servers_on_one_folder_do_not_harm_each_other() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 3, 30_000);
    let mut first = setup.start().unwrap();
    let mut agent = scenario::agents(&scenario::board()).remove(0);
    agent.login(&first.listen).await.unwrap();

    let text = refusal(&setup).text;

    assert!(
        text.contains(&format!("in use by process {}", first.id())),
        "{text}"
    );
    agent.logout().await.unwrap();
    agent.login(&first.listen).await.unwrap();
    first.kill();
    let second = setup.start().unwrap();
    assert!(agent.resume(&second.listen).await.unwrap());
    assert_eq!(second.in_use().await, 1);
}

#[tokio::test]
async fn only_the_owner_can_read_what_a_server_makes() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 3, 30_000);
    let _server = setup.start().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&setup.folder), 0o700);
    for file in std::fs::read_dir(&setup.folder).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
