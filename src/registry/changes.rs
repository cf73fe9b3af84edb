//! Which organizations have other numbers than were last shown. Noting one is a look at a flag that the
//! pool's lock guards; only the first change after a show goes to the set.

use crate::seats::OrganizationId;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The organizations that changed.
#[derive(Default)]
pub(super) struct Changes(Mutex<BTreeSet<OrganizationId>>);

/// The flag of one organization.
pub(super) struct Mark {
    id: OrganizationId,
    changes: Arc<Changes>,
    is_noted: bool,
}

impl Changes {
    pub(super) fn note(&self, id: &OrganizationId) {
        self.0.lock().insert(id.clone());
    }

    pub(super) fn take(&self) -> BTreeSet<OrganizationId> {
        std::mem::take(&mut self.0.lock())
    }
}

impl Mark {
    /// Noted: a new organization was never shown.
    pub(super) fn new(id: &OrganizationId, changes: &Arc<Changes>) -> Self {
        changes.note(id);
        Self {
            id: id.clone(),
            changes: Arc::clone(changes),
            is_noted: true,
        }
    }

    pub(super) fn note(&mut self) {
        if !self.is_noted {
            self.is_noted = true;
            self.changes.note(&self.id);
        }
    }

    /// Its numbers are read now: the next change is noted again.
    pub(super) fn is_shown(&mut self) {
        self.is_noted = false;
    }
}
