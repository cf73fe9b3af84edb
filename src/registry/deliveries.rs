//! What connections of this process must be told. Addressed by connection, never called: a slow
//! connection cannot hold up who tells it.

use crate::seats::ConnectionNumber;
use dashmap::DashMap;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// Something that a connection must be told. Each is the last word but for the drain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The session goes on elsewhere.
    Superseded,
    /// The session was ended.
    Terminated,
    /// The session is not in the store that was read back after a failed commit.
    NotRecorded,
    /// The server goes away; come back after the close and so long.
    Draining {
        /// The delay.
        reconnect_after: Duration,
    },
}

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
    /// The first notice stays: what comes after an ending is not news.
    notice: Mutex<Option<Notice>>,
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
        if let Some(slot) = slot {
            slot.notice.lock().get_or_insert(notice);
            slot.arrived.notify_one();
        }
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
            if let Some(notice) = self.slot.notice.lock().take() {
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
