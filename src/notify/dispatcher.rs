//! Sends what is due: one delivery at a time to a webhook, and so many at once to all of them.

use super::Notifier;
use super::delivery::{Attempt, Delivery};
use super::journal::Name;
use super::names::chance;
use super::sender::{Letter, Tried};
use super::terms::Webhook;
use crate::clock::utc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Tries at once.
const AT_ONCE: usize = 32;
/// Between two looks at the calendar, where nothing else happens.
const LOOK_EVERY: Duration = Duration::from_millis(500);

impl Notifier {
    /// Sends until `stop`. What is under way then is cut off, and tried again after the next start.
    pub async fn deliver(self: Arc<Self>, stop: CancellationToken) {
        let (places, tries) = (Arc::new(Semaphore::new(AT_ONCE)), TaskTracker::new());
        loop {
            self.send_what_is_due(&places, &tries, &stop);
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.journal.can_be_sent.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        tries.close();
        tries.wait().await;
    }

    fn send_what_is_due(
        self: &Arc<Self>,
        places: &Arc<Semaphore>,
        tries: &TaskTracker,
        stop: &CancellationToken,
    ) {
        let mut busy = self.busy.lock();
        let due = self
            .journal
            .read(|draft| draft.take_due(utc(), &busy, places.available_permits()));
        for (name, delivery) in due {
            let Some(webhook) = self.webhook(&name.0, &delivery.webhook) else {
                self.journal.change(|draft| draft.give_up(&name));
                continue;
            };
            let Ok(place) = Arc::clone(places).try_acquire_owned() else {
                break;
            };
            busy.insert((name.0.clone(), delivery.webhook.clone()));
            let (notifier, stop) = (Arc::clone(self), stop.clone());
            tries.spawn(async move {
                let key = (name.0.clone(), delivery.webhook.clone());
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = notifier.try_once(&name, &delivery, &webhook, place) => {}
                }
                notifier.busy.lock().remove(&key);
                notifier.journal.can_be_sent.notify_one();
            });
        }
    }

    async fn try_once(
        &self,
        name: &Name,
        delivery: &Delivery,
        webhook: &Webhook,
        _place: OwnedSemaphorePermit,
    ) {
        let begun = utc();
        let letter = Letter {
            target: &webhook.target,
            id: &name.1,
            sign: &|second| webhook.secret.sign(&name.1, second, &delivery.body),
            body: &delivery.body,
        };
        let Tried {
            outcome,
            status,
            retry_after,
            took,
        } = self.sender.send(letter).await;
        self.metrics.webhook_tried(outcome.into());
        let attempt = Attempt {
            at: begun.0,
            took_ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            outcome,
            status,
        };
        self.journal
            .change(|draft| draft.tried(name, attempt, utc(), (chance(), retry_after)));
    }
}
