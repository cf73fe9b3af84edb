//! The live feed, read by many.

use crate::client::open_loop;
use crate::machine::cpu_seconds;
use crate::{door, held, token};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const READERS: usize = 200;
const ROUNDS: usize = 3;
const LENGTH: Duration = Duration::from_secs(10);
/// Each logs out after two seconds: twice as many changes.
const LOGINS_A_SECOND: u32 = 250;

/// What the server's CPU takes for 500 changes a second, with nobody and with 200 at the feed, in turns.
pub(crate) async fn readers() {
    let home = tempfile::tempdir_in("target").unwrap();
    let server = held(home.path(), 0).await;
    let token = token(home.path());
    let mut spent = [0.0; 2];
    let events = Arc::new(AtomicU64::new(0));
    for _ in 0..ROUNDS {
        for (spent, readers) in spent.iter_mut().zip([0, READERS]) {
            let mut reading = JoinSet::new();
            for _ in 0..readers {
                reading.spawn(read_on(server.admin.clone(), token.clone(), Arc::clone(&events)));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            let before = cpu_seconds(&server.id().to_string());
            open_loop(&door(&server), LOGINS_A_SECOND, LENGTH).await;
            *spent += cpu_seconds(&server.id().to_string()) - before;
            reading.abort_all();
            while let Some(reader) = reading.join_next().await {
                assert!(
                    reader.is_err_and(|end| end.is_cancelled()),
                    "a reader was dropped"
                );
            }
        }
    }
    let a_second = events.load(Ordering::Relaxed) as f64 / ((LENGTH.as_secs_f64() + 3.0) * ROUNDS as f64);
    let seconds = (LENGTH.as_secs_f64() + 2.0) * ROUNDS as f64;
    let [without, with] = spent.map(|spent| spent / seconds * 100.0);
    println!(
        "{} changes a second: {without:.1} % of a core, with {READERS} readers of the feed {with:.1} %: {:.1} % more (at most 5); {a_second:.0} events a second to all",
        LOGINS_A_SECOND * 2,
        with - without
    );
}

async fn read_on(admin: String, token: String, events: Arc<AtomicU64>) {
    let mut socket = TcpStream::connect(&admin).await.unwrap();
    let head = format!("GET /api/v1/live HTTP/1.1\r\nHost: admin\r\nAuthorization: Bearer {token}\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut lines = BufReader::new(socket).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        events.fetch_add(u64::from(line.starts_with("event:")), Ordering::Relaxed);
    }
}
