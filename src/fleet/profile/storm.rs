//! The whole fleet at once, in rounds.

use std::collections::VecDeque;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::SmallRng;

use super::super::agent::Situation;
use super::super::referee::At;
use super::{Script, Setting, Step};

/// The script of one agent. All agents of a fleet know the same moments, so that they need not speak to
/// each other to act at once.
pub(super) struct Storm {
    setting: Setting,
    newcomer: bool,
    next_round: At,
}

impl Storm {
    /// One agent in so many is a newcomer, who comes when the others are lost.
    const NEWCOMERS: usize = 5;
    /// How many agents a second are given time to do what all do at once.
    const SETTLING: f64 = 1000.0;
    /// After its grace a seat may be late by a second, and then some.
    const PURGED: Duration = Duration::from_millis(1200);

    pub(super) fn new(setting: Setting, number: usize) -> Self {
        let newcomer = number % Self::NEWCOMERS == Self::NEWCOMERS - 1;
        Self {
            setting,
            newcomer,
            next_round: setting.from,
        }
    }

    /// The moments of a round, each later than the one before.
    fn moments(&self) -> [At; 7] {
        let Setting { grace, agents, .. } = self.setting;
        let settle = grace.mul_f64(0.15) + Duration::from_secs_f64(agents as f64 / Self::SETTLING);
        let mut at = self.next_round;
        let part = |share| grace.mul_f64(share);
        [
            settle,
            part(0.3),
            settle,
            part(0.2),
            part(0.8) + Self::PURGED,
            settle,
            grace + Self::PURGED,
        ]
        .map(|length| {
            at += length;
            at
        })
    }
}

impl Script for Storm {
    fn plan(&mut self, now: At, situation: Situation, rng: &mut SmallRng, steps: &mut VecDeque<Step>) {
        if now < self.next_round {
            // Something came in between: the server broke a connection, or a step took long.
            let again = match situation {
                Situation::Lost | Situation::Silent => Step::Resume,
                Situation::Unanswered => Step::Repeat,
                Situation::Away | Situation::Refused | Situation::Seated => Step::WaitUntil(self.next_round),
            };
            steps.extend([Step::Wait(Duration::from_millis(100)), again]);
            return;
        }
        let [lost, returned, lost_again, newcomers, purged, leave, end] = self.moments();
        self.next_round = end;
        let ways = [Step::Reset, Step::Finish, Step::Close(1001)];
        let way = ways[rng.random_range(0..ways.len())];
        if self.newcomer {
            let waiting = end.saturating_sub(newcomers).mul_f64(0.6);
            steps.extend([Step::WaitUntil(newcomers), Step::Login, Step::Queue(waiting)]);
            steps.extend([Step::WaitUntil(end), Step::Logout]);
            return;
        }
        steps.extend([Step::Login, Step::WaitUntil(lost), Step::Reset]);
        steps.extend([
            Step::WaitUntil(returned),
            Step::Resume,
            Step::WaitUntil(lost_again),
            way,
        ]);
        steps.extend([Step::WaitUntil(purged), Step::Resume, Step::Login]);
        let last = if rng.random_bool(0.5) { Step::Logout } else { way };
        steps.extend([Step::WaitUntil(leave), last, Step::Forget, Step::WaitUntil(end)]);
    }
}
