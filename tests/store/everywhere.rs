//! `kill -9` and errors at every write, fsync, rename and removal of a scripted scenario.

use crate::scenario::{self, SEATS};
use crate::server::Setup;
use crate::strace::{Strace, counts, from_the_start};
use crate::verdict::{claims, judge};
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
    /// A hand-off at full use, and the orderly end after it.
    Claiming,
    /// A start after a crash.
    Returning,
}

/// What happens at the chosen call.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Kill,
    Error(&'static str),
}

/// What the runs met.
#[derive(Debug, Default)]
struct Met {
    tried: usize,
    /// The fault came.
    faults: usize,
    /// A claim was under way at the end.
    claims: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_write_loses_doubles_and_revives_nothing() {
    let phases = [Phase::Making, Phase::Working, Phase::Returning];
    let groups = groups(&phases, &[Fault::Kill]).await;
    let met = everywhere(sample(groups, scale(30, usize::MAX))).await;
    println!("killed: {met:?}");
    assert!(met.tried >= 30 && met.faults * 4 >= met.tried * 3, "{met:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_write_of_a_hand_off_leaves_exactly_one_seat() {
    // The claim's own commit comes first.
    let mut groups = groups(&[Phase::Claiming], &[Fault::Kill]).await;
    groups
        .iter_mut()
        .for_each(|group| group.truncate(scale(6, usize::MAX)));
    let met = everywhere(sample(groups, scale(12, usize::MAX))).await;
    println!("killed: {met:?}");
    assert!(met.tried >= 8 && met.faults * 4 >= met.tried * 3, "{met:?}");
    assert!(met.claims >= 2, "no claim was under way: {met:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_at_any_write_loses_doubles_and_revives_nothing() {
    let faults = [Fault::Error("EIO"), Fault::Error("ENOSPC"), Fault::Error("EROFS")];
    let groups = groups(&[Phase::Working], &faults).await;
    let met = everywhere(sample(groups, scale(15, usize::MAX))).await;
    println!("errors: {met:?}");
    assert!(met.tried >= 15 && met.faults * 4 >= met.tried * 3, "{met:?}");
}

type Point = (Phase, String, usize, Fault);

/// Every call of each phase with every fault, by call and fault.
async fn groups(phases: &[Phase], faults: &[Fault]) -> Vec<Vec<Point>> {
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
    groups
}

/// Runs once for each point.
async fn everywhere(points: Vec<Point>) -> Met {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (phase, call, nth, fault) in points {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        tasks.spawn(async move {
            let home = tempfile::tempdir().unwrap();
            let what = match fault {
                Fault::Kill => "signal=KILL".to_owned(),
                Fault::Error(error) => format!("error={error}"),
            };
            let rule = format!("{call}:{what}:when={nth}");
            println!("{phase:?} {rule}");
            let met = run(home.path(), phase, &[rule], true).await;
            drop(place);
            met
        });
    }
    let mut all = Met::default();
    while let Some(met) = tasks.join_next().await {
        let met = met.unwrap();
        all.tried += 1;
        all.faults += met.faults;
        all.claims += met.claims;
    }
    all
}

/// Runs until the fault or the end, starts again and judges. No process is killed here but by the
/// fault, as long as that is waited for.
async fn run(home: &Path, phase: Phase, rules: &[String], judges: bool) -> Met {
    let setup = scenario::setup(home);
    let record = home.join("calls");
    let through = from_the_start(&setup.folder, rules, &record);
    let board = scenario::board();
    let mut agents = scenario::agents(&board);
    let mut killed = Instant::now();
    let code;
    if phase == Phase::Making {
        code = start_and_end(&setup.clone().through(&through));
    } else {
        let mut server = setup.start().unwrap();
        if phase == Phase::Claiming {
            for agent in &mut agents[..SEATS] {
                agent.login(&server.listen).await.unwrap();
            }
        }
        let strace =
            (phase != Phase::Returning).then(|| Strace::attach(&server, &setup.folder, rules, &record));
        if phase == Phase::Claiming {
            let _ = scenario::claim(&server, &mut agents).await;
        } else {
            scenario::play(&server, &mut agents).await;
        }
        if phase == Phase::Returning {
            killed = server.kill();
            code = start_and_end(&setup.clone().through(&through));
        } else {
            agents.iter_mut().for_each(crate::agent::Agent::is_cut_off);
            server.terminate();
            killed = Instant::now();
            code = server.wait();
        }
        drop(strace);
    }
    let calls = std::fs::read_to_string(&record).unwrap_or_default();
    assert!(!calls.is_empty(), "nothing was traced");
    let claims = claims(&agents);
    if judges {
        let server = setup
            .start()
            .unwrap_or_else(|refusal| panic!("{rules:?}: {refusal:?}"));
        judge(&server, &mut agents, killed, &board).await;
    }
    Met {
        tried: 1,
        // Whoever ends by itself has a code, also where it refuses to start.
        faults: usize::from(code.is_none() || calls.contains("(INJECTED)")),
        claims,
    }
}

/// How a start and the orderly end after it go.
fn start_and_end(setup: &Setup) -> Option<i32> {
    match setup.start() {
        Ok(mut server) => {
            server.terminate();
            server.wait()
        }
        Err(refusal) => refusal.code,
    }
}
