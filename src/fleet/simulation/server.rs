//! The rules of one organization in virtual time, with what would be on record.

use std::collections::HashMap;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::SmallRng;

use super::SimulationPlan;
use super::auditor::Auditor;
use super::figures::Tally;
use super::record::OnRecord;
use super::witness::{Calendar, Witness};
use crate::fleet::referee::At;
use crate::fleet::report::FleetReport;
use crate::seats::{
    ATTEMPT_REPEATABLE, AttemptHash, Command, ConnectionNumber, Effect, Entry, Login, Moment, Outcome, Pool,
    SecretHash, Served, SessionId, decide,
};

/// A server with one organization.
pub(super) struct Server<'a> {
    pool: Pool,
    calendar: Calendar,
    witness: &'a mut dyn Witness,
    record: OnRecord,
    auditor: Auditor,
    tally: Tally,
    rng: SmallRng,
    silence_limit: Duration,
    next_connection: u64,
    /// Since when it is away.
    down_since: Option<At>,
    /// How long it was away. That time was not served.
    away: Duration,
    found_later: Vec<(At, Lost)>,
    /// Who waits in the line, by connection.
    waiting: HashMap<ConnectionNumber, Waiting>,
    seated_from_line: Vec<(usize, Seat)>,
    sweep_at: Option<At>,
    effects: Vec<Effect>,
}

/// A connection that is gone, with its last proof of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lost {
    pub(super) session: SessionId,
    pub(super) connection: ConnectionNumber,
    pub(super) heard: Served,
}

/// A worker in the line.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    number: usize,
    secret: SecretHash,
}

/// What a login came to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    Seated(Seat),
    Waiting(ConnectionNumber),
    Refused,
}

/// What a worker keeps of its session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub(super) session: SessionId,
    pub(super) secret: SecretHash,
    pub(super) connection: ConnectionNumber,
    /// When the connection was opened.
    pub(super) since: At,
}

impl<'a> Server<'a> {
    const HEARTBEAT: Duration = Duration::from_secs(20);
    /// The sweeper comes a little after the end of a grace.
    const SWEEPER: Duration = Duration::from_millis(50);
    const SWEPT_AT_ONCE: usize = 256;
    /// How many sessions a second are given time to return after a start.
    const RETURNS_PER_SECOND: f64 = 2000.0;

    pub(super) fn new(
        pool: Pool,
        silence_limit: Duration,
        tally: Tally,
        rng: SmallRng,
        (calendar, witness): (Calendar, &'a mut dyn Witness),
    ) -> Self {
        let limit = u64::from(pool.allocation().base);
        let mut server = Self {
            auditor: Auditor::new(limit, pool.grace()),
            pool,
            calendar,
            witness,
            record: OnRecord::default(),
            tally,
            rng,
            silence_limit,
            next_connection: 0,
            down_since: None,
            away: Duration::ZERO,
            found_later: Vec::new(),
            waiting: HashMap::new(),
            seated_from_line: Vec::new(),
            sweep_at: None,
            effects: Vec::new(),
        };
        let moment = server.moment(At::ZERO);
        server.witness.up(&server.pool, moment);
        server
    }

    pub(super) fn is_up(&self) -> bool {
        self.down_since.is_none()
    }

    pub(super) fn new_attempt(&mut self) -> AttemptHash {
        AttemptHash(self.rng.random())
    }

    /// Worker `number` asks for a seat.
    pub(super) fn login(&mut self, number: usize, attempt: AttemptHash, at: At) -> Answer {
        /// Nobody in the line falls asleep.
        const AWAKE: Duration = Duration::from_secs(400 * 24 * 3600);
        let has_line = self.pool.allocation().line > 0;
        let login = Login {
            session: SessionId(self.rng.random()),
            secret: SecretHash(self.rng.random()),
            attempt: Some(attempt),
            connection: self.new_connection(),
            entry: Entry::default(),
            wait: has_line.then(|| self.served(at) + AWAKE),
            handoff: None,
        };
        let Login {
            secret, connection, ..
        } = login;
        match self.ask(&Command::Login(login), at) {
            Outcome::Seated { session, .. } => Answer::Seated(Seat {
                session,
                secret,
                connection,
                since: at,
            }),
            Outcome::Waiting { .. } => {
                let waiting = Waiting { number, secret };
                self.waiting.insert(connection, waiting);
                Answer::Waiting(connection)
            }
            Outcome::Refused(_) | Outcome::Released | Outcome::Done | Outcome::Swept(_) => Answer::Refused,
        }
    }

    pub(super) fn leave_line(&mut self, connection: ConnectionNumber, at: At) {
        if self.waiting.remove(&connection).is_some() {
            self.ask(&Command::LeaveLine { connection }, at);
        }
    }

    /// Who got a seat from the line since the last time.
    pub(super) fn seated_from_line(&mut self) -> Vec<(usize, Seat)> {
        std::mem::take(&mut self.seated_from_line)
    }

    /// Somebody found no seat, and is refused or waits.
    pub(super) fn note_full(&mut self, is_refused: bool) {
        self.tally.found_full(is_refused);
    }

    /// Somebody who had found no seat has one.
    pub(super) fn note_wait(&mut self, wait: Duration) {
        self.tally.waited(wait);
    }

    /// The seat on a new connection, or `None`: gone.
    pub(super) fn resume(&mut self, seat: Seat, at: At) -> Option<Seat> {
        let connection = self.new_connection();
        let command = Command::Resume {
            session: seat.session,
            secret: seat.secret,
            connection,
        };
        match self.ask(&command, at) {
            Outcome::Seated { session, .. } => Some(Seat {
                session,
                connection,
                since: at,
                ..seat
            }),
            Outcome::Refused(_)
            | Outcome::Waiting { .. }
            | Outcome::Released
            | Outcome::Done
            | Outcome::Swept(_) => None,
        }
    }

    pub(super) fn logout(&mut self, seat: Seat, at: At) {
        let Seat {
            session, connection, ..
        } = seat;
        self.ask(&Command::Logout { session, connection }, at);
    }

    /// The connection ends with a sign of life.
    pub(super) fn part(&mut self, seat: Seat, at: At) {
        let heard = self.served(at);
        let Seat {
            session, connection, ..
        } = seat;
        self.lost(
            Lost {
                session,
                connection,
                heard,
            },
            at,
        );
    }

    /// Nothing is heard of a connection any more; that is found out later. The last thing heard is the
    /// answer to a heartbeat.
    pub(super) fn fall_silent(&mut self, seat: Seat, at: At) {
        let unheard = Self::HEARTBEAT.mul_f64(self.rng.random_range(0.0..1.0));
        let heard_at = at.saturating_sub(unheard).max(seat.since);
        let lost = Lost {
            session: seat.session,
            connection: seat.connection,
            heard: self.served(heard_at),
        };
        self.found_later.push((heard_at + self.silence_limit, lost));
    }

    pub(super) fn lost(&mut self, lost: Lost, at: At) {
        if self.is_up() {
            let Lost {
                session,
                connection,
                heard,
            } = lost;
            self.ask(
                &Command::Lost {
                    session,
                    connection,
                    heard,
                },
                at,
            );
        }
    }

    pub(super) fn sweep(&mut self, at: At) {
        self.sweep_at = None;
        if self.is_up() {
            let most = Self::SWEPT_AT_ONCE;
            self.ask(&Command::Sweep { most }, at);
        }
    }

    /// All connections break, and no time is served.
    pub(super) fn go_down(&mut self, at: At) {
        if self.is_up() {
            self.finish(at);
            self.waiting.clear();
            self.down_since = Some(at);
        }
    }

    /// Nothing comes after this.
    pub(super) fn finish(&mut self, at: At) {
        if self.is_up() {
            let moment = self.moment(at);
            self.witness.down(&self.pool, moment);
        }
    }

    /// Starts again from what is recorded: every session is in grace.
    pub(super) fn come_up(&mut self, at: At) {
        let Some(since) = self.down_since.take() else {
            return;
        };
        self.away += at.saturating_sub(since);
        self.tally.restarted();
        let moment = self.moment(at);
        let spread = Duration::from_secs_f64(self.record.len() as f64 / Self::RETURNS_PER_SECOND);
        let until = moment.served + self.pool.grace().max(spread);
        self.pool = Pool::new(self.pool.allocation().clone(), self.pool.grace());
        self.auditor.restarted();
        self.witness.up(&self.pool, moment);
        let repeatable_until = moment.served + ATTEMPT_REPEATABLE;
        self.effects.clear();
        let restored = self.record.sessions().map(|record| Effect::SeatRestored {
            record,
            repeatable_until,
            until,
        });
        self.effects.extend(restored);
        self.take_over(None, moment, at);
    }

    /// What will be found out, and when, since the last time.
    pub(super) fn discoveries(&mut self) -> Vec<(At, Lost)> {
        std::mem::take(&mut self.found_later)
    }

    /// When the sweeper must come, if that is not settled.
    pub(super) fn sweep_due(&mut self, at: At) -> Option<At> {
        if self.sweep_at.is_some() || !self.is_up() {
            return None;
        }
        let now = self.served(at);
        let wait = self.pool.next_due(now)?.since(now);
        self.sweep_at = Some(at + wait + Self::SWEEPER);
        self.sweep_at
    }

    pub(super) fn report(self, plan: &SimulationPlan) -> FleetReport {
        let (breaches, breach_count) = self.auditor.finish();
        self.tally.report(plan, breaches, breach_count)
    }

    fn ask(&mut self, command: &Command, at: At) -> Outcome {
        let moment = self.moment(at);
        self.effects.clear();
        let outcome = decide(&self.pool, command, moment, &mut self.effects);
        self.take_over(Some(command), moment, at);
        outcome
    }

    /// Records the effects, makes them true, and shows them to whoever counts.
    fn take_over(&mut self, command: Option<&Command>, moment: Moment, at: At) {
        self.witness.before(&self.effects, &self.pool, moment);
        for effect in &self.effects {
            self.record.keep(effect);
            self.pool.apply(effect);
        }
        self.witness.after(&self.effects, &self.pool, moment);
        let numbers = self.pool.numbers(moment);
        self.auditor
            .judge(command, &self.effects, &numbers, moment.served, at);
        self.tally.note(&self.effects, &numbers, moment.served, at);
        for effect in &self.effects {
            if let Effect::SeatGranted {
                record, connection, ..
            } = effect
                && let Some(waiting) = self.waiting.remove(connection)
            {
                let seat = Seat {
                    session: record.session,
                    secret: waiting.secret,
                    connection: *connection,
                    since: at,
                };
                self.seated_from_line.push((waiting.number, seat));
            }
        }
    }

    fn new_connection(&mut self) -> ConnectionNumber {
        self.next_connection += 1;
        ConnectionNumber(self.next_connection)
    }

    fn served(&self, at: At) -> Served {
        Served::START + at.saturating_sub(self.away)
    }

    fn moment(&mut self, at: At) -> Moment {
        Moment {
            served: self.served(at),
            utc: self.calendar.instant(at),
        }
    }
}
