//! One pool, the reference, the disk and whoever sees the effects, kept in step and compared.

use super::allocations;
use super::random::{Random, mix};
use super::recorder::Recorder;
use super::reference::Reference;
use super::tally::Tally;
use super::witness::{Room, Witness};
use crate::seats::{
    AttemptHash, Command, ConnectionNumber, Effect, HandoffHash, Moment, Outcome, Pool, SecretHash, Served,
    SessionId, Timestamp, decide,
};
use std::time::Duration;

mod comparison;
mod meetings;
mod rebuild;

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
    /// Every hand-off code that there was, the newest last.
    pub(crate) codes: Vec<HandoffHash>,
    pub(crate) tally: Tally,
    /// The line was not served although it could have been, but for maintenance.
    stood: bool,
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
            codes: Vec::new(),
            tally: Tally::default(),
            stood: false,
            last,
        }
    }

    /// Asks the pool and everybody else, and compares.
    pub(crate) fn ask(&mut self, command: &Command) -> (Outcome, Vec<Effect>) {
        let (now, moment) = (self.moment().served, self.moment());
        let mut effects = Vec::new();
        let outcome = decide(&self.pool, command, moment, &mut effects);
        self.expect_the_rightful_resume(command, &outcome);

        let before = self.reference.clone();
        let (answer, expected) = self.reference.ask(command, (self.now, self.utc), &effects);
        assert_eq!(outcome, answer, "the outcome of {command:?}");
        let purge = |effect: &&Effect| matches!(effect, Effect::SeatPurged { .. });
        let others: Vec<_> = effects.iter().filter(|effect| !purge(effect)).collect();
        assert_eq!(
            others,
            expected.iter().collect::<Vec<_>>(),
            "the effects of {command:?}"
        );

        let room = Room {
            limit: self.reference.limit().total,
            most: self.reference.most(),
        };
        for effect in &effects {
            self.witness.judge(effect, now, room);
            self.witness.see(effect, now);
            self.pool.apply(effect);
            self.note_tickets(effect);
        }
        self.recorder.record(&effects);
        self.compare();
        self.meet(&before, command, &outcome, &effects);
        (outcome, effects)
    }

    /// Who is given a seat holds its ticket from then on.
    fn note_tickets(&mut self, effect: &Effect) {
        if let Effect::SeatGranted {
            record, connection, ..
        } = *effect
        {
            self.tickets.push(Ticket {
                session: record.session,
                attempt: record.attempt,
                secrets: vec![record.secret],
                connections: vec![connection],
            });
        }
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

pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).expect("a short time")
}
