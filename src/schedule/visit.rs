//! One stay of a person: from a login to the end of the page.

use std::time::Duration;

use rand::rngs::SmallRng;

use super::At;
use super::chance;
use super::incidents::Blip;

/// From a login to a goodbye.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// When the person logs in.
    pub login: At,
    /// What cuts the connection, in the order of time; one is over before the next begins, and the
    /// last one before the end.
    pub outages: Vec<Outage>,
    /// When the visit ends.
    pub end: At,
    /// How it ends.
    pub goodbye: Goodbye,
    /// How long the person waits before trying again when no seat is free.
    pub retry: Duration,
}

/// A connection that is cut for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outage {
    /// From when.
    pub at: At,
    /// Until the widget is back.
    pub length: Duration,
    /// How it looks.
    pub cut: Cut,
}

/// How a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// A page that is loaded again closes its connection.
    Reload,
    /// A reset, as of a laptop that changes its network.
    Reset,
    /// An end without a close frame.
    Finish,
    /// Nothing comes any more, and nobody says so.
    Silence,
}

/// How a person leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goodbye {
    /// By the logout that is meant for it.
    Logout,
    /// By closing the browser; the logout is forgotten.
    Close,
}

impl Visit {
    /// How long the person is there.
    pub fn length(&self) -> Duration {
        self.end.saturating_sub(self.login)
    }

    /// Ends at `end` if it would end later.
    pub(super) fn shorten(&mut self, end: At) {
        self.end = self.end.min(end);
        let end = self.end;
        self.outages.retain(|outage| outage.over() < end);
    }

    /// Loses its network with the whole site. Everybody returns within a while of the end of a blip.
    pub(super) fn suffer(&mut self, blips: &[Blip], return_within: Duration, rng: &mut SmallRng) {
        for blip in blips {
            let outage = Outage {
                at: blip.at,
                length: blip.length + chance::between(rng, Duration::ZERO, return_within),
                cut: Cut::Silence,
            };
            if outage.at > self.login && outage.over() < self.end {
                self.outages
                    .retain(|other| other.over() <= outage.at || other.at >= outage.over());
                self.outages.push(outage);
                self.outages.sort_by_key(|outage| outage.at);
            }
        }
    }
}

impl Outage {
    /// When the widget is back.
    pub fn over(&self) -> At {
        self.at + self.length
    }
}
