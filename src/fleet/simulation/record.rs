//! What would be on record: sessions that were granted and did not end.

use std::collections::BTreeMap;

use crate::seats::{Effect, Record, RecordChange, SessionId};

/// Keeps of the effects what a recorder keeps.
#[derive(Default)]
pub(super) struct OnRecord(BTreeMap<SessionId, Record>);

impl OnRecord {
    /// How many sessions there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All sessions, in the order of their ids.
    pub(super) fn sessions(&self) -> impl Iterator<Item = Record> {
        self.0.values().copied()
    }

    /// Keeps what `effect` did.
    pub(super) fn keep(&mut self, effect: &Effect) {
        match effect.record_change() {
            None => {}
            Some(RecordChange::Added(record)) => drop(self.0.insert(record.session, record)),
            Some(RecordChange::Renewed(session, secret)) => {
                self.change(session, |record| record.secret = secret);
            }
            Some(RecordChange::Ending(session, ending)) => {
                self.change(session, |record| record.ending = Some(ending));
            }
            Some(RecordChange::Removed(session)) => drop(self.0.remove(&session)),
        }
    }

    fn change(&mut self, session: SessionId, change: impl FnOnce(&mut Record)) {
        if let Some(record) = self.0.get_mut(&session) {
            change(record);
        }
    }
}
