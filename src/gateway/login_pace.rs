//! How fast logins with one credential may come.

use crate::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// Logins at once with one credential, beside four for each seat: a whole fleet may come back.
const BURST: u32 = 1000;
/// Logins a second with one credential in the long run, beside one for each ten seats.
const A_SECOND: u32 = 50;

/// The budget of one widget key or token key. A key is public to whoever opens its page, so that one
/// client could try to fill all seats and the store's queue with it; this bounds how fast.
#[derive(Clone)]
pub(super) struct LoginPace {
    seats: u32,
    limiter: Arc<RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Duration>>>,
}

impl LoginPace {
    pub(super) fn new(seats: u32, clock: &Clock) -> Self {
        let burst = NonZeroU32::MIN.saturating_add(BURST.saturating_add(seats.saturating_mul(4)) - 1);
        let a_second = NonZeroU32::MIN.saturating_add(A_SECOND + seats / 10 - 1);
        let quota = Quota::per_second(a_second).allow_burst(burst);
        Self {
            seats,
            limiter: Arc::new(RateLimiter::direct_with_clock(quota, clock.clone())),
        }
    }

    /// The same budget, unless the number of seats is another.
    pub(super) fn go_on(&self, seats: u32, clock: &Clock) -> Self {
        if self.seats == seats {
            self.clone()
        } else {
            Self::new(seats, clock)
        }
    }

    /// Takes one login out of the budget.
    pub(super) fn takes_one_more(&self) -> bool {
        self.limiter.check().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_may_come_at_once_and_then_a_few_a_second() {
        let clock = Clock::by_hand();
        let pace = LoginPace::new(100, &clock);
        let taken = |pace: &LoginPace| (0..10_000).filter(|_| pace.takes_one_more()).count();

        assert_eq!(taken(&pace), 1400);
        clock.advance(Duration::from_secs(1));
        assert_eq!(taken(&pace), 60);
        assert_eq!(taken(&pace.go_on(100, &clock)), 0, "a reload is no new budget");
    }
}
