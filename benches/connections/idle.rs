//! Seats at rest: what they weigh, what they cost, and how they come back.

use crate::client::{self, Door, Kept, Widget, login_all, login_with, plain_login};
use crate::process::Server;
use crate::{FEW, MANY, REST, SIZES};
use std::time::{Duration, Instant};

/// Three periods of the heartbeat.
const WATCHED: Duration = Duration::from_secs(60);

/// Bytes for each widget more, while all answer their heartbeats, and after loss and return of all.
pub(crate) async fn memory(name: &str, server: Server) {
    let mut kept = Kept::default();
    kept.keep(login_all(&server.door, FEW).await);
    tokio::time::sleep(REST).await;
    let few = server.anonymous_bytes();
    let per_widget = |count: usize| server.anonymous_bytes().saturating_sub(few) / (count - FEW) as u64;
    for size in SIZES {
        let newcomers = size - kept.len();
        let before = server.cpu_seconds();
        kept.keep(login_all(&server.door, newcomers).await);
        let spent = server.cpu_seconds() - before;
        tokio::time::sleep(REST).await;
        println!(
            "{name}, idle seated widgets: {size}, bytes per widget {} (the whole server: {:.1} MB), cpu per 10,000 of the last logins {:.3} s",
            per_widget(size),
            server.anonymous_bytes() as f64 / 1e6,
            spent * 10_000.0 / newcomers as f64
        );
    }
    let sessions: Vec<_> = kept.take_back().await.into_iter().map(Widget::reset).collect();
    let mut returned = Kept::default();
    returned.keep(client::resume_all(&server.door, sessions).await);
    tokio::time::sleep(REST).await;
    println!(
        "{name}, bytes after loss and return of all {MANY}: {}",
        per_widget(MANY)
    );
}

/// CPU of nothing but heartbeats, against a bare WebSocket server with the same pings.
pub(crate) async fn cpu() {
    let ours = watch(Server::start("60s"), plain_login).await;
    let bare = watch(Server::bare_with_pings(), plain_login).await;
    let again = watch(Server::start("60s"), plain_login).await;
    println!(
        "idle at {MANY} for {WATCHED:?}, pings each 20 s: ours {ours:.3}, {again:.3} s, bare {bare:.3} s, {:.2} x",
        (ours + again) / 2.0 / bare
    );
    let heartbeats = watch(Server::start("60s"), client::login).await;
    println!("the same with heartbeats of the widget instead of pings: {heartbeats:.3} s");
}

async fn watch(server: Server, login: fn() -> String) -> f64 {
    let mut kept = Kept::default();
    kept.keep(login_with(&server.door, MANY, login).await);
    tokio::time::sleep(REST).await;
    let before = server.cpu_seconds();
    tokio::time::sleep(WATCHED).await;
    let spent = server.cpu_seconds() - before;
    assert_eq!(kept.len(), MANY);
    spent
}

/// All resume after the server was killed and started again.
pub(crate) async fn restart() {
    let server = Server::durable("60s");
    let widgets = login_all(&server.door, MANY).await;
    let started = Instant::now();
    let server = server.restart();
    let ready = started.elapsed();
    let sessions: Vec<_> = widgets.into_iter().map(Widget::reset).collect();
    let since = Instant::now();
    let resumed = client::resume_all(&server.door, sessions).await;
    println!(
        "{MANY} resumes after a kill and a start: ready after {ready:?}, {} resumed {:?} later, none lost",
        resumed.len(),
        since.elapsed()
    );
}

/// Holds seats at a server that somebody else watches: `scripts/profile-connections`.
pub(crate) async fn hold() {
    let told = |name: &str| std::env::var(name).unwrap();
    let door = Door {
        listen: told("MIRABRIDGE_AT"),
        trust: None,
    };
    let mut kept = Kept::default();
    kept.keep(login_all(&door, told("MIRABRIDGE_COUNT").parse().unwrap()).await);
    tokio::time::sleep(Duration::from_secs(told("MIRABRIDGE_HOLD").parse().unwrap())).await;
}
