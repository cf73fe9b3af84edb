//! The widget listener: from an accepted connection to a WebSocket that keeps its limits.
//!
//! It does not know what a login is. An [`Upper`] takes what arrives.

mod accept;
mod answers;
pub mod closing;
mod directory;
pub mod frames;
mod handshake;
pub mod head;
mod listener;
mod login_pace;
mod permits;
mod reception;
mod seat;
mod upper;

pub use accept::{Listener, Running};
pub use closing::{Ending, say_goodbye};
pub use directory::{Access, Directory, Shown, Unauthorized};
pub use frames::{FrameBudget, FrameMeter, Metered, OverBudget};
pub use head::RawOrigin;
pub use listener::ListenerSettings;
pub use permits::{ConnectionPermit, HandshakePermit, OpenConnections, household};
pub use reception::Reception;
pub use upper::{Socket, Upper, Visitor};
