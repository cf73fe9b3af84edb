//! After a failed commit: the disk is read back and made to hold exactly what was acknowledged.

use super::condition::Condition;
use super::database::{Contents, Database, Group};
use super::error::StoreError;
use super::folder::Mark;
use super::writer::Writer;
use crate::seats::{OrganizationId, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// What the store holds after a failure. The pools are rebuilt from it.
pub struct ReadBack {
    /// All recorded sessions.
    pub sessions: Vec<(OrganizationId, Record)>,
    /// Pools of this life or later are not concerned.
    pub oldest_life: u64,
    failure: u64,
    condition: Arc<Condition>,
}

impl ReadBack {
    /// All pools are rebuilt: seats can be granted again.
    pub fn rebuilt(self) {
        self.condition.rebuilt(self.failure);
    }
}

impl Writer {
    /// Tries to get a failed store back.
    pub(super) async fn recover(&mut self) {
        match self.repaired() {
            Ok(database) => {
                self.database = Some(database);
                self.upkeep.wrote();
                let read_back = ReadBack {
                    sessions: self.sessions(),
                    oldest_life: self.oldest_life,
                    failure: self.failure,
                    condition: Arc::clone(&self.condition),
                };
                tracing::warn!(sessions = read_back.sessions.len(), "the store is read back");
                // Nobody takes it at the shutdown.
                let _ = self.read_backs.send(read_back).await;
            }
            Err(error) => {
                tracing::error!(%error, "the store cannot be used; held seats stay, and no seats are granted");
            }
        }
    }

    /// All recorded sessions with their organizations.
    pub(super) fn sessions(&self) -> Vec<(OrganizationId, Record)> {
        let names: HashMap<u32, &OrganizationId> = self
            .organizations
            .numbers
            .iter()
            .map(|(id, number)| (*number, id))
            .collect();
        let named = |number: u32| names.get(&number).copied().cloned();
        self.slots
            .sessions()
            .filter_map(|cell| Some((named(cell.organization)?, cell.record)))
            .collect()
    }

    /// Opens the database anew and writes what differs from what was acknowledged. A commit whose
    /// fsync failed may stand in the log; it was refused, so it is taken back.
    fn repaired(&mut self) -> Result<Database, StoreError> {
        let path = self.folder.database();
        let (mut database, contents) = Database::reopen(&path, &self.owner)?;
        // The disk may have forgotten what it could not sync: nothing may follow it in the log.
        match database.truncate_log() {
            Ok(true) => {}
            Ok(false) => return Err(StoreError::Busy { path }),
            Err(error) => return Err(StoreError::engine(&path)(error)),
        }
        let Contents {
            cells,
            organizations,
            settings,
            ..
        } = contents;
        for (id, number) in organizations {
            self.organizations.numbers.insert(id, number);
        }
        let read = |slot: u32| cells.get(slot as usize - 1).copied().flatten();
        let differing = (1..=self.slots.count())
            .filter(|slot| self.slots.cell(*slot).copied() != read(*slot))
            .map(|slot| (slot, self.slots.cell(slot)))
            .collect();
        let group = Group {
            slots: self.slots.count(),
            cells: differing,
            organizations: Vec::new(),
            usage: self.usage.repairs(),
            settings: self.settings.differing(&settings),
            audit: Some(self.settings.acknowledged_tail()),
        };
        match database.commit(&group) {
            Ok(()) => {
                self.usage.repaired();
                self.folder.mark(Mark::Open)?;
                self.owner = database.owner().clone();
                Ok(database)
            }
            Err(error) => {
                self.note_full(&error);
                Err(StoreError::NotWritable {
                    path,
                    what: error.to_string(),
                })
            }
        }
    }
}
