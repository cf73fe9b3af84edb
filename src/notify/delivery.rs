//! One event on its way to one webhook, and how the tries went, as it is stored.

use super::schedule::wait;
use crate::seats::Timestamp;
use crate::telemetry::WebhookOutcome;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Tries that are kept: all of one round, and the last of earlier ones.
const MOST_ATTEMPTS: usize = 20;

/// A delivery. Its name is the `webhook-id` of every try. Times are milliseconds since 1970.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// The id of the webhook.
    pub webhook: String,
    /// The incident that it tells of.
    pub incident: Option<String>,
    /// The type of the event.
    pub kind: String,
    /// When the event happened.
    pub at: i64,
    /// What is sent.
    pub(super) body: String,
    /// Whether it came to something.
    pub state: DeliveryState,
    /// When it is tried next, while it waits.
    pub due: i64,
    /// Tries of this round that failed.
    pub(super) failed: u32,
    /// The tries, the oldest first.
    pub attempts: Vec<Attempt>,
    /// It is in the store: nothing is sent before.
    #[serde(skip, default = "recorded")]
    pub(super) is_recorded: bool,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It will be tried, for the first time or again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// All tries failed, or the webhook is gone.
    Failed,
}

/// One try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// Its beginning.
    pub at: i64,
    /// How long it took.
    pub took_ms: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// What the receiver answered, if it did.
    pub status: Option<u16>,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 2xx.
    Delivered,
    /// 410: the receiver wants no more.
    Gone,
    /// 3xx, which is not followed.
    Redirected,
    /// Any other status.
    Refused,
    /// The host has no address.
    NoAddress,
    /// A private address, or no encryption, without the switch that allows it.
    NotAllowed,
    /// No connection.
    Unreachable,
    /// No encryption, or a certificate that nobody vouches for.
    NoTls,
    /// No answer in time.
    TimedOut,
    /// Something else than HTTP.
    Broken,
}

impl From<Outcome> for WebhookOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Delivered => Self::delivered,
            Outcome::Gone => Self::gone,
            Outcome::Redirected => Self::redirected,
            Outcome::Refused => Self::refused,
            Outcome::NoAddress => Self::no_address,
            Outcome::NotAllowed => Self::not_allowed,
            Outcome::Unreachable => Self::unreachable,
            Outcome::NoTls => Self::no_tls,
            Outcome::TimedOut => Self::timed_out,
            Outcome::Broken => Self::broken,
        }
    }
}

impl Delivery {
    /// It waits for its first try, which is made at once.
    pub(super) fn new(
        webhook: String,
        incident: Option<String>,
        event: &super::Event,
        now: Timestamp,
    ) -> Self {
        Self {
            webhook,
            incident,
            kind: event.kind.name().to_owned(),
            at: event.at.0,
            body: event.body(),
            state: DeliveryState::Waiting,
            due: now.0,
            failed: 0,
            attempts: Vec::new(),
            is_recorded: false,
        }
    }

    /// Takes the end of a try, at `now`. `chance` is from 0 to 1; `asked` is how long the receiver
    /// asked to wait.
    pub(super) fn tried(&mut self, attempt: Attempt, now: Timestamp, chance: f64, asked: Option<Duration>) {
        if self.attempts.len() == MOST_ATTEMPTS {
            self.attempts.remove(0);
        }
        self.attempts.push(attempt);
        if attempt.outcome == Outcome::Delivered {
            self.state = DeliveryState::Delivered;
            return;
        }
        self.failed = self.failed.saturating_add(1);
        match wait(self.failed, chance, asked) {
            Some(wait) if attempt.outcome != Outcome::Gone => {
                let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 4);
                self.due = now.0.saturating_add(wait);
            }
            Some(_) | None => self.state = DeliveryState::Failed,
        }
    }

    /// A new round begins, at once.
    pub(super) fn again(&mut self, now: Timestamp) {
        self.state = DeliveryState::Waiting;
        self.due = now.0;
        self.failed = 0;
    }

    /// Whether it will be tried.
    pub(super) fn waits(&self) -> bool {
        self.state == DeliveryState::Waiting
    }
}

/// What was read from the store is in it.
fn recorded() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::super::{Event, EventKind};
    use super::*;

    fn delivery() -> Delivery {
        let event = Event {
            kind: EventKind::Ping,
            at: Timestamp(0),
            data: serde_json::Map::new(),
        };
        Delivery::new("w".to_owned(), None, &event, Timestamp(1000))
    }

    fn ended(outcome: Outcome) -> Attempt {
        Attempt {
            at: 0,
            took_ms: 0,
            outcome,
            status: None,
        }
    }

    #[test]
    fn a_delivery_that_fails_is_tried_ten_times_and_given_up() {
        let mut delivery = delivery();
        let mut now = Timestamp(1000);
        let mut tries = 0;
        while delivery.waits() {
            assert!(delivery.due >= now.0);
            now = Timestamp(delivery.due);
            delivery.tried(ended(Outcome::Unreachable), now, 0.3, None);
            tries += 1;
        }
        assert_eq!((tries, delivery.state), (10, DeliveryState::Failed));

        delivery.again(now);
        delivery.tried(ended(Outcome::Delivered), now, 0.0, None);

        assert_eq!(delivery.state, DeliveryState::Delivered);
        assert_eq!(delivery.attempts.len(), 11);
    }

    #[test]
    fn a_receiver_that_is_gone_is_not_asked_again() {
        let mut delivery = delivery();
        delivery.tried(ended(Outcome::Gone), Timestamp(0), 0.0, None);
        assert_eq!(delivery.state, DeliveryState::Failed);
    }

    #[test]
    fn the_log_of_a_delivery_does_not_grow_for_ever() {
        let mut delivery = delivery();
        for _ in 0..100 {
            delivery.again(Timestamp(0));
            delivery.tried(ended(Outcome::Refused), Timestamp(0), 0.0, None);
        }
        assert_eq!(delivery.attempts.len(), MOST_ATTEMPTS);
    }
}
