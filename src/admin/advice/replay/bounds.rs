//! How many replays run at once.

use crate::admin::problem::Problem;
use crate::seats::OrganizationId;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A replay takes a whole core and some hundred MiB at most: widgets come first.
const AT_ONCE: usize = 2;

/// The organizations for which one runs.
#[derive(Debug, Default, Clone)]
pub struct Replays(Arc<Mutex<BTreeSet<OrganizationId>>>);

/// The place of one. Dropping it is its end.
#[must_use = "the place is free when this is dropped"]
#[derive(Debug)]
pub(super) struct Place {
    replays: Replays,
    organization: OrganizationId,
}

impl Replays {
    /// One at a time for an organization, and few for all.
    pub(super) fn begin(&self, organization: &OrganizationId) -> Result<Place, Problem> {
        let mut running = self.0.lock();
        if running.contains(organization) {
            return Err(Problem::TooMany("a replay of this organization is running"));
        }
        if running.len() >= AT_ONCE {
            return Err(Problem::TooMany("replays of other organizations are running"));
        }
        running.insert(organization.clone());
        Ok(Place {
            replays: self.clone(),
            organization: organization.clone(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.replays.0.lock().remove(&self.organization);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_runs_for_an_organization_two_run_in_all_and_an_end_makes_room() {
        let replays = Replays::default();
        let id = |name: &str| OrganizationId::parse(name).unwrap();
        let acme = replays.begin(&id("acme")).unwrap();

        let again = replays.begin(&id("acme"));
        assert_eq!(
            again.unwrap_err(),
            Problem::TooMany("a replay of this organization is running")
        );
        let zoo = replays.begin(&id("zoo")).unwrap();
        let third = replays.begin(&id("third"));
        assert_eq!(
            third.unwrap_err(),
            Problem::TooMany("replays of other organizations are running")
        );
        drop(acme);
        let acme = replays.begin(&id("acme")).unwrap();
        drop((zoo, acme));
        assert!(replays.begin(&id("third")).is_ok());
    }
}
