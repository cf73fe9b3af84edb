//! Which increase is still needed when it ends.

use crate::seats::{Allocation, Timestamp};

/// A day, in milliseconds.
pub(super) const DAY_MS: i64 = 86_400_000;
/// How far it is looked ahead.
const AHEAD_MS: i64 = 7 * DAY_MS;

/// The first instant within seven days at which an increase ends and the limit falls below `most`
/// seats, the highest use of late.
pub fn end_in_need(allocation: &Allocation, now: Timestamp, most: u32) -> Option<Timestamp> {
    let mut ends: Vec<_> = allocation
        .increases
        .iter()
        .map(|increase| increase.until)
        .filter(|until| *until > now && until.0 <= now.0.saturating_add(AHEAD_MS))
        .collect();
    ends.sort_unstable();
    ends.dedup();
    ends.into_iter().find(|until| {
        let before = allocation.limit(Timestamp(until.0 - 1)).total;
        let after = allocation.limit(*until).total;
        after < before && after < most
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::Increase;

    fn allocation(increases: &[(u32, i64, i64)]) -> Allocation {
        let increase = |&(seats, from, until): &(u32, i64, i64)| Increase {
            seats,
            from: Timestamp(from),
            until: Timestamp(until),
        };
        Allocation {
            increases: increases.iter().map(increase).collect(),
            ..Allocation::of(60)
        }
    }

    #[test]
    fn the_first_end_after_which_the_seats_would_not_do_is_found() {
        let now = Timestamp(1_000);
        let two = allocation(&[(5, 0, 2 * DAY_MS), (20, 0, 3 * DAY_MS)]);
        assert_eq!(end_in_need(&two, now, 85), Some(Timestamp(2 * DAY_MS)));
        assert_eq!(end_in_need(&two, now, 80), Some(Timestamp(3 * DAY_MS)));
        assert_eq!(end_in_need(&two, now, 60), None);
    }

    #[test]
    fn one_that_is_followed_by_another_or_ends_later_is_not() {
        let now = Timestamp(1_000);
        let followed = allocation(&[(20, 0, DAY_MS), (20, DAY_MS, 30 * DAY_MS)]);
        assert_eq!(end_in_need(&followed, now, 80), None);
        let later = allocation(&[(20, 0, 7 * DAY_MS + 1_001)]);
        assert_eq!(end_in_need(&later, now, 80), None);
        let just = allocation(&[(20, 0, 7 * DAY_MS + 1_000)]);
        assert_eq!(end_in_need(&just, now, 80), Some(Timestamp(7 * DAY_MS + 1_000)));
    }
}
