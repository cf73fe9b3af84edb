//! Allocations and graces as they come: mostly a few seats, blocked beyond.

use super::random::Random;
use crate::seats::{Allocation, Increase, Policy, Timestamp, Window};
use std::time::Duration;

pub(crate) fn allocation(random: &mut Random, seats: u64, utc: i64) -> Allocation {
    let mut allocation = Allocation::of(u32::try_from(seats).expect("few seats"));
    allocation.policy = match random.below(100) {
        0..70 => Policy::Block,
        70..85 => Policy::Burst(u32::try_from(random.below(4)).expect("few seats")),
        _ => Policy::Observe,
    };
    allocation.line = match random.below(10) {
        0..2 => 0,
        _ => 1 + u32::try_from(random.below(4)).expect("a short line"),
    };
    allocation.suspended = random.chance(4);
    if random.chance(8) {
        allocation.ends = Some(around(random, utc));
    }
    for _ in 0..random.below(4).saturating_sub(1) {
        let from = around(random, utc);
        let length = i64::try_from(random.below(90_000)).expect("a short time");
        allocation.increases.push(Increase {
            seats: 1 + u32::from(random.chance(50)),
            from,
            until: Timestamp(from.0 + length),
        });
    }
    allocation
}

/// The same and an increase that is soon to begin.
pub(crate) fn with_an_increase(random: &mut Random, allocation: &Allocation, utc: i64) -> Allocation {
    let from = utc + i64::try_from(random.below(10_000)).expect("a short time");
    let increase = Increase {
        seats: 1,
        from: Timestamp(from),
        until: Timestamp(from + 60_000),
    };
    Allocation {
        increases: vec![increase],
        ..allocation.clone()
    }
}

pub(crate) fn grace(random: &mut Random) -> Duration {
    let seconds = random.pick(&[0, 5, 15, 60, 60, 60, 90, 300]);
    Duration::from_secs(seconds.expect("there are some"))
}

/// A window of maintenance that begins or runs about now.
pub(crate) fn window(random: &mut Random, utc: i64) -> Window {
    let length = i64::try_from(random.below(90_000)).expect("a short time");
    let from = around(random, utc);
    Window {
        from,
        until: Timestamp(from.0 + length),
    }
}

/// A time of the calendar up to a minute before or after `utc`.
fn around(random: &mut Random, utc: i64) -> Timestamp {
    let offset = i64::try_from(random.below(120_000)).expect("a short time");
    Timestamp(utc + offset - 60_000)
}
