//! Maintenance in the wire's words.

use crate::maintenance::Stage;
use crate::protocol::{MaintenanceNotice, rfc3339};
use crate::registry::Announcement;

/// What a widget is told of one window.
pub(super) fn told(announcement: &Announcement) -> MaintenanceNotice {
    let one = &announcement.maintenance;
    MaintenanceNotice {
        id: one.id.to_string(),
        kind: "maintenance",
        state: match announcement.stage {
            Stage::Scheduled => "scheduled",
            Stage::InProgress => "in_progress",
            Stage::Verifying => "verifying",
            Stage::Completed => "completed",
            Stage::Cancelled => "cancelled",
        },
        starts_at: rfc3339(one.plan.starts_at),
        ends_at: rfc3339(one.plan.ends_at),
        new_logins: if one.refuses_logins { "refused" } else { "allowed" },
        message: one.message.clone(),
    }
}

/// The notices of a `seated`.
pub(super) fn all(announced: &[Announcement]) -> Vec<MaintenanceNotice> {
    announced.iter().map(told).collect()
}
