//! `kill -9` and errors at every write, fsync, rename and removal of a scripted scenario.

use crate::scenario::{self, GRACE_MS, SEATS};
use crate::server::Setup;
use crate::strace::{Strace, counts, from_the_start};
use crate::verdict::judge;
use crate::{sample, scale};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const AT_ONCE: usize = 5;

/// When the fault comes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    /// The first start of all.
    Making,
    /// The scenario and the orderly end after it.
    Working,
    /// A start after a crash.
    Returning,
}

/// What happens at the chosen call.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Kill,
    Error(&'static str),
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_write_loses_doubles_and_revives_nothing() {
    let phases = [Phase::Making, Phase::Working, Phase::Returning];
    let (tried, met) = everywhere(&phases, &[Fault::Kill], scale(30, usize::MAX)).await;
    println!("killed at {met} of {tried} calls");
    assert!(
        tried >= 30 && met * 4 >= tried * 3,
        "only {met} of {tried} calls were met"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_at_any_write_loses_doubles_and_revives_nothing() {
    let faults = [Fault::Error("EIO"), Fault::Error("ENOSPC"), Fault::Error("EROFS")];
    let (tried, met) = everywhere(&[Phase::Working], &faults, scale(15, usize::MAX)).await;
    println!("errors at {met} of {tried} calls");
    assert!(
        tried >= 15 && met * 4 >= tried * 3,
        "only {met} of {tried} calls were met"
    );
}

/// Returns at how many calls a fault was tried, and at how many it was met.
async fn everywhere(phases: &[Phase], faults: &[Fault], most: usize) -> (usize, usize) {
    let mut groups = Vec::new();
    for &phase in phases {
        let home = tempfile::tempdir().unwrap();
        run(home.path(), phase, &[], false).await;
        for (call, count) in counts(&home.path().join("calls")) {
            for &fault in faults {
                groups.push((1..=count).map(|nth| (phase, call.clone(), nth, fault)).collect());
            }
        }
    }
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (phase, call, nth, fault) in sample(groups, most) {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        tasks.spawn(async move {
            let home = tempfile::tempdir().unwrap();
            let what = match fault {
                Fault::Kill => "signal=KILL".to_owned(),
                Fault::Error(error) => format!("error={error}"),
            };
            let rule = format!("{call}:{what}:when={nth}");
            println!("{phase:?} {rule}");
            let is_met = run(home.path(), phase, &[rule], true).await;
            drop(place);
            is_met
        });
    }
    let (mut tried, mut met) = (0, 0);
    while let Some(is_met) = tasks.join_next().await {
        tried += 1;
        met += usize::from(is_met.unwrap());
    }
    (tried, met)
}

/// Runs until the fault or the end, starts again and judges. Returns whether the fault was met.
async fn run(home: &Path, phase: Phase, rules: &[String], judges: bool) -> bool {
    let setup = Setup::new(home, SEATS as u32, GRACE_MS);
    let record = home.join("calls");
    let through = from_the_start(&setup.folder, rules, &record);
    let board = scenario::board();
    let mut agents = scenario::agents(&board);
    let mut killed = Instant::now();
    if phase == Phase::Making {
        drop(setup.clone().through(&through).start());
    } else {
        let mut server = setup.start().unwrap();
        let strace =
            (phase == Phase::Working).then(|| Strace::attach(&server, &setup.folder, rules, &record));
        scenario::play(&server, &mut agents).await;
        if phase == Phase::Working {
            agents.iter_mut().for_each(crate::agent::Agent::is_cut_off);
            server.terminate();
            killed = Instant::now();
            server.wait();
        } else {
            killed = server.kill();
        }
        drop(strace);
        if phase == Phase::Returning {
            drop(setup.clone().through(&through).start());
        }
    }
    let calls = std::fs::read_to_string(&record).unwrap_or_default();
    assert!(!calls.is_empty(), "nothing was traced");
    if judges {
        let server = setup
            .start()
            .unwrap_or_else(|refusal| panic!("{rules:?}: {refusal:?}"));
        judge(&server, &mut agents, killed, &board).await;
    }
    calls.contains("INJECTED") || calls.contains("killed by SIGKILL")
}
