//! What must hold after a crash, judged by what the agents were told.

use crate::agent::{Agent, Stay, resume};
use crate::board::Board;
use crate::server::Server;
use crate::wire::Wire;
use std::time::{Duration, Instant};

/// A seat may be freed this much after its grace.
const LATE: Duration = Duration::from_secs(1);

/// Judges a restart: nothing is lost, doubled, or freed early, and nothing ended comes back. Every
/// fourth agent comes back late in the grace, and every fourth never does.
pub async fn judge(server: &Server, agents: &mut [Agent], killed: Instant, board: &Board) {
    let (grace, limit) = (board.grace(), board.limit());
    let is_sure = |stay: &Stay| !stay.leaving && stay.lost.is_none_or(|lost| killed < lost + grace);
    let stays = || agents.iter().filter_map(|agent| agent.stay.as_ref());
    // A claim that is not answered: the seat is with the old session or with the new one.
    let claims = claims(agents);
    let sure = stays().filter(|stay| is_sure(stay)).count() + claims;
    let unanswered = agents.iter().filter(|agent| agent.unanswered.is_some()).count();
    let most = stays().count() + unanswered - claims;
    let found = server.in_use().await;
    assert!(
        (sure <= found || server.begun.elapsed() > grace) && found <= most.min(limit),
        "{found} seats are in use after the start: {sure} were sure, {most} possible, {limit} allowed"
    );
    let (mut late, mut vanished) = (Vec::new(), 0);
    for (number, agent) in agents.iter_mut().enumerate() {
        agent.is_cut_off();
        agent.has_grace_from(server.begun);
        for ended in agent.ended.iter().rev().take(3) {
            assert!(is_gone(server, ended).await, "an ended session came back");
        }
        match &agent.stay {
            Some(stay) if is_sure(stay) && !stay.renewing && number % 4 == 0 => late.push(number),
            Some(stay) if is_sure(stay) && number % 4 == 1 => {
                vanished += 1;
                agent.vanish();
            }
            Some(_) => come_back(server, agent, is_sure, grace).await,
            None => {}
        }
        if agent.unanswered.is_some() {
            agent.try_again(&server.listen).await.unwrap();
        }
    }
    let mine = |agents: &[Agent]| agents.iter().filter(|agent| agent.stay.is_some()).count();
    if server.begun.elapsed() < grace {
        let found = server.in_use().await;
        if server.begun.elapsed() < grace {
            assert_eq!(found, mine(agents) + vanished, "seats are doubled or freed early");
        }
    }
    tokio::time::sleep(grace.mul_f64(0.8).saturating_sub(server.begun.elapsed())).await;
    for number in late {
        let asked = server.begun.elapsed();
        let is_back = agents[number].resume(&server.listen).await.unwrap();
        assert!(
            is_back || server.begun.elapsed() > grace,
            "freed early, at {asked:?}"
        );
    }
    frees_what_vanished(server, mine(agents), vanished, grace).await;
}

/// How many hand-offs were under way.
pub fn claims(agents: &[Agent]) -> usize {
    let is_asked = |heir| agents.iter().any(|agent| agent.unanswered == Some(heir));
    let heirs = agents.iter().filter_map(|agent| agent.stay.as_ref()?.heir);
    heirs.filter(|heir| is_asked(*heir)).count()
}

async fn come_back(server: &Server, agent: &mut Agent, is_sure: impl Fn(&Stay) -> bool, grace: Duration) {
    let stay = agent.stay.clone().expect("a session");
    let was_sure = is_sure(&stay);
    if stay.renewing {
        // Its secret is the old or the new one: the attempt finds the session.
        let is_same = agent.repeat(&server.listen).await.unwrap();
        assert!(
            is_same || !was_sure || server.begun.elapsed() > grace,
            "doubled: {stay:?}"
        );
        return;
    }
    let is_back = agent.resume(&server.listen).await.unwrap();
    assert!(
        is_back || !was_sure || server.begun.elapsed() > grace,
        "lost: {stay:?}"
    );
}

/// Whether a session cannot be resumed.
pub async fn is_gone(server: &Server, stay: &Stay) -> bool {
    let mut wire = Wire::open(&server.listen).await.unwrap();
    wire.ask(&resume(stay)).await.unwrap().word("code") == "session_gone"
}

async fn frees_what_vanished(server: &Server, left: usize, vanished: usize, grace: Duration) {
    let mut looked = server.ready.elapsed();
    let mut longest_gap = Duration::ZERO;
    loop {
        let before = server.ready.elapsed();
        longest_gap = longest_gap.max(before - looked);
        looked = before;
        let found = server.in_use().await;
        let after = server.begun.elapsed();
        assert!(found >= left, "a held seat was freed");
        if found == left {
            assert!(
                vanished == 0 || after >= grace,
                "{vanished} freed early, after {after:?}"
            );
            return;
        }
        assert!(
            before <= grace + LATE + longest_gap,
            "{} freed late, after {after:?}",
            found - left
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
