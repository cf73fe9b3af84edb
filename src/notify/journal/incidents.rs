//! The incidents of every organization: one open at most, and the last ones that are over.

use super::super::incident::Incident;
use super::draft::{Draft, Key, names_of, of};
use crate::alert::{Change, Severity};
use crate::seats::{OrganizationId, Timestamp};

/// Incidents of one organization that are kept.
const MOST_INCIDENTS: usize = 100;

impl Draft {
    /// Takes what changed into the open incident; a new one where there is none. Without a severity
    /// it is over. `name` is what a new one is called. Returns what it is called.
    pub(in crate::notify) fn take_changes(
        &mut self,
        id: &OrganizationId,
        name: impl FnOnce() -> String,
        (changes, severity): (&[Change], Option<Severity>),
        at: Timestamp,
    ) -> String {
        let name = match self.open.get(id) {
            Some(open) => open.clone(),
            None => {
                self.make_room_for_an_incident(id);
                name()
            }
        };
        let key = (id.clone(), name.clone());
        let incident = self.incidents.entry(key.clone());
        incident
            .or_insert_with(|| Incident::begin(at))
            .take(changes, severity, at);
        match severity {
            Some(_) => drop(self.open.insert(id.clone(), name.clone())),
            None => drop(self.open.remove(id)),
        }
        self.note(Key::Incident(key));
        name
    }

    /// The open incident of an organization, if there is one.
    pub(in crate::notify) fn open_incident(&self, id: &OrganizationId) -> Option<&Incident> {
        let name = self.open.get(id)?;
        self.incidents.get(&(id.clone(), name.clone()))
    }

    /// How many are open.
    pub(in crate::notify) fn open_incidents(&self) -> usize {
        self.open.len()
    }

    /// The incidents of an organization by their names, the newest first.
    pub(in crate::notify) fn incidents_of(&self, id: &OrganizationId) -> Vec<(String, Incident)> {
        let all = of(&self.incidents, id);
        let mut all: Vec<_> = all
            .map(|(name, incident)| (name.to_owned(), incident.clone()))
            .collect();
        all.reverse();
        all
    }

    /// The oldest incidents go where a new one would be too many.
    fn make_room_for_an_incident(&mut self, id: &OrganizationId) {
        let all = names_of(&self.incidents, id);
        let over = (all.len() + 1).saturating_sub(MOST_INCIDENTS);
        for name in all.into_iter().take(over) {
            self.incidents.remove(&name);
            self.note(Key::Incident(name));
        }
    }
}
