//! The drain: every widget is told when to come back.

use super::lot::Lot;
use super::reception::Reception;
use crate::registry::Notice;
use crate::seats::ConnectionNumber;
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// How many widgets a second may come back after a drain.
const RETURNS_A_SECOND: u64 = 5_000;
/// No widget waits longer than this after a drain.
pub(super) const LONGEST_RETURN: Duration = Duration::from_secs(20);
/// Those in a call are told when all others have gone, at most so much later.
const LONGEST_HEAD_START: Duration = Duration::from_secs(3);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

impl Reception {
    /// Tells every widget to come back later, spread over a while, those in a call last; then
    /// waits for their connections, at most `timeout`.
    /// `conversations` are the tasks of the listener.
    pub async fn drain(&self, conversations: &TaskTracker, timeout: Duration) {
        self.leaving.cancel();
        let [others, in_call] = self.registry.deliveries().connections();
        let fleet = (others.len() + in_call.len()) as u64;
        let spread = Duration::from_millis(fleet * 1000 / RETURNS_A_SECOND).min(LONGEST_RETURN);
        let all_gone = async {
            self.send_away(&others, spread).await;
            if !in_call.is_empty() {
                let most = LONGEST_HEAD_START.min(timeout / 2);
                // Whoever is slow to leave does not hold up the rest.
                let _ = tokio::time::timeout(most, self.all_left(others)).await;
                self.send_away(&in_call, spread).await;
            }
            conversations.close();
            self.seats.close();
            // A conversation may still take a seat, so seats come last.
            conversations.wait().await;
            self.seats.wait().await;
        };
        if tokio::time::timeout(timeout, all_gone).await.is_err() {
            let connections = conversations.len() + self.seats.len();
            tracing::warn!(connections, "the drain took too long and is cut off");
        }
    }

    async fn send_away(&self, connections: &[ConnectionNumber], spread: Duration) {
        for (told, number) in connections.iter().enumerate() {
            let reconnect_after = spread.mul_f64(Lot::draw().phase);
            let notice = Notice::Draining { reconnect_after };
            self.registry.deliveries().post(*number, notice);
            if told % 256 == 255 {
                tokio::task::yield_now().await;
            }
        }
    }

    async fn all_left(&self, mut connections: Vec<ConnectionNumber>) {
        while let Some(last) = connections.last() {
            if self.registry.deliveries().is_open(*last) {
                tokio::time::sleep(LOOK_AGAIN).await;
            } else {
                connections.pop();
            }
        }
    }
}
