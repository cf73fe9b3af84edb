//! How a connection ends, and what that tells the widget to do.

/// A close code with its short name. Of 4000 to 4999, below 4500 a client may come back by
/// itself, from 4500 on it may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// 1000: the widget logged out.
    Logout,
    /// 1002: the frames broke RFC 6455.
    ProtocolError,
    /// 1003: a binary message.
    Binary,
    /// 1007: a text that is not UTF-8.
    NotUtf8,
    /// 1009: a message over the limit.
    TooBig,
    /// 1012: the server goes away and comes back.
    Draining,
    /// 1013: not now.
    Overloaded,
    /// 4008: no first message in time.
    LoginTimeout,
    /// 4010: the session is not there any more.
    SessionGone,
    /// 4012: the widget did not read what it was sent.
    TooSlow,
    /// 4029: too many messages.
    RateLimited,
    /// 4053: no new logins during a maintenance window.
    Maintenance,
    /// 4500: a message that cannot be read or does not belong here.
    BadMessage,
    /// 4501: unknown organization, wrong key or token.
    Unauthorized,
    /// 4503: a page of another origin.
    OriginNotAllowed,
    /// 4509: another connection took the session over.
    Superseded,
    /// 4540: an administrator ended the session.
    Terminated,
    /// 4541: the next agent has the seat.
    HandedOff,
    /// 4543: the page behind the connection did not answer for hours.
    Unresponsive,
    /// 4550: all seats are in use.
    SeatsExhausted,
    /// 4551: there is nothing to log in to.
    NoAllocation,
    /// 4552: a hand-off code that is wrong, used or over.
    HandoffInvalid,
}

impl CloseCode {
    /// The number in the close frame.
    pub const fn number(self) -> u16 {
        match self {
            Self::Logout => 1000,
            Self::ProtocolError => 1002,
            Self::Binary => 1003,
            Self::NotUtf8 => 1007,
            Self::TooBig => 1009,
            Self::Draining => 1012,
            Self::Overloaded => 1013,
            Self::LoginTimeout => 4008,
            Self::SessionGone => 4010,
            Self::TooSlow => 4012,
            Self::RateLimited => 4029,
            Self::Maintenance => 4053,
            Self::BadMessage => 4500,
            Self::Unauthorized => 4501,
            Self::OriginNotAllowed => 4503,
            Self::Superseded => 4509,
            Self::Terminated => 4540,
            Self::HandedOff => 4541,
            Self::Unresponsive => 4543,
            Self::SeatsExhausted => 4550,
            Self::NoAllocation => 4551,
            Self::HandoffInvalid => 4552,
        }
    }

    /// The short name: the reason in the close frame and the `code` in a message.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::ProtocolError => "protocol_error",
            Self::Binary => "binary",
            Self::NotUtf8 => "not_utf8",
            Self::TooBig => "too_big",
            Self::Draining => "draining",
            Self::Overloaded => "overloaded",
            Self::LoginTimeout => "login_timeout",
            Self::SessionGone => "session_gone",
            Self::TooSlow => "too_slow",
            Self::RateLimited => "rate_limited",
            Self::Maintenance => "maintenance",
            Self::BadMessage => "bad_message",
            Self::Unauthorized => "unauthorized",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::Superseded => "superseded",
            Self::Terminated => "terminated",
            Self::HandedOff => "handed_off",
            Self::Unresponsive => "unresponsive",
            Self::SeatsExhausted => "seats_exhausted",
            Self::NoAllocation => "no_allocation",
            Self::HandoffInvalid => "handoff_invalid",
        }
    }
}
