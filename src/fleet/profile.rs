//! What agents do. A profile makes a script for each agent; a script yields steps.

mod churn;
mod days;
mod storm;

use std::collections::VecDeque;
use std::time::Duration;

use rand::rngs::SmallRng;

use super::agent::Situation;
use super::chart::Axis;
use super::referee::At;
pub use days::Days;

/// A kind of behaviour for a whole fleet.
#[derive(Debug, Clone, PartialEq)]
pub enum Profile {
    /// Agents on their own: reloads, drops, silence, proper and forgotten logouts, crashes, lost answers,
    /// second connections, close together.
    Churn,
    /// The whole fleet at once: all come, all are lost, all return, all are purged while newcomers wait.
    Storm,
    /// A call center over days.
    Days(Days),
}

/// What is known before the first step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) grace: Duration,
    /// After how long the server gives a silent connection up.
    pub(super) silence_limit: Duration,
    pub(super) agents: usize,
    /// When the scripts begin.
    pub(super) from: At,
    /// For how long they go on.
    pub(super) duration: Duration,
}

/// One thing that an agent does. A step that does not fit its situation is left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// Nothing; while connected, heartbeats are answered.
    Wait(Duration),
    WaitUntil(At),
    Login,
    /// A login whose connection is reset so long after it was sent, without reading.
    LoginCutOff(Duration),
    /// The last login again, with the same attempt.
    Repeat,
    /// Ask again and again for a seat, for so long.
    Queue(Duration),
    Resume,
    /// A resume while the connection is open.
    ResumeBeside(Goodbye),
    /// A close frame, without a logout.
    Close(u16),
    /// A FIN without a close frame.
    Finish,
    Reset,
    /// Stop to read and write, but keep the socket.
    Silence,
    Logout,
    /// Give a lost session up, or the wish for one.
    Forget,
}

/// How the old one of two connections ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goodbye {
    /// It waits to be told that it is superseded.
    Heard,
    /// It is dropped at once.
    Dropped,
    /// It closes, as a page does that goes away.
    Said,
}

/// One agent's way through a run.
pub(super) trait Script: Send {
    /// Adds the next steps of an agent that is in `situation`; at least one.
    fn plan(&mut self, now: At, situation: Situation, rng: &mut SmallRng, steps: &mut VecDeque<Step>);
}

impl Profile {
    /// What the moments of a run are called in a picture.
    pub(super) fn axis(&self) -> Axis {
        match self {
            Self::Churn | Self::Storm => Axis::Elapsed,
            Self::Days(days) => Axis::Schedule {
                begin: days.begin,
                speed: days.speed,
            },
        }
    }

    /// What whoever reads a report should know of the profile.
    pub fn note(&self) -> Option<String> {
        match self {
            Self::Days(days) if days.speed > Days::FASTEST_REALISTIC => Some(format!(
                "at {}x reloads, drops and graces take as long as ever and fill the shortened day: above {}x \
                 shares are not realistic",
                days.speed,
                Days::FASTEST_REALISTIC
            )),
            Self::Churn | Self::Storm | Self::Days(_) => None,
        }
    }

    /// A script for each agent.
    pub(super) fn scripts(&self, setting: Setting, seed: u64) -> Vec<Box<dyn Script>> {
        let numbers = 0..setting.agents;
        match self {
            Self::Churn => numbers
                .map(|_| Box::new(churn::Churn::new(setting)) as Box<dyn Script>)
                .collect(),
            Self::Storm => numbers
                .map(|number| Box::new(storm::Storm::new(setting, number)) as Box<dyn Script>)
                .collect(),
            Self::Days(days) => days
                .workdays(setting, seed)
                .map(|workdays| Box::new(workdays) as Box<dyn Script>)
                .collect(),
        }
    }
}
