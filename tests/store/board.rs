//! Who holds a seat for sure, seen from outside: at no moment more than there are seats.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::time::{Duration, Instant};

pub struct Board {
    limit: usize,
    grace: Duration,
    /// Since when an agent's connection is lost.
    held: Mutex<HashMap<usize, Option<Instant>>>,
}

impl Board {
    pub fn new(limit: usize, grace: Duration) -> Self {
        Self {
            limit,
            grace,
            held: Mutex::default(),
        }
    }

    pub fn grace(&self) -> Duration {
        self.grace
    }

    pub fn limit(&self) -> usize {
        self.limit
    }

    /// `seated` was heard.
    pub fn holds(&self, agent: usize) {
        let mut held = self.held.lock();
        held.insert(agent, None);
        let now = Instant::now();
        let is_sure = |lost: &&Option<Instant>| lost.is_none_or(|lost| now < lost + self.grace);
        let sure = held.values().filter(is_sure).count();
        assert!(
            sure <= self.limit,
            "{sure} seats are held, and there are {}",
            self.limit
        );
    }

    /// Called before the connection is broken.
    pub fn lost(&self, agent: usize, before: Instant) {
        if let Some(lost) = self.held.lock().get_mut(&agent) {
            *lost = Some(before);
        }
    }

    /// Its server crashed: it has a grace from the next one's start on, if it was connected.
    pub fn cut_off(&self, agent: usize, begun: Instant) {
        if let Some(lost) = self.held.lock().get_mut(&agent) {
            lost.get_or_insert(begun);
        }
    }

    /// Called before the logout is sent.
    pub fn leaves(&self, agent: usize) {
        self.held.lock().remove(&agent);
    }
}
