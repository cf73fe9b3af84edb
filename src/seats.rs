//! The rules about seats: who holds one, until when, and what a change of mind costs.
//!
//! Everything here is a value. It knows nothing of sockets, JSON, tasks, clocks or a store: the
//! moment is an argument, and what happened comes out as effects.

mod ids;
mod moment;

pub use ids::{AttemptHash, ConnectionNumber, InvalidOrganizationId, OrganizationId, SecretHash, SessionId};
pub use moment::{Moment, Served, Timestamp};
