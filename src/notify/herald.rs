//! Tells of maintenance windows and increases when their time comes, and when they change.

use super::Notifier;
use super::calendar::{KnownWindow, Told};
use super::event::Event;
use super::terms::Terms;
use crate::clock::utc;
use crate::seats::{OrganizationId, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two looks at the calendar.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Notifier {
    /// From here on these are the maintenance windows.
    pub fn know_windows(&self, windows: Vec<KnownWindow>) {
        *self.windows.write() = Arc::new(windows);
        self.next_turns.lock().clear();
    }

    /// Tells until `stop`.
    pub async fn herald(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let now = utc();
            for (id, terms) in self.known().iter() {
                let is_due = || self.next_turns.lock().get(id).is_none_or(|next| *next <= now);
                if !terms.webhooks.is_empty() && is_due() {
                    self.look_at_the_calendar(id, now);
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    /// Webhooks that are the first of an organization are told of what comes from here on.
    pub(super) fn begin_to_tell(&self, id: &OrganizationId, terms: &Terms) {
        let windows = Arc::clone(&self.windows.read());
        self.journal.change(|draft| {
            if terms.webhooks.is_empty() {
                draft.forget_told(id);
            } else if draft.told(id).is_none() {
                let (told, _) = Told::at(id, &windows, &terms.increases, utc());
                draft.set_told(id, told.without_what_is_over());
            }
        });
        self.next_turns.lock().remove(id);
    }

    fn look_at_the_calendar(&self, id: &OrganizationId, now: Timestamp) {
        let mut next_turns = self.next_turns.lock();
        // Whoever changes these forgets the next turn afterwards, so that no change is missed.
        let windows = Arc::clone(&self.windows.read());
        let Some(terms) = self.terms.read().get(id).cloned() else {
            return;
        };
        let (told, next) = Told::at(id, &windows, &terms.increases, now);
        next_turns.insert(id.clone(), next);
        drop(next_turns);
        self.journal.change(|draft| {
            let Some(before) = draft.told(id) else { return };
            let news = told.news_since(before);
            for (kind, data) in news {
                self.queue(draft, id, &Event { kind, at: now, data }, None);
            }
            draft.set_told(id, told.without_what_is_over());
        });
    }
}
