//! All agents at once, in rounds: everybody logs in, everybody's connection is reset, everybody
//! resumes, everybody stays away past the grace while those without a seat poll for one.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use rand::RngExt;
use tokio::sync::Barrier;

use super::{
    agent::{Agent, LoginAnswer, ResumeAnswer, Seat, Ticket},
    link::LetGo,
};

/// How much longer than the grace everybody stays away: longer than a purge may be late.
const BEYOND: Duration = Duration::from_millis(1300);

/// Plays rounds until closing time; all agents of a run meet at `barrier`.
pub(super) async fn play(mut agent: Agent, barrier: &Barrier) {
    while !agent.ground.over() {
        let mut seat = match agent.log_in().await {
            LoginAnswer::Seated(seat) => Some(seat),
            LoginAnswer::Refused | LoginAnswer::Unanswered => None,
        };
        if !meet(&mut agent, barrier, &mut seat).await {
            break;
        }
        let lost = drop_all(&mut agent, seat.take()).await;
        let away = agent.ground.grace().mul_f64(0.3);
        agent.ground.pause(away).await;
        seat = take_up(&mut agent, lost).await;
        if !meet(&mut agent, barrier, &mut seat).await {
            break;
        }
        let newcomer = seat.is_none();
        let lost = drop_all(&mut agent, seat.take()).await;
        let back = agent.ground.stopwatch.read() + agent.ground.grace() + BEYOND;
        if newcomer {
            seat = poll(&mut agent, back).await;
        } else {
            let left = back.saturating_sub(agent.ground.stopwatch.read());
            agent.ground.pause(left).await;
            seat = take_up(&mut agent, lost).await;
        }
        if !meet(&mut agent, barrier, &mut seat).await {
            break;
        }
        if let Some(seat) = seat {
            agent.log_out(seat).await;
        }
        if !meet(&mut agent, barrier, &mut None).await {
            break;
        }
    }
    agent.clear_up().await;
}

/// Waits for all others, listening meanwhile. False at closing time; the seat is then given back.
async fn meet(agent: &mut Agent, barrier: &Barrier, seat: &mut Option<Seat>) -> bool {
    let ground = Arc::clone(&agent.ground);
    let connected = &ground.plan.tally.connected;
    let held = u32::from(seat.is_some());
    connected.fetch_add(held, Relaxed);
    let heard = {
        let listening = async {
            match seat.as_mut() {
                Some(seat) => loop {
                    if let Some(heard) = seat.link.listen(Duration::from_secs(3600)).await {
                        return heard;
                    }
                },
                None => std::future::pending().await,
            }
        };
        let meeting = async {
            tokio::select! {
                _ = barrier.wait() => {}
                () = ground.closing_time.cancelled() => {}
            }
        };
        tokio::pin!(listening, meeting);
        tokio::select! {
            () = &mut meeting => None,
            heard = &mut listening => {
                meeting.await;
                Some(heard)
            }
        }
    };
    connected.fetch_sub(held, Relaxed);
    let heard = match (heard, seat.as_mut()) {
        (None, Some(seat)) => seat.link.listen(Duration::ZERO).await,
        (heard, _) => heard,
    };
    if let Some(heard) = heard
        && let Some(Seat { ticket, link }) = seat.take()
    {
        agent.sent_away(ticket.visit, link, &heard).await;
        *seat = take_up(agent, Some(ticket)).await;
    }
    if ground.over()
        && let Some(seat) = seat.take()
    {
        agent.log_out(seat).await;
    }
    !ground.over()
}

async fn drop_all(agent: &mut Agent, seat: Option<Seat>) -> Option<Ticket> {
    let Seat { ticket, link } = seat?;
    agent.let_go(ticket.visit, link, LetGo::Reset).await;
    agent.ground.plan.tally.in_grace.fetch_add(1, Relaxed);
    Some(ticket)
}

async fn take_up(agent: &mut Agent, ticket: Option<Ticket>) -> Option<Seat> {
    let answer = agent.resume(ticket?, None).await;
    let _ = agent
        .ground
        .plan
        .tally
        .in_grace
        .fetch_update(Relaxed, Relaxed, |count| count.checked_sub(1));
    match answer {
        ResumeAnswer::Resumed(seat) => Some(seat),
        ResumeAnswer::Gone => None,
        ResumeAnswer::Unanswered(ticket) => {
            agent.leave_behind(ticket);
            None
        }
    }
}

async fn poll(agent: &mut Agent, until: Duration) -> Option<Seat> {
    while agent.ground.stopwatch.read() < until && !agent.ground.over() {
        match agent.log_in().await {
            LoginAnswer::Seated(seat) => return Some(seat),
            LoginAnswer::Refused | LoginAnswer::Unanswered => {}
        }
        let pause = Duration::from_millis(agent.dice.random_range(40..120));
        agent.ground.pause(pause).await;
    }
    None
}
