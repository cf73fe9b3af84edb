//! Who decides about seats, behind four verbs: `submit`, `lost`, `view`, `deliveries`.

use super::announcement::MovedLines;
use super::announcements::Announcements;
use super::changes::{Changes, Mark};
use super::deliveries::Deliveries;
use super::ledger::Ledger;
use super::presence::{Houses, Presence, WaitingPlace};
use super::record::Record;
use super::sweeper::Agenda;
use super::turns::{Turn, Turns};
use super::view::OrganizationView;
use crate::clock::Clock;
use crate::seats::{
    Allocation, Command, ConnectionNumber, Effect, Login, OrganizationId, Outcome, Pool, Served, SessionId,
};
use crate::store::{NotRecorded, Place, Receipt, Recorder};
use crate::telemetry::Metrics;
use dashmap::DashMap;
use jiff::tz::TimeZone;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// All pools of this process. Decides at once, answers when it is recorded.
pub struct Registry {
    pools: DashMap<OrganizationId, Arc<Mutex<Ledger>>>,
    houses: Houses,
    deliveries: Arc<Deliveries>,
    recorder: Recorder,
    clock: Clock,
    metrics: Arc<Metrics>,
    agenda: Agenda,
    turns: Turns,
    moved_lines: MovedLines,
    changes: Arc<Changes>,
    record: Record,
    announcements: Announcements,
}

/// Logins on their way to the recorder at once; as many places are left for releases.
const LOGINS_AT_ONCE: usize = crate::store::PLACES / 2;

/// A command that was carried out and recorded.
pub struct Answer {
    /// What it came to.
    pub outcome: Outcome,
    /// The seat, where there is one. Dropping it is the disconnect.
    pub presence: Option<Presence>,
    /// The place in the line, where there is one. Dropping it leaves the line.
    pub place: Option<WaitingPlace>,
}

/// A command that was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// There is no such organization.
    #[error("there is no such organization")]
    UnknownOrganization,
    /// What was decided could not be recorded.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl Registry {
    /// No organization yet. At most `logins_waiting` logins wait for the recorder.
    pub fn new(recorder: Recorder, clock: Clock, metrics: Arc<Metrics>, logins_waiting: usize) -> Arc<Self> {
        Arc::new(Self {
            pools: DashMap::new(),
            houses: Houses::default(),
            deliveries: Arc::default(),
            record: Record::begin(clock.monotonic(), clock.moment().utc),
            recorder,
            clock,
            metrics,
            agenda: Agenda::default(),
            turns: Turns::new(LOGINS_AT_ONCE, logins_waiting),
            moved_lines: MovedLines::default(),
            changes: Arc::default(),
            announcements: Announcements::default(),
        })
    }

    /// Adds an organization, or gives one that is there another allocation and grace.
    pub fn allocate(&self, id: &OrganizationId, allocation: Allocation, grace: Duration, zone: TimeZone) {
        if let Some(ledger) = self.ledger(id) {
            let mut ledger = ledger.lock();
            let (moment, now) = self.now();
            ledger.cut_by(zone, moment);
            for command in [Command::Allocate(allocation), Command::SetGrace(grace)] {
                ledger.carry_out(&command, (moment, &now), &mut Vec::new());
            }
            return;
        }
        let pool = Pool::new(allocation, grace);
        let mark = Mark::new(id, &self.changes);
        let life = self.recorder.new_life();
        let ledger = Ledger::new(pool, zone, life, mark, &self.now().1);
        self.pools.insert(id.clone(), Arc::new(Mutex::new(ledger)));
        self.refuse_in_time(id);
    }

    /// Carries `command` out and answers when that is recorded. Dropping the future does not undo
    /// it: a seat that it granted goes into grace.
    pub async fn submit(self: &Arc<Self>, id: &OrganizationId, command: Command) -> Result<Answer, NotDone> {
        let ledger = self.ledger(id).ok_or(NotDone::UnknownOrganization)?;
        let turn = match &command {
            Command::Login(_) if self.recorder.keeps() => Some(self.turns.wait(id).await?),
            _ => None,
        };
        let place = if may_be_durable(&command) {
            Some(self.recorder.reserve().await?)
        } else {
            None
        };
        let takes = match &command {
            Command::Login(_) => self.recorder.takes_grants(),
            _ => place.is_none() || self.recorder.comes_to_take_releases().await,
        };
        if !takes {
            return Err(NotRecorded.into());
        }
        let mut pending = self.decide(id, &ledger, &command, place);
        pending.turn = turn;
        if let Some(receipt) = &mut pending.receipt {
            let recorded = receipt.recorded().await;
            pending.receipt = None;
            if let Err(error) = recorded {
                pending.effects.clear();
                return Err(error.into());
            }
        }
        Ok(pending.answer())
    }

    /// The connection of a session is gone; it was last heard at `heard`. Never waits and never
    /// fails. Called by [`Presence`] alone.
    pub(super) fn lost(
        &self,
        id: &OrganizationId,
        session: SessionId,
        connection: ConnectionNumber,
        heard: Served,
    ) {
        let Some(ledger) = self.ledger(id) else { return };
        let mut effects = Vec::new();
        let mut ledger = ledger.lock();
        let (moment, now) = self.now();
        ledger.forget(session, connection);
        ledger.carry_out(
            &Command::Lost {
                session,
                connection,
                heard,
            },
            (moment, &now),
            &mut effects,
        );
        let next = ledger.pool.next_due(self.clock.served());
        drop(ledger);
        self.agenda.note(id, next);
        self.metrics.count(&effects);
    }

    /// A connection that waited is gone. Never waits and never fails. Called by [`WaitingPlace`]
    /// alone.
    pub(super) fn left_line(&self, id: &OrganizationId, session: SessionId, connection: ConnectionNumber) {
        let Some(ledger) = self.ledger(id) else { return };
        let mut effects = Vec::new();
        let mut ledger = ledger.lock();
        let (moment, now) = self.now();
        ledger.carry_out(&Command::LeaveLine { connection }, (moment, &now), &mut effects);
        drop(ledger);
        if effects.is_empty() {
            self.lost(id, session, connection, self.clock.served());
        } else {
            self.line_moved(id);
        }
    }

    /// All numbers of an organization at one instant.
    pub fn view(&self, id: &OrganizationId) -> Option<OrganizationView> {
        let ledger = self.ledger(id)?;
        let mut ledger = ledger.lock();
        let moment = self.clock.moment();
        let Ledger { pool, today, .. } = &mut *ledger;
        Some(OrganizationView {
            numbers: pool.numbers(moment),
            policy: pool.allocation().policy,
            peak_today: today.peak(pool, moment),
            refused_last_hour: today.refused_last_hour(moment.utc),
            changes_at: today.changes_at().min(pool.allocation().changes_at(moment.utc)),
        })
    }

    /// The organizations that may have other numbers than when they were last looked at.
    pub fn changed(&self) -> BTreeSet<OrganizationId> {
        self.changes.take()
    }

    /// Something else than its numbers changed.
    pub fn note_change(&self, id: &OrganizationId) {
        self.changes.note(id);
    }

    /// The numbers of an organization, which is [`Registry::changed`] again with its next change.
    pub fn look(&self, id: &OrganizationId) -> Option<OrganizationView> {
        self.ledger(id)?.lock().mark.is_shown();
        self.view(id)
    }

    /// What connections of this process must be told.
    pub fn deliveries(&self) -> &Arc<Deliveries> {
        &self.deliveries
    }

    /// The clock of all deadlines.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Every grace begins anew: this server could not be reached.
    pub fn renew_graces(&self) {
        for id in self.organizations() {
            let Some(ledger) = self.ledger(&id) else { continue };
            let mut ledger = ledger.lock();
            let command = Command::RenewGraces {
                at_least: Duration::ZERO,
            };
            let (moment, now) = self.now();
            ledger.carry_out(&command, (moment, &now), &mut Vec::new());
            let next = ledger.pool.next_due(self.clock.served());
            drop(ledger);
            self.agenda.note(&id, next);
        }
    }

    /// The names of all organizations, in order.
    pub fn organizations(&self) -> Vec<OrganizationId> {
        let mut ids: Vec<_> = self.pools.iter().map(|entry| entry.key().clone()).collect();
        ids.sort();
        ids
    }

    pub(super) fn agenda(&self) -> &Agenda {
        &self.agenda
    }

    pub(super) fn next_due(&self, id: &OrganizationId) -> Option<Served> {
        self.ledger(id)?.lock().pool.next_due(self.clock.served())
    }

    pub(super) fn moved_lines(&self) -> &MovedLines {
        &self.moved_lines
    }

    pub(super) fn record(&self) -> &Record {
        &self.record
    }

    pub(super) fn announcements(&self) -> &Announcements {
        &self.announcements
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(super) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Whether a login can be granted a seat: the store takes it.
    pub fn takes_logins(&self) -> bool {
        self.recorder.takes_grants()
    }

    /// Whether what was erased is still on disk after a minute.
    pub fn is_erasure_overdue(&self) -> bool {
        self.recorder.is_erasure_overdue()
    }

    pub(super) fn ledger(&self, id: &OrganizationId) -> Option<Arc<Mutex<Ledger>>> {
        self.pools.get(id).map(|entry| Arc::clone(entry.value()))
    }

    /// Forgets an organization, if this is still its pool.
    pub(super) fn forget(&self, id: &OrganizationId, ledger: &Arc<Mutex<Ledger>>) {
        self.pools.remove_if(id, |_, known| Arc::ptr_eq(known, ledger));
        self.houses.forget(id);
        self.changes.note(id);
    }

    fn decide(
        self: &Arc<Self>,
        id: &OrganizationId,
        ledger: &Mutex<Ledger>,
        command: &Command,
        place: Option<Place>,
    ) -> Pending {
        let mut effects = Vec::new();
        let mut ledger = ledger.lock();
        let (moment, now) = self.now();
        let outcome = ledger.carry_out(command, (moment, &now), &mut effects);
        let due = if effects.iter().any(may_bring_forward) {
            ledger.pool.next_due(moment.served)
        } else {
            None
        };
        // Under the lock: the store's order is the order of the decisions.
        let receipt = match place {
            Some(place) if effects.iter().any(Effect::is_durable) => {
                Some(place.record(|| ledger.batch(id, &effects, &now)))
            }
            Some(_) | None => None,
        };
        drop(ledger);
        self.agenda.note(id, due);
        for effect in &effects {
            if let Effect::SeatPurged { due, .. } = effect {
                self.metrics.purge_was_late(moment.served.since(*due));
            }
        }
        let (presence, place) = self.held(id, command, &outcome);
        Pending {
            registry: Arc::clone(self),
            effects,
            receipt,
            turn: None,
            organization: id.clone(),
            own: own_connection(command),
            answer: Some(Answer {
                outcome,
                presence,
                place,
            }),
        }
    }

    /// What the caller of `command` holds from here on.
    fn held(
        self: &Arc<Self>,
        id: &OrganizationId,
        command: &Command,
        outcome: &Outcome,
    ) -> (Option<Presence>, Option<WaitingPlace>) {
        match (outcome, command) {
            (
                Outcome::Seated { session, .. },
                Command::Login(Login { connection, .. }) | Command::Resume { connection, .. },
            ) => (Some(self.presence(id, *session, *connection)), None),
            (Outcome::Waiting { .. }, Command::Login(login)) => {
                let place = WaitingPlace {
                    registry: Arc::clone(self),
                    organization: id.clone(),
                    session: login.session,
                    connection: login.connection,
                    is_seated: false,
                };
                (None, Some(place))
            }
            _ => (None, None),
        }
    }

    pub(super) fn presence(
        self: &Arc<Self>,
        id: &OrganizationId,
        session: SessionId,
        connection: ConnectionNumber,
    ) -> Presence {
        Presence {
            house: self.houses.of(self, id),
            session,
            connection,
        }
    }
}

/// A decision on its way to the record. Whoever is concerned is told when it is recorded, also
/// when nobody waits for the answer any more.
struct Pending {
    registry: Arc<Registry>,
    effects: Vec<Effect>,
    receipt: Option<Receipt>,
    turn: Option<Turn>,
    organization: OrganizationId,
    /// The connection that asked: it is answered, and needs no notice.
    own: Option<ConnectionNumber>,
    answer: Option<Answer>,
}

impl Pending {
    fn answer(mut self) -> Answer {
        self.answer.take().expect("an answer is taken once")
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let effects = std::mem::take(&mut self.effects);
        match self.receipt.take() {
            None => self.registry.announce(&self.organization, &effects, self.own),
            Some(mut receipt) => {
                let (registry, turn) = (Arc::clone(&self.registry), self.turn.take());
                let (organization, own) = (self.organization.clone(), self.own);
                tokio::spawn(async move {
                    let _turn = turn;
                    if receipt.recorded().await.is_ok() {
                        registry.announce(&organization, &effects, own);
                    }
                });
            }
        }
    }
}

fn may_be_durable(command: &Command) -> bool {
    match command {
        Command::Login(_)
        | Command::Logout { .. }
        | Command::End { .. }
        | Command::EndLater { .. }
        | Command::Sweep { .. } => true,
        Command::Resume { .. }
        | Command::Lost { .. }
        | Command::Status { .. }
        | Command::WaiterHeard { .. }
        | Command::LeaveLine { .. }
        | Command::OfferHandoff { .. }
        | Command::CancelHandoff { .. }
        | Command::Maintain(_)
        | Command::Responsive { .. }
        | Command::Allocate(_)
        | Command::SetGrace(_)
        | Command::RenewGraces { .. } => false,
    }
}

/// Whether something may be due earlier after `effect` than was noted before; a lost connection notes
/// its grace itself.
fn may_bring_forward(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::EndingPlanned { .. }
            | Effect::EndingDue { .. }
            | Effect::LineJoined { .. }
            | Effect::LineHeard { .. }
    )
}

fn own_connection(command: &Command) -> Option<ConnectionNumber> {
    match command {
        Command::Login(Login { connection, .. }) | Command::Resume { connection, .. } => Some(*connection),
        _ => None,
    }
}
