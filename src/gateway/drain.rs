//! The drain: every widget is told when to come back.

use super::lot::Lot;
use super::reception::Reception;
use crate::registry::Notice;
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// How many widgets a second may come back after a drain.
const RETURNS_A_SECOND: u64 = 5_000;
/// No widget waits longer than this after a drain.
pub(super) const LONGEST_RETURN: Duration = Duration::from_secs(20);

impl Reception {
    /// Tells every widget to come back later, spread over a while, those in a call last; then
    /// waits for their connections, at most `timeout`.
    /// `conversations` are the tasks of the listener.
    pub async fn drain(&self, conversations: &TaskTracker, timeout: Duration) {
        self.leaving.cancel();
        let connections = self.registry.deliveries().connections();
        let fleet = connections.len() as u64;
        let spread = Duration::from_millis(fleet * 1000 / RETURNS_A_SECOND).min(LONGEST_RETURN);
        for (told, number) in connections.into_iter().enumerate() {
            let reconnect_after = spread.mul_f64(Lot::draw().phase);
            self.registry
                .deliveries()
                .post(number, Notice::Draining { reconnect_after });
            if told % 256 == 255 {
                tokio::task::yield_now().await;
            }
        }
        conversations.close();
        self.seats.close();
        let all_gone = async {
            // A conversation may still take a seat, so seats come last.
            conversations.wait().await;
            self.seats.wait().await;
        };
        if tokio::time::timeout(timeout, all_gone).await.is_err() {
            let connections = conversations.len() + self.seats.len();
            tracing::warn!(connections, "the drain took too long and is cut off");
        }
    }
}
