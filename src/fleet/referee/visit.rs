//! One login with all that followed it, as two intervals: when its seat was certainly held, and
//! when it was possibly held.
//!
//! Both are drawn from what the client knows without trusting its own promptness: the certain
//! interval is never too long and the possible one never too short, however late the fleet reads.

use std::time::Duration;

use super::{DISCOVERY, Departure, LOGIN_TIMEOUT, SILENCE_LIMIT};

/// Why a seat came free, in the client's eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freed {
    /// By a logout.
    Logout,
    /// By the end of a grace that the client's own loss began.
    Purge,
    /// In a way whose moment the client cannot tell.
    Unclear,
}

#[derive(Clone, Debug)]
pub(super) struct Visit {
    /// When the first login of this attempt was sent.
    pub(super) asked: Duration,
    /// How many logins were sent with this attempt.
    pub(super) asks: u32,
    /// It never held a seat: refused at its only try.
    pub(super) void: bool,
    pub(super) certain_from: Option<Duration>,
    pub(super) certain_until: Option<Duration>,
    pub(super) possible_until: Option<Duration>,
    /// When the seat should be free, and why.
    pub(super) release: Option<(Duration, Freed)>,
    pub(super) over_allocation: bool,
    /// A newer connection took over while the older one was open.
    pub(super) doubled: bool,
    grace: Duration,
}

impl Visit {
    pub(super) fn asked(at: Duration, grace: Duration) -> Self {
        Self {
            asked: at,
            asks: 1,
            void: false,
            certain_from: None,
            certain_until: None,
            possible_until: None,
            release: None,
            over_allocation: false,
            doubled: false,
            grace,
        }
    }

    /// `seated`: the seat is certainly held from here on.
    pub(super) fn seated(&mut self, at: Duration, grace: Duration, over_allocation: bool) {
        self.certain_from.get_or_insert(at);
        self.grace = grace;
        self.over_allocation |= over_allocation;
        self.void = false;
        self.held_on();
    }

    /// The end is open again.
    pub(super) fn held_on(&mut self) {
        self.certain_until = None;
        self.possible_until = None;
        self.release = None;
    }

    /// A resume or a repeated login is on its way: whatever it finds, it may keep.
    pub(super) fn may_continue(&mut self, at: Duration) {
        if self.possible_until.is_some_and(|until| at <= until) {
            self.possible_until = None;
        }
    }

    pub(super) fn certainly_held(&self, at: Duration) -> bool {
        self.certain_from.is_some_and(|from| from <= at) && self.certain_until.is_none_or(|until| at < until)
    }

    /// The client went, or was sent away; `at` is when it knew that this was done.
    pub(super) fn departed(&mut self, at: Duration, departure: Departure) {
        let grace = self.grace;
        let late = at + grace + DISCOVERY;
        let Some(seated) = self.certain_from else {
            // The login may still be read, judged and found broken.
            self.possible_until = Some(late + LOGIN_TIMEOUT);
            return;
        };
        let earlier =
            |known: Option<Duration>, found| Some(known.map_or(found, |known: Duration| known.min(found)));
        match departure {
            Departure::Lost { proof } => {
                self.certain_until = Some(proof + grace);
                self.possible_until = Some(late);
                self.release = Some((proof + grace, Freed::Purge));
            }
            Departure::Silent { last_sent } => {
                self.certain_until = Some(last_sent + grace);
                self.possible_until = Some(at + grace.max(SILENCE_LIMIT) + DISCOVERY);
                self.release = Some((late, Freed::Unclear));
            }
            Departure::Unanswered => self.possible_until = Some(late + LOGIN_TIMEOUT),
            Departure::SilentEnded => self.possible_until = earlier(self.possible_until, late),
            Departure::BrokenByServer { answered } => {
                self.certain_until = Some(seated.max(answered + grace).min(at + grace));
                self.possible_until = Some(late);
                self.release = Some((late, Freed::Unclear));
            }
            Departure::EndedByServer => {
                self.certain_until = Some(seated);
                self.possible_until = Some(at);
                self.release = Some((at, Freed::Unclear));
            }
            Departure::LogoutSent { before } => {
                self.certain_until = Some(before);
                self.possible_until = None;
                self.release = Some((before, Freed::Logout));
            }
            Departure::LogoutAnswered => self.possible_until = Some(at),
            Departure::LogoutUnanswered => self.possible_until = Some(late),
        }
    }

    /// The server says that there is no such session.
    pub(super) fn gone(&mut self, asked: Duration, at: Duration) {
        self.certain_until = Some(self.certain_until.map_or(asked, |until| until.min(asked)));
        self.possible_until = Some(self.possible_until.map_or(at, |until| until.min(at)));
        self.release.get_or_insert((at, Freed::Unclear));
    }
}
