//! What administrators set beside the configuration: kept, made to hold, written down in the audit
//! log. A change is recorded before it holds, and changes come one after the other.

pub(super) mod entries;
mod state;

pub(super) use state::{FileSide, State};

use super::alerts;
use super::auth::Caller;
use super::problem::Problem;
use crate::clock::utc;
use crate::config::{AdminTokenSettings, OrganizationSettings, Settings};
use crate::credential::HashedToken;
use crate::gateway::{Directory, Reception};
use crate::notify::{Notifier, is_of_the_journal};
use crate::seats::{Allocation, OrganizationId};
use crate::store::{AuditEntry, AuditQuery, Change, NotRecorded, Recorder, SettingKey};
use entries::Entry;
use parking_lot::RwLock;
use state::Leaving;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The audit log where nothing is kept: so many lines.
const LINES_IN_MEMORY: usize = 10_000;
/// An organization that is made again waits so long for the end of the older one.
const LAST_CALLS: Duration = Duration::from_secs(10);

/// The books.
pub struct Books {
    reception: Arc<Reception>,
    notifier: Arc<Notifier>,
    recorder: Recorder,
    state: RwLock<State>,
    /// Who may ask. Replaced as a whole.
    tokens: watch::Sender<Arc<Vec<AdminTokenSettings>>>,
    /// One change at a time.
    turn: tokio::sync::Mutex<()>,
    in_memory: RwLock<VecDeque<(u32, AuditEntry)>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// A setting of the store that this version cannot read.
#[derive(Debug, thiserror::Error)]
#[error("the setting {kind} {name} in the store cannot be read by this version")]
pub struct UnreadableSetting {
    kind: String,
    name: String,
}

/// What a change comes to: the entries that change, and what its caller gets.
pub(super) type Planned<T> = (Vec<Entry>, T);

impl Books {
    /// Opens the books with what the store kept. Nothing holds before [`Books::set_file`].
    pub fn open(
        (reception, notifier): (Arc<Reception>, Arc<Notifier>),
        recorder: Recorder,
        stored: &[(SettingKey, String)],
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> Result<Arc<Self>, UnreadableSetting> {
        let mut state = State::default();
        for (key, value) in stored.iter().filter(|(key, _)| !is_of_the_journal(key)) {
            let entry = Entry::of_setting(key, value).ok_or_else(|| UnreadableSetting {
                kind: key.kind.clone(),
                name: key.name.clone(),
            })?;
            state.take(entry);
        }
        Ok(Arc::new(Self {
            reception,
            notifier,
            recorder,
            state: RwLock::new(state),
            tokens: watch::Sender::default(),
            turn: tokio::sync::Mutex::default(),
            in_memory: RwLock::default(),
            tasks,
            stop,
        }))
    }

    /// Makes a configuration hold, beside what the API says: organizations, doors, tokens. Sessions
    /// go on, but those of organizations that are not there any more.
    pub async fn set_file(self: &Arc<Self>, settings: &Settings, tokens: Vec<AdminTokenSettings>) {
        let _turn = self.turn.lock().await;
        let organizations = settings.organizations.iter();
        let is_loopback = settings.server.listen.ip().is_loopback();
        let file = FileSide {
            organizations: organizations.map(|one| (one.id.clone(), one.clone())).collect(),
            tokens,
            sources: settings.sources.clone(),
            grace: settings.liveness.grace,
            may_be_open: is_loopback || settings.switches.allow_open_organizations,
        };
        let (leaving, orphans) = {
            let mut state = self.state.write();
            let before: Vec<_> = state.ids().iter().filter_map(|id| state.effective(id)).collect();
            state.file = file;
            let leaving: Vec<_> = before.into_iter().filter(|one| !state.has(&one.id)).collect();
            let orphans = state.orphans();
            orphans.iter().for_each(|entry| state.take(entry.clone()));
            (leaving, orphans)
        };
        let change = Change {
            settings: orphans.iter().map(Entry::to_setting).collect(),
            audit: Vec::new(),
        };
        if !change.settings.is_empty() && self.recorder.change(change).await.is_err() {
            tracing::warn!("what was set for organizations that are gone stays in the store for now");
        }
        let coming: Vec<_> = self.read(|state| {
            let ids = state.ids().into_iter();
            ids.filter(|id| state.leaving.contains_key(id)).collect()
        });
        for id in coming {
            self.last_calls(&id).await;
        }
        for one in leaving {
            self.dismiss(one);
        }
        let ids = self.read(State::ids);
        // Before the organizations, whose webhooks are told what is new in it.
        self.show_windows();
        self.put_in_force(&ids);
        self.notifier.forget_unknown();
        self.maintain().await;
    }

    /// The calendar of whoever calls people.
    fn show_windows(&self) {
        let windows = self.read(|state| {
            let windows = state.windows.iter();
            windows.map(|(id, entry)| entry.known(id)).collect()
        });
        self.notifier.know_windows(windows);
    }

    async fn maintain(&self) {
        let windows = self.read(|state| {
            let windows = state.windows.iter();
            windows.map(|(id, entry)| entry.maintenance(id)).collect()
        });
        self.reception.registry.maintain(windows).await;
    }

    /// The organizations that a configuration would remove.
    pub fn missing(&self, settings: &Settings) -> Vec<OrganizationId> {
        let state = self.state.read();
        let named = |id: &OrganizationId| settings.organizations.iter().any(|one| one.id == *id);
        let is_stored = |id: &OrganizationId| !state.is_in_file(id);
        let mut ids = state.ids();
        ids.retain(|id| !named(id) && !is_stored(id));
        ids
    }

    /// All tokens that open something.
    pub(super) fn tokens(&self) -> Arc<Vec<AdminTokenSettings>> {
        Arc::clone(&self.tokens.borrow())
    }

    /// Waits until this token opens nothing.
    pub(super) async fn revoked(&self, token: &HashedToken) {
        let mut tokens = self.tokens.subscribe();
        let is_gone = |tokens: &Arc<Vec<AdminTokenSettings>>| tokens.iter().all(|known| known.hash != *token);
        // The books outlive whoever waits.
        let _ = tokens.wait_for(is_gone).await;
    }

    /// Looks into the books. Not for long: changes wait.
    pub(super) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read())
    }

    /// Changes what `plan` says, after the changes before it, for `caller`. It is recorded with its
    /// line of the audit log before it holds, also where its caller is gone meanwhile.
    pub(super) async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        caller: &Caller,
        organization: Option<&OrganizationId>,
        plan: impl FnOnce(&State) -> Result<Planned<T>, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (books, line) = (Arc::clone(self), line(caller, organization));
        let changed = tokio::spawn(async move {
            let _turn = books.turn.lock().await;
            let (entries, answer) = books.read(plan)?;
            for id in books.made_again(&entries) {
                if !books.last_calls(&id).await {
                    return Err(Problem::NotRecorded);
                }
            }
            books.carry_out(entries, line).await?;
            Ok(answer)
        });
        changed.await.unwrap_or(Err(Problem::NotRecorded))
    }

    /// Writes a line into the audit log for what needs no entry.
    pub(super) async fn note(
        &self,
        caller: &Caller,
        organization: Option<&OrganizationId>,
        reason: Option<String>,
    ) -> Result<(), NotRecorded> {
        let line = AuditEntry {
            reason,
            ..line(caller, organization)
        };
        self.record(Vec::new(), line).await
    }

    /// Some lines of the audit log, the newest first, with their numbers.
    pub(super) async fn audit(&self, query: AuditQuery) -> Result<Vec<(u32, AuditEntry)>, NotRecorded> {
        if self.recorder.keeps() {
            return self.recorder.audit(query).await;
        }
        let lines = self.in_memory.read();
        let asked = lines.iter().rev().filter(|(number, line)| {
            let of_one = query.organization.is_none() || line.organization == query.organization;
            of_one && query.before.is_none_or(|before| *number < before)
        });
        Ok(asked.take(query.limit as usize).cloned().collect())
    }

    async fn carry_out(self: &Arc<Self>, entries: Vec<Entry>, line: AuditEntry) -> Result<(), NotRecorded> {
        let settings = entries.iter().map(Entry::to_setting).collect();
        self.record(settings, line).await?;
        let concerned: Vec<_> = entries.iter().filter_map(Entry::organization).cloned().collect();
        let has_windows = entries.iter().any(|entry| matches!(entry, Entry::Window(..)));
        let leaving: Vec<_> = {
            let mut state = self.state.write();
            let before: Vec<_> = concerned.iter().filter_map(|id| state.effective(id)).collect();
            entries.into_iter().for_each(|entry| state.take(entry));
            before.into_iter().filter(|one| !state.has(&one.id)).collect()
        };
        for one in leaving {
            self.dismiss(one);
        }
        self.put_in_force(&concerned);
        if has_windows {
            self.show_windows();
            self.maintain().await;
        }
        Ok(())
    }

    async fn record(
        &self,
        settings: Vec<(SettingKey, Option<String>)>,
        line: AuditEntry,
    ) -> Result<(), NotRecorded> {
        if self.recorder.keeps() {
            let audit = vec![line];
            return self.recorder.change(Change { settings, audit }).await;
        }
        let mut lines = self.in_memory.write();
        let number = lines.back().map_or(1, |(number, _)| number + 1);
        if lines.len() == LINES_IN_MEMORY {
            lines.pop_front();
        }
        lines.push_back((number, line));
        Ok(())
    }

    /// Makes what the books say hold for these organizations, and for all tokens.
    fn put_in_force(&self, concerned: &[OrganizationId]) {
        let state = self.state.read();
        if !concerned.is_empty() {
            self.open_doors(&state, concerned);
        }
        let stored = state.tokens.values().filter_map(|entry| {
            Some(AdminTokenSettings {
                label: entry.label.clone(),
                role: entry.role.role()?,
                hash: HashedToken::parse(&entry.hash).ok()?,
            })
        });
        let tokens = state.file.tokens.iter().cloned().chain(stored).collect();
        self.tokens.send_replace(Arc::new(tokens));
    }

    fn open_doors(&self, state: &State, concerned: &[OrganizationId]) {
        for settings in concerned.iter().filter_map(|id| state.effective(id)) {
            let allocation = Allocation {
                line: settings.waiting_line.unwrap_or(0),
                ..settings.allocation
            };
            self.reception
                .registry
                .allocate(&settings.id, allocation, settings.grace, settings.time_zone);
            self.reception.registry.note_change(&settings.id);
        }
        let terms = |id: &OrganizationId| Some((id.clone(), alerts::terms(state, id)?));
        self.notifier.know(concerned.iter().filter_map(terms));
        let all = state.ids().into_iter().filter_map(|id| state.effective(&id));
        let has_door = |one: &OrganizationSettings| !one.is_open() || state.file.may_be_open;
        let doors: Vec<_> = all.filter(has_door).collect();
        let leaving: Vec<_> = state.leaving.values().map(|one| one.settings.clone()).collect();
        let before = Arc::clone(&self.reception.directory.read());
        let directory = Directory::of(&doors, &leaving, &before, self.reception.registry.clock());
        *self.reception.directory.write() = Arc::new(directory);
    }

    /// The organizations that a change makes while older ones of their names are on their way out.
    fn made_again(&self, entries: &[Entry]) -> Vec<OrganizationId> {
        let state = self.state.read();
        let concerned = entries.iter().filter_map(Entry::organization);
        concerned
            .filter(|id| state.leaving.contains_key(*id))
            .cloned()
            .collect()
    }

    /// Ends the last calls of an organization that is made again. Whether nothing is left of it.
    async fn last_calls(&self, id: &OrganizationId) -> bool {
        let Some(gone) = self.read(|state| {
            let leaving = state.leaving.get(id)?;
            leaving.hurry.cancel();
            Some(leaving.gone.clone())
        }) else {
            return true;
        };
        tokio::time::timeout(LAST_CALLS, gone.cancelled()).await.is_ok()
    }

    /// Ends the sessions of an organization: at once, or after the call that an agent is in.
    fn dismiss(self: &Arc<Self>, settings: OrganizationSettings) {
        let (id, hurry, gone) = (
            settings.id.clone(),
            CancellationToken::new(),
            CancellationToken::new(),
        );
        let leaving = Leaving {
            settings,
            hurry: hurry.clone(),
            gone: gone.clone(),
        };
        self.state.write().leaving.insert(id.clone(), leaving);
        self.notifier.forget(&id);
        let (books, stop) = (Arc::clone(self), self.stop.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => return,
                () = books.reception.registry.remove(&id, &hurry) => {}
            }
            tracing::info!(organization = %id, "organization removed");
            books.state.write().leaving.remove(&id);
            books.put_in_force(&[]);
            gone.cancel();
        });
    }

    /// Ends the sessions of organizations that the store knew and nobody names.
    pub fn dismiss_unknown(self: &Arc<Self>) {
        let mut ids = self.reception.registry.organizations();
        self.read(|state| ids.retain(|id| !state.has(id) && !state.leaving.contains_key(id)));
        for id in ids {
            self.dismiss(OrganizationSettings::new(id, Duration::ZERO));
        }
    }
}

impl Entry {
    fn organization(&self) -> Option<&OrganizationId> {
        match self {
            Self::Organization(id, _)
            | Self::Key(id, ..)
            | Self::Increase(id, ..)
            | Self::Webhook(id, ..)
            | Self::Alerts(id, _) => Some(id),
            Self::Token(..) | Self::Window(..) => None,
        }
    }
}

fn line(caller: &Caller, organization: Option<&OrganizationId>) -> AuditEntry {
    AuditEntry {
        at: utc(),
        label: caller.label.to_string(),
        method: caller.method.to_string(),
        route: caller.route.to_string(),
        organization: organization.cloned(),
        reason: None,
    }
}
