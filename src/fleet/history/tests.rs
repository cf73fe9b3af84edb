//! Whatever happens, nothing is lost from the record and nothing is counted twice: crashes and
//! clocks that are set, packing and summing up included.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::SmallRng;

use super::*;
use crate::schedule::ByPlace;
use crate::seats::{Served, SessionId};
use crate::store::{Detail, Shelf};
use crate::usage::{Count, Interval, Row, edges, intervals};

/// 2026-03-23T00:00Z: the Sunday after it has 23 hours in Berlin.
const MONDAY: Timestamp = Timestamp(1_774_224_000_000);
const HOUR_MS: i64 = 3_600_000;
const DAYS: u32 = 8;

/// Counts by the effects alone: who holds a seat, and until when at most.
#[derive(Default)]
struct Referee {
    /// None: connected.
    held: HashMap<SessionId, Option<Served>>,
    /// The last look, in served time and on the record.
    at: Option<(Served, Timestamp)>,
    /// Seat milliseconds by hour.
    seat_ms: BTreeMap<i64, u64>,
    known_ms: u64,
    logins: u64,
    ends: u64,
    resumes: u64,
    /// Graces that began.
    graces: u64,
}

impl Referee {
    /// Counts the time since the last look. Where the record moved on by less, since the clock had
    /// been set back, what it tells are the last moments.
    fn look(&mut self, now: Served, on_record: Timestamp) {
        let Some((before, recorded)) = self.at.replace((now, on_record)) else {
            return;
        };
        let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap();
        // Where no time passed, the record left a gap.
        let known = if now > before { on_record.0 - recorded.0 } else { 0 };
        self.known_ms += u64::try_from(known).unwrap();
        let from = on_record.0 - known;
        let ends: Vec<i64> = self
            .held
            .values()
            .map(|until| on_record.0 - until.map_or(0, |until| ms(now.since(until))))
            .collect();
        ends.into_iter().for_each(|end| self.add(from, end));
        self.held.retain(|_, until| until.is_none_or(|until| until > now));
    }

    fn add(&mut self, from: i64, until: i64) {
        let mut at = from;
        while at < until {
            let hour = at.div_euclid(HOUR_MS);
            let end = until.min((hour + 1) * HOUR_MS);
            *self.seat_ms.entry(hour).or_default() += u64::try_from(end - at).unwrap();
            at = end;
        }
    }

    fn see(&mut self, effect: &Effect) {
        match *effect {
            Effect::SeatGranted { record, .. } => {
                self.logins += 1;
                self.held.insert(record.session, None);
            }
            Effect::SeatRestored { record, until, .. } => {
                self.graces += 1;
                self.held.insert(record.session, Some(until));
            }
            Effect::SeatResumed { session, .. } => {
                self.resumes += 1;
                self.held.insert(session, None);
            }
            Effect::SeatLost { session, until } => {
                self.graces += 1;
                self.held.insert(session, Some(until));
            }
            Effect::SeatReleased { session, .. } | Effect::SeatPurged { session, .. } => {
                self.ends += 1;
                self.held.remove(&session);
            }
            _ => {}
        }
    }
}

/// Lets the scribe and the referee see the same, and sets the clock now and then.
struct Watch {
    scribe: Scribe,
    referee: Referee,
    rng: SmallRng,
    sets_clock: bool,
    clock_was_set: u32,
    crashes: u32,
}

impl Watch {
    fn look(&mut self, pool: &Pool, moment: Moment) {
        if self.sets_clock && self.scribe.recorder.is_some() && self.rng.random_bool(0.01) {
            let now = self.scribe.on_record(moment);
            if let Some(recorder) = &mut self.scribe.recorder {
                recorder.advance(pool, &now);
            }
            self.referee.look(moment.served, now.moment.utc);
            self.scribe.clock_off_ms = self.rng.random_range(-2 * HOUR_MS..2 * HOUR_MS);
            self.clock_was_set += 1;
        }
        let now = self.scribe.on_record(moment);
        self.referee.look(moment.served, now.moment.utc);
    }
}

impl Witness for Watch {
    fn before(&mut self, effects: &[Effect], pool: &Pool, moment: Moment) {
        self.look(pool, moment);
        self.scribe.before(effects, pool, moment);
        effects.iter().for_each(|effect| self.referee.see(effect));
    }

    fn after(&mut self, effects: &[Effect], pool: &Pool, moment: Moment) {
        self.scribe.after(effects, pool, moment);
    }

    fn down(&mut self, pool: &Pool, moment: Moment) {
        self.look(pool, moment);
        self.scribe.down(pool, moment);
        self.referee.held.clear();
        self.crashes += 1;
    }

    fn up(&mut self, pool: &Pool, moment: Moment) {
        self.scribe.up(pool, moment);
        self.look(pool, moment);
    }
}

fn plan(agents: usize, seats: u32, restarts: f64, seed: u64) -> SimulationPlan {
    let mut scenario = Scenario::around_the_clock();
    scenario.incidents.restarts = restarts;
    scenario.disturbances.drops = ByPlace { site: 3.0, home: 3.0 };
    SimulationPlan {
        profile: Profile::Days(Days {
            begin: Duration::ZERO,
            speed: 1.0,
            scenario: Arc::new(scenario),
        }),
        agents,
        seats,
        line: 0,
        grace: Duration::from_secs(60),
        silence_limit: Duration::from_secs(45),
        duration: Duration::from_secs(u64::from(DAYS) * 86_400),
        seed,
    }
}

/// The record by these intervals.
fn read(shelf: &Shelf, until: Timestamp, interval: Interval, detail: Detail) -> Vec<(Timestamp, Row)> {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let zone = if interval == Interval::Day {
        berlin
    } else {
        TimeZone::UTC
    };
    let acme = OrganizationId::parse("acme").unwrap();
    let from = Timestamp(MONDAY.0 - 24 * HOUR_MS);
    let edges = edges(interval, from, until, &zone, usize::MAX - 1);
    let history = shelf.history(&acme, from, until, detail).unwrap();
    let rows = intervals(&history.rows, &edges, &history.gaps, until);
    edges
        .into_iter()
        .zip(rows)
        .filter_map(|(at, row)| Some((at, row?)))
        .collect()
}

fn agree(plan: &SimulationPlan, sets_clock: bool) -> Watch {
    let home = tempfile::tempdir().unwrap();
    let filling = Filling::open(home.path(), OrganizationId::parse("acme").unwrap()).unwrap();
    let shelf = filling.shelf();
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let mut watch = Watch {
        scribe: Scribe::new(filling, &berlin, MONDAY),
        referee: Referee::default(),
        rng: SmallRng::seed_from_u64(plan.seed),
        sets_clock,
        clock_was_set: 0,
        crashes: 0,
    };
    let report = simulate_before(plan, MONDAY, TimeZone::UTC, &mut watch);
    assert!(report.is_ok(), "{:?}", report.breaches.first());
    assert!(watch.scribe.failed.is_none(), "{:?}", watch.scribe.failed);

    let until = watch.scribe.written.unwrap();
    let referee = &watch.referee;
    let seat_ms: u64 = referee.seat_ms.values().sum();
    for (interval, detail) in [
        (Interval::Minute, Detail::Minutes),
        (Interval::Quarter, Detail::Quarters),
        (Interval::HalfHour, Detail::Quarters),
        (Interval::Hour, Detail::Minutes),
        (Interval::Hour, Detail::Quarters),
        (Interval::Day, Detail::Quarters),
        (Interval::Day, Detail::Days),
    ] {
        let is_small = plan.seats <= crate::usage::SMALL;
        if is_small && matches!(interval, Interval::Minute | Interval::Quarter) {
            continue;
        }
        let rows = read(&shelf, until, interval, detail);
        let sum = |of: &dyn Fn(&Row) -> u64| rows.iter().map(|(_, row)| of(row)).sum::<u64>();
        let what = format!("{interval:?} of {detail:?}");
        // The end of a grace is placed to the millisecond.
        let seats = sum(&|row| row.in_use.product_ms());
        assert!(
            seats.abs_diff(seat_ms) <= referee.graces,
            "{what}: {seats} and {seat_ms}"
        );
        assert_eq!(sum(&Row::known_ms), referee.known_ms, "{what}");
        assert_eq!(
            sum(&|row| row.counts.get(Count::Logins)),
            referee.logins,
            "{what}"
        );
        assert_eq!(sum(&|row| row.counts.ends()), referee.ends, "{what}");
        assert_eq!(
            sum(&|row| row.counts.get(Count::Resumes)),
            referee.resumes,
            "{what}"
        );
        for (at, row) in &rows {
            assert_eq!(row.in_use.total_ms(), row.limit.total_ms(), "{what}");
            assert!(row.in_use.highest() <= Some(plan.seats), "{what}");
            if interval == Interval::Hour {
                let hour = at.0.div_euclid(HOUR_MS);
                let counted = referee.seat_ms.get(&hour).copied().unwrap_or(0);
                let seats = row.in_use.product_ms();
                assert!(
                    seats.abs_diff(counted) < 500,
                    "{what}, {hour}: {seats} and {counted}"
                );
            }
        }
    }
    watch
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn recorder_referee_and_levels_agree_through_crashes_and_clocks_that_are_set(
        agents in 4..20_usize,
        seats in 1..14_u32,
        restarts in 0.0..200.0,
        seed: u64,
        sets_clock: bool,
    ) {
        agree(&plan(agents, seats, restarts, seed), sets_clock);
    }
}

#[test]
fn a_history_of_the_test_has_crashes_set_clocks_and_full_houses() {
    let watch = agree(&plan(16, 8, 120.0, 7), true);
    assert!(watch.crashes > 10, "{} crashes", watch.crashes);
    assert!(watch.clock_was_set > 10, "set {} times", watch.clock_was_set);
    let Referee { logins, resumes, .. } = watch.referee;
    assert!(logins > 50 && resumes > 100, "{logins} logins, {resumes} resumes");
}

#[test]
fn an_hour_that_is_added_to_after_it_was_packed_counts_once() {
    // The clock is set forward by hours, and attempts give up a minute after their last try.
    agree(&plan(5, 2, 45.59847689211624, 3_186_736_329_615_302_869), true);
}
