//! A pool with what is kept in step with it, all under one lock.

use super::changes::Mark;
use super::deliveries::Place;
use crate::seats::{
    Command, ConnectionNumber, Effect, Moment, OrganizationId, Outcome, Pool, Record, Session, SessionId,
    SessionState, decide,
};
use crate::store::{Batch, UsageAdditions};
use crate::usage::{self, OnRecord, RecentEnds, Today};
use jiff::tz::TimeZone;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A pool, how far it is recorded, and its numbers of today.
pub(super) struct Ledger {
    pub(super) pool: Pool,
    pub(super) today: Today,
    /// Set by every effect.
    pub(super) mark: Mark,
    ends: RecentEnds,
    /// Refusals for want of a seat, each attempt once within an hour.
    pub(super) refused: u64,
    /// What is added to the record of usage with the next batch.
    pub(super) usage: usage::Recorder,
    /// How far the record of usage came with the batches that are not recorded yet.
    marks: VecDeque<(u64, usage::Mark)>,
    recorded_mark: Option<usage::Mark>,
    zone: TimeZone,
    /// Which life of the pool: it is rebuilt under a new number after a failed commit.
    pub(super) life: u64,
    /// Of the last batch that was sent to the recorder in this life.
    sequence: u64,
    /// Of the last batch that is recorded.
    recorded: Arc<AtomicU64>,
    /// Who held what before the batches that are not recorded yet. Empty but for logouts,
    /// endings and repeated logins.
    unrecorded: VecDeque<Change>,
}

/// A change of who holds a session, in a batch that is not recorded yet.
struct Change {
    sequence: u64,
    session: SessionId,
    before: Option<ConnectionNumber>,
    after: Option<ConnectionNumber>,
}

impl Ledger {
    pub(super) fn new(pool: Pool, zone: TimeZone, life: u64, mark: Mark, now: &OnRecord) -> Self {
        Self {
            usage: usage::Recorder::begin(&pool, now),
            pool,
            mark,
            today: Today::new(zone.clone()),
            ends: RecentEnds::default(),
            refused: 0,
            marks: VecDeque::new(),
            recorded_mark: None,
            zone,
            life,
            sequence: 0,
            recorded: Arc::default(),
            unrecorded: VecDeque::new(),
        }
    }

    pub(super) fn carry_out(
        &mut self,
        command: &Command,
        (moment, on_record): (Moment, &OnRecord),
        effects: &mut Vec<Effect>,
    ) -> Outcome {
        let outcome = decide(&self.pool, command, moment, effects);
        self.usage.note(effects, &self.pool, on_record);
        effects.iter().for_each(|effect| self.pool.apply(effect));
        let refusals = self.today.note(effects, &self.pool, moment);
        self.refused += refusals;
        self.usage.note_refusals(refusals, on_record);
        self.ends.note(effects, moment);
        if !effects.is_empty() {
            self.mark.note();
        }
        outcome
    }

    /// The place in the line with so many before it.
    pub(super) fn place(&self, ahead: u32, moment: Moment) -> Place {
        let graces: Vec<_> = self
            .pool
            .deadlines(moment.served)
            .take(ahead as usize + 1)
            .map(|until| until.since(moment.served))
            .collect();
        let estimate = self
            .ends
            .estimate(ahead, &graces, moment)
            .or_else(|| RecentEnds::estimate_by_graces(ahead, &graces));
        Place { ahead, estimate }
    }

    /// The record of usage follows what the passing of time changed.
    pub(super) fn advance(&mut self, now: &OnRecord) {
        self.usage.advance(&self.pool, now);
    }

    /// By which the organization's days are cut.
    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Days are cut by another zone from here on.
    pub(super) fn cut_by(&mut self, zone: TimeZone, moment: Moment) {
        if zone != self.zone {
            self.today.peak(&self.pool, moment);
            self.today.cut_by(zone.clone(), moment.utc);
            self.zone = zone;
        }
    }

    /// The batch that records `effects`, the next of this life.
    pub(super) fn batch(&mut self, id: &OrganizationId, effects: &[Effect], now: &OnRecord) -> Batch {
        self.sequence += 1;
        self.note_changes(effects);
        let (additions, mark) = self.usage.take();
        self.marks.push_back((self.sequence, mark));
        Batch {
            organization: id.clone(),
            life: self.life,
            sequence: self.sequence,
            effects: effects
                .iter()
                .filter(|effect| effect.is_durable())
                .cloned()
                .collect(),
            usage: UsageAdditions {
                additions,
                reached: Some(now.moment.utc),
                gaps: Arc::clone(&now.gaps),
                zone: Some(self.zone.clone()),
            },
            recorded: Arc::clone(&self.recorded),
        }
    }

    /// The connection is gone, also for what may have to be taken back.
    pub(super) fn forget(&mut self, session: SessionId, connection: ConnectionNumber) {
        for change in &mut self.unrecorded {
            if change.session == session && change.before == Some(connection) {
                change.before = None;
            }
        }
    }

    /// Begins a new life with what is recorded. A session whose connection is open stays
    /// connected, any other gets a full grace. Returns the connections that hold nothing any more.
    pub(super) fn rebuild(
        &mut self,
        recorded: &[Record],
        (moment, on_record): (Moment, &OnRecord),
        at_least: Duration,
        life: u64,
    ) -> Vec<ConnectionNumber> {
        self.drop_recorded();
        let held = |record: &Record| (*record, self.holder(record.session, moment));
        let pool = self
            .pool
            .rebuilt(recorded.iter().map(held), moment.served, at_least);
        let connections = |pool: &Pool| -> HashSet<ConnectionNumber> {
            let sessions = pool.sessions(moment.served);
            sessions.filter_map(Session::connection).collect()
        };
        let kept = connections(&pool);
        let left = connections(&self.pool).difference(&kept).copied().collect();
        let refused: Vec<_> = self.marks.drain(..).map(|(_, mark)| mark).collect();
        self.usage.rewind(self.recorded_mark, &refused, &pool, on_record);
        self.mark.note();
        self.pool = pool;
        self.life = life;
        self.sequence = 0;
        self.recorded = Arc::default();
        self.unrecorded.clear();
        left
    }

    /// Who holds a recorded session, seen past what was never recorded.
    fn holder(&self, session: SessionId, moment: Moment) -> Option<SessionState> {
        let known = self.pool.session(session, moment.served);
        let state = known.map(|session| session.state);
        let current = known.and_then(Session::connection);
        let mut changes = self
            .unrecorded
            .iter()
            .filter(|change| change.session == session)
            .peekable();
        let Some(first) = changes.peek().map(|change| change.before) else {
            return state.filter(|_| current.is_some());
        };
        if current.is_some() && changes.all(|change| change.after != current) {
            // Taken up again since, which needs no record.
            return state;
        }
        first.map(SessionState::connected)
    }

    fn note_changes(&mut self, effects: &[Effect]) {
        self.drop_recorded();
        let sequence = self.sequence;
        self.unrecorded
            .extend(effects.iter().filter_map(|effect| match *effect {
                Effect::SeatResumed {
                    session,
                    connection,
                    superseded,
                } => Some(Change {
                    sequence,
                    session,
                    before: superseded,
                    after: Some(connection),
                }),
                Effect::SeatReleased {
                    session, connection, ..
                } => Some(Change {
                    sequence,
                    session,
                    before: connection,
                    after: None,
                }),
                _ => None,
            }));
    }

    /// Whether all that happened is recorded.
    pub(super) fn is_recorded(&mut self) -> bool {
        self.drop_recorded();
        self.marks.is_empty() && !self.usage.has_additions()
    }

    fn drop_recorded(&mut self) {
        let recorded = self.recorded.load(Ordering::Acquire);
        while self
            .unrecorded
            .front()
            .is_some_and(|change| change.sequence <= recorded)
        {
            self.unrecorded.pop_front();
        }
        while let Some((_, mark)) = self.marks.front().filter(|(sequence, _)| *sequence <= recorded) {
            self.recorded_mark = Some(*mark);
            self.marks.pop_front();
        }
    }
}
