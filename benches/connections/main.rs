//! What a connection costs: bytes, CPU and time, against a bare WebSocket echo in the same run.
//! `scripts/bench-connections` runs it; `docs/benchmarks.md` has figures.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench"
)]

mod bare;
mod client;
mod growth;
mod idle;
mod machine;
mod process;
mod slow;

use client::{login_all, open_loop, raw_connect};
use mimalloc::MiMalloc;
use process::Server;
use std::time::{Duration, Instant};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const PARTS: [&str; 10] = [
    "cpu", "durable", "memory", "idle", "restart", "growth", "latency", "tls", "slow", "drops",
];
const FEW: usize = 1_000;
/// Sizes on the way: bytes and CPU of one more widget are to be the same at each.
const SIZES: [usize; 4] = [3_000, 6_000, 12_000, MANY];
const MANY: usize = 18_000;
/// Comparisons of the CPU, each with servers of its own.
const ROUNDS: usize = 5;
/// The sides take turns of a thousand logins. Twice nine thousand fit into the descriptors of one client.
const TURNS: usize = 9;
const TURN: usize = 1_000;
const REST: Duration = Duration::from_secs(10);

fn main() {
    // The bare side is this same program, started as a child.
    if std::env::args().any(|argument| argument == "--bare") {
        return bare::serve(false);
    }
    if std::env::args().any(|argument| argument == "--bare-with-pings") {
        return bare::serve(true);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(run());
}

async fn run() {
    machine::raise_descriptors();
    println!(
        "machine: {} cores, load {}",
        std::thread::available_parallelism().unwrap(),
        machine::load()
    );
    let named: Vec<String> = std::env::args()
        .skip(1)
        .map(|argument| argument.trim_start_matches('-').to_owned())
        // Cargo says that it runs a bench; the other side of `--durable` is measured with it.
        .filter(|name| name != "bench" && name != "in-memory")
        .collect();
    if let Some(unknown) = named.iter().find(|name| !PARTS.contains(&name.as_str())) {
        println!("there is no {unknown}, but {}", PARTS.join(", "));
        std::process::exit(2);
    }
    let wanted = |part: &str| named.is_empty() || named.iter().any(|name| name == part);
    if wanted("cpu") {
        cpu_per_login("bare echo", Server::bare).await;
    }
    if wanted("durable") {
        println!("with a store on disk, against the bare echo, then against the same in memory:");
        compare(|| Server::durable("60s"), "bare echo", Server::bare).await;
        compare(|| Server::durable("60s"), "in memory", || Server::start("60s")).await;
        let server = Server::durable("60s");
        let mut times = open_loop(&server.door, 4_000, Duration::from_secs(30)).await;
        println!(
            "durable login, open loop, 4,000 a second for 30 s: {}",
            percentiles(&mut times)
        );
    }
    if wanted("memory") {
        idle::memory("with a store", Server::durable("120s")).await;
        idle::memory("in memory", Server::start("120s")).await;
    }
    if wanted("idle") {
        idle::cpu().await;
    }
    if wanted("restart") {
        idle::restart().await;
    }
    if std::env::args().any(|argument| argument == "hold") {
        idle::hold().await;
    }
    if wanted("growth") {
        growth::within().await;
    }
    if wanted("latency") {
        latency().await;
    }
    if wanted("tls") {
        tls().await;
    }
    if wanted("slow") {
        slow::visitors().await;
    }
    if wanted("drops") {
        slow::drops().await;
    }
}

async fn cpu_per_login(name: &str, other: impl Fn() -> Server) {
    compare(|| Server::start("60s"), name, other).await;
}

async fn compare(ours: impl Fn() -> Server, name: &str, other: impl Fn() -> Server) {
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let sides = [ours(), other()];
        let mut spent = [0.0; 2];
        let mut widgets = Vec::new();
        for server in &sides {
            widgets.extend(login_all(&server.door, 500).await);
        }
        // In turns, so that what else the machine does meets both.
        for _ in 0..TURNS {
            for (server, spent) in sides.iter().zip(&mut spent) {
                let before = server.cpu_seconds();
                widgets.extend(login_all(&server.door, TURN).await);
                *spent += server.cpu_seconds() - before;
            }
        }
        let [ours, theirs] = spent.map(|spent: f64| spent * 10_000.0 / (TURNS * TURN) as f64);
        ratios.push(ours / theirs);
        println!(
            "cpu per 10,000 logins, round {round}: {ours:.3} s, {name} {theirs:.3} s, {:.2} x",
            ours / theirs
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!("cpu per 10,000 logins, median ratio: {:.2} x", ratios[ROUNDS / 2]);
}

async fn tls() {
    println!("over TLS, each login a fresh handshake, against plain TCP:");
    compare(Server::tls, "plain", || Server::start("60s")).await;
    let mut bytes = Vec::new();
    for server in [Server::tls(), Server::start("60s")] {
        let mut widgets = login_all(&server.door, FEW).await;
        tokio::time::sleep(REST).await;
        let few = server.anonymous_bytes();
        widgets.extend(login_all(&server.door, SIZES[1] - FEW).await);
        tokio::time::sleep(REST).await;
        bytes.push(server.anonymous_bytes().saturating_sub(few) / (SIZES[1] - FEW) as u64);
    }
    println!(
        "bytes per idle seated widget over TLS {}, plain {}: {} more (aim 6000)",
        bytes[0],
        bytes[1],
        bytes[0].saturating_sub(bytes[1])
    );
}

async fn latency() {
    let server = Server::start("60s");
    let mut times = open_loop(&server.door, 4_000, Duration::from_secs(30)).await;
    println!(
        "login, open loop, 4,000 a second for 30 s: {}",
        percentiles(&mut times)
    );

    let server = Server::start("10s");
    let widgets = login_all(&server.door, MANY).await;
    let reset = Instant::now();
    widgets.into_iter().for_each(|widget| drop(widget.reset()));
    println!("reset of {MANY} took {:?}", reset.elapsed());
    let mut newcomers = open_loop(&server.door, 100, Duration::from_secs(14)).await;
    println!(
        "a newcomer's login during the loss and the purge of {MANY}: {}",
        percentiles(&mut newcomers)
    );
    println!(
        "purge lateness by the server's own histogram:\n{}",
        server.purge_lateness().await
    );
    let _ = raw_connect(&server.door.listen).await;
}

fn percentiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    format!(
        "{} logins, p50 {:?}, p99 {:?}, p99.9 {:?}, max {:?}",
        times.len(),
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    )
}
