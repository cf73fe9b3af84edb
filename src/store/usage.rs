//! The record of usage: numbers and histograms by organization and interval, written in the commits
//! of the sessions that they count.
//!
//! | table | what |
//! | --- | --- |
//! | `usage_open` | minutes of the running hours, one row each |
//! | `usage_hour` | a past hour: its minutes packed (90 days), its quarters packed (13 months) |
//! | `usage_day` | a past day of the organization's calendar (5 years) |
//! | `usage_gap` | times of which nothing is known |
//! | `usage_reached` | since when and up to when the record goes |
//!
//! For an organization of one or two seats the half-hour stands in the place of minute and quarter.

mod closing;
mod encoding;
mod history;
mod open_rows;
mod tables;

#[cfg(test)]
mod tests;

pub(super) use closing::Closing;
pub use history::{Detail, History, Shelf};
pub(super) use open_rows::OpenRows;
pub(super) use tables::{Changes, TABLES, reached, write};

use crate::seats::Timestamp;
use crate::usage::{Addition, Gap};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// What a batch adds to the record of usage.
#[derive(Debug, Default)]
pub struct UsageAdditions {
    /// In the order of time.
    pub additions: Vec<Addition>,
    /// How far the record has come.
    pub reached: Option<Timestamp>,
    /// All gaps of this server's time.
    pub gaps: Arc<Vec<Gap>>,
    /// By which the organization's days are cut, if it is known.
    pub zone: Option<TimeZone>,
}
