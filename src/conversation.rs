//! One widget's dialogue: what a text means where it comes, and what is said to it. Pure.

use crate::protocol::{
    BadMessage, ClientMessage, CloseCode, EndReason, LoginMessage, ResumeMessage, ServerMessage,
};
use crate::seats::{Full, Served};
use std::time::Duration;

/// A probe more often than this is not answered.
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// After an administrator's end, a new login is offered after so long.
const COOL_DOWN: u64 = 60;

/// How a conversation begins.
pub enum Greeting {
    /// Take a seat.
    Login(Box<LoginMessage>),
    /// Take a session up again.
    Resume(Box<ResumeMessage>),
}

/// The last word: a message where the protocol has one, then the close code.
pub struct Farewell {
    /// What explains the close.
    pub message: Option<ServerMessage>,
    /// The code.
    pub code: CloseCode,
}

/// What a text of a seated widget asks for.
pub enum Reply {
    /// Nothing.
    Nothing,
    /// An answer.
    Say(ServerMessage),
    /// The seat, or the place in the line, is to be freed.
    Release,
    /// A code is wanted that passes the seat on.
    OfferHandoff,
    /// The code is withdrawn.
    CancelHandoff,
    /// The agent's status is to be noted.
    Note {
        /// In a call.
        on_call: bool,
    },
    /// The conversation is over.
    Part(Farewell),
}

/// Reads the first text.
pub fn greet(text: &str) -> Result<Greeting, Farewell> {
    match ClientMessage::read(text) {
        Ok(ClientMessage::Login(login)) => Ok(Greeting::Login(login)),
        Ok(ClientMessage::Resume(resume)) => Ok(Greeting::Resume(resume)),
        Ok(
            ClientMessage::Logout
            | ClientMessage::Heartbeat
            | ClientMessage::Probe
            | ClientMessage::Status { .. }
            | ClientMessage::Handoff
            | ClientMessage::CancelHandoff,
        ) => Err(Farewell::bad_message(BadMessage::OutOfPlace)),
        Err(bad) => Err(Farewell::bad_message(bad)),
    }
}

/// The dialogue of a seated widget.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seated {
    /// Before this a probe is not answered.
    next_probe: Served,
}

impl Seated {
    /// Until when it has to be remembered; a new one does as well after this.
    pub fn matters_until(&self) -> Served {
        self.next_probe
    }

    /// What `text`, which came at `now`, asks for.
    pub fn hear(&mut self, text: &str, now: Served) -> Reply {
        match ClientMessage::read(text) {
            Ok(ClientMessage::Logout) => Reply::Release,
            Ok(ClientMessage::Heartbeat) => Reply::Nothing,
            Ok(ClientMessage::Handoff) => Reply::OfferHandoff,
            Ok(ClientMessage::CancelHandoff) => Reply::CancelHandoff,
            Ok(ClientMessage::Status { on_call }) => Reply::Note { on_call },
            Ok(ClientMessage::Probe) => {
                if now < self.next_probe {
                    return Reply::Nothing;
                }
                self.next_probe = now + PROBE_EVERY;
                Reply::Say(ServerMessage::Alive)
            }
            Ok(ClientMessage::Login(_) | ClientMessage::Resume(_)) => {
                Reply::Part(Farewell::bad_message(BadMessage::OutOfPlace))
            }
            Err(bad) => Reply::Part(Farewell::bad_message(bad)),
        }
    }
}

/// The dialogue of a widget in the waiting line.
#[derive(Debug, Clone, Copy, Default)]
pub struct InLine(Seated);

impl InLine {
    /// What `text`, which came at `now`, asks for.
    pub fn hear(&mut self, text: &str, now: Served) -> Reply {
        match self.0.hear(text, now) {
            Reply::OfferHandoff | Reply::CancelHandoff => {
                Reply::Part(Farewell::bad_message(BadMessage::OutOfPlace))
            }
            other => other,
        }
    }
}

impl Farewell {
    /// No new logins until a maintenance window is over, and a random moment longer.
    pub fn maintenance(retry_after: Duration) -> Self {
        Self {
            message: Some(ServerMessage::maintenance(retry_after)),
            code: CloseCode::Maintenance,
        }
    }

    /// A close without a message before it.
    pub fn silent(code: CloseCode) -> Self {
        Self { message: None, code }
    }

    /// An error that closes.
    pub fn error(code: CloseCode, text: &str) -> Self {
        Self {
            message: Some(ServerMessage::error(code, text)),
            code,
        }
    }

    /// A message that cannot be read or does not belong here.
    pub fn bad_message(bad: BadMessage) -> Self {
        Self::error(CloseCode::BadMessage, &bad.to_string())
    }

    /// All seats are in use.
    pub fn exhausted(full: Full, disclose: bool) -> Self {
        Self {
            message: Some(ServerMessage::exhausted(full, disclose)),
            code: CloseCode::SeatsExhausted,
        }
    }

    /// Any other refusal, with the words for its code.
    pub fn refused(code: CloseCode) -> Self {
        let (text, retryable) = match code {
            CloseCode::NoAllocation => ("Your organization has no MiraBridge seats at the moment.", false),
            CloseCode::SessionGone => ("This session is over. Log in again.", true),
            CloseCode::Unauthorized => ("This page is not set up for MiraBridge seats.", false),
            CloseCode::OriginNotAllowed => ("This page may not use MiraBridge seats.", false),
            CloseCode::HandoffInvalid => ("This hand-off code is wrong, used or expired.", false),
            CloseCode::Overloaded => ("The seat server is busy. Try again in a moment.", true),
            _ => ("No seat.", false),
        };
        Self {
            message: Some(ServerMessage::refused(code, text, retryable)),
            code,
        }
    }

    /// The session is over.
    pub fn ended(reason: EndReason) -> Self {
        let (code, message, cool_down_s) = match reason {
            EndReason::Logout => (CloseCode::Logout, "You are logged out.", None),
            EndReason::Terminated => (
                CloseCode::Terminated,
                "An administrator ended this session.",
                Some(COOL_DOWN),
            ),
            EndReason::Superseded => (CloseCode::Superseded, "This session goes on elsewhere.", None),
            EndReason::HandedOff => (CloseCode::HandedOff, "The next agent has this seat.", None),
            EndReason::Unresponsive => (
                CloseCode::Unresponsive,
                "This page did not answer for a long time.",
                None,
            ),
        };
        Self {
            message: Some(ServerMessage::Ended {
                reason,
                message,
                cool_down_s,
            }),
            code,
        }
    }

    /// The server goes away, for `maintenance` or otherwise.
    pub fn draining(reconnect_after: Duration, maintenance: bool) -> Self {
        let reconnect_after_ms = u64::try_from(reconnect_after.as_millis()).unwrap_or(u64::MAX);
        let message = ServerMessage::Draining {
            reconnect_after_ms,
            maintenance,
        };
        Self {
            message: Some(message),
            code: CloseCode::Draining,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_begins_with_a_login_or_a_resume() {
        assert!(greet(r#"{"type":"login","org":"a"}"#).is_ok());
        for text in [r#"{"type":"logout"}"#, r#"{"type":"probe"}"#, "x"] {
            assert_eq!(greet(text).err().unwrap().code, CloseCode::BadMessage);
        }
    }

    #[test]
    fn a_probe_is_answered_once_a_second() {
        let at = |ms: u64| Served::from_nanos(ms * 1_000_000);
        let mut seated = Seated::default();
        let probe = r#"{"type":"probe"}"#;
        assert!(matches!(
            seated.hear(probe, at(0)),
            Reply::Say(ServerMessage::Alive)
        ));
        assert!(matches!(seated.hear(probe, at(999)), Reply::Nothing));
        assert!(matches!(
            seated.hear(probe, at(1000)),
            Reply::Say(ServerMessage::Alive)
        ));
    }

    #[test]
    fn a_second_login_does_not_belong_here() {
        let reply = Seated::default().hear(r#"{"type":"login","org":"a"}"#, Served::START);
        assert!(matches!(
            reply,
            Reply::Part(Farewell {
                code: CloseCode::BadMessage,
                ..
            })
        ));
    }
}
