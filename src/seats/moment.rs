//! Time as the rules see it: an argument.

use std::ops::{Add, Sub};
use std::time::Duration;

/// Served time: monotonic time less the stalls of this server, in nanoseconds since its start.
/// Every deadline is a served time, so that no step of the wall clock and no pause of the
/// server moves one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Served(u64);

impl Served {
    /// The start of this server.
    pub const START: Self = Self(0);
    /// Later than any deadline.
    pub const NEVER: Self = Self(u64::MAX);

    /// The served time `nanoseconds` after the start.
    pub const fn from_nanos(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// How long it is from `earlier` until here; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Served {
    type Output = Self;

    /// Saturates at [`Served::NEVER`].
    fn add(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)),
        )
    }
}

impl Sub<Duration> for Served {
    type Output = Self;

    /// Saturates at [`Served::START`].
    fn sub(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)),
        )
    }
}

/// A point of the calendar: milliseconds since 1970-01-01T00:00:00Z. For the record and for what
/// goes by the calendar, never for a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The start of the second that this point lies in, in seconds since 1970.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

/// One reading of both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// For every deadline.
    pub served: Served,
    /// For the record and the calendar.
    pub utc: Timestamp,
}
