//! What the fleet understands of the wire, read without the server's own types.

use std::time::Duration;

use serde_json::{Value, json};

use super::referee::Disclosed;

/// A message of the server, or the end of the connection.
#[derive(Debug)]
pub(super) enum Heard {
    Seated(Terms),
    Refused {
        code: String,
        seats: Option<Disclosed>,
    },
    Ended {
        reason: String,
    },
    Draining,
    Failed {
        code: String,
    },
    Heartbeat,
    Other,
    /// The connection is over; with the close code, where a close frame came.
    Over(Option<u16>),
}

/// What `seated` gives.
pub(super) struct Terms {
    pub(super) session: String,
    pub(super) secret: String,
    pub(super) over_allocation: bool,
    pub(super) grace: Duration,
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Terms")
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}

/// Reads one text message. What is not understood is `Other`.
pub(super) fn read(text: &str) -> Heard {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    let word = |field: &str| message[field].as_str().unwrap_or_default().to_owned();
    match message["type"].as_str().unwrap_or_default() {
        "seated" => Heard::Seated(Terms {
            session: word("session"),
            secret: word("secret"),
            over_allocation: message["over_allocation"].as_bool().unwrap_or(false),
            grace: Duration::from_secs(message["grace_s"].as_u64().unwrap_or(60)),
        }),
        "refused" => Heard::Refused {
            code: word("code"),
            seats: disclosed(&message["seats"]),
        },
        "ended" => Heard::Ended {
            reason: word("reason"),
        },
        "draining" => Heard::Draining,
        "error" if message["closes"] != json!(false) => Heard::Failed { code: word("code") },
        "heartbeat" => Heard::Heartbeat,
        _ => Heard::Other,
    }
}

fn disclosed(seats: &Value) -> Option<Disclosed> {
    Some(Disclosed {
        limit: number(&seats["limit"])?,
        in_use: number(&seats["in_use"])?,
        in_grace: number(&seats["in_grace"])?,
    })
}

/// A count in JSON.
pub(super) fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

/// A `login` as text.
pub(super) fn login(organization: &str, key: Option<&str>, attempt: &str) -> String {
    let mut message =
        json!({"type": "login", "org": organization, "wait": false, "heartbeat": true, "attempt": attempt});
    if let Some(key) = key {
        message["key"] = json!(key);
    }
    message.to_string()
}

/// A `resume` as text.
pub(super) fn resume(organization: &str, session: &str, secret: &str) -> String {
    json!({"type": "resume", "org": organization, "session": session, "secret": secret, "heartbeat": true})
        .to_string()
}
