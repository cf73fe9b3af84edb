//! What can be counted.

use super::{Reference, over, until};
use crate::seats::{Full, Limit, Policy, Session, SessionState};
use std::time::Duration;

impl Reference {
    pub(crate) fn limit(&self) -> Limit {
        let mut increases = 0;
        for increase in &self.allocation.increases {
            if (increase.from.0..increase.until.0).contains(&self.utc) {
                increases += increase.seats;
            }
        }
        Limit {
            total: self.allocation.base + increases,
            base: self.allocation.base,
            increases,
        }
    }

    /// How many may be seated, those above the limit included.
    pub(crate) fn most(&self) -> u32 {
        match self.allocation.policy {
            Policy::Block => self.limit().total,
            Policy::Burst(more) => self.limit().total + more,
            Policy::Observe => u32::MAX,
        }
    }

    /// Suspended, expired, or with limit 0: no new logins.
    pub(crate) fn is_open(&self) -> bool {
        let ended = self.allocation.ends.is_some_and(|end| end.0 <= self.utc);
        !self.allocation.suspended && !ended && self.limit().total > 0
    }

    /// How long new logins are refused by the clock, if they are.
    pub(crate) fn maintenance(&self) -> Option<Duration> {
        let windows = self.windows.iter();
        let running = windows.filter(|window| (window.from.0..window.until.0).contains(&self.utc));
        let left = running.map(|window| window.until.0 - self.utc).max()?;
        Some(Duration::from_millis(u64::try_from(left).expect("it runs")))
    }

    pub(crate) fn in_use(&self) -> u32 {
        self.connected() + self.in_grace()
    }

    pub(crate) fn connected(&self) -> u32 {
        count(self.seats.iter().filter(|seat| seat.connection().is_some()))
    }

    pub(crate) fn in_grace(&self) -> u32 {
        let kept = self.seats.iter().filter(|seat| until(seat).is_some());
        count(kept.filter(|seat| !over(seat, self.now)))
    }

    pub(crate) fn on_call(&self) -> u32 {
        count(self.seats.iter().filter(|seat| is_on_call(seat)))
    }

    pub(crate) fn unresponsive(&self) -> u32 {
        count(self.seats.iter().filter(|seat| {
            matches!(
                seat.state,
                SessionState::Connected {
                    unresponsive: true,
                    ..
                }
            )
        }))
    }

    pub(crate) fn waiting(&self) -> u32 {
        u32::try_from(self.line.len()).expect("a short line")
    }

    /// What a refused login is told.
    pub(super) fn full(&self) -> Full {
        let seats = self.seats.iter().filter(|seat| !over(seat, self.now));
        let next = seats.filter_map(until).min();
        Full {
            limit: self.limit(),
            in_use: self.in_use(),
            in_grace: self.in_grace(),
            waiting: self.waiting(),
            next_release: next.map(|end| Duration::from_nanos(end - self.now)),
        }
    }
}

pub(super) fn is_on_call(seat: &Session) -> bool {
    matches!(seat.state, SessionState::Connected { on_call: true, .. })
}

fn count<'a>(seats: impl Iterator<Item = &'a Session>) -> u32 {
    u32::try_from(seats.count()).expect("a small pool")
}
