//! Hand-off codes are tried at a bounded pace, so that they cannot be guessed.

use crate::clock::instant_in;
use crate::seats::OrganizationId;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Between two claims that are judged, on the average: 20 a second.
const PACE: Duration = Duration::from_millis(50);
/// So many may come at once.
const BURST: u32 = 10;

/// The pace of each organization that somebody lately claimed at.
#[derive(Default)]
pub struct Claims(Mutex<HashMap<OrganizationId, Instant>>);

impl Claims {
    /// Waits until a claim at this organization may be judged. False: that would take longer than
    /// `longest`.
    pub(super) async fn wait(&self, id: &OrganizationId, longest: Duration) -> bool {
        let turn = self.turn(id, instant_in(Duration::ZERO), longest);
        if let Some(turn) = turn {
            tokio::time::sleep_until(turn).await;
        }
        turn.is_some()
    }

    /// When a claim that comes at `now` may be judged.
    fn turn(&self, id: &OrganizationId, now: Instant, longest: Duration) -> Option<Instant> {
        let mut paces = self.0.lock();
        // Who has not claimed for a while has its whole burst again, and is forgotten.
        paces.retain(|_, next| *next > now);
        let next = paces.get(id).map_or(now, |next| (*next).max(now)) + PACE;
        let turn = next.checked_sub(PACE * BURST).map_or(now, |turn| turn.max(now));
        if turn - now > longest {
            return None;
        }
        paces.insert(id.clone(), next);
        Some(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn after_a_burst_twenty_claims_a_second_are_judged_for_each_organization() {
        let claims = Claims::default();
        let (a, b) = (
            OrganizationId::parse("a").unwrap(),
            OrganizationId::parse("b").unwrap(),
        );
        let now = instant_in(Duration::from_secs(100));

        let waits: Vec<_> = (0..110)
            .map(|_| claims.turn(&a, now, LONG).unwrap() - now)
            .collect();

        assert!(waits[..10].iter().all(Duration::is_zero));
        assert_eq!(waits[109], Duration::from_secs(5));
        assert_eq!(claims.turn(&b, now, LONG), Some(now));
        assert_eq!(claims.turn(&a, now, Duration::from_secs(5)), None, "not in time");
        let later = now + Duration::from_secs(6);
        assert_eq!(claims.turn(&a, later, LONG), Some(later));
    }
}
