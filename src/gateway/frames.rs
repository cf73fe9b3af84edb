//! Sees the frames that pass below the WebSocket: counts them, limits them, and hands up one at a time.

mod head;
mod meter;
mod pace;

pub use meter::Metered;
pub use pace::{FrameBudget, OverBudget};

use crate::clock::Clock;

/// What all connections of a listener are measured by.
pub struct FrameMeter {
    budget: FrameBudget,
    clock: Clock,
}

impl FrameMeter {
    /// Measures against `budget` by `clock`.
    pub const fn new(budget: FrameBudget, clock: Clock) -> Self {
        Self { budget, clock }
    }
}

#[cfg(test)]
mod tests;
