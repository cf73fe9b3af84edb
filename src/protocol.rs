//! The wire, version 1: what a widget may send, what it is told, and how a connection ends.
//!
//! Only this module has serialized types of the widget protocol. The contract for its users is
//! `docs/protocol.md`.

mod client_message;
mod close_code;
mod server_message;
mod time;

pub use client_message::{BadMessage, ClientMessage, LoginMessage, ResumeMessage};
pub use close_code::CloseCode;
pub use server_message::{EndReason, MaintenanceNotice, SeatNumbers, ServerMessage};
pub use time::{rfc3339, whole_seconds};

/// The subprotocol of this version.
pub const SUBPROTOCOL: &str = "mirabridge.seat.v1";
