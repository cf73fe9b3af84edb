//! Guessing at admin tokens is slow: who was wrong too often is not judged for a while.

use crate::clock::Clock;
use crate::gateway::household;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

/// Wrong tokens of one address at once.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// Wrong tokens of one address a second in the long run.
const A_SECOND: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
/// Addresses that are told apart; beyond that some share a budget.
const BUCKETS: u64 = 16_384;

/// Counts wrong tokens by address. Addresses are kept as a short hash under a key that this process
/// draws at random.
pub struct Guesses {
    key: RandomState,
    clock: Clock,
    budget: RateLimiter<u64, HashMapStateStore<u64>, Clock, NoOpMiddleware<Duration>>,
    /// Who is not judged until when.
    barred: Mutex<HashMap<u64, Duration>>,
    trusted: Vec<IpAddr>,
}

/// Nothing is judged for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Barred(pub(super) Duration);

impl Guesses {
    /// Nobody was wrong yet. The limit of `trusted` proxies is theirs to keep.
    pub fn new(clock: &Clock, trusted: &[IpAddr]) -> Self {
        let quota = Quota::per_second(A_SECOND).allow_burst(AT_ONCE);
        Self {
            key: RandomState::new(),
            clock: clock.clone(),
            budget: RateLimiter::new(quota, HashMapStateStore::default(), clock.clone()),
            barred: Mutex::default(),
            trusted: trusted.iter().map(IpAddr::to_canonical).collect(),
        }
    }

    /// Whether a token from `address` is judged.
    pub(super) fn admits(&self, address: IpAddr) -> Result<(), Barred> {
        let Some(bucket) = self.bucket(address) else {
            return Ok(());
        };
        let now = self.clock.now();
        let mut barred = self.barred.lock();
        match barred.get(&bucket) {
            Some(until) if *until > now => Err(Barred(*until - now)),
            Some(_) => {
                barred.remove(&bucket);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// A token from `address` was wrong.
    pub(super) fn was_wrong(&self, address: IpAddr) {
        let Some(bucket) = self.bucket(address) else {
            return;
        };
        let earliest = |until: NotUntil<Duration>| until.earliest_possible();
        if let Err(until) = self.budget.check_key(&bucket).map_err(earliest) {
            self.barred.lock().insert(bucket, until);
        }
    }

    fn bucket(&self, address: IpAddr) -> Option<u64> {
        let is_trusted = self.trusted.contains(&address.to_canonical());
        (!is_trusted).then(|| self.key.hash_one(household(address)) % BUCKETS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guesses(guesses: &Guesses, address: IpAddr) -> usize {
        (0..1000)
            .filter(|_| {
                let is_judged = guesses.admits(address).is_ok();
                if is_judged {
                    guesses.was_wrong(address);
                }
                is_judged
            })
            .count()
    }

    #[test]
    fn wrong_tokens_are_judged_a_few_times_a_second_and_others_notice_nothing() {
        let clock = Clock::by_hand();
        let limit = Guesses::new(&clock, &["192.0.2.9".parse().unwrap()]);
        let one = "192.0.2.1".parse().unwrap();

        // The one that finds the budget empty was judged, too.
        assert_eq!(guesses(&limit, one), 21);
        assert_eq!(limit.admits(one), Err(Barred(Duration::from_millis(200))));
        assert!(limit.admits("192.0.2.2".parse().unwrap()).is_ok());
        assert_eq!(guesses(&limit, "192.0.2.9".parse().unwrap()), 1000);
        for _ in 0..10 {
            clock.advance(Duration::from_millis(200));
            assert!(guesses(&limit, one) <= 2);
        }
    }
}
