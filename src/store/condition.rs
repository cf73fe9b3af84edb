//! What the store can do at the moment.

use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What can be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum State {
    /// Everything.
    #[default]
    Open,
    /// The disk is full; the ballast's room is for releases.
    ReleasesOnly,
    /// Nothing: a commit failed, and the pools are not rebuilt yet.
    Closed,
}

/// Shared by whoever records and whoever writes.
#[derive(Default)]
pub(super) struct Condition {
    state: Mutex<Inner>,
    lives: AtomicU64,
    /// What was erased is still in the log after a minute.
    erasure_overdue: AtomicBool,
}

#[derive(Default)]
struct Inner {
    state: State,
    /// The disk is full.
    is_full: bool,
    failures: u64,
}

impl Condition {
    pub(super) fn state(&self) -> State {
        self.state.lock().state
    }

    /// A commit failed. Returns the number of the failure.
    pub(super) fn close(&self) -> u64 {
        let mut inner = self.state.lock();
        inner.state = State::Closed;
        inner.failures += 1;
        inner.failures
    }

    /// The pools are rebuilt after the failure with this number, unless there was a later one.
    pub(super) fn rebuilt(&self, failure: u64) {
        let mut inner = self.state.lock();
        if inner.failures == failure {
            inner.state = if inner.is_full {
                State::ReleasesOnly
            } else {
                State::Open
            };
        }
    }

    /// The disk is full, or no more.
    pub(super) fn set_full(&self, is_full: bool) {
        let mut inner = self.state.lock();
        inner.is_full = is_full;
        match inner.state {
            State::Open if is_full => inner.state = State::ReleasesOnly,
            State::ReleasesOnly if !is_full => inner.state = State::Open,
            State::Open | State::ReleasesOnly | State::Closed => {}
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.state.lock().is_full
    }

    pub(super) fn new_life(&self) -> u64 {
        self.lives.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn set_erasure_overdue(&self, overdue: bool) {
        self.erasure_overdue.store(overdue, Ordering::Relaxed);
    }

    pub(super) fn is_erasure_overdue(&self) -> bool {
        self.erasure_overdue.load(Ordering::Relaxed)
    }
}
