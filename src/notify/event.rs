//! What is told, as its receivers know it.

use crate::protocol::rfc3339;
use crate::seats::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// The type of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names of the contract")]
pub enum EventKind {
    ThresholdReached,
    ThresholdCleared,
    Exhausted,
    RefusedSummary,
    MaintenanceScheduled,
    MaintenanceUpdated,
    MaintenanceStarted,
    MaintenanceCompleted,
    MaintenanceCancelled,
    IncreaseStarted,
    IncreaseEnding,
    IncreaseEnded,
    SessionEnded,
    Ping,
}

impl EventKind {
    /// All, by their names.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::ThresholdReached, "seats.threshold.reached"),
        (Self::ThresholdCleared, "seats.threshold.cleared"),
        (Self::Exhausted, "seats.exhausted"),
        (Self::RefusedSummary, "login.refused.summary"),
        (Self::MaintenanceScheduled, "maintenance.scheduled"),
        (Self::MaintenanceUpdated, "maintenance.updated"),
        (Self::MaintenanceStarted, "maintenance.started"),
        (Self::MaintenanceCompleted, "maintenance.completed"),
        (Self::MaintenanceCancelled, "maintenance.cancelled"),
        (Self::IncreaseStarted, "increase.started"),
        (Self::IncreaseEnding, "increase.ending"),
        (Self::IncreaseEnded, "increase.ended"),
        (Self::SessionEnded, "session.ended_by_admin"),
        (Self::Ping, "test.ping"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let known = Self::ALL.iter().find(|(kind, _)| *kind == self);
        known.map_or("", |(_, name)| name)
    }

    /// The type of this name.
    pub fn parse(name: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(_, known)| *known == name);
        known.map(|(kind, _)| *kind)
    }
}

/// Something that is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// What there is to say of it: numbers, times, names of settings; never a session.
    pub data: Map<String, Value>,
}

impl Event {
    /// The body of its webhook.
    pub(super) fn body(&self) -> String {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: &'static str,
            timestamp: String,
            data: &'a Map<String, Value>,
        }
        let body = Body {
            r#type: self.kind.name(),
            timestamp: rfc3339(self.at),
            data: &self.data,
        };
        serde_json::to_string(&body).expect("texts and numbers are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_has_type_time_and_data_in_this_order() {
        let Value::Object(data) = json!({"organization": "acme"}) else {
            unreachable!()
        };
        let event = Event {
            kind: EventKind::Exhausted,
            at: Timestamp(1000),
            data,
        };
        let expected = "{\"type\":\"seats.exhausted\",\"timestamp\":\"1970-01-01T00:00:01Z\",\"data\":{\"organization\":\"acme\"}}";
        assert_eq!(event.body(), expected);
    }

    #[test]
    fn every_type_has_a_name_of_its_own() {
        for (kind, name) in EventKind::ALL {
            assert_eq!((EventKind::parse(name), kind.name()), (Some(kind), name));
        }
        assert_eq!(EventKind::parse(""), None);
    }
}
