//! The proof that a connection counts.

use super::authority::Registry;
use crate::seats::{ConnectionNumber, OrganizationId, Served, SessionId};
use std::sync::Arc;

/// A held connection. Dropping it is the disconnect, however the task ends: return, error,
/// panic or abort. A session that was ended before is not touched by it.
#[must_use = "the grace starts when this is dropped"]
pub struct Presence {
    pub(super) registry: Arc<Registry>,
    pub(super) organization: OrganizationId,
    pub(super) session: SessionId,
    pub(super) connection: ConnectionNumber,
    /// The last proof of life, where the loss itself is none.
    pub(super) last_heard: Option<Served>,
}

impl Presence {
    /// Who decides about it.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Whose seat it is.
    pub fn organization(&self) -> &OrganizationId {
        &self.organization
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
        self.last_heard = Some(heard);
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let heard = self.last_heard.unwrap_or_else(|| self.registry.clock().served());
        self.registry
            .lost(&self.organization, self.session, self.connection, heard);
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
