//! The proof that a connection counts.

use super::authority::Registry;
use crate::seats::{ConnectionNumber, OrganizationId, Served, SessionId};
use dashmap::DashMap;
use std::sync::{Arc, Weak};

/// The number of no connection: what is lost already needs no second word.
const NOBODY: ConnectionNumber = ConnectionNumber(0);

/// A held connection. Dropping it is the disconnect, however the task ends: return, error,
/// panic or abort. A session that was ended before is not touched by it.
#[must_use = "the grace starts when this is dropped"]
pub struct Presence {
    pub(super) house: Arc<House>,
    pub(super) session: SessionId,
    pub(super) connection: ConnectionNumber,
}

/// Where all presences of an organization are held, so that each is small.
pub(super) struct House {
    pub(super) registry: Arc<Registry>,
    pub(super) organization: OrganizationId,
}

/// The houses in which somebody is present.
#[derive(Default)]
pub(super) struct Houses(DashMap<OrganizationId, Weak<House>>);

impl Houses {
    pub(super) fn of(&self, registry: &Arc<Registry>, id: &OrganizationId) -> Arc<House> {
        if let Some(house) = self.0.get(id).and_then(|known| known.upgrade()) {
            return house;
        }
        let mut known = self.0.entry(id.clone()).or_default();
        known.upgrade().unwrap_or_else(|| {
            let house = Arc::new(House {
                registry: Arc::clone(registry),
                organization: id.clone(),
            });
            *known = Arc::downgrade(&house);
            house
        })
    }

    /// Whoever is still there keeps it.
    pub(super) fn forget(&self, id: &OrganizationId) {
        self.0.remove(id);
    }
}

impl Presence {
    /// Who decides about it.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.house.registry
    }

    /// Whose seat it is.
    pub fn organization(&self) -> &OrganizationId {
        &self.house.organization
    }

    /// Which session is held.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Which connection holds it.
    pub fn connection(&self) -> ConnectionNumber {
        self.connection
    }

    /// Ends it for silence, which only this server found out: the grace counts from `heard`.
    pub fn fell_silent(mut self, heard: Served) {
        self.is_lost(heard);
        self.connection = NOBODY;
    }

    fn is_lost(&self, heard: Served) {
        let House {
            registry,
            organization,
        } = &*self.house;
        registry.lost(organization, self.session, self.connection, heard);
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if self.connection != NOBODY {
            self.is_lost(self.registry().clock().served());
        }
    }
}

/// A place in the waiting line. Dropping it leaves the line; a seat that was given meanwhile goes
/// into grace.
#[must_use = "the place is lost when this is dropped"]
pub struct WaitingPlace {
    pub(super) registry: Arc<Registry>,
    pub(super) organization: OrganizationId,
    /// The session that it will be.
    pub(super) session: SessionId,
    pub(super) connection: ConnectionNumber,
    /// A presence has taken over.
    pub(super) is_seated: bool,
}

impl WaitingPlace {
    /// Whose line it is.
    pub fn organization(&self) -> &OrganizationId {
        &self.organization
    }

    /// Which connection waits.
    pub fn connection(&self) -> ConnectionNumber {
        self.connection
    }

    /// The seat is there, and its presence takes over.
    pub fn seated(mut self) {
        self.is_seated = true;
    }
}

impl Drop for WaitingPlace {
    fn drop(&mut self) {
        if !self.is_seated {
            self.registry
                .left_line(&self.organization, self.session, self.connection);
        }
    }
}
