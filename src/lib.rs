//! Seat licences for a softphone widget, enforced by presence: a widget's WebSocket is its
//! session, and while it lives one seat of its organization is in use.
//!
//! The modules in reading order, each using only those above it. `ARCHITECTURE.md` is the map.

pub mod seats;

pub mod protocol;

pub mod fleet;

pub mod cli;
