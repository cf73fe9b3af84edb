//! The fleet's own clock: time since the run began, on the fleet's side of the wire.
#![expect(
    clippy::disallowed_methods,
    reason = "the fleet measures from outside, with a clock of its own"
)]

use std::time::{Duration, Instant};

/// Runs from its making on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts at zero.
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub(super) fn read(self) -> Duration {
        self.0.elapsed()
    }
}
