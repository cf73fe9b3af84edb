//! One pool, the reference, the disk and whoever sees the effects, kept in step and compared.

use super::allocations;
use super::random::{Random, mix};
use super::recorder::Recorder;
use super::reference::{Reference, until};
use super::tally::Tally;
use super::witness::{Count, Witness};
use crate::seats::{
    AttemptHash, Command, ConnectionNumber, Effect, Moment, Outcome, Pool, SecretHash, Served, Session,
    SessionId, Timestamp, decide,
};
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) random: Random,
    pub(crate) now: u64,
    pub(crate) utc: i64,
    pub(crate) pool: Pool,
    pub(crate) reference: Reference,
    pub(crate) recorder: Recorder,
    pub(crate) witness: Witness,
    /// Every session that there was, with all its widget ever held.
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) tally: Tally,
    last: u64,
}

/// What the widget of a session knows, the newest last.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) session: SessionId,
    pub(crate) attempt: Option<AttemptHash>,
    pub(crate) secrets: Vec<SecretHash>,
    pub(crate) connections: Vec<ConnectionNumber>,
}

impl World {
    pub(crate) fn new(mut random: Random) -> Self {
        let utc = 1_700_000_000_000;
        let seats = 1 + random.below(8);
        let allocation = allocations::allocation(&mut random, seats, utc);
        let grace = allocations::grace(&mut random);
        let last = random.next() >> 16;
        Self {
            random,
            now: SECOND,
            utc,
            pool: Pool::new(allocation.clone(), grace),
            reference: Reference::new(allocation, nanoseconds(grace)),
            recorder: Recorder::default(),
            witness: Witness::default(),
            tickets: Vec::new(),
            tally: Tally::default(),
            last,
        }
    }

    /// Asks the pool and everybody else, and compares.
    pub(crate) fn ask(&mut self, command: &Command) -> (Outcome, Vec<Effect>) {
        let (now, moment) = (self.moment().served, self.moment());
        let before = (everything(&self.pool), self.pool.numbers(moment));
        let mut effects = Vec::new();
        let outcome = decide(&self.pool, command, moment, &mut effects);
        let after = (everything(&self.pool), self.pool.numbers(moment));
        assert_eq!(before, after, "to decide changes nothing");
        self.expect_the_rightful_resume(command, &outcome);

        let (answer, expected) = self.reference.ask(command, (self.now, self.utc), &effects);
        assert_eq!(outcome, answer, "the outcome of {command:?}");
        let purge = |effect: &&Effect| matches!(effect, Effect::SeatPurged { .. });
        let first_other = effects.iter().take_while(purge).count();
        assert_eq!(effects[first_other..], expected, "the effects of {command:?}");

        for effect in &effects {
            self.witness.judge(effect, now);
            self.witness.see(effect, now);
            self.pool.apply(effect);
        }
        self.recorder.record(&effects);
        if effects
            .iter()
            .any(|effect| matches!(effect, Effect::SeatGranted { .. }))
        {
            let most = self.reference.most();
            let count = self.witness.count(now);
            assert!(count.connected + count.in_grace <= most, "granted above the most");
            assert!(
                self.recorder.decided.len() <= most as usize,
                "more on disk than seats"
            );
        }
        self.compare();
        (outcome, effects)
    }

    /// All that is known of the pool is what the others say.
    pub(crate) fn compare(&mut self) {
        self.reference.look_at_the_clocks((self.now, self.utc));
        let moment = self.moment();
        let numbers = self.pool.numbers(moment);
        let (limit, in_use) = (
            self.reference.limit(),
            self.reference.connected() + self.reference.in_grace(),
        );
        assert_eq!(numbers.limit, limit);
        assert_eq!(numbers.in_use(), in_use);
        assert_eq!(numbers.free(), limit.total.max(in_use) - in_use);
        assert_eq!(numbers.over_allocation(), limit.total.max(in_use) - limit.total);
        let expected = Count {
            connected: self.reference.connected(),
            in_grace: self.reference.in_grace(),
            on_call: self.reference.on_call(),
            unresponsive: self.reference.unresponsive(),
        };
        let counted = Count {
            connected: numbers.connected,
            in_grace: numbers.in_grace,
            on_call: numbers.on_call,
            unresponsive: numbers.unresponsive,
        };
        assert_eq!(counted, expected, "the pool's numbers");
        assert_eq!(
            self.witness.count(moment.served),
            expected,
            "the numbers by effects"
        );

        let sessions = everything(&self.pool);
        assert_eq!(sessions.len(), self.reference.seats.len());
        assert_eq!(sessions.len(), self.recorder.decided.len());
        for session in &sessions {
            assert_eq!(self.reference.get(session.record.session), Some(session));
            assert!(
                self.recorder.decided.contains(&session.record),
                "the replayed records"
            );
        }
        let kept = self.pool.sessions(moment.served).count();
        assert_eq!(kept, in_use as usize);
        let next = self.reference.seats.iter().filter_map(until).min();
        assert_eq!(self.pool.next_due(moment.served).map(Served::as_nanos), next);
        if limit.total > 0 && in_use >= limit.total {
            self.tally.was_full = 1;
        }
    }

    /// The pool is made again from what is on disk, in any order, and from these connections.
    pub(crate) fn rebuild(&mut self, open: &[Session], at_least: Duration) {
        self.recorder.lose();
        let moment = self.moment();
        let grace = self.pool.grace().max(at_least);
        let mut pool = Pool::new(self.pool.allocation().clone(), self.pool.grace());
        let mut records = self.recorder.committed.clone();
        if self.random.chance(50) {
            records.reverse();
        }
        self.reference
            .rebuild(&records, open, self.now, nanoseconds(grace));
        self.witness = Witness::default();
        for record in records {
            let held = open.iter().find(|seat| seat.record.session == record.session);
            let repeatable_until = moment.served + Duration::from_secs(60);
            let effect = match held.and_then(Session::connection) {
                Some(connection) => Effect::SeatGranted {
                    record,
                    connection,
                    repeatable_until,
                },
                None => Effect::SeatRestored {
                    record,
                    repeatable_until,
                    until: moment.served + grace,
                },
            };
            pool.apply(&effect);
            self.witness.see(&effect, moment.served);
        }
        self.pool = pool;
        self.compare();
    }

    pub(crate) fn moment(&self) -> Moment {
        Moment {
            served: Served::from_nanos(self.now),
            utc: Timestamp(self.utc),
        }
    }

    /// A number that was not there before; without an order, as an id has none.
    pub(crate) fn fresh(&mut self) -> [u8; 16] {
        self.last += 1;
        let half = mix(self.last).to_ne_bytes();
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&half);
        bytes[8..].copy_from_slice(&half);
        bytes
    }

    pub(crate) fn fresh_connection(&mut self) -> ConnectionNumber {
        self.last += 1;
        ConnectionNumber(self.last)
    }

    pub(crate) fn ticket(&mut self, session: SessionId) -> Option<&mut Ticket> {
        self.tickets.iter_mut().find(|ticket| ticket.session == session)
    }

    /// Whoever has the recorded secret of a session that has a seat is never refused.
    fn expect_the_rightful_resume(&self, command: &Command, outcome: &Outcome) {
        let Command::Resume { session, secret, .. } = command else {
            return;
        };
        let mut records = self.recorder.decided.iter();
        let rightful = records.any(|record| record.session == *session && record.secret == *secret);
        let has_a_seat = self.witness.has(*session, self.moment().served);
        let seated = matches!(outcome, Outcome::Seated { .. });
        assert_eq!(seated, rightful && has_a_seat, "a resume within the grace");
    }
}

/// All sessions, those included whose grace is over and that nobody purged.
pub(crate) fn everything(pool: &Pool) -> Vec<Session> {
    pool.sessions(Served::START).copied().collect()
}

pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).expect("a short time")
}
