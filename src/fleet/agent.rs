//! One agent: a widget and the person at it, who does what a script says.

mod arrival;
mod departure;
mod seated;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::SmallRng;

use super::connection::Connection;
use super::profile::{Script, Step};
use super::referee::{At, Attempt};
use super::world::World;
use crate::seats::SessionId;

/// How an agent is, as far as a script needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Situation {
    /// Not logged in.
    Away,
    /// The last login was refused.
    Refused,
    /// The last login has no answer.
    Unanswered,
    /// Connected, with a seat.
    Seated,
    /// The connection is lost; the session can be resumed if its grace is not over.
    Lost,
    /// The same, but the agent keeps the dead connection.
    Silent,
}

/// An agent at work.
pub(super) struct Agent {
    world: Arc<World>,
    state: State,
}

enum State {
    Away,
    Refused { attempt: Attempt },
    Unanswered { attempt: Attempt },
    Seated { seat: Seat, connection: Connection },
    Lost { seat: Seat },
    Silent { seat: Seat, connection: Connection },
}

/// What a widget keeps of its session.
struct Seat {
    session: SessionId,
    secret: Box<str>,
    attempt: Attempt,
    /// When it was asked for.
    asked: At,
    /// The last certain sign of life, when the connection is lost.
    proof: At,
}

impl Agent {
    pub(super) fn new(world: Arc<World>) -> Self {
        Self {
            world,
            state: State::Away,
        }
    }

    /// Does what `script` says until the run is over, then logs out.
    pub(super) async fn work(mut self, mut script: Box<dyn Script>, mut rng: SmallRng) {
        let mut steps = VecDeque::new();
        while !self.world.stop.is_cancelled() {
            let Some(step) = steps.pop_front() else {
                script.plan(self.world.now(), self.situation(), &mut rng, &mut steps);
                continue;
            };
            let before = self.situation();
            // In a box, since a step needs much more than the time between steps.
            Box::pin(self.perform(step)).await;
            let surprised = matches!(step, Step::Wait(_) | Step::WaitUntil(_)) && before != self.situation();
            if surprised {
                steps.clear();
            }
        }
        Box::pin(self.perform(Step::Logout)).await;
        self.change_to(State::Away);
    }

    pub(super) fn situation(&self) -> Situation {
        match self.state {
            State::Away => Situation::Away,
            State::Refused { .. } => Situation::Refused,
            State::Unanswered { .. } => Situation::Unanswered,
            State::Seated { .. } => Situation::Seated,
            State::Lost { .. } => Situation::Lost,
            State::Silent { .. } => Situation::Silent,
        }
    }

    /// Does one step; one that does not fit the situation is left out.
    pub(super) async fn perform(&mut self, step: Step) {
        match step {
            Step::Wait(duration) => self.wait(duration).await,
            Step::WaitUntil(at) => self.wait(at.saturating_sub(self.world.now())).await,
            Step::Login => self.login().await,
            Step::LoginCutOff(after) => self.login_cut_off(after).await,
            Step::Repeat => self.repeat().await,
            Step::Queue(duration) => self.queue(duration).await,
            Step::Resume => self.resume().await,
            Step::ResumeBeside(goodbye) => self.resume_beside(goodbye).await,
            Step::Close(code) => self.close(code).await,
            Step::Finish => self.part(Connection::finish),
            Step::Reset => self.part(Connection::reset),
            Step::Silence => self.fall_silent(),
            Step::Logout => self.logout().await,
            Step::Forget => self.forget(),
        }
    }

    async fn wait(&mut self, duration: Duration) {
        if matches!(self.state, State::Seated { .. }) {
            self.stay(duration).await;
        } else {
            self.world.pause(duration).await;
        }
    }

    fn change_to(&mut self, state: State) {
        let before = self.situation();
        self.state = state;
        self.world.gauges.moved(before, self.situation());
    }

    /// Takes the state to make another of it. Until then the agent is away.
    fn take_state(&mut self) -> State {
        let before = self.situation();
        let state = std::mem::replace(&mut self.state, State::Away);
        self.world.gauges.moved(before, Situation::Away);
        state
    }
}
