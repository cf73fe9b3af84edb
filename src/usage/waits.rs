//! How long somebody in line may have to wait.

use crate::seats::{Effect, Moment, Timestamp};
use std::collections::VecDeque;
use std::time::Duration;

/// Ends that are looked back on, and no older than an hour.
const ENDS: usize = 64;
const LOOK_BACK_MS: i64 = 3_600_000;
/// Beyond this an estimate says nothing.
const LONGEST: Duration = Duration::from_secs(4 * 3600);

/// The latest ends of sessions that were connected.
#[derive(Debug, Default)]
pub struct RecentEnds(VecDeque<Timestamp>);

impl RecentEnds {
    /// Takes note of what happened.
    pub fn note(&mut self, effects: &[Effect], moment: Moment) {
        for effect in effects {
            if let Effect::SeatReleased {
                connection: Some(_), ..
            } = effect
            {
                self.0.push_back(moment.utc);
                if self.0.len() > ENDS {
                    self.0.pop_front();
                }
            }
        }
    }

    /// How long until the seat number `ahead + 1` is free, if graces end as they stand
    /// (`graces`: what is left of each, shortest first) and agents log out as often as in the last
    /// hour. `None` where nothing is known.
    pub fn estimate(&self, ahead: u32, graces: &[Duration], moment: Moment) -> Option<Duration> {
        let since = moment.utc.0 - LOOK_BACK_MS;
        let recent = self.0.iter().filter(|end| end.0 > since);
        let oldest = recent.clone().next()?.0;
        let looked_back = if self.0.len() == ENDS {
            moment.utc.0 - oldest
        } else {
            LOOK_BACK_MS
        };
        let per_second = recent.count() as f64 * 1000.0 / looked_back.max(1000) as f64;
        let wanted = f64::from(ahead) + 1.0;
        // Between two ends of graces seats come at the even pace of the logouts.
        let mut from = Duration::ZERO;
        for (freed, until) in (0_u32..).zip(graces.iter().copied().chain([LONGEST])) {
            let at =
                Duration::from_secs_f64(((wanted - f64::from(freed)) / per_second).clamp(0.0, 1e9)).max(from);
            if at <= until {
                return (at <= LONGEST).then_some(at);
            }
            from = until;
        }
        None
    }

    /// The same where nobody has logged out lately: only graces free seats.
    pub fn estimate_by_graces(ahead: u32, graces: &[Duration]) -> Option<Duration> {
        graces.get(ahead as usize).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::{Cause, ConnectionNumber, Served, SessionId};

    fn at(seconds: i64) -> Moment {
        Moment {
            served: Served::START,
            utc: Timestamp(seconds * 1000),
        }
    }

    fn ends_every(seconds: i64, count: i64) -> RecentEnds {
        let mut ends = RecentEnds::default();
        for n in 1..=count {
            let end = Effect::SeatReleased {
                session: SessionId([0; 16]),
                cause: Cause::Logout,
                connection: Some(ConnectionNumber(1)),
            };
            ends.note(&[end], at(100_000 + n * seconds));
        }
        ends
    }

    #[test]
    fn an_estimate_follows_the_pace_of_logouts_and_the_graces() {
        let ends = ends_every(60, 64);
        let now = at(100_000 + 64 * 60);
        let close = |ahead, graces: &[u64], expected: f64| {
            let graces: Vec<_> = graces.iter().map(|s| Duration::from_secs(*s)).collect();
            let estimate = ends.estimate(ahead, &graces, now).unwrap().as_secs_f64();
            assert!((estimate - expected).abs() < 6.0, "{estimate} for {expected}");
        };

        close(0, &[], 60.0);
        close(4, &[], 300.0);
        close(0, &[20], 20.0);
        close(2, &[20, 50], 60.0);
    }

    #[test]
    fn where_nothing_is_known_there_is_no_estimate() {
        let ends = RecentEnds::default();
        assert_eq!(ends.estimate(0, &[], at(0)), None);
        let graces = [Duration::from_secs(20)];
        assert_eq!(RecentEnds::estimate_by_graces(0, &graces), Some(graces[0]));
        assert_eq!(RecentEnds::estimate_by_graces(1, &graces), None);
    }
}
