//! What one pool's effects add to the record, as they happen.

use super::count::{Count, Counts};
use super::row::{Row, Standing};
use super::timeline::Gap;
use super::trying::{Tried, Trying};
use crate::seats::{
    Cause, ConnectionNumber, Effect, Moment, Pool, Refusal, Served, SessionId, SessionState, Timestamp,
};
use std::collections::HashSet;
use std::sync::Arc;

/// A minute, in milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// Half an hour.
pub const HALF_HOUR_MS: i64 = 1_800_000;
/// Of an organization with no more seats, half-hours are the shortest time that is kept.
pub const SMALL: u32 = 2;
/// A wait up to here is brief.
const BRIEF_MS: u64 = 60_000;
const TWELVE_HOURS_MS: u64 = 12 * 3_600_000;
/// A connection that was heard so long before its loss had fallen silent.
const SILENT: std::time::Duration = std::time::Duration::from_secs(1);

/// Where a row belongs: the interval that it is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket {
    /// Its first instant.
    pub start: Timestamp,
    /// Its length in milliseconds.
    pub length_ms: i64,
}

impl Bucket {
    /// The interval of this length in which `at` lies.
    pub fn of(at: Timestamp, length_ms: i64) -> Self {
        Self {
            start: Timestamp(at.0.div_euclid(length_ms) * length_ms),
            length_ms,
        }
    }
}

/// What is added to an interval of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// Which interval.
    pub bucket: Bucket,
    /// What is added.
    pub row: Row,
}

/// A moment on the record's time line: its UTC is the place there.
#[derive(Debug, Clone)]
pub struct OnRecord {
    /// When.
    pub moment: Moment,
    /// The gaps so far.
    pub gaps: Arc<Vec<Gap>>,
}

/// How far the record has come with one pool.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    at: Timestamp,
    standing: Standing,
    lasting: Counts,
}

/// Turns effects into additions to the record.
#[derive(Debug)]
pub struct Recorder {
    standing: Standing,
    /// Where `standing` began, or something was counted since.
    at: Timestamp,
    /// What the passing of time changed is known up to here.
    advanced: Moment,
    begun: Mark,
    was_taken: bool,
    /// The half-hour of the last addition, and how short its intervals are: all the same.
    half_hour: Timestamp,
    length_ms: i64,
    additions: Vec<Addition>,
    trying: Trying,
    /// Sessions in grace whose connection had fallen silent, or that were taken over.
    silent: HashSet<SessionId>,
}

impl Recorder {
    /// Begins where the pool stands as it does.
    pub fn begin(pool: &Pool, now: &OnRecord) -> Self {
        let standing = standing(pool, now.moment, 0);
        let mut recorder = Self {
            standing,
            at: now.moment.utc,
            advanced: now.moment,
            begun: Mark {
                at: now.moment.utc,
                standing,
                lasting: Counts::default(),
            },
            was_taken: false,
            half_hour: Timestamp(i64::MIN),
            length_ms: MINUTE_MS,
            additions: Vec::new(),
            trying: Trying::default(),
            silent: HashSet::new(),
        };
        recorder.touch(now.moment.utc, &[]);
        recorder.note_silent(pool, now.moment.served);
        recorder
    }

    /// Takes note of `effects` of one decision, which are not yet applied to `pool`.
    pub fn note(&mut self, effects: &[Effect], pool: &Pool, now: &OnRecord) {
        if effects.is_empty() {
            return;
        }
        self.advance(pool, now);
        let mut after = self.standing;
        for effect in effects {
            self.apply(effect, pool, now, &mut after);
        }
        after.trying = self.trying.count();
        self.change(after, now.moment.utc, &now.gaps);
    }

    /// So many refusals that are not repetitions of an attempt.
    pub fn note_refusals(&mut self, refusals: u64, now: &OnRecord) {
        if refusals > 0 {
            self.count(Count::Refusals, refusals, now);
        }
    }

    /// Follows what the passing of time alone changed: graces that are over, limits that go by the
    /// calendar, attempts that gave up.
    pub fn advance(&mut self, pool: &Pool, now: &OnRecord) {
        let Moment { served, utc } = now.moment;
        let placed = |due: Served| {
            let ago = i64::try_from(served.since(due).as_millis()).unwrap_or(i64::MAX / 4);
            Timestamp(utc.0 - ago)
        };
        let mut ends = pool
            .ends_of_grace(self.advanced.served, served)
            .map(placed)
            .peekable();
        let mut at = self.advanced.utc;
        loop {
            let grace = ends.peek().copied();
            let limit = Some(pool.allocation().changes_at(at)).filter(|at| *at <= utc);
            let given_up = self.trying.next_give_up().filter(|at| *at <= utc);
            let Some(next) = [grace, limit, given_up].into_iter().flatten().min() else {
                break;
            };
            at = next.max(at).max(self.at);
            // What comes at the same instant is one change.
            let mut after = self.standing;
            while ends.next_if(|end| *end <= at).is_some() {
                after.in_grace = after.in_grace.saturating_sub(1);
            }
            while self.trying.next_give_up().is_some_and(|end| end <= at) {
                if let Some(tried) = self.trying.give_up() {
                    self.count_tried(Count::Abandoned, tried, at, &now.gaps);
                }
            }
            after.trying = self.trying.count();
            after.limit = pool.allocation().limit(at).total;
            self.change(after, at, &now.gaps);
        }
        self.advanced = now.moment;
    }

    /// How the pool stands.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Since when whoever waits at this connection has tried for a seat, as far as it is followed.
    pub fn tries_since(&self, connection: ConnectionNumber) -> Option<Timestamp> {
        self.trying.since(connection)
    }

    /// Whether there is anything to take.
    pub fn has_additions(&self) -> bool {
        !self.additions.is_empty()
    }

    /// What is not taken yet.
    pub fn additions(&self) -> &[Addition] {
        &self.additions
    }

    /// Forgets intervals that ended before `before`: where nobody takes them.
    pub fn forget_before(&mut self, before: Timestamp) {
        let end = |addition: &Addition| addition.bucket.start.0 + addition.bucket.length_ms;
        let old = self
            .additions
            .partition_point(|addition| end(addition) <= before.0);
        self.additions.drain(..old);
    }

    /// Takes what came since the last time, and says how far that is. Never an interval twice.
    pub fn take(&mut self) -> (Vec<Addition>, Mark) {
        self.was_taken = true;
        let additions = std::mem::take(&mut self.additions);
        let mut lasting = Counts::default();
        additions
            .iter()
            .for_each(|addition| lasting.add_all(&addition.row.counts.without_sessions()));
        let mark = Mark {
            at: self.at,
            standing: self.standing,
            lasting,
        };
        (additions, mark)
    }

    /// What was taken after `recorded` is not in the record: of sessions it never happened. Goes
    /// on from there with a pool that was rebuilt; what was counted of others is counted again.
    pub fn rewind(&mut self, recorded: Option<Mark>, refused: &[Mark], pool: &Pool, now: &OnRecord) {
        if !self.was_taken {
            let mut begin = now.clone();
            begin.moment.utc = self.begun.at;
            *self = Self::begin(pool, &begin);
            return;
        }
        let mut again = Counts::default();
        for addition in self.additions.drain(..) {
            again.add_all(&addition.row.counts.without_sessions());
        }
        refused.iter().for_each(|mark| again.add_all(&mark.lasting));
        let mark = recorded.unwrap_or(self.begun);
        self.at = mark.at;
        self.standing = mark.standing;
        let after = standing(pool, now.moment, self.trying.count());
        self.touch(now.moment.utc, &now.gaps).row.counts.add_all(&again);
        self.change(after, now.moment.utc, &now.gaps);
        self.advanced = now.moment;
        self.note_silent(pool, now.moment.served);
    }

    fn apply(&mut self, effect: &Effect, pool: &Pool, now: &OnRecord, after: &mut Standing) {
        let Moment { served, utc } = now.moment;
        match *effect {
            Effect::SeatGranted {
                record, connection, ..
            } => {
                after.connected += 1;
                self.count(Count::Logins, 1, now);
                if let Some(tried) = self.trying.seated(record.attempt, connection, utc) {
                    self.count_tried(Count::Waited, tried, utc, &now.gaps);
                }
            }
            Effect::SeatRestored { until, .. } => after.in_grace += u32::from(until > served),
            Effect::SeatResumed { session, .. } => {
                self.count(Count::Resumes, 1, now);
                self.silent.remove(&session);
                if pool.session(session, served).is_some_and(is_in_grace) {
                    after.in_grace = after.in_grace.saturating_sub(1);
                    after.connected += 1;
                }
            }
            Effect::SeatLost { session, until } => {
                self.count(Count::Lost, 1, now);
                after.connected = after.connected.saturating_sub(1);
                after.in_grace += u32::from(until > served);
                if until.since(served) + SILENT < pool.grace() {
                    self.silent.insert(session);
                    self.count(Count::FellSilent, 1, now);
                }
            }
            Effect::SeatReleased { session, cause, .. } => {
                self.ended(session, cause_of(cause), utc, pool, now);
                match pool.session(session, served) {
                    Some(held) if is_in_grace(held) => after.in_grace = after.in_grace.saturating_sub(1),
                    Some(_) => after.connected = after.connected.saturating_sub(1),
                    None => {}
                }
            }
            Effect::SeatPurged { session, due } => {
                let late = i64::try_from(served.since(due).as_millis()).unwrap_or(0);
                let count = if self.silent.contains(&session) {
                    Count::PurgesLost
                } else {
                    Count::PurgesClosed
                };
                self.ended(session, count, Timestamp(utc.0 - late), pool, now);
            }
            Effect::LineJoined { waiter, superseded } => {
                let begins = self
                    .trying
                    .joined(waiter.attempt, waiter.connection, superseded, utc);
                self.count(Count::Episodes, begins.into(), now);
            }
            Effect::LineLeft { connection } => {
                if let Some(tried) = self.trying.left(connection, utc) {
                    self.count_tried(Count::Abandoned, tried, utc, &now.gaps);
                }
            }
            Effect::Refused { refusal, attempt } => self.refused(refusal, attempt, now),
            Effect::WouldBeRefused => self.count(Count::WouldBeRefused, 1, now),
            Effect::Allocated(ref allocation) => after.limit = allocation.limit(utc).total,
            Effect::SecretRenewed { .. }
            | Effect::TokenSpent { .. }
            | Effect::EndingPlanned { .. }
            | Effect::EndingDue { .. }
            | Effect::LineHeard { .. }
            | Effect::HandoffOffered { .. }
            | Effect::HandoffWithdrawn { .. }
            | Effect::Maintained(_)
            | Effect::OnCall { .. }
            | Effect::Responded { .. }
            | Effect::GraceSet(_)
            | Effect::GracesRenewed { .. } => {}
        }
    }

    fn refused(&mut self, refusal: Refusal, attempt: Option<crate::seats::AttemptHash>, now: &OnRecord) {
        let count = match refusal {
            Refusal::SeatsExhausted(_) => {
                let begins = self.trying.refused(attempt, now.moment.utc);
                self.count(Count::Episodes, begins.into(), now);
                Count::SeatsExhausted
            }
            Refusal::NoAllocation => Count::NoAllocation,
            Refusal::Maintenance { .. } => Count::Maintenance,
            Refusal::HandoffInvalid => Count::HandoffInvalid,
            Refusal::SessionGone => Count::SessionGone,
            Refusal::TokenSpent => Count::TokenSpent,
            Refusal::TooManyTokens => Count::TooManyTokens,
        };
        self.count(count, 1, now);
    }

    fn ended(&mut self, session: SessionId, count: Count, at: Timestamp, pool: &Pool, now: &OnRecord) {
        self.silent.remove(&session);
        self.count(count, 1, now);
        let Some(granted_at) = pool.granted_at(session) else {
            return;
        };
        let ms = u64::try_from(at.0 - granted_at.0).unwrap_or(0);
        let row = &mut self.touch(now.moment.utc, &now.gaps).row;
        row.lengths.record(ms);
        if ms > TWELVE_HOURS_MS {
            row.counts.add(Count::OverTwelveHours, 1);
        }
    }

    fn count(&mut self, count: Count, times: u64, now: &OnRecord) {
        if times > 0 {
            let row = &mut self.touch(now.moment.utc, &now.gaps).row;
            row.counts.add(count, times);
        }
    }

    fn count_tried(&mut self, count: Count, tried: Tried, at: Timestamp, gaps: &[Gap]) {
        let row = &mut self.touch(at, gaps).row;
        row.counts.add(count, 1);
        row.counts.add(Count::TriedMs, tried.ms);
        if count == Count::Waited {
            row.waits.record(tried.ms);
            row.counts
                .add(Count::WaitedBriefly, u64::from(tried.ms <= BRIEF_MS));
        }
    }

    fn change(&mut self, after: Standing, at: Timestamp, gaps: &[Gap]) {
        if after != self.standing {
            self.touch(at, gaps).row.change(after);
            self.standing = after;
        }
    }

    /// The addition to the interval of `at`, which stands until there.
    fn touch(&mut self, at: Timestamp, gaps: &[Gap]) -> &mut Addition {
        let half_hour = Bucket::of(at, HALF_HOUR_MS).start;
        if half_hour != self.half_hour {
            self.half_hour = half_hour;
            self.length_ms = if self.standing.limit <= SMALL {
                HALF_HOUR_MS
            } else {
                MINUTE_MS
            };
        }
        let bucket = Bucket::of(at, self.length_ms);
        let is_open = self.additions.last().is_some_and(|last| last.bucket == bucket);
        if !is_open {
            let row = Row::at(self.at.max(bucket.start), self.standing);
            // Mostly there is one; room for four would be the costliest part of a login's record.
            if self.additions.is_empty() {
                self.additions.reserve_exact(1);
            }
            self.additions.push(Addition { bucket, row });
        }
        self.at = at;
        let addition = self.additions.last_mut().expect("it was just pushed");
        addition.row.stand_until(at, gaps);
        addition
    }

    fn note_silent(&mut self, pool: &Pool, now: Served) {
        let in_grace = pool.sessions(now).filter(|session| is_in_grace(session));
        self.silent.extend(in_grace.map(|session| session.record.session));
    }
}

fn standing(pool: &Pool, moment: Moment, trying: u32) -> Standing {
    let numbers = pool.numbers(moment);
    Standing {
        connected: numbers.connected,
        in_grace: numbers.in_grace,
        trying,
        limit: numbers.limit.total,
    }
}

fn is_in_grace(session: &crate::seats::Session) -> bool {
    matches!(session.state, SessionState::InGrace { .. })
}

fn cause_of(cause: Cause) -> Count {
    match cause {
        Cause::Logout => Count::Logouts,
        Cause::Terminated => Count::Terminated,
        Cause::HandedOff => Count::Handoffs,
        Cause::Withdrawn => Count::Withdrawn,
    }
}
