//! Sees the frames that pass below the WebSocket: counts them, limits them, and hands up one at a time.

mod glance;
mod head;
mod meter;
mod pace;
mod still;

pub use meter::Metered;
pub use pace::{FrameBudget, OverBudget};
pub(super) use still::{Glanced, Still};

use crate::clock::Clock;

/// What all connections of a listener are measured by.
pub struct FrameMeter {
    budget: FrameBudget,
    message_bytes: usize,
    clock: Clock,
}

impl FrameMeter {
    /// Measures against `budget` by `clock`, with messages of any length.
    pub const fn new(budget: FrameBudget, clock: Clock) -> Self {
        Self {
            budget,
            message_bytes: usize::MAX,
            clock,
        }
    }

    /// Messages have at most so many bytes.
    pub fn with_message_bytes(self, message_bytes: usize) -> Self {
        Self {
            message_bytes,
            ..self
        }
    }

    /// The most bytes of a message.
    pub const fn message_bytes(&self) -> usize {
        self.message_bytes
    }
}

#[cfg(test)]
mod tests;
