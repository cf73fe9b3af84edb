//! Agents that behave each for itself: they come, stay, reload, lose their connection for a
//! shorter or a longer time, and go, with and without a logout.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use rand::RngExt;

use super::{
    agent::{Agent, LoginAnswer, ResumeAnswer, Seat, Ticket},
    link::LetGo,
    referee::{Departure, Observation},
};

/// What goes on longer than this does so because of a long grace, and is cut short.
const LONGEST_STAY: Duration = Duration::from_secs(10);
const SHORTEST_STAY: Duration = Duration::from_millis(200);

/// What an agent does with its seat next.
enum Act {
    Reload,
    ShortDrop,
    LongDrop,
    Silence,
    Double,
    Repeat,
    Vanish,
    Logout,
}

/// Plays until closing time, then gives back what is held.
pub(super) async fn play(mut agent: Agent) {
    let ground = Arc::clone(&agent.ground);
    let spread = agent.share(pace(&agent), 0.0, 1.0);
    ground.pause(spread).await;
    while !ground.over() {
        let lost = agent.dice.random_bool(0.08);
        let answer = if lost {
            agent.log_in_with_lost_answer().await
        } else {
            agent.log_in().await
        };
        match answer {
            LoginAnswer::Seated(seat) => stay(&mut agent, seat).await,
            LoginAnswer::Refused | LoginAnswer::Unanswered => {}
        }
        let idle = agent.share(pace(&agent), 0.1, 0.4);
        ground.pause(idle).await;
    }
    agent.clear_up().await;
}

async fn stay(agent: &mut Agent, mut seat: Seat) {
    let ground = Arc::clone(&agent.ground);
    let mut fresh = true;
    loop {
        ground.plan.tally.connected.fetch_add(1, Relaxed);
        let time = agent.share(pace(agent), 0.05, 1.0);
        let heard = tokio::select! {
            heard = seat.link.listen(time) => heard,
            () = ground.closing_time.cancelled() => None,
        };
        ground.plan.tally.connected.fetch_sub(1, Relaxed);
        // What has arrived by now was sent before the next act.
        let heard = match heard {
            None => seat.link.listen(Duration::ZERO).await,
            some => some,
        };
        let next = match heard {
            Some(heard) => {
                let Seat { ticket, link } = seat;
                agent.sent_away(ticket.visit, link, &heard).await;
                come_back(agent, ticket, 0.05, 0.3).await
            }
            None if ground.over() => return agent.log_out(seat).await,
            None => {
                let act = choose(agent, fresh);
                perform(agent, seat, act).await
            }
        };
        match next {
            Some(kept) => seat = kept,
            None => return,
        }
        fresh = false;
    }
}

fn choose(agent: &mut Agent, fresh: bool) -> Act {
    match agent.dice.random_range(0..100) {
        0..18 => Act::Reload,
        18..40 => Act::ShortDrop,
        40..50 => Act::LongDrop,
        50..52 => Act::Silence,
        52..72 => Act::Double,
        72..82 if fresh => Act::Repeat,
        72..82 => Act::Reload,
        82..88 => Act::Vanish,
        _logout => Act::Logout,
    }
}

async fn perform(agent: &mut Agent, seat: Seat, act: Act) -> Option<Seat> {
    let visit = seat.ticket.visit;
    let grace = agent.ground.grace();
    match act {
        Act::Reload => {
            agent.let_go(visit, seat.link, LetGo::Close(1001)).await;
            let most = (4.0 / grace.as_secs_f64()).min(0.7);
            come_back(agent, seat.ticket, most / 4.0, most).await
        }
        Act::ShortDrop => {
            let how = cut(agent);
            agent.let_go(visit, seat.link, how).await;
            let most = if agent.dice.random_bool(0.7) { 0.4 } else { 0.95 };
            come_back(agent, seat.ticket, 0.02, most).await
        }
        Act::LongDrop => {
            let how = cut(agent);
            agent.let_go(visit, seat.link, how).await;
            let beyond = Duration::from_millis(1100).as_secs_f64() / grace.as_secs_f64();
            come_back(agent, seat.ticket, 1.0 + beyond, 1.3 + beyond).await
        }
        Act::Silence => {
            let last_sent = seat.link.last_sent;
            agent
                .ground
                .observe(Observation::Departed(visit, Departure::Silent { last_sent }));
            let time = agent.share(grace, 0.3, 1.5);
            agent.ground.pause(time).await;
            seat.link.let_go(LetGo::Reset).await;
            agent
                .ground
                .observe(Observation::Departed(visit, Departure::SilentEnded));
            come_back(agent, seat.ticket, 0.01, 0.3).await
        }
        Act::Double => {
            let answer = agent.resume(seat.ticket, Some(seat.link)).await;
            resumed(agent, answer)
        }
        Act::Repeat => match agent.repeat_login(seat).await {
            LoginAnswer::Seated(seat) => Some(seat),
            LoginAnswer::Refused | LoginAnswer::Unanswered => None,
        },
        Act::Vanish => {
            let code = if agent.dice.random_bool(0.5) { 1000 } else { 1001 };
            agent.let_go(visit, seat.link, LetGo::Close(code)).await;
            agent.leave_behind(seat.ticket);
            None
        }
        Act::Logout => {
            agent.log_out(seat).await;
            None
        }
    }
}

/// Resumes after a random part of the grace between two shares; at closing time at once.
async fn come_back(agent: &mut Agent, ticket: Ticket, from: f64, to: f64) -> Option<Seat> {
    let away = agent.share(agent.ground.grace(), from, to);
    let in_grace = &Arc::clone(&agent.ground).plan.tally.in_grace;
    in_grace.fetch_add(1, Relaxed);
    agent.ground.pause(away).await;
    let answer = agent.resume(ticket, None).await;
    in_grace.fetch_sub(1, Relaxed);
    resumed(agent, answer)
}

fn resumed(agent: &mut Agent, answer: ResumeAnswer) -> Option<Seat> {
    match answer {
        ResumeAnswer::Resumed(seat) => Some(seat),
        ResumeAnswer::Gone => None,
        ResumeAnswer::Unanswered(ticket) => {
            agent.leave_behind(ticket);
            None
        }
    }
}

fn cut(agent: &mut Agent) -> LetGo {
    if agent.dice.random_bool(0.6) {
        LetGo::Reset
    } else {
        LetGo::Fin
    }
}

fn pace(agent: &Agent) -> Duration {
    agent.ground.grace().clamp(SHORTEST_STAY, LONGEST_STAY)
}
