//! After its end, whatever it was, nothing of a session is left in any file, a minute later at the
//! latest, though sessions are listed and copies are made all the while. No copy ever holds
//! anything of one.

use crate::agent::{Agent, Stay};
use crate::board::Board;
use crate::scale;
use crate::search::Search;
use crate::server::{Desk, Server, Setup};
use base64::Engine as _;
use mirabridge_seats::credential::KeyedHash;
use mirabridge_seats::seats::OrganizationId;
use parking_lot::Mutex;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const AT_ONCE: usize = 40;
const LIMIT: Duration = Duration::from_secs(60);
const GRACE: Duration = Duration::from_secs(5);
/// A forgotten session may be purged this much after its grace.
const LATE: Duration = Duration::from_secs(1);
const SIGNING: &[u8] = b"a secret of thirty-two bytes or more";
/// Copies that stay; older ones are searched and removed.
const COPIES: usize = 10;

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
    // Who is forgotten keeps the seat for a grace.
    let seats = living + AT_ONCE * 2 + (logins / 4).min(20_000);
    let key = home.path().join("key");
    std::fs::write(&key, SIGNING).unwrap();
    // Those who live say nothing meanwhile.
    let setup = Setup::new(home.path(), seats as u32, GRACE.as_millis() as u64).configured(&format!(
        "[liveness]\nsilence_limit = \"600s\"\n[[organization]]\nid = \"acme\"\n[[organization.token_key]]\nkid = \"k\"\nalg = \"HS256\"\nfile = {key:?}\n"
    ));
    let mut server = setup.start().unwrap();
    let hashes = hashes(&setup.folder);
    let board = Arc::new(Board::new(seats, Duration::from_secs(600)));
    let agent = |number| Agent::new(number, &board).signing(SIGNING);
    let mut living: Vec<_> = (0..living).map(agent).collect();
    for agent in &mut living {
        agent.login(&server.listen).await.unwrap();
    }
    let alive: Vec<_> = living.iter().filter_map(|agent| agent.stay.clone()).collect();
    let copies = Arc::new(Copies::new(&setup.folder, home.path().join("copies"), &hashes));
    copies.learn(&alive);
    let copying = tokio::spawn(Arc::clone(&copies).make());
    let listing = tokio::spawn(list(server.desk(), crashes));

    let first = living.len();
    let pairs = (0..AT_ONCE / 2).map(|pair| [first + pair * 2, first + pair * 2 + 1].map(agent));
    let rounds = logins * 2 / AT_ONCE;
    let ended = come_and_go(&server, pairs.collect(), rounds, &copies).await;
    // The last purge comes a grace after the last loss.
    let last_end = Instant::now() + GRACE + LATE;
    assert!(ended.len() >= logins, "too few sessions ended");
    if crashes {
        assert!(!copying.is_finished(), "a copy failed");
        copying.abort();
        server.kill();
        server = setup.start().unwrap();
        for agent in &mut living {
            assert!(agent.resume(&server.listen).await.unwrap());
        }
    }

    let search = search(&ended, &hashes);
    loop {
        let found = search.found_in_folder(&setup.folder);
        if found.is_empty() {
            break;
        }
        assert!(
            Instant::now() < last_end + LIMIT,
            "{} places, such as {:?}",
            found.len(),
            found[0]
        );
        assert!(server.in_use().await >= alive.len());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let listings = if crashes {
        listing.await.unwrap()
    } else {
        assert!(!copying.is_finished(), "a copy failed");
        assert!(!listing.is_finished(), "a listing failed");
        server.kill();
        copying.abort();
        listing.await.unwrap()
    };
    println!(
        "{} ended, {listings} pages listed, {} copies",
        ended.len(),
        copies.number()
    );
    assert!(listings > 10, "only {listings} pages");
    copies.look_into_all();
    assert!(copies.number() > 2, "only {} copies", copies.number());
    // What lives is found: the search sees what is there.
    let found = self::search(&alive, &hashes).found_in_folder(&setup.folder);
    assert!(
        found.len() >= alive.len() * 4,
        "only {} places of the living",
        found.len()
    );
}

/// Copies of the store, made while it runs.
struct Copies {
    folder: PathBuf,
    copies: PathBuf,
    hashes: KeyedHash,
    search: Mutex<Search>,
    made: Mutex<usize>,
}

impl Copies {
    fn new(folder: &Path, copies: PathBuf, hashes: &KeyedHash) -> Self {
        std::fs::create_dir(&copies).unwrap();
        Self {
            folder: folder.to_owned(),
            copies,
            hashes: hashes.clone(),
            search: Mutex::default(),
            made: Mutex::default(),
        }
    }

    /// These sessions must be in no copy.
    fn learn(&self, stays: &[Stay]) {
        look_for(&mut self.search.lock(), stays, &self.hashes);
    }

    fn number(&self) -> usize {
        *self.made.lock()
    }

    fn look_into_all(&self) {
        assert_eq!(self.search.lock().found_in_folder(&self.copies), [], "in a copy");
    }

    /// Makes one after the other, without an end. Each is searched once those that lived then are
    /// known, and only then removed.
    async fn make(self: Arc<Self>) {
        for number in 0.. {
            let to = self.copies.join(format!("{number}.db"));
            let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_mirabridge-seats"));
            command.arg("backup").arg(&to).arg("--data-dir").arg(&self.folder);
            let output = command.kill_on_drop(true).output().await.unwrap();
            assert!(output.status.success(), "{output:?}");
            *self.made.lock() += 1;
            if number % COPIES == COPIES - 1 {
                let copies = Arc::clone(&self);
                tokio::task::spawn_blocking(move || copies.look_into_all())
                    .await
                    .unwrap();
                for old in number + 1 - COPIES..number {
                    std::fs::remove_file(self.copies.join(format!("{old}.db"))).unwrap();
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// Lists all sessions, page by page, until the server is gone. Returns how many pages it saw.
async fn list(desk: Desk, crashes: bool) -> usize {
    let (mut pages, mut cursor) = (0, String::new());
    loop {
        let path = format!("/api/v1/organizations/acme/sessions?limit=50{cursor}");
        let Some((status, body)) = desk.ask("GET", &path, "").await else {
            return pages;
        };
        assert!(status == 200, "{body} {crashes}");
        let page: Value = serde_json::from_str(&body).unwrap();
        pages += 1;
        cursor = match page["next"].as_str() {
            Some(next) => format!("&cursor={next}"),
            None => String::new(),
        };
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Pairs of agents log in, and their sessions end in every way there is.
async fn come_and_go(
    server: &Server,
    pairs: Vec<[Agent; 2]>,
    rounds: usize,
    copies: &Arc<Copies>,
) -> Vec<Stay> {
    let mut tasks = JoinSet::new();
    for (number, pair) in pairs.into_iter().enumerate() {
        let (listen, desk, copies) = (server.listen.clone(), server.desk(), Arc::clone(copies));
        let mut rng = SmallRng::seed_from_u64(number as u64);
        tasks.spawn(async move {
            let [mut one, mut other] = pair;
            for _ in 0..rounds {
                one.login(&listen).await.unwrap();
                copies.learn(one.stay.as_slice());
                if rng.random_ratio(1, 3) {
                    one.lose();
                    assert!(one.resume(&listen).await.unwrap());
                }
                match rng.random_range(0..100) {
                    0..30 => one.logout().await.unwrap(),
                    30..40 => one.forget(),
                    40..60 => one.be_ended(&desk, &json!({})).await.unwrap(),
                    60..62 => {
                        let soon = json!({"mode":"notice","notice_s":1});
                        one.be_ended(&desk, &soon).await.unwrap();
                    }
                    _ => {
                        one.hand_off(&mut other, &listen).await.unwrap();
                        assert!(other.is_connected(), "a hand-off failed");
                        copies.learn(other.stay.as_slice());
                        other.logout().await.unwrap();
                    }
                }
                assert!(one.stay.is_none() && other.stay.is_none());
                std::mem::swap(&mut one, &mut other);
            }
            [one.ended, other.ended].concat()
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
    let mut search = Search::default();
    look_for(&mut search, stays, hashes);
    search
}

fn look_for(search: &mut Search, stays: &[Stay], hashes: &KeyedHash) {
    let organization = OrganizationId::parse("acme").unwrap();
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
        if let Some(token) = &stay.token {
            search.with_hash(token.as_bytes(), "the number of the token");
            let hash = hashes.token(&organization, token);
            search.bytes(&hash.0, "the keyed hash of the token's number");
        }
    }
}
