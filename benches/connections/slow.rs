//! A newcomer beside a thousand visitors that take their time, and beside many that leave at once.

use crate::client::{Door, login_all, open_loop, raw_connect};
use crate::process::Server;
use crate::{MANY, percentiles};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;

const SLOW: usize = 1_000;
const ROUNDS: usize = 5;
const HEAD: &str = "GET /v1/seat HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A newcomer's login alone, and beside a thousand that say a byte of their head each 200 ms; in turns.
pub(crate) async fn visitors() {
    let server =
        Server::configured("[liveness]\nlogin_timeout = \"60s\"\n[limits]\nhandshakes_per_address = 2000\n");
    let mut p99 = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (p99, slow) in p99.iter_mut().zip([0, SLOW]) {
            let mut visits = JoinSet::new();
            for _ in 0..slow {
                visits.spawn(drip(server.door.clone()));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            let mut times = open_loop(&server.door, 500, Duration::from_secs(8)).await;
            println!("beside {slow} slow visitors: {}", percentiles(&mut times));
            p99.push(times[times.len() * 99 / 100]);
            visits.shutdown().await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    p99.iter_mut().for_each(|p99| p99.sort_unstable());
    let [alone, beside] = p99.map(|p99| p99[ROUNDS / 2]);
    println!(
        "a newcomer's p99, median of {ROUNDS}: alone {alone:?}, beside {SLOW} slow visitors {beside:?}, {:.2} x (at most 1.1)",
        beside.as_secs_f64() / alone.as_secs_f64()
    );
}

async fn drip(door: Door) {
    let mut stream = raw_connect(&door.listen).await.unwrap();
    for byte in HEAD.bytes() {
        if stream.write_all(&[byte]).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// From connecting to the answer to the upgrade, tried each two milliseconds while all are reset at once.
pub(crate) async fn drops() {
    let server = Server::start("10s");
    let quiet = doorbell(&server.door, Duration::from_secs(3)).await;
    println!(
        "accept and upgrade, nothing else: {}",
        percentiles(&mut { quiet })
    );
    let widgets = login_all(&server.door, MANY).await;
    let door = server.door.clone();
    let ringing = tokio::spawn(async move { doorbell(&door, Duration::from_secs(5)).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let reset = Instant::now();
    let reset = tokio::task::spawn_blocking(move || {
        widgets.into_iter().for_each(|widget| drop(widget.reset()));
        reset.elapsed()
    });
    let took = reset.await.unwrap();
    let mut times = ringing.await.unwrap();
    println!(
        "accept and upgrade while {MANY} are reset in {took:?}: {} (at most 50 ms)",
        percentiles(&mut times)
    );
}

async fn doorbell(door: &Door, length: Duration) -> Vec<Duration> {
    let start = tokio::time::Instant::now();
    let mut rings = JoinSet::new();
    for n in 0.. {
        let due = start + Duration::from_millis(2) * n;
        if due - start > length {
            break;
        }
        tokio::time::sleep_until(due).await;
        let listen = door.listen.clone();
        rings.spawn(async move {
            let due = Instant::now();
            let mut stream = raw_connect(&listen).await.unwrap();
            stream.write_all(HEAD.as_bytes()).await.unwrap();
            let mut first = [0];
            stream.read_exact(&mut first).await.unwrap();
            due.elapsed()
        });
    }
    rings.join_all().await
}
