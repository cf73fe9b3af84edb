//! What an organization has: its seats, what comes on top for a time, and how strict the limit is.

use super::moment::Timestamp;

/// The seats of an organization and the rules that its contract sets. What goes by the calendar
/// is evaluated here, from the schedule, so that no timer can be late with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// Seats without any increase.
    pub base: u32,
    /// How strict the limit is.
    pub policy: Policy,
    /// No new logins at all.
    pub suspended: bool,
    /// From here on there are no new logins.
    pub ends: Option<Timestamp>,
    /// Temporary increases; those that overlap add up.
    pub increases: Vec<Increase>,
    /// How many may wait for a seat; 0: nobody.
    pub line: u32,
}

/// What happens when all seats are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// A further login is refused.
    Block,
    /// Nobody is refused; what would have been refused is counted.
    Observe,
    /// So many more are seated, marked as over the allocation.
    Burst(u32),
}

/// Seats on top of the base for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Increase {
    /// How many.
    pub seats: u32,
    /// The first instant at which they count.
    pub from: Timestamp,
    /// The first instant at which they do not.
    pub until: Timestamp,
}

/// The limit at an instant, in seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// `base + increases`.
    pub total: u32,
    /// Seats without any increase.
    pub base: u32,
    /// Seats of the increases that run.
    pub increases: u32,
}

impl Allocation {
    /// `seats` seats, blocked beyond, for ever.
    pub fn of(seats: u32) -> Self {
        Self {
            base: seats,
            policy: Policy::Block,
            suspended: false,
            ends: None,
            increases: Vec::new(),
            line: 0,
        }
    }

    /// The limit that holds at `utc`.
    pub fn limit(&self, utc: Timestamp) -> Limit {
        let running = self
            .increases
            .iter()
            .filter(|increase| increase.from <= utc && utc < increase.until);
        let increases = running.fold(0_u32, |sum, increase| sum.saturating_add(increase.seats));
        Limit {
            total: self.base.saturating_add(increases),
            base: self.base,
            increases,
        }
    }

    /// Whether there is anything to log in to at `utc`.
    pub fn is_open(&self, utc: Timestamp) -> bool {
        !self.suspended && self.ends.is_none_or(|end| utc < end) && self.limit(utc).total > 0
    }

    /// The most seats that may be granted at `utc`.
    pub fn most(&self, utc: Timestamp) -> u32 {
        match self.policy {
            Policy::Block => self.limit(utc).total,
            Policy::Observe => u32::MAX,
            Policy::Burst(more) => self.limit(utc).total.saturating_add(more),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_increases_add_up_and_end_to_the_instant() {
        let mut allocation = Allocation::of(30);
        allocation.increases = vec![
            Increase {
                seats: 20,
                from: Timestamp(1_000),
                until: Timestamp(5_000),
            },
            Increase {
                seats: 5,
                from: Timestamp(2_000),
                until: Timestamp(3_000),
            },
        ];

        let totals = [999, 1_000, 2_000, 3_000, 4_999, 5_000].map(|at| allocation.limit(Timestamp(at)).total);

        assert_eq!(totals, [30, 50, 55, 50, 50, 30]);
    }

    #[test]
    fn an_allocation_is_closed_when_suspended_over_or_empty() {
        let now = Timestamp(10);
        assert!(Allocation::of(1).is_open(now));
        assert!(!Allocation::of(0).is_open(now));
        assert!(
            !Allocation {
                suspended: true,
                ..Allocation::of(1)
            }
            .is_open(now)
        );
        assert!(
            !Allocation {
                ends: Some(now),
                ..Allocation::of(1)
            }
            .is_open(now)
        );
    }
}
