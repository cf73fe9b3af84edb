//! Agents on their own, who do everything that can be done, close together.

use std::collections::VecDeque;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::SmallRng;

use super::super::agent::Situation;
use super::super::referee::At;
use super::{Goodbye, Script, Setting, Step};

/// The script of one agent. Times are parts of the grace, so that short graces make a fast fleet.
pub(super) struct Churn {
    setting: Setting,
    arrived: bool,
}

impl Churn {
    pub(super) fn new(setting: Setting) -> Self {
        Self {
            setting,
            arrived: false,
        }
    }

    /// A time between these seconds, if the grace were 60.
    fn between(&self, rng: &mut SmallRng, from: f64, to: f64) -> Duration {
        self.setting.grace.mul_f64(rng.random_range(from..to) / 60.0)
    }

    fn wait(&self, rng: &mut SmallRng, from: f64, to: f64) -> Step {
        Step::Wait(self.between(rng, from, to))
    }

    fn arrive(&self, rng: &mut SmallRng, steps: &mut VecDeque<Step>) {
        steps.push_back(self.wait(rng, 0.5, 15.0));
        match rng.random_range(0..100) {
            0..80 => steps.push_back(Step::Login),
            _ => {
                // An answer is lost: sometimes before it was sent, sometimes before it was read.
                let after = Duration::from_micros(rng.random_range(0..8000));
                steps.extend([Step::LoginCutOff(after), self.wait(rng, 0.0, 2.0), Step::Repeat]);
            }
        }
    }

    fn leave(&self, rng: &mut SmallRng, steps: &mut VecDeque<Step>) {
        steps.push_back(self.wait(rng, 2.0, 40.0));
        match rng.random_range(0..100) {
            // A reload.
            0..22 => steps.extend([Step::Close(1001), self.wait(rng, 1.0, 4.0), Step::Resume]),
            // A drop shorter than the grace.
            22..40 => {
                let end = if rng.random_bool(0.5) {
                    Step::Reset
                } else {
                    Step::Finish
                };
                steps.extend([end, self.wait(rng, 0.5, 57.0), Step::Resume]);
            }
            // One that ends with the grace.
            40..44 => steps.extend([Step::Reset, self.wait(rng, 58.0, 62.0), Step::Resume]),
            // A longer one.
            44..52 => steps.extend([Step::Reset, self.wait(rng, 63.0, 100.0), Step::Resume]),
            // An answer was lost after it had been read.
            52..56 => steps.extend([Step::Reset, self.wait(rng, 0.0, 3.0), Step::Repeat]),
            56..60 => steps.extend([Step::Silence, self.wait(rng, 1.0, 40.0), Step::Resume]),
            60..63 => {
                // The socket is kept until the server must have found out.
                let found = self.setting.silence_limit + self.setting.grace / 4;
                steps.extend([Step::Silence, Step::Wait(found), Step::Forget]);
            }
            63..75 => steps.extend([Step::Logout, self.wait(rng, 1.0, 20.0)]),
            // A forgotten logout.
            75..82 => {
                let code = [1000, 1001, rng.random_range(4000..5000)][rng.random_range(0..3)];
                steps.extend([Step::Close(code), Step::Forget, self.wait(rng, 1.0, 30.0)]);
            }
            // A crash.
            82..88 => {
                let end = if rng.random_bool(0.5) {
                    Step::Reset
                } else {
                    Step::Finish
                };
                steps.extend([end, Step::Forget, self.wait(rng, 1.0, 30.0)]);
            }
            _ => {
                let goodbye = [Goodbye::Heard, Goodbye::Dropped, Goodbye::Said][rng.random_range(0..3)];
                steps.push_back(Step::ResumeBeside(goodbye));
                // Longer than the grace, in which an old connection's goodbye could end the session.
                let stay = if rng.random_bool(0.3) {
                    (64.0, 70.0)
                } else {
                    (0.5, 5.0)
                };
                steps.push_back(self.wait(rng, stay.0, stay.1));
                steps.extend([Step::Reset, self.wait(rng, 0.5, 5.0), Step::Resume]);
            }
        }
    }
}

impl Script for Churn {
    fn plan(&mut self, _: At, situation: Situation, rng: &mut SmallRng, steps: &mut VecDeque<Step>) {
        match situation {
            Situation::Away if !self.arrived => {
                self.arrived = true;
                steps.extend([self.wait(rng, 0.0, 20.0), Step::Login]);
            }
            Situation::Away => self.arrive(rng, steps),
            Situation::Refused if rng.random_bool(0.5) => {
                steps.push_back(Step::Queue(self.between(rng, 5.0, 60.0)));
            }
            Situation::Refused => steps.extend([self.wait(rng, 3.0, 30.0), Step::Login]),
            Situation::Unanswered => steps.extend([self.wait(rng, 0.0, 2.0), Step::Repeat]),
            Situation::Seated => self.leave(rng, steps),
            // The server broke the connection, or did not answer.
            Situation::Lost | Situation::Silent => {
                steps.extend([self.wait(rng, 0.1, 2.0), Step::Resume]);
            }
        }
    }
}
