//! After its end nothing of a session is left in any file, a minute later at the latest, though
//! a listing reads and copies are made all the while. No copy ever holds anything of one.

use crate::agent::{Agent, Stay};
use crate::board::Board;
use crate::scale;
use crate::search::Search;
use crate::server::{Server, Setup};
use base64::Engine as _;
use mirabridge_seats::credential::KeyedHash;
use mirabridge_seats::seats::OrganizationId;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const AT_ONCE: usize = 40;
const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_minute_after_its_end_no_file_holds_anything_of_a_session() {
    tokio::join!(
        live_and_let_go(scale(3000, 200_000), scale(30, 3000), false),
        live_and_let_go(scale(300, 3000), scale(30, 300), true),
    );
}

/// Logs in `logins` times with `living` sessions that stay, and looks for what ended. `crashes`
/// says that the server is killed at once after the last end, and has nothing to write from then on.
async fn live_and_let_go(logins: usize, living: usize, crashes: bool) {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), (living + AT_ONCE) as u32, 600_000);
    let mut server = setup.start().unwrap();
    let board = Arc::new(Board::new(living + AT_ONCE, Duration::from_secs(600)));
    let mut living: Vec<_> = (0..living).map(|number| Agent::new(number, &board)).collect();
    for agent in &mut living {
        agent.login(&server.listen).await.unwrap();
    }
    let copies = home.path().join("copies");
    std::fs::create_dir(&copies).unwrap();
    let copying = tokio::spawn(copy(setup.folder.clone(), copies.clone()));
    let ended = come_and_go(&server, &board, living.len(), logins / AT_ONCE).await;
    let last_end = Instant::now();
    assert!(ended.len() >= logins / 2, "too few sessions ended");
    if crashes {
        assert!(!copying.is_finished(), "a copy failed");
        copying.abort();
        server.kill();
        server = setup.start().unwrap();
        for agent in &mut living {
            assert!(agent.resume(&server.listen).await.unwrap());
        }
    }

    let hashes = hashes(&setup.folder);
    let search = search(&ended, &hashes);
    let alive: Vec<_> = living.iter().filter_map(|agent| agent.stay.clone()).collect();
    loop {
        let found = search.found_in_folder(&setup.folder);
        if found.is_empty() {
            break;
        }
        let waited = last_end.elapsed();
        assert!(
            waited < LIMIT,
            "{} places after {waited:?}, such as {:?}",
            found.len(),
            found[0]
        );
        // A listing reads all the while.
        assert!(server.in_use().await >= alive.len());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(crashes || !copying.is_finished(), "a copy failed");
    copying.abort();
    let everybody = self::search(&[&ended[..], &alive].concat(), &hashes);
    assert_eq!(everybody.found_in_folder(&copies), [], "in a copy");
    let count = std::fs::read_dir(&copies).unwrap().count();
    assert!(count > 2, "only {count} copies");
    // What lives is found: the search sees what is there.
    let found = self::search(&alive, &hashes).found_in_folder(&setup.folder);
    assert!(
        found.len() >= alive.len() * 3,
        "only {} places of the living",
        found.len()
    );
}

/// Makes copies of the store while it runs, without an end. Only the latest ten stay.
async fn copy(folder: PathBuf, copies: PathBuf) {
    for number in 0_u32.. {
        let to = copies.join(format!("{number}.db"));
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_mirabridge-seats"));
        command.arg("backup").arg(&to).arg("--data-dir").arg(&folder);
        let output = command.kill_on_drop(true).output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
        if let Some(old) = number.checked_sub(10) {
            std::fs::remove_file(copies.join(format!("{old}.db"))).unwrap();
        }
    }
}

async fn come_and_go(server: &Server, board: &Arc<Board>, first: usize, rounds: usize) -> Vec<Stay> {
    let mut tasks = JoinSet::new();
    for number in 0..AT_ONCE {
        let (mut agent, listen) = (Agent::new(first + number, board), server.listen.clone());
        tasks.spawn(async move {
            for round in 0..rounds {
                agent.login(&listen).await.unwrap();
                if round % 3 == 0 {
                    agent.lose();
                    assert!(agent.resume(&listen).await.unwrap());
                }
                agent.logout().await.unwrap();
            }
            agent.ended
        });
    }
    tasks.join_all().await.concat()
}

/// The hashes under the key that stands in the database.
pub fn hashes(folder: &Path) -> KeyedHash {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = rusqlite::Connection::open_with_flags(folder.join("seats.db"), flags).unwrap();
    let key: [u8; 32] = database
        .query_row("SELECT hash_key FROM server", [], |row| row.get(0))
        .unwrap();
    KeyedHash::new(&key)
}

pub fn search(stays: &[Stay], hashes: &KeyedHash) -> Search {
    let organization = OrganizationId::parse("acme").unwrap();
    let mut search = Search::default();
    for stay in stays {
        let secret = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(&stay.secret)
            .unwrap();
        search.id(stay.session.parse().unwrap(), "the id");
        search.with_hash(&secret, "the secret");
        search.raw(stay.secret.as_bytes(), "the secret's text");
        search.bytes(&hashes.secret(&secret).0, "the keyed hash of the secret");
        search.id(stay.attempt, "the attempt");
        let attempt = hashes.attempt(&organization, stay.attempt.as_bytes());
        search.bytes(&attempt.0, "the keyed hash of the attempt");
    }
    search
}
