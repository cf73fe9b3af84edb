//! The contract, as plainly as it can be written down: a list of seats, searched from the start.
//! Times are bare numbers: nanoseconds that were served, milliseconds of the calendar.

use crate::seats::{
    Allocation, Command, Effect, Full, Limit, Login, Outcome, Policy, Record, Refusal, Served, Session,
    SessionId, SessionState, Timestamp,
};
use std::time::Duration;

const MINUTE: u64 = 60_000_000_000;

#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) seats: Vec<Session>,
    pub(crate) allocation: Allocation,
    pub(crate) grace: u64,
    now: u64,
    utc: i64,
}

impl Reference {
    pub(crate) fn new(allocation: Allocation, grace: u64) -> Self {
        Self {
            seats: Vec::new(),
            allocation,
            grace,
            now: 0,
            utc: 0,
        }
    }

    /// What is asked, and what really happened: the contract leaves open which of the free
    /// seats is cleared away first. Returns the answer and all effects but the purges.
    pub(crate) fn ask(
        &mut self,
        command: &Command,
        clocks: (u64, i64),
        happened: &[Effect],
    ) -> (Outcome, Vec<Effect>) {
        self.look_at_the_clocks(clocks);
        let now = self.now;
        let over = self.seats.iter().filter(|seat| over(seat, now)).count();
        let purged = self.clear(happened);
        match *command {
            Command::Login(login) => self.login(login, happened),
            Command::Sweep { most } => {
                assert_eq!(
                    purged,
                    most.min(over),
                    "a sweep clears what is over, at most so many"
                );
                (Outcome::Swept(purged), vec![])
            }
            _ => {
                assert_eq!(purged, 0, "only a login and a sweep purge");
                self.other(command)
            }
        }
    }

    fn clear(&mut self, happened: &[Effect]) -> usize {
        let before = self.seats.len();
        for effect in happened {
            if let Effect::SeatPurged { session, .. } = *effect {
                let seat = self.seats.iter().find(|seat| seat.record.session == session);
                assert!(seat.is_some_and(|seat| over(seat, self.now)), "purged too early");
                self.seats.retain(|seat| seat.record.session != session);
            }
        }
        before - self.seats.len()
    }

    fn login(&mut self, login: Login, happened: &[Effect]) -> (Outcome, Vec<Effect>) {
        let now = self.now;
        let again: Vec<SessionId> = self
            .seats
            .iter()
            .filter(|seat| login.attempt.is_some() && seat.record.attempt == login.attempt)
            .filter(|seat| !over(seat, now) && now < seat.repeatable_until.as_nanos())
            .map(|seat| seat.record.session)
            .collect();
        if let Some(first) = again.first() {
            // Several only after a restart, and then any will do.
            let taken = happened.iter().find_map(|effect| match effect {
                Effect::SecretRenewed { session, .. } => Some(*session),
                _ => None,
            });
            let session = taken.filter(|id| again.contains(id)).unwrap_or(*first);
            let seat = self.find(session).expect("found above");
            seat.record.secret = login.secret;
            let (outcome, resumed) = take_up(seat, login.connection);
            let secret = login.secret;
            return (outcome, vec![Effect::SecretRenewed { session, secret }, resumed]);
        }

        let limit = self.limit();
        let ended = self.allocation.ends.is_some_and(|end| end.0 <= self.utc);
        if self.allocation.suspended || ended || limit.total == 0 {
            return refused(Refusal::NoAllocation, login);
        }
        let in_use = self.connected() + self.in_grace();
        if in_use >= self.most() {
            let ends = self
                .seats
                .iter()
                .filter(|seat| !over(seat, now))
                .filter_map(until);
            let full = Full {
                limit,
                in_use,
                in_grace: self.in_grace(),
                next_release: ends.min().map(|end| Duration::from_nanos(end - now)),
            };
            return refused(Refusal::SeatsExhausted(full), login);
        }

        let over_allocation = in_use >= limit.total;
        let record = Record {
            session: login.session,
            secret: login.secret,
            attempt: login.attempt,
            over_allocation,
            granted_at: Timestamp(self.utc),
            entry: login.entry,
        };
        let repeatable_until = Served::from_nanos(now + MINUTE);
        self.seats.push(Session {
            record,
            repeatable_until,
            state: connected(login.connection),
            resumes: 0,
        });
        let fits = self.seats.len() <= usize::try_from(limit.total).expect("a small limit");
        let cleared = self.seats.iter().all(|seat| !over(seat, now));
        let granted = |effect: &Effect| matches!(effect, Effect::SeatGranted { .. });
        let given = happened.iter().any(granted);
        assert!(fits || cleared || !given, "a seat is given that is not purged");

        let mut effects = vec![Effect::SeatGranted {
            record,
            connection: login.connection,
            repeatable_until,
        }];
        if over_allocation && self.allocation.policy == Policy::Observe {
            effects.insert(0, Effect::WouldBeRefused);
        }
        let outcome = Outcome::Seated {
            session: login.session,
            resumed: false,
            over_allocation,
        };
        (outcome, effects)
    }

    /// After a restart or a failed commit: these records are on disk, and these connections
    /// are open.
    pub(crate) fn rebuild(&mut self, records: &[Record], open: &[Session], now: u64, grace: u64) {
        let rebuilt = |record: &Record| {
            let holder = open.iter().find(|seat| seat.record.session == record.session);
            let until = Served::from_nanos(now + grace);
            Session {
                record: *record,
                repeatable_until: Served::from_nanos(now + MINUTE),
                state: holder
                    .and_then(Session::connection)
                    .map_or(SessionState::InGrace { until }, connected),
                resumes: 0,
            }
        };
        self.seats = records.iter().map(rebuilt).collect();
        self.now = now;
    }

    pub(crate) fn look_at_the_clocks(&mut self, (now, utc): (u64, i64)) {
        (self.now, self.utc) = (now, utc);
    }

    pub(crate) fn limit(&self) -> Limit {
        let mut increases = 0;
        for increase in &self.allocation.increases {
            if (increase.from.0..increase.until.0).contains(&self.utc) {
                increases += increase.seats;
            }
        }
        Limit {
            total: self.allocation.base + increases,
            base: self.allocation.base,
            increases,
        }
    }

    /// How many may be seated, those above the limit included.
    pub(crate) fn most(&self) -> u32 {
        match self.allocation.policy {
            Policy::Block => self.limit().total,
            Policy::Burst(more) => self.limit().total + more,
            Policy::Observe => u32::MAX,
        }
    }

    pub(crate) fn connected(&self) -> u32 {
        count(self.seats.iter().filter(|seat| seat.connection().is_some()))
    }

    pub(crate) fn in_grace(&self) -> u32 {
        let kept = self.seats.iter().filter(|seat| until(seat).is_some());
        count(kept.filter(|seat| !over(seat, self.now)))
    }

    pub(crate) fn on_call(&self) -> u32 {
        let state = |seat: &&Session| matches!(seat.state, SessionState::Connected { on_call: true, .. });
        count(self.seats.iter().filter(state))
    }

    pub(crate) fn unresponsive(&self) -> u32 {
        count(self.seats.iter().filter(|seat| {
            matches!(
                seat.state,
                SessionState::Connected {
                    unresponsive: true,
                    ..
                }
            )
        }))
    }

    pub(crate) fn get(&self, session: SessionId) -> Option<&Session> {
        self.seats.iter().find(|seat| seat.record.session == session)
    }

    fn find(&mut self, session: SessionId) -> Option<&mut Session> {
        let now = self.now;
        let mut seats = self.seats.iter_mut().filter(|seat| !over(seat, now));
        seats.find(|seat| seat.record.session == session)
    }
}

mod orders;

use orders::{connected, take_up};

pub(crate) fn until(seat: &Session) -> Option<u64> {
    match seat.state {
        SessionState::InGrace { until } => Some(until.as_nanos()),
        SessionState::Connected { .. } => None,
    }
}

fn over(seat: &Session, now: u64) -> bool {
    until(seat).is_some_and(|until| until <= now)
}

fn refused(refusal: Refusal, login: Login) -> (Outcome, Vec<Effect>) {
    let attempt = login.attempt;
    (
        Outcome::Refused(refusal),
        vec![Effect::Refused { refusal, attempt }],
    )
}

fn count<'a>(seats: impl Iterator<Item = &'a Session>) -> u32 {
    u32::try_from(seats.count()).expect("a small pool")
}
