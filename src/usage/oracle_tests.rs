//! The record against a naive count, second by second.

use super::*;
use crate::seats::{
    Allocation, AttemptHash, Cause, Command, ConnectionNumber, Effect, Entry, Increase, Login, Moment, Pool,
    Refusal, SecretHash, Served, SessionId, Timestamp, decide,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// 2026-01-05, a few seconds after nine.
const BEGIN: i64 = 1_767_603_607;
const GRACE: i64 = 60;

#[derive(Debug, Clone)]
enum Step {
    Login { attempt: Option<u8>, waits: bool },
    Logout(usize),
    End(usize),
    Lost { session: usize, silent_s: i64 },
    Resume(usize),
    LeaveLine(usize),
    Sweep,
    Seats { base: u32, increase: Option<(i64, i64)> },
    RenewGraces,
}

fn steps() -> impl Strategy<Value = Vec<(i64, Step)>> {
    let step = prop_oneof![
        6 => (prop::option::of(0..4_u8), any::<bool>()).prop_map(|(attempt, waits)| Step::Login { attempt, waits }),
        2 => (0..9_usize).prop_map(Step::Logout),
        1 => (0..9_usize).prop_map(Step::End),
        4 => (0..9_usize, prop_oneof![Just(0), 1..50_i64, 50..90_i64])
            .prop_map(|(session, silent_s)| Step::Lost { session, silent_s }),
        2 => (0..9_usize).prop_map(Step::Resume),
        1 => (0..3_usize).prop_map(Step::LeaveLine),
        3 => Just(Step::Sweep),
        1 => (3..8_u32, prop::option::of((0..200_i64, 1..300_i64)))
            .prop_map(|(base, increase)| Step::Seats { base, increase }),
        1 => Just(Step::RenewGraces),
    ];
    let pause = prop_oneof![3 => Just(0), 5 => 1..20_i64, 3 => 20..80_i64, 1 => 80..400_i64];
    prop::collection::vec((pause, step), 1..60)
}

/// What the outside knows of a session.
#[derive(Debug, Clone, Copy)]
struct Stay {
    id: SessionId,
    from: i64,
    until: Option<i64>,
    grace: Option<(i64, i64)>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Minute {
    in_use: BTreeMap<u32, u64>,
    in_grace: BTreeMap<u32, u64>,
    demand: BTreeMap<u32, u64>,
    limit: BTreeMap<u32, u64>,
    logins: u64,
    ends: u64,
    resumes: u64,
    lost: u64,
    refused: u64,
}

/// Counts by looking at every session in every second.
#[derive(Default)]
struct Oracle {
    stays: Vec<Stay>,
    /// Tries with their attempt; `None` while it lasts in the line.
    tries: Vec<(AttemptHash, i64, Option<i64>)>,
    nameless: Vec<(ConnectionNumber, i64, Option<i64>)>,
    line: Vec<(ConnectionNumber, Option<AttemptHash>)>,
    minutes: BTreeMap<i64, Minute>,
    now: i64,
    looked: (u32, u32, u32, u32),
}

impl Oracle {
    fn look(&self, allocation: &Allocation, second: i64) -> (u32, u32, u32, u32) {
        let holds = |stay: &&Stay| {
            stay.until.is_none_or(|until| second < until)
                && stay.grace.is_none_or(|(_, until)| second < until)
        };
        let held: Vec<_> = self.stays.iter().filter(holds).collect();
        let in_grace = held.iter().filter(|stay| stay.grace.is_some()).count();
        let mut attempts: Vec<_> = self
            .tries
            .iter()
            .filter(|(_, _, until)| until.is_none_or(|until| second < until))
            .map(|(attempt, ..)| *attempt)
            .collect();
        attempts.sort();
        attempts.dedup();
        let nameless = self
            .nameless
            .iter()
            .filter(|(_, _, until)| until.is_none())
            .count();
        let count = |n: usize| u32::try_from(n).unwrap();
        let in_use = count(held.len());
        (
            in_use,
            count(in_grace),
            in_use + count(attempts.len() + nameless),
            allocation.limit(Timestamp(second * 1000)).total,
        )
    }

    fn minute(&mut self, second: i64) -> &mut Minute {
        self.minutes.entry(second.div_euclid(60)).or_default()
    }

    fn add(&mut self, second: i64, numbers: (u32, u32, u32, u32), ms: u64) {
        let minute = self.minute(second);
        *minute.in_use.entry(numbers.0).or_default() += ms;
        *minute.in_grace.entry(numbers.1).or_default() += ms;
        *minute.demand.entry(numbers.2).or_default() += ms;
        *minute.limit.entry(numbers.3).or_default() += ms;
    }

    fn pass(&mut self, allocation: &Allocation, until: i64) {
        while self.now < until {
            let standing = self.looked;
            self.add(self.now, standing, 1000);
            self.now += 1;
            self.see(allocation);
        }
    }

    /// A different level counts as touched even if it does not last.
    fn see(&mut self, allocation: &Allocation) {
        let numbers = self.look(allocation, self.now);
        if numbers != self.looked {
            self.looked = numbers;
            self.add(self.now, numbers, 0);
        }
    }

    fn ends_trying(&mut self, attempt: Option<AttemptHash>, connection: ConnectionNumber) {
        let now = self.now;
        let waited = self.line.iter().position(|(in_line, _)| *in_line == connection);
        let attempt = waited.map_or(attempt, |place| self.line.remove(place).1);
        let nameless = self.nameless.iter_mut().filter(|(who, ..)| *who == connection);
        nameless.for_each(|(_, _, until)| *until = Some(now));
        self.tries
            .iter_mut()
            .filter(|(who, ..)| Some(*who) == attempt)
            .for_each(|(_, _, until)| *until = Some(until.map_or(now, |until| until.min(now))));
    }

    fn note(&mut self, effect: &Effect, until: impl Fn(Served) -> i64) {
        let now = self.now;
        let stay =
            |oracle: &mut Self, id: SessionId| oracle.stays.iter().position(|stay| stay.id == id).unwrap();
        match *effect {
            Effect::SeatGranted {
                record, connection, ..
            } => {
                self.ends_trying(record.attempt, connection);
                self.stays.push(Stay {
                    id: record.session,
                    from: now,
                    until: None,
                    grace: None,
                });
                self.minute(now).logins += 1;
            }
            Effect::SeatResumed { session, .. } => {
                let place = stay(self, session);
                self.stays[place].grace = None;
                self.minute(now).resumes += 1;
            }
            Effect::SeatLost { session, until: over } => {
                let place = stay(self, session);
                self.stays[place].grace = Some((now, until(over)));
                self.minute(now).lost += 1;
            }
            Effect::SeatReleased { session, .. } | Effect::SeatPurged { session, .. } => {
                let place = stay(self, session);
                self.stays[place].until = Some(now);
                assert!(self.stays[place].from <= now);
                self.minute(now).ends += 1;
            }
            Effect::GracesRenewed {
                after,
                until: renewed,
            } => {
                for stay in &mut self.stays {
                    if let Some((_, end)) = &mut stay.grace
                        && stay.until.is_none()
                        && *end > until(after)
                    {
                        *end = until(renewed).max(*end);
                    }
                }
            }
            Effect::LineJoined { waiter, superseded } => {
                self.line
                    .retain(|(connection, _)| Some(*connection) != superseded);
                self.line.push((waiter.connection, waiter.attempt));
                match waiter.attempt {
                    Some(attempt) => self.tries.push((attempt, now, None)),
                    None => self.nameless.push((waiter.connection, now, None)),
                }
            }
            Effect::LineLeft { connection } => {
                let attempt = self
                    .line
                    .iter()
                    .find(|(in_line, _)| *in_line == connection)
                    .unwrap()
                    .1;
                self.ends_trying(attempt, connection);
                self.tries
                    .extend(attempt.map(|attempt| (attempt, now, Some(now + 60))));
            }
            Effect::Refused {
                refusal: Refusal::SeatsExhausted(_),
                attempt,
            } => {
                self.tries
                    .extend(attempt.map(|attempt| (attempt, now, Some(now + 60))));
                self.minute(now).refused += 1;
            }
            _ => {}
        }
    }
}

/// A pool with its record and the oracle, in whole seconds.
struct World {
    pool: Pool,
    recorder: Recorder,
    oracle: Oracle,
    rows: Vec<Row>,
    next: u64,
    sessions: Vec<(SessionId, ConnectionNumber)>,
    gave_back: bool,
}

impl World {
    fn new() -> Self {
        let pool = Pool::new(
            Allocation {
                line: 2,
                ..Allocation::of(3)
            },
            Duration::from_secs(60),
        );
        let recorder = Recorder::begin(&pool, &now(BEGIN));
        let mut oracle = Oracle {
            now: BEGIN,
            ..Oracle::default()
        };
        oracle.looked = oracle.look(pool.allocation(), BEGIN);
        Self {
            pool,
            recorder,
            oracle,
            rows: Vec::new(),
            next: 0,
            sessions: Vec::new(),
            gave_back: false,
        }
    }

    fn take(&mut self, second: i64, step: &Step) {
        self.oracle.pass(self.pool.allocation(), second);
        let command = self.command(second, step);
        let Some(command) = command else { return };
        let mut effects = Vec::new();
        let now = now(second);
        decide(&self.pool, &command, now.moment, &mut effects);
        self.recorder.note(&effects, &self.pool, &now);
        for effect in &effects {
            if let Effect::SeatGranted {
                record, connection, ..
            } = effect
            {
                self.sessions.push((record.session, *connection));
            }
            self.oracle.note(effect, second_of);
            self.pool.apply(effect);
        }
        self.oracle.see(self.pool.allocation());
        let numbers = self.pool.numbers(now.moment);
        let standing = self.recorder.standing();
        if !effects.is_empty() {
            assert_eq!(
                (standing.connected, standing.in_grace, standing.limit),
                (numbers.connected, numbers.in_grace, numbers.limit.total)
            );
        }
        // Part of the record is taken away in between, as commits do.
        if second % 3 == 0 {
            let (additions, _) = self.recorder.take();
            settle(&mut self.rows, &additions, &[]);
            self.gave_back = true;
        }
    }

    fn command(&mut self, second: i64, step: &Step) -> Option<Command> {
        let of = |sessions: &[(SessionId, ConnectionNumber)], n: usize| {
            (!sessions.is_empty()).then(|| sessions[n % sessions.len()])
        };
        Some(match *step {
            Step::Login { attempt, waits } => {
                self.next += 1;
                Command::Login(Login {
                    session: SessionId(u128::from(self.next).to_be_bytes()),
                    secret: SecretHash([0; 16]),
                    attempt: attempt.map(|n| AttemptHash([n; 16])),
                    connection: ConnectionNumber(self.next),
                    wait: waits.then_some(Served::NEVER),
                    handoff: None,
                    entry: Entry::default(),
                })
            }
            Step::Logout(n) => {
                let (session, connection) = of(&self.sessions, n)?;
                Command::Logout { session, connection }
            }
            Step::End(n) => Command::End {
                session: of(&self.sessions, n)?.0,
                cause: Cause::Terminated,
            },
            Step::Lost { session, silent_s } => {
                let (session, connection) = of(&self.sessions, session)?;
                let heard = served(second - silent_s);
                Command::Lost {
                    session,
                    connection,
                    heard,
                }
            }
            Step::Resume(n) => {
                self.next += 1;
                let connection = ConnectionNumber(self.next);
                let place = n % self.sessions.len().max(1);
                let known = self.sessions.get_mut(place)?;
                known.1 = connection;
                let (session, secret) = (known.0, SecretHash([0; 16]));
                Command::Resume {
                    session,
                    secret,
                    connection,
                }
            }
            Step::LeaveLine(n) => {
                let waiting: Vec<_> = self.pool.line().map(|waiter| waiter.connection).collect();
                let connection = *waiting.get(n)?;
                Command::LeaveLine { connection }
            }
            Step::Sweep => Command::Sweep { most: 2 },
            Step::Seats { base, increase } => Command::Allocate(Allocation {
                line: 2,
                increases: increase
                    .map(|(from, length)| Increase {
                        seats: 2,
                        from: Timestamp((second + from) * 1000),
                        until: Timestamp((second + from + length) * 1000),
                    })
                    .into_iter()
                    .collect(),
                ..Allocation::of(base)
            }),
            Step::RenewGraces => Command::RenewGraces {
                at_least: Duration::ZERO,
            },
        })
    }
}

fn served(second: i64) -> Served {
    Served::from_nanos(u64::try_from(second - BEGIN + 1000).unwrap() * 1_000_000_000)
}

fn second_of(served: Served) -> i64 {
    i64::try_from(served.as_nanos() / 1_000_000_000).unwrap() + BEGIN - 1000
}

fn now(second: i64) -> OnRecord {
    OnRecord {
        moment: Moment {
            served: served(second),
            utc: Timestamp(second * 1000),
        },
        gaps: Arc::default(),
    }
}

fn map(levels: &Levels) -> BTreeMap<u32, u64> {
    levels.iter().collect()
}

fn minute_of(row: &Row) -> Minute {
    Minute {
        in_use: map(&row.in_use),
        in_grace: map(&row.in_grace),
        demand: map(&row.demand),
        limit: map(&row.limit),
        logins: row.counts.get(Count::Logins),
        ends: row.counts.ends(),
        resumes: row.counts.get(Count::Resumes),
        lost: row.counts.get(Count::Lost),
        refused: row.counts.get(Count::SeatsExhausted),
    }
}

fn check(history: &[(i64, Step)]) -> World {
    let mut world = World::new();
    let mut second = BEGIN;
    for (pause, step) in history {
        second += pause;
        world.take(second, step);
    }
    let end = second + GRACE + 90;
    world.oracle.pass(world.pool.allocation(), end);
    world.recorder.advance(&world.pool, &now(end));
    let (additions, _) = world.recorder.take();
    settle(&mut world.rows, &additions, &[]);

    let edges: Vec<_> = (BEGIN.div_euclid(60)..=end.div_euclid(60) + 1)
        .map(|minute| Timestamp(minute * 60_000))
        .collect();
    let recorded = intervals(&world.rows, &edges, &[], Timestamp(end * 1000));
    for (row, edge) in recorded.iter().zip(&edges) {
        let expected = world
            .oracle
            .minutes
            .remove(&(edge.0 / 60_000))
            .unwrap_or_default();
        assert_eq!(
            row.as_ref().map(minute_of).unwrap_or_default(),
            expected,
            "minute {}",
            edge.0
        );
    }
    let whole = intervals(
        &world.rows,
        &[edges[0], *edges.last().unwrap()],
        &[],
        Timestamp(end * 1000),
    );
    let mut sum = Row::at(Timestamp(BEGIN * 1000), Standing::default());
    recorded.iter().flatten().for_each(|row| sum.join(row, &[]));
    let whole = whole[0].as_ref().unwrap();
    assert_eq!(
        (&sum.in_use, &sum.demand, &sum.counts),
        (&whole.in_use, &whole.demand, &whole.counts)
    );
    assert_eq!(whole.known_ms(), u64::try_from((end - BEGIN) * 1000).unwrap());
    world
}

proptest! {
    #[test]
    fn the_record_is_what_somebody_counts_who_looks_in_every_second(history in steps()) {
        check(&history);
    }
}

#[test]
fn an_attempt_in_the_line_is_demand_until_it_is_seated() {
    let login = |attempt| Step::Login {
        attempt: Some(attempt),
        waits: true,
    };
    let history = [
        (0, login(0)),
        (0, login(1)),
        (0, login(2)),
        (3, login(3)),
        (131, Step::Logout(0)),
    ];
    let world = check(&history);
    let total = intervals(
        &world.rows,
        &[Timestamp(0), Timestamp(i64::MAX)],
        &[],
        Timestamp((BEGIN + 284) * 1000),
    );
    let row = total[0].as_ref().unwrap();
    assert!(world.gave_back, "nothing was taken in between");
    assert_eq!(row.demand.highest(), Some(4));
    assert_eq!(row.waits.count(), 1);
    assert_eq!(row.counts.get(Count::TriedMs), 131_000);
    assert_eq!(
        (row.counts.get(Count::Episodes), row.counts.get(Count::Waited)),
        (1, 1)
    );
}
