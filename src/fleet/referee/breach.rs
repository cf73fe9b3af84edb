//! What the referee accuses the server of.

use std::fmt;

use super::At;

/// A promise that can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// More seats were held at an instant than the limit.
    CapExceeded,
    /// A seat was given away before its grace was over.
    FreedEarly,
    /// A seat was still held later than a second after its grace.
    FreedLate,
    /// A session that should be there was not.
    SessionLost,
    /// A repeated attempt or a resume got another session.
    SecondSeat,
    /// Two agents were given the same session.
    SharedSession,
    /// A refusal without a reason that can be seen.
    UnjustifiedRefusal,
    /// The goodbye of an old connection ended what the new one holds.
    OldGoodbye,
    /// A close frame freed the seat at once.
    FreedOnClose,
    /// A number that cannot be true.
    NumberLies,
    /// A close code that does not fit the message before it.
    WrongCloseCode,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CapExceeded => "cap_exceeded",
            Self::FreedEarly => "freed_early",
            Self::FreedLate => "freed_late",
            Self::SessionLost => "session_lost",
            Self::SecondSeat => "second_seat",
            Self::SharedSession => "shared_session",
            Self::UnjustifiedRefusal => "unjustified_refusal",
            Self::OldGoodbye => "old_goodbye",
            Self::FreedOnClose => "freed_on_close",
            Self::NumberLies => "number_lies",
            Self::WrongCloseCode => "wrong_close_code",
        })
    }
}

/// One broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which one.
    pub rule: Rule,
    /// When it was seen.
    pub at: At,
    /// What was seen. No session can be told from it.
    pub detail: String,
}

/// The breaches found: all are counted, the first of them kept.
#[derive(Default)]
pub(in crate::fleet) struct Breaches {
    kept: Vec<Breach>,
    count: u64,
}

impl Breaches {
    /// A broken server breaks a promise with every message.
    const MOST: usize = 1000;

    pub(in crate::fleet) fn add(&mut self, rule: Rule, at: At, detail: String) {
        self.count += 1;
        if self.kept.len() < Self::MOST {
            self.kept.push(Breach { rule, at, detail });
        }
    }

    /// The kept ones in the order of time, and how many there were.
    pub(in crate::fleet) fn finish(mut self) -> (Vec<Breach>, u64) {
        self.kept.sort_by_key(|breach| breach.at);
        (self.kept, self.count)
    }
}
