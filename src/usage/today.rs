//! The peak of the day and the refusals of the last hour, for the organization's live numbers.

use super::count::Count;
use super::row::Row;
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

    /// The begin of the stretch that has to be known for what is told at `utc`.
    pub fn concerns(&self, utc: Timestamp) -> Timestamp {
        start_of_day(&self.zone, utc).min(Timestamp(utc.0 - HOUR))
    }

    /// What an earlier server recorded, up to `utc`, in the order of time. Which attempts were refused
    /// is not recorded: one that goes on trying counts once more.
    pub fn recall(&mut self, rows: &[Row], utc: Timestamp) {
        let midnight = start_of_day(&self.zone, utc);
        self.day_ends = end_of_day(&self.zone, utc);
        self.peak = Peak {
            seats: 0,
            at: minute_of(utc),
        };
        let (before, of_today) = rows.split_at(rows.partition_point(|row| row.from < midnight));
        let stood = before.last().map(|row| (row.last.in_use(), midnight));
        let stood = stood.into_iter().chain(
            of_today
                .iter()
                .map(|row| (row.in_use.highest().unwrap_or(0), minute_of(row.from))),
        );
        for (seats, at) in stood {
            if seats > self.peak.seats {
                self.peak = Peak { seats, at };
            }
        }
        for row in rows {
            let refusals = row.counts.get(Count::Refusals);
            if refusals > 0 {
                let minute = row.from.0.div_euclid(MINUTE);
                self.refusals
                    .push_back((minute, u32::try_from(refusals).unwrap_or(u32::MAX)));
            }
        }
        self.forget(utc);
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
            self.peak = Peak {
                seats: in_use,
                at: minute_of(moment.utc),
            };
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

fn minute_of(utc: Timestamp) -> Timestamp {
    Timestamp(utc.0.div_euclid(MINUTE) * MINUTE)
}

fn start_of_day(zone: &TimeZone, utc: Timestamp) -> Timestamp {
    let start =
        jiff::Timestamp::from_millisecond(utc.0).and_then(|time| time.to_zoned(zone.clone()).start_of_day());
    // Only where the calendar itself ends.
    start.map_or(utc, |start| Timestamp(start.timestamp().as_millisecond()))
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
    use crate::usage::Standing;
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
    fn what_an_earlier_server_recorded_of_the_day_and_the_hour_is_known() {
        let row = |time: &str, seats: u32, refusals: u64| {
            let from = at(time).utc;
            let mut row = Row::at(from, Standing::default());
            row.stand_until(Timestamp(from.0 + 1), &[]);
            let connected = seats;
            row.change(Standing {
                connected,
                ..Standing::default()
            });
            row.counts.add(Count::Refusals, refusals);
            row
        };
        let mut pool = Pool::new(Allocation::of(9), Duration::from_secs(60));
        let mut today = Today::new(TimeZone::get("Europe/Berlin").unwrap());

        today.recall(
            &[
                row("2026-01-04T22:50:00Z", 3, 9),
                row("2026-01-05T07:30:00Z", 6, 1),
                row("2026-01-05T08:30:00Z", 6, 2),
                row("2026-01-05T09:05:00Z", 5, 1),
            ],
            at("2026-01-05T09:12:31Z").utc,
        );

        let peak = |today: &mut Today, pool: &Pool| today.peak(pool, at("2026-01-05T09:13:00Z"));
        let half_past_seven = at("2026-01-05T07:30:00Z").utc;
        let known = Peak {
            seats: 6,
            at: half_past_seven,
        };
        assert_eq!(peak(&mut today, &pool), known);
        assert_eq!(today.refused_last_hour(at("2026-01-05T09:13:00Z").utc), 3);
        login(&mut pool, &mut today, 1, None, at("2026-01-05T09:14:00Z"));
        assert_eq!(peak(&mut today, &pool), known);
        // What was over before midnight is another day's.
        let mut evening = Today::new(TimeZone::get("Europe/Berlin").unwrap());
        evening.recall(
            &[
                row("2026-01-05T21:00:00Z", 7, 0),
                row("2026-01-05T22:00:00Z", 2, 0),
            ],
            at("2026-01-05T23:10:00Z").utc,
        );
        let of_the_new_day = evening.peak(&pool, at("2026-01-05T23:11:00Z"));
        let midnight = at("2026-01-05T23:00:00Z").utc;
        assert_eq!(
            of_the_new_day,
            Peak {
                seats: 2,
                at: midnight
            }
        );
        let half_an_hour_earlier = evening.concerns(at("2026-01-05T23:30:00Z").utc);
        assert_eq!(half_an_hour_earlier, at("2026-01-05T22:30:00Z").utc);
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
