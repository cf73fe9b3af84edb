//! How much one connection may send. Pure.

use super::head::Frame;
use crate::seats::Served;
use std::io;
use std::time::Duration;

/// The window in which messages are counted. It begins with its first message.
const WINDOW: Duration = Duration::from_secs(1);

/// What one connection may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameBudget {
    /// Whole messages and control frames in one second.
    pub messages_per_second: u32,
    /// Frames of one message.
    pub frames_per_message: u32,
    /// From the first to the last byte of one message.
    pub message_time: Duration,
}

impl Default for FrameBudget {
    fn default() -> Self {
        Self {
            messages_per_second: 20,
            frames_per_message: 128,
            message_time: Duration::from_secs(10),
        }
    }
}

impl FrameBudget {
    /// Everything may be sent.
    pub const fn unlimited() -> Self {
        Self {
            messages_per_second: u32::MAX,
            frames_per_message: u32::MAX,
            message_time: Duration::MAX,
        }
    }
}

/// A connection sent more than its budget. It travels inside an [`io::Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more frames than a connection may send")]
pub struct OverBudget;

impl OverBudget {
    /// Whether this is what `error` is about.
    pub fn is_in(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Self>())
    }
}

/// The whole messages and control frames of the running window.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    window: Served,
    messages: u32,
}

impl Tally {
    /// One more came in at `now`.
    pub(super) fn count(&mut self, now: Served, budget: &FrameBudget) -> Result<(), OverBudget> {
        if self.messages == 0 || now.since(self.window) >= WINDOW {
            self.window = now;
            self.messages = 0;
        }
        self.messages = self.messages.saturating_add(1);
        within(self.messages <= budget.messages_per_second)
    }
}

/// What one connection has sent lately.
#[derive(Default)]
pub(super) struct Pace {
    tally: Tally,
    parts: u32,
    /// The first byte of what is not whole yet.
    begun: Option<Served>,
}

impl Pace {
    /// Goes on where nothing but whole messages was counted.
    pub(super) fn go_on(tally: Tally) -> Self {
        Self {
            tally,
            ..Self::default()
        }
    }

    /// What is left of it between two messages.
    pub(super) const fn tally(&self) -> Tally {
        self.tally
    }

    /// Whether nothing of an unfinished message was seen.
    pub(super) const fn is_between_messages(&self) -> bool {
        self.begun.is_none()
    }

    /// Bytes passed, and with them the end of `frame`.
    pub(super) fn pass(
        &mut self,
        frame: Option<Frame>,
        now: Served,
        budget: &FrameBudget,
    ) -> Result<(), OverBudget> {
        let begun = *self.begun.get_or_insert(now);
        if now.since(begun) > budget.message_time {
            return Err(OverBudget);
        }
        match frame {
            None => Ok(()),
            Some(Frame::Part) => {
                self.parts = self.parts.saturating_add(1);
                // The last frame of the message is still to come.
                within(self.parts < budget.frames_per_message)
            }
            Some(Frame::Last) => {
                self.parts = 0;
                self.begun = None;
                self.tally.count(now, budget)
            }
            Some(Frame::Control) => {
                if self.parts == 0 {
                    self.begun = None;
                }
                self.tally.count(now, budget)
            }
        }
    }
}

const fn within(is_within: bool) -> Result<(), OverBudget> {
    if is_within { Ok(()) } else { Err(OverBudget) }
}
