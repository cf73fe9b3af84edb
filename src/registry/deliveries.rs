//! What connections of this process must be told. Addressed by connection, never called: a slow
//! connection cannot hold up who tells it.

use super::announcements::Announcement;
use super::presence::Presence;
use crate::seats::{ConnectionNumber, Served};
use dashmap::DashMap;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Something that a connection must be told.
pub enum Notice {
    /// The session goes on elsewhere.
    Superseded,
    /// The session was ended.
    Terminated,
    /// The next agent has the seat.
    HandedOff,
    /// The session is not in the store that was read back after a failed commit.
    NotRecorded,
    /// The server goes away; come back after the close and so long.
    Draining {
        /// The delay.
        reconnect_after: Duration,
    },
    /// Whoever waited has a seat.
    Seated(Box<SeatFromLine>),
    /// Where a waiting connection stands.
    Place(Place),
    /// The session is going to be ended.
    Ending {
        /// After so long; `None`: after its call.
        within: Option<Duration>,
    },
    /// A maintenance window is to come, changed, starts or is called off.
    Maintenance(Announcement),
    /// The window with this id is over.
    MaintenanceOver(Arc<str>),
}

/// A seat that a waiting connection was given.
pub struct SeatFromLine {
    /// Dropping it is the disconnect.
    pub presence: Presence,
    /// It is above the allocation.
    pub over_allocation: bool,
}

/// A place in the waiting line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// How many stand before it.
    pub ahead: u32,
    /// How long it may take, where anything is known.
    pub estimate: Option<Duration>,
}

impl Notice {
    /// After this there is nothing more to be told.
    fn is_last(&self) -> bool {
        match self {
            Self::Superseded
            | Self::Terminated
            | Self::HandedOff
            | Self::NotRecorded
            | Self::Draining { .. } => true,
            Self::Seated(_)
            | Self::Place(_)
            | Self::Ending { .. }
            | Self::Maintenance(_)
            | Self::MaintenanceOver(_) => false,
        }
    }

    /// A newer one makes an older one of this kind pointless.
    fn replaces(&self, older: &Self) -> bool {
        match (self, older) {
            (Self::Place(_), Self::Place(_)) => true,
            (Self::Maintenance(newer), Self::Maintenance(older)) => {
                newer.maintenance.id == older.maintenance.id
            }
            (Self::MaintenanceOver(id), Self::Maintenance(older)) => *id == older.maintenance.id,
            _ => false,
        }
    }
}

/// A connection that has not read so much is told no more, but for its last word.
const MOST_NOTICES: usize = 32;

/// Mailboxes of the open connections.
#[derive(Default)]
pub struct Deliveries(DashMap<ConnectionNumber, Arc<Slot>>);

/// What one connection has to read. Dropping it closes the mailbox.
pub struct Mailbox(Arc<Slot>);

/// What wakes the task of one connection: a notice, or its time. All that its mailbox is, so that the
/// mailbox itself is one pointer.
pub struct Slot {
    number: ConnectionNumber,
    deliveries: Arc<Deliveries>,
    inside: Mutex<Inside>,
    /// When its time comes, in served nanoseconds.
    rings_at: AtomicU64,
    on_call: AtomicBool,
}

#[derive(Default)]
struct Inside {
    /// Oldest first; `None`: empty. What comes after a last word is not news.
    #[expect(
        clippy::box_collection,
        reason = "empty for hours: one word of each connection, not four"
    )]
    notices: Option<Box<VecDeque<Notice>>>,
    reader: Option<Waker>,
}

impl Deliveries {
    /// Opens the mailbox of `number`, before anybody can have a word for it.
    pub fn open(self: &Arc<Self>, number: ConnectionNumber) -> Mailbox {
        let slot = Arc::new(Slot {
            number,
            deliveries: Arc::clone(self),
            inside: Mutex::default(),
            rings_at: AtomicU64::new(Served::NEVER.as_nanos()),
            on_call: AtomicBool::new(false),
        });
        self.0.insert(number, Arc::clone(&slot));
        Mailbox(slot)
    }

    /// Leaves `notice` for a connection, if it is still there.
    pub fn post(&self, number: ConnectionNumber, notice: Notice) {
        let slot = self.0.get(&number).map(|slot| Arc::clone(slot.value()));
        let Some(slot) = slot else { return };
        // A presence that is not taken is dropped here, which asks the registry: not under the lock.
        let untaken = slot.inside.lock().take_in(notice);
        drop(untaken);
    }

    /// The connections that have a mailbox, and apart from them those in a call.
    pub fn connections(&self) -> [Vec<ConnectionNumber>; 2] {
        let mut connections = [Vec::new(), Vec::new()];
        for entry in &self.0 {
            let on_call = entry.on_call.load(Ordering::Relaxed);
            connections[usize::from(on_call)].push(*entry.key());
        }
        connections
    }

    /// Whether this connection still has its mailbox.
    pub fn is_open(&self, number: ConnectionNumber) -> bool {
        self.0.contains_key(&number)
    }
}

impl Inside {
    /// Returns what is not taken.
    fn take_in(&mut self, notice: Notice) -> Option<Notice> {
        let notices = self.notices.get_or_insert_default();
        let is_over = notices.back().is_some_and(Notice::is_last);
        if is_over || notices.len() >= MOST_NOTICES && !notice.is_last() {
            return Some(notice);
        }
        notices.retain(|older| !notice.replaces(older));
        notices.push_back(notice);
        self.wake();
        None
    }

    fn wake(&self) {
        if let Some(reader) = &self.reader {
            reader.wake_by_ref();
        }
    }
}

impl Slot {
    /// Whether somebody has to see to it that it rings at `due`. Not if it rings earlier anyway.
    pub fn is_to_ring_at(&self, due: Served) -> bool {
        let due = due.as_nanos();
        self.rings_at.fetch_min(due, Ordering::AcqRel) > due
    }

    /// Wakes the reader if what it asked for comes before `end`.
    pub fn ring(&self, end: Served) {
        if self.rings_at.load(Ordering::Acquire) < end.as_nanos() {
            // Before the reader looks again: it asks for its next time then.
            self.rings_at.store(Served::NEVER.as_nanos(), Ordering::Release);
            self.inside.lock().wake();
        }
    }
}

impl Mailbox {
    /// The connection whose mailbox it is.
    pub fn number(&self) -> ConnectionNumber {
        self.0.number
    }

    /// A connection in a call is drained last.
    pub fn set_on_call(&self, on_call: bool) {
        self.0.on_call.store(on_call, Ordering::Relaxed);
    }

    /// What wakes whoever reads here.
    pub fn slot(&self) -> &Arc<Slot> {
        &self.0
    }

    /// Waits for a notice. Safe to cancel.
    pub async fn notice(&self) -> Notice {
        poll_fn(|context| self.poll_notice(context)).await
    }

    /// A notice, if there is one. One task reads a mailbox.
    pub fn poll_notice(&self, context: &mut Context<'_>) -> Poll<Notice> {
        let mut inside = self.0.inside.lock();
        if let Some(notices) = &mut inside.notices
            && let Some(notice) = notices.pop_front()
        {
            if notices.is_empty() {
                inside.notices = None;
            }
            return Poll::Ready(notice);
        }
        match &mut inside.reader {
            Some(reader) => reader.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.0.deliveries.0.remove(&self.0.number);
        // Whoever rings later must not keep the task, nor what nobody reads.
        let inside = std::mem::take(&mut *self.0.inside.lock());
        drop(inside);
    }
}
