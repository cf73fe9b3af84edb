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
