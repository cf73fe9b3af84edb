//! The peak of the day and the refusals of the last hour, for the organization's live numbers.

use crate::seats::{AttemptHash, Effect, Moment, Pool, Timestamp};
use jiff::tz::TimeZone;
use std::collections::{HashSet, VecDeque};

/// An hour, in milliseconds.
const HOUR: i64 = 3_600_000;
/// A minute, in milliseconds.
const MINUTE: i64 = 60_000;
/// Beyond so many refused attempts in an hour, a repetition may count again.
const ATTEMPTS_REMEMBERED: usize = 20_000;

/// The highest use of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peak {
    /// Seats in use.
    pub seats: u32,
    /// The minute in which it was first reached.
    pub at: Timestamp,
}

/// What is told about today, in the organization's time zone.
#[derive(Debug)]
pub struct Today {
    zone: TimeZone,
    peak: Peak,
    day_ends: Timestamp,
    /// Refusals by minute, oldest first.
    refusals: VecDeque<(i64, u32)>,
    /// Attempts of those refusals: several of one attempt within an hour count once.
    attempts: VecDeque<(i64, AttemptHash)>,
    known: HashSet<AttemptHash>,
}

impl Today {
    /// Nothing yet.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            peak: Peak {
                seats: 0,
                at: Timestamp(0),
            },
            day_ends: Timestamp(i64::MIN),
            refusals: VecDeque::new(),
            attempts: VecDeque::new(),
            known: HashSet::new(),
        }
    }

    /// Days are cut by another zone from here on. What was the peak of the running day stays it.
    pub fn cut_by(&mut self, zone: TimeZone, utc: Timestamp) {
        self.day_ends = end_of_day(&zone, utc);
        self.zone = zone;
    }

    /// Takes note of `effects`, which were just applied to `pool`. Tells how many refusals for want
    /// of a seat were no repetitions.
    pub fn note(&mut self, effects: &[Effect], pool: &Pool, moment: Moment) -> u64 {
        let mut refusals = 0;
        for effect in effects {
            if let Effect::Refused {
                refusal: crate::seats::Refusal::SeatsExhausted(_),
                attempt,
            } = effect
            {
                refusals += u64::from(self.refused(*attempt, moment.utc));
            }
            if let Effect::SeatGranted { .. } | Effect::SeatRestored { .. } = effect {
                self.look(pool, moment);
            }
        }
        refusals
    }

    /// The peak of the day that `moment` lies in.
    pub fn peak(&mut self, pool: &Pool, moment: Moment) -> Peak {
        self.look(pool, moment);
        self.peak
    }

    /// Refusals for want of a seat in the last hour, each attempt once.
    pub fn refused_last_hour(&mut self, utc: Timestamp) -> u32 {
        self.forget(utc);
        self.refusals.iter().map(|(_, count)| count).sum()
    }

    /// When the day ends or the oldest refusal is an hour old, as of the last look.
    pub fn changes_at(&self) -> Timestamp {
        let refusal = self.refusals.front();
        let refusal = refusal.map(|(minute, _)| Timestamp((minute + 1) * MINUTE + HOUR));
        refusal.map_or(self.day_ends, |refusal| refusal.min(self.day_ends))
    }

    fn look(&mut self, pool: &Pool, moment: Moment) {
        let new_day = moment.utc >= self.day_ends;
        if !new_day && pool.most_in_use() <= self.peak.seats {
            return;
        }
        let in_use = pool.numbers(moment).in_use();
        if new_day {
            self.day_ends = end_of_day(&self.zone, moment.utc);
        }
        if new_day || in_use > self.peak.seats {
            let at = Timestamp(moment.utc.0.div_euclid(MINUTE) * MINUTE);
            self.peak = Peak { seats: in_use, at };
        }
    }

    fn refused(&mut self, attempt: Option<AttemptHash>, utc: Timestamp) -> bool {
        self.forget(utc);
        if let Some(attempt) = attempt {
            if !self.known.insert(attempt) {
                return false;
            }
            self.attempts.push_back((utc.0, attempt));
            if self.attempts.len() > ATTEMPTS_REMEMBERED {
                self.forget_oldest_attempt();
            }
        }
        let minute = utc.0.div_euclid(MINUTE);
        match self.refusals.back_mut() {
            Some((last, count)) if *last == minute => *count += 1,
            Some(_) | None => self.refusals.push_back((minute, 1)),
        }
        true
    }

    fn forget(&mut self, utc: Timestamp) {
        while self
            .refusals
            .front()
            .is_some_and(|(minute, _)| (minute + 1) * MINUTE <= utc.0 - HOUR)
        {
            self.refusals.pop_front();
        }
        while self.attempts.front().is_some_and(|(at, _)| *at <= utc.0 - HOUR) {
            self.forget_oldest_attempt();
        }
    }

    fn forget_oldest_attempt(&mut self) {
        if let Some((_, attempt)) = self.attempts.pop_front() {
            self.known.remove(&attempt);
        }
    }
}

fn end_of_day(zone: &TimeZone, utc: Timestamp) -> Timestamp {
    let tomorrow = jiff::Timestamp::from_millisecond(utc.0)
        .and_then(|time| time.to_zoned(zone.clone()).tomorrow())
        .and_then(|zoned| zoned.start_of_day());
    // Only where the calendar itself ends.
    tomorrow.map_or(Timestamp(utc.0 + 24 * HOUR), |start| {
        Timestamp(start.timestamp().as_millisecond())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::{
        Allocation, Command, ConnectionNumber, Entry, Login, SecretHash, Served, SessionId, decide,
    };
    use std::time::Duration;

    fn at(utc: &str) -> Moment {
        let utc = Timestamp(utc.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        Moment {
            served: Served::START,
            utc,
        }
    }

    fn login(pool: &mut Pool, today: &mut Today, n: u8, attempt: Option<u8>, moment: Moment) {
        let command = Command::Login(Login {
            session: SessionId([n; 16]),
            secret: SecretHash([0; 16]),
            attempt: attempt.map(|a| AttemptHash([a; 16])),
            connection: ConnectionNumber(n.into()),
            wait: None,
            handoff: None,
            entry: Entry::default(),
        });
        let mut effects = Vec::new();
        decide(pool, &command, moment, &mut effects);
        effects.iter().for_each(|effect| pool.apply(effect));
        today.note(&effects, pool, moment);
    }

    #[test]
    fn the_peak_belongs_to_the_day_of_the_organization() {
        let mut pool = Pool::new(Allocation::of(9), Duration::from_secs(60));
        let mut today = Today::new(TimeZone::get("Europe/Berlin").unwrap());
        login(&mut pool, &mut today, 1, None, at("2026-01-05T09:12:31Z"));
        login(&mut pool, &mut today, 2, None, at("2026-01-05T09:13:40Z"));

        let peak = today.peak(&pool, at("2026-01-05T22:59:59Z"));
        let next = today.peak(&pool, at("2026-01-05T23:00:00Z"));

        assert_eq!(
            peak,
            Peak {
                seats: 2,
                at: at("2026-01-05T09:13:00Z").utc
            }
        );
        assert_eq!(
            next,
            Peak {
                seats: 2,
                at: at("2026-01-05T23:00:00Z").utc
            }
        );
    }

    #[test]
    fn another_time_zone_ends_the_day_at_its_own_midnight() {
        let mut pool = Pool::new(Allocation::of(9), Duration::from_secs(60));
        let mut today = Today::new(TimeZone::get("Europe/Berlin").unwrap());
        login(&mut pool, &mut today, 1, None, at("2026-01-05T09:12:31Z"));

        today.cut_by(TimeZone::UTC, at("2026-01-05T10:00:00Z").utc);

        let nine = at("2026-01-05T09:12:00Z").utc;
        assert_eq!(today.peak(&pool, at("2026-01-05T23:59:59Z")).at, nine);
        let midnight = at("2026-01-06T00:00:00Z");
        assert_eq!(today.peak(&pool, midnight).at, midnight.utc);
    }

    #[test]
    fn refusals_of_one_attempt_count_once_within_an_hour() {
        let mut pool = Pool::new(Allocation::of(1), Duration::from_secs(60));
        let mut today = Today::new(TimeZone::UTC);
        login(&mut pool, &mut today, 1, None, at("2026-01-05T09:00:00Z"));
        for (n, attempt, time) in [
            (2, Some(2), "09:10:00"),
            (3, Some(2), "09:20:00"),
            (4, None, "09:30:00"),
        ] {
            login(
                &mut pool,
                &mut today,
                n,
                attempt,
                at(&format!("2026-01-05T{time}Z")),
            );
        }

        assert_eq!(today.refused_last_hour(at("2026-01-05T09:59:00Z").utc), 2);
        assert_eq!(today.refused_last_hour(at("2026-01-05T10:11:00Z").utc), 1);
        assert_eq!(today.refused_last_hour(at("2026-01-05T10:31:00Z").utc), 0);
    }
}
