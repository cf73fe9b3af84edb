//! All numbers of an organization, taken at one instant.

use crate::seats::{Numbers, Policy, Timestamp};
use crate::usage::Peak;

/// What is shown of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrganizationView {
    /// The pool's numbers.
    pub numbers: Numbers,
    /// How strict the limit is.
    pub policy: Policy,
    /// The highest use since midnight in the organization's time zone.
    pub peak_today: Peak,
    /// Refusals for want of a seat in the last hour, each attempt once.
    pub refused_last_hour: u32,
    /// When the calendar changes these numbers though nothing happens.
    pub changes_at: Timestamp,
}
