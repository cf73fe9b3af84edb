//! The messages as the wire examples show them, written and read by a widget's own means.

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::referee::{Attempt, RefusalNumbers};
use crate::seats::SessionId;

/// What the fleet logs in to.
pub(super) struct Organization {
    pub(super) id: String,
    pub(super) key: Option<String>,
}

pub(super) const LOGOUT: &str = r#"{"type":"logout"}"#;
pub(super) const HEARTBEAT: &str = r#"{"type":"heartbeat"}"#;

pub(super) fn login(organization: &Organization, attempt: Attempt) -> String {
    let attempt = Uuid::from_u128(attempt.0);
    let mut message =
        json!({"type": "login", "org": organization.id, "heartbeat": true, "attempt": attempt.to_string()});
    if let Some(key) = &organization.key {
        message["key"] = json!(key);
    }
    message.to_string()
}

pub(super) fn resume(organization: &Organization, session: SessionId, secret: &str) -> String {
    let session = Uuid::from_bytes(session.0).to_string();
    json!({"type": "resume", "org": organization.id, "session": session, "secret": secret, "heartbeat": true})
        .to_string()
}

/// What the server says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    Seated(Seated),
    Refused(Refused),
    Heartbeat,
    Ended {
        reason: String,
    },
    Error {
        code: String,
        #[serde(default = "closes")]
        closes: bool,
    },
    #[serde(other)]
    Other,
}

fn closes() -> bool {
    true
}

#[derive(Deserialize)]
pub(super) struct Seated {
    #[serde(deserialize_with = "session_id")]
    pub(super) session: SessionId,
    pub(super) secret: Box<str>,
    #[serde(default)]
    pub(super) over_allocation: bool,
    pub(super) grace_s: u64,
}

#[derive(Deserialize)]
pub(super) struct Refused {
    pub(super) code: String,
    seats: Option<Numbers>,
}

#[derive(Deserialize)]
struct Numbers {
    limit: u64,
    in_use: u64,
    in_grace: u64,
}

impl Refused {
    /// An error is a refusal without numbers.
    pub(super) fn error(code: String) -> Self {
        Self { code, seats: None }
    }

    pub(super) fn numbers(&self) -> Option<RefusalNumbers> {
        let Numbers {
            limit,
            in_use,
            in_grace,
        } = *self.seats.as_ref()?;
        Some(RefusalNumbers {
            limit,
            in_use,
            in_grace,
        })
    }
}

fn session_id<'de, D: serde::Deserializer<'de>>(text: D) -> Result<SessionId, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(text)?;
    Uuid::parse_str(&text)
        .map(|id| SessionId(id.into_bytes()))
        .map_err(serde::de::Error::custom)
}

/// What ends a connection, and with which close code.
const ENDS: [(&str, u16); 18] = [
    ("logout", 1000),
    ("draining", 1012),
    ("overloaded", 1013),
    ("login_timeout", 4008),
    ("session_gone", 4010),
    ("too_slow", 4012),
    ("rate_limited", 4029),
    ("maintenance", 4053),
    ("bad_message", 4500),
    ("unauthorized", 4501),
    ("origin_not_allowed", 4503),
    ("superseded", 4509),
    ("terminated", 4540),
    ("handed_off", 4541),
    ("unresponsive", 4543),
    ("seats_exhausted", 4550),
    ("no_allocation", 4551),
    ("handoff_invalid", 4552),
];

/// The name of a refusal, an end or an error, and the close code that belongs to it.
pub(super) fn end(code: &str) -> Option<(&'static str, u16)> {
    ENDS.into_iter().find(|end| end.0 == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Said {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_examples_of_the_wire_are_understood() {
        let seated = r#"{"type":"seated","session":"7c9e6679-7425-40de-944b-e07fc1f90ae7","secret":"c2Vj",
            "resumed":false,"over_allocation":false,"grace_s":60,"heartbeat_s":20,
            "server_time":"2026-01-05T08:00:00Z","notices":[]}"#;
        assert!(matches!(read(seated), Said::Seated(Seated { grace_s: 60, .. })));
        let refused = r#"{"type":"refused","code":"seats_exhausted","message":"All 50 seats are in use.",
            "retryable":true,"retry_after_s":23,"seats":{"limit":50,"in_use":50,"in_grace":3,"waiting":4},
            "next_release_s":23}"#;
        let Said::Refused(refused) = read(refused) else {
            panic!("not a refusal")
        };
        assert_eq!(
            refused.numbers(),
            Some(RefusalNumbers {
                limit: 50,
                in_use: 50,
                in_grace: 3
            })
        );
        assert!(matches!(read(r#"{"type":"heartbeat"}"#), Said::Heartbeat));
        assert!(matches!(
            read(r#"{"type":"draining","reconnect_after_ms":1234}"#),
            Said::Other
        ));
        assert!(matches!(
            read(r#"{"type":"ended","reason":"superseded","message":"…"}"#),
            Said::Ended { .. }
        ));
    }
}
