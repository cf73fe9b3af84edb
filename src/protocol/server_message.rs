//! What a widget is told.

use super::close_code::CloseCode;
use super::time::{rfc3339, whole_seconds};
use crate::seats::{Full, Timestamp};
use serde::Serialize;
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A message of the server. Durations have their unit in their name, in whole units rounded up.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The seat is the widget's.
    Seated {
        /// The random id.
        session: Uuid,
        /// The proof for a resume.
        secret: Zeroizing<String>,
        /// It was there before.
        resumed: bool,
        /// Above the allocation, by policy.
        over_allocation: bool,
        /// Seconds that the seat is kept after the last proof of life.
        grace_s: u64,
        /// Seconds between two heartbeats.
        heartbeat_s: u64,
        /// RFC 3339, UTC.
        server_time: String,
        /// What is announced.
        notices: Vec<MaintenanceNotice>,
    },
    /// No seat.
    Refused {
        /// Why.
        code: &'static str,
        /// For people.
        message: String,
        /// A later try by the user can succeed.
        retryable: bool,
        /// Seconds until a try makes sense.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_s: Option<u64>,
        /// Where the organization discloses them.
        #[serde(skip_serializing_if = "Option::is_none")]
        seats: Option<SeatNumbers>,
        /// Seconds until the first grace is over.
        #[serde(skip_serializing_if = "Option::is_none")]
        next_release_s: Option<u64>,
    },
    /// No seat yet; the connection is in line.
    Waiting {
        /// Its place, from 1.
        position: u32,
        /// Those before it.
        ahead: u32,
        /// Seconds that it may take, where anything is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        estimate_s: Option<u64>,
    },
    /// A code that passes the seat on.
    Handoff {
        /// For the next agent, as in `K7Q2-M9XD`.
        code: Zeroizing<String>,
        /// Seconds that it is good for.
        expires_in_s: u64,
    },
    /// The session is going to be ended.
    Ending {
        /// Why.
        reason: EndReason,
        /// Seconds until then; absent: after the call.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_s: Option<u64>,
    },
    /// Something is announced, or changed.
    Notice {
        /// What.
        notice: Box<MaintenanceNotice>,
    },
    /// What was announced is over.
    NoticeCleared {
        /// Which.
        id: String,
    },
    /// Asks for a `heartbeat`.
    Heartbeat,
    /// The answer to a `probe`.
    Alive,
    /// The session is over.
    Ended {
        /// Why.
        reason: EndReason,
        /// For people.
        message: &'static str,
        /// Seconds before a new login should be offered.
        #[serde(skip_serializing_if = "Option::is_none")]
        cool_down_s: Option<u64>,
    },
    /// The server goes away and comes back.
    Draining {
        /// Milliseconds after the close.
        reconnect_after_ms: u64,
        /// Planned.
        maintenance: bool,
    },
    /// Something went wrong.
    Error {
        /// What.
        code: &'static str,
        /// For developers.
        message: String,
        /// Absent where the connection is closed.
        #[serde(skip_serializing_if = "Option::is_none")]
        closes: Option<bool>,
    },
}

/// A maintenance window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MaintenanceNotice {
    /// Which.
    pub id: String,
    /// `maintenance`.
    pub kind: &'static str,
    /// Where it stands.
    pub state: &'static str,
    /// RFC 3339, UTC.
    pub starts_at: String,
    /// RFC 3339, UTC.
    pub ends_at: String,
    /// `allowed` or `refused`.
    pub new_logins: &'static str,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The widget asked.
    Logout,
    /// An administrator.
    Terminated,
    /// Another connection took it over.
    Superseded,
    /// The next agent has the seat.
    HandedOff,
    /// The page did not answer for hours.
    Unresponsive,
}

/// The numbers of a full organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SeatNumbers {
    /// The limit.
    pub limit: u32,
    /// Connected and in grace.
    pub in_use: u32,
    /// In grace.
    pub in_grace: u32,
    /// In line.
    pub waiting: u32,
}

impl ServerMessage {
    /// The text of the frame.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("no map and no failing type is in a message")
    }

    /// `seated` with the times in the wire's form.
    pub fn seated(
        session: Uuid,
        secret: Zeroizing<String>,
        resumed: bool,
        over_allocation: bool,
        grace: Duration,
        heartbeat: Duration,
        now: Timestamp,
    ) -> Self {
        Self::Seated {
            session,
            secret,
            resumed,
            over_allocation,
            grace_s: whole_seconds(grace),
            heartbeat_s: whole_seconds(heartbeat),
            server_time: rfc3339(now),
            notices: Vec::new(),
        }
    }

    /// `seated` with what is announced.
    pub fn announcing(mut self, announced: Vec<MaintenanceNotice>) -> Self {
        if let Self::Seated { notices, .. } = &mut self {
            *notices = announced;
        }
        self
    }

    /// All seats are in use. With the numbers only where they may be told.
    pub fn exhausted(full: Full, disclose: bool) -> Self {
        let next = full.next_release.map(whole_seconds);
        Self::Refused {
            code: CloseCode::SeatsExhausted.name(),
            message: if disclose {
                format!("All {} seats of your organization are in use.", full.limit.total)
            } else {
                "All seats of your organization are in use.".to_owned()
            },
            retryable: true,
            retry_after_s: next.filter(|_| disclose),
            seats: disclose.then_some(SeatNumbers {
                limit: full.limit.total,
                in_use: full.in_use,
                in_grace: full.in_grace,
                waiting: full.waiting,
            }),
            next_release_s: next.filter(|_| disclose),
        }
    }

    /// No new logins until a maintenance window is over.
    pub fn maintenance(retry_after: Duration) -> Self {
        Self::Refused {
            code: CloseCode::Maintenance.name(),
            message: "MiraBridge seats are being maintained. Genesys Cloud works as usual.".to_owned(),
            retryable: true,
            retry_after_s: Some(whole_seconds(retry_after)),
            seats: None,
            next_release_s: None,
        }
    }

    /// The connection waits, with so many before it.
    pub fn waiting(ahead: u32, estimate: Option<Duration>) -> Self {
        Self::Waiting {
            position: ahead.saturating_add(1),
            ahead,
            estimate_s: estimate.map(whole_seconds),
        }
    }

    /// A code that passes the seat on.
    pub fn handoff(code: Zeroizing<String>, expires_in: Duration) -> Self {
        Self::Handoff {
            code,
            expires_in_s: whole_seconds(expires_in),
        }
    }

    /// An administrator ends the session after `within`, or after its call.
    pub fn ending(within: Option<Duration>) -> Self {
        Self::Ending {
            reason: EndReason::Terminated,
            in_s: within.map(whole_seconds),
        }
    }

    /// Any other refusal.
    pub fn refused(code: CloseCode, message: &str, retryable: bool) -> Self {
        Self::Refused {
            code: code.name(),
            message: message.to_owned(),
            retryable,
            retry_after_s: None,
            seats: None,
            next_release_s: None,
        }
    }

    /// An error that closes the connection.
    pub fn error(code: CloseCode, message: impl Into<String>) -> Self {
        Self::Error {
            code: code.name(),
            message: message.into(),
            closes: None,
        }
    }
}
