//! The widget listener: from an accepted connection to a WebSocket that keeps its limits.
//!
//! It does not know what a login is. An [`Upper`] takes what arrives.

mod accept;
mod answers;
pub mod claims;
mod closing;
mod directory;
mod drain;
pub mod frames;
mod handshake;
pub mod head;
mod listener;
mod login_pace;
mod lot;
mod notices;
mod permits;
mod reception;
mod resting;
mod seat;
mod sending;
mod upper;
mod waiting;
mod wheel;
mod widget_files;

pub use accept::{Listener, Running};
pub use claims::Claims;
pub use closing::{Ending, say_goodbye};
pub use directory::{Access, Directory, Shown, Unauthorized};
pub use frames::{FrameBudget, FrameMeter, Metered, OverBudget};
pub use head::RawOrigin;
pub use listener::ListenerSettings;
pub use permits::{ConnectionPermit, HandshakePermit, OpenConnections, household};
pub use reception::Reception;
pub use resting::limits;
pub use upper::{Doors, Socket, Upper, Visitor};
