//! The fleet's own clock.
#![expect(
    clippy::disallowed_methods,
    reason = "the fleet measures from outside, with a clock of its own"
)]

use std::time::Instant;

use super::referee::At;

/// Tells how long the run has lasted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    /// The moment of the run.
    pub(super) fn now(self) -> At {
        self.0.elapsed()
    }
}
