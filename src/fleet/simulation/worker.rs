//! An agent in virtual time: the same scripts, steps that take no time.

use std::collections::VecDeque;
use std::time::Duration;

use rand::rngs::SmallRng;

use super::server::{Answer, Seat, Server};
use crate::fleet::agent::Situation;
use crate::fleet::profile::{Script, Step};
use crate::fleet::referee::At;
use crate::seats::{AttemptHash, ConnectionNumber};

/// An agent at work.
pub(super) struct Worker {
    number: usize,
    script: Box<dyn Script>,
    steps: VecDeque<Step>,
    rng: SmallRng,
    state: State,
    turn: u64,
    /// Since when it tries in vain.
    tries_since: Option<At>,
}

#[derive(Clone, Copy)]
enum State {
    Away,
    Refused(AttemptHash),
    Waiting(ConnectionNumber),
    Unanswered(AttemptHash),
    Seated(Seat),
    Lost(Seat),
    Silent(Seat),
}

/// A server that is away is tried again after this.
const NO_CONNECTION: Duration = Duration::from_millis(500);
/// How often a queueing agent asks.
const QUEUE_INTERVAL: Duration = Duration::from_secs(1);

impl Worker {
    pub(super) fn new(number: usize, script: Box<dyn Script>, rng: SmallRng) -> Self {
        Self {
            number,
            script,
            steps: VecDeque::new(),
            rng,
            state: State::Away,
            turn: 0,
            tries_since: None,
        }
    }

    /// Counts up when a connection breaks: turns that were set before are void.
    pub(super) fn turn(&self) -> u64 {
        self.turn
    }

    /// Does what comes until it must wait, and says until when. A `turn` that is void does nothing.
    pub(super) fn go_on(&mut self, now: At, turn: u64, server: &mut Server<'_>) -> Option<At> {
        if turn != self.turn {
            return None;
        }
        loop {
            let Some(step) = self.steps.pop_front() else {
                let situation = self.situation();
                self.script.plan(now, situation, &mut self.rng, &mut self.steps);
                continue;
            };
            let wait = self.perform(step, now, server);
            if !wait.is_zero() {
                return Some(now + wait);
            }
        }
    }

    /// The server is gone. Says whether there was a connection.
    pub(super) fn break_connection(&mut self) -> bool {
        self.state = match self.state {
            State::Seated(seat) => State::Lost(seat),
            State::Waiting(_) => State::Away,
            State::Away | State::Refused(_) | State::Unanswered(_) | State::Lost(_) | State::Silent(_) => {
                return false;
            }
        };
        self.steps.clear();
        self.turn += 1;
        true
    }

    /// The line has come to it.
    pub(super) fn sit_down(&mut self, seat: Seat, now: At, server: &mut Server<'_>) {
        self.seated(seat, now, server);
        self.steps.clear();
        self.turn += 1;
    }

    fn situation(&self) -> Situation {
        match self.state {
            State::Away => Situation::Away,
            // Whoever waits does what somebody does who was refused, but for trying again.
            State::Refused(_) | State::Waiting(_) => Situation::Refused,
            State::Unanswered(_) => Situation::Unanswered,
            State::Seated(_) => Situation::Seated,
            State::Lost(_) => Situation::Lost,
            State::Silent(_) => Situation::Silent,
        }
    }

    /// Does one step and says how long it takes; one that does not fit the situation is left out.
    fn perform(&mut self, step: Step, now: At, server: &mut Server<'_>) -> Duration {
        let connects = matches!(
            step,
            Step::Login
                | Step::LoginCutOff(_)
                | Step::Repeat
                | Step::Queue(_)
                | Step::Resume
                | Step::ResumeBeside(_)
        );
        if connects && !server.is_up() {
            return NO_CONNECTION;
        }
        match (step, self.state) {
            (Step::Wait(duration), _) | (Step::Queue(duration), State::Waiting(_)) => return duration,
            (Step::WaitUntil(at), _) => return at.saturating_sub(now),
            (Step::Login, State::Away | State::Refused(_) | State::Unanswered(_)) => {
                let attempt = server.new_attempt();
                self.login(attempt, now, server);
            }
            (Step::LoginCutOff(after), State::Away | State::Refused(_)) => {
                let attempt = server.new_attempt();
                match server.login(self.number, attempt, now) {
                    Answer::Seated(seat) => server.part(seat, now),
                    Answer::Waiting(connection) => server.leave_line(connection, now),
                    Answer::Refused => {}
                }
                self.state = State::Unanswered(attempt);
                return after;
            }
            (Step::Repeat, State::Refused(attempt) | State::Unanswered(attempt)) => {
                self.login(attempt, now, server);
            }
            (Step::Queue(duration), State::Refused(attempt)) => {
                self.login(attempt, now, server);
                let left = duration.saturating_sub(QUEUE_INTERVAL);
                if !left.is_zero() {
                    self.steps.push_front(Step::Queue(left));
                    self.steps.push_front(Step::Wait(QUEUE_INTERVAL));
                }
            }
            (Step::Repeat | Step::Resume, State::Lost(seat)) | (Step::Resume, State::Silent(seat)) => {
                self.state = server.resume(seat, now).map_or(State::Away, State::Seated);
            }
            (Step::ResumeBeside(_), State::Seated(old)) => {
                self.state = server.resume(old, now).map_or(State::Away, State::Seated);
                // The old connection ends in one way or another, and has no say.
                server.part(old, now);
            }
            (Step::Close(_) | Step::Finish | Step::Reset, State::Seated(seat)) => {
                server.part(seat, now);
                self.state = State::Lost(seat);
            }
            (Step::Silence, State::Seated(seat)) => {
                server.fall_silent(seat, now);
                self.state = State::Silent(seat);
            }
            (Step::Logout, State::Seated(seat)) => {
                server.logout(seat, now);
                self.state = State::Away;
            }
            (Step::Forget, State::Waiting(connection)) => {
                server.leave_line(connection, now);
                self.forget();
            }
            (Step::Forget, State::Refused(_) | State::Unanswered(_) | State::Lost(_) | State::Silent(_)) => {
                self.forget();
            }
            (
                Step::Login
                | Step::LoginCutOff(_)
                | Step::Repeat
                | Step::Queue(_)
                | Step::Resume
                | Step::ResumeBeside(_)
                | Step::Close(_)
                | Step::Finish
                | Step::Reset
                | Step::Silence
                | Step::Logout
                | Step::Forget,
                _,
            ) => {}
        }
        Duration::ZERO
    }

    fn login(&mut self, attempt: AttemptHash, now: At, server: &mut Server<'_>) {
        let answer = server.login(self.number, attempt, now);
        self.state = match answer {
            Answer::Seated(seat) => return self.seated(seat, now, server),
            Answer::Waiting(connection) => State::Waiting(connection),
            Answer::Refused => State::Refused(attempt),
        };
        if self.tries_since.is_none() {
            self.tries_since = Some(now);
            server.note_full(matches!(answer, Answer::Refused));
        }
    }

    fn seated(&mut self, seat: Seat, now: At, server: &mut Server<'_>) {
        self.state = State::Seated(seat);
        if let Some(since) = self.tries_since.take() {
            server.note_wait(now.saturating_sub(since));
        }
    }

    fn forget(&mut self) {
        self.state = State::Away;
        self.tries_since = None;
    }
}
