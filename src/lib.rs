//! Seat licences for a softphone widget, enforced by presence: a widget's WebSocket is its
//! session, and while it lives one seat of its organization is in use.
//!
//! The modules in reading order, each using only those above it. `ARCHITECTURE.md` is the map.

pub mod seats;

pub mod alert;
pub mod credential;
pub mod liveness;
pub mod maintenance;
pub mod protocol;
pub mod schedule;
pub mod stall;
pub mod transport;
pub mod usage;

pub mod conversation;
pub mod report;

pub mod clock;
pub mod config;
pub mod store;
pub mod telemetry;
pub mod web;

pub mod registry;

pub mod fleet;
pub mod gateway;
pub mod notify;

pub mod admin;

pub mod cli;
