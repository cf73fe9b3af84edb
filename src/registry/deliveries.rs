//! What connections of this process must be told. Addressed by connection, never called: a slow
//! connection cannot hold up who tells it.

use super::announcements::Announcement;
use super::presence::Presence;
use crate::seats::ConnectionNumber;
use dashmap::DashMap;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

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
pub struct Mailbox {
    number: ConnectionNumber,
    slot: Arc<Slot>,
    deliveries: Arc<Deliveries>,
}

#[derive(Default)]
struct Slot {
    /// Oldest first. What comes after a last word is not news.
    notices: Mutex<VecDeque<Notice>>,
    arrived: Notify,
    on_call: AtomicBool,
}

impl Deliveries {
    /// Opens the mailbox of `number`, before anybody can have a word for it.
    pub fn open(self: &Arc<Self>, number: ConnectionNumber) -> Mailbox {
        let slot = Arc::new(Slot::default());
        self.0.insert(number, Arc::clone(&slot));
        Mailbox {
            number,
            slot,
            deliveries: Arc::clone(self),
        }
    }

    /// Leaves `notice` for a connection, if it is still there.
    pub fn post(&self, number: ConnectionNumber, notice: Notice) {
        let slot = self.0.get(&number).map(|slot| Arc::clone(slot.value()));
        let Some(slot) = slot else { return };
        let mut notices = slot.notices.lock();
        // A presence that is not taken is dropped here, which asks the registry: not under the lock.
        let is_over = notices.back().is_some_and(Notice::is_last);
        let untaken = if is_over || notices.len() >= MOST_NOTICES && !notice.is_last() {
            Some(notice)
        } else {
            notices.retain(|older| !notice.replaces(older));
            notices.push_back(notice);
            None
        };
        drop(notices);
        slot.arrived.notify_one();
        drop(untaken);
    }

    /// The connections that have a mailbox, those in a call last.
    pub fn connections(&self) -> Vec<ConnectionNumber> {
        let on_call = |slot: &Slot| slot.on_call.load(Ordering::Relaxed);
        let mut all: Vec<_> = self
            .0
            .iter()
            .map(|entry| (on_call(entry.value()), *entry.key()))
            .collect();
        all.sort_unstable();
        all.into_iter().map(|(_, number)| number).collect()
    }
}

impl Mailbox {
    /// The connection whose mailbox it is.
    pub fn number(&self) -> ConnectionNumber {
        self.number
    }

    /// A connection in a call is drained last.
    pub fn set_on_call(&self, on_call: bool) {
        self.slot.on_call.store(on_call, Ordering::Relaxed);
    }

    /// Waits for a notice. Safe to cancel.
    pub async fn notice(&self) -> Notice {
        loop {
            let notice = self.slot.notices.lock().pop_front();
            if let Some(notice) = notice {
                return notice;
            }
            self.slot.arrived.notified().await;
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.deliveries.0.remove(&self.number);
    }
}
