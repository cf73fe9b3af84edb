//! What a call center's people do over days: who is on duty, when they log in, what cuts them off,
//! how they leave. Pure: the source of chance is passed in, and nothing happens.
//!
//! Real fleets and the simulation act out the same schedule. Moments are counted from the midnight
//! before the first Monday; there is no calendar and no clock.

mod chance;
mod incidents;
mod profiles;
mod roster;
mod scenario;
mod visit;
mod workday;

#[cfg(test)]
mod tests;

use std::time::Duration;

use rand::rngs::SmallRng;

pub use incidents::{Blip, Restart};
pub use scenario::{
    Arrival, ByPlace, Disturbances, Incidents, Leaving, Lunch, Scenario, Shift, TimeOfDay, Waits,
};
pub use visit::{Cut, Goodbye, Outage, Visit};

/// A length of a schedule's time since the midnight before its first Monday.
pub type At = Duration;

/// A day.
pub const DAY: Duration = Duration::from_secs(24 * 3600);

/// The days of a fleet.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Each head's visits, in the order of time; one ends before the next begins.
    pub heads: Vec<Vec<Visit>>,
    /// When the site has no network. The visits hold what it does to them.
    pub blips: Vec<Blip>,
    /// When the server starts again.
    pub restarts: Vec<Restart>,
}

impl Schedule {
    /// Draws `days` days of `heads` people. A night shift of the Sunday before is there when the first
    /// day begins.
    pub fn draw(scenario: &Scenario, heads: usize, days: u32, rng: &mut SmallRng) -> Self {
        let duties = roster::draw(scenario, heads, days, rng);
        let blips = incidents::blips(scenario, days, rng);
        let restarts = incidents::restarts(scenario, days, rng);
        let end = DAY * days;
        let heads = duties
            .iter()
            .map(|head| {
                let mut visits = Vec::new();
                for duty in &head.duties {
                    workday::draw(scenario, duty, head.at_home, rng, &mut visits);
                }
                visits.retain(|visit| visit.login < end);
                if !head.at_home {
                    visits
                        .iter_mut()
                        .for_each(|visit| visit.suffer(&blips, scenario.waits.return_within, rng));
                }
                visits
            })
            .collect();
        Self {
            heads,
            blips,
            restarts,
        }
    }

    /// The same from `begin` on: whoever is there already logs in within `spread` of it.
    pub fn starting_at(mut self, begin: At, spread: Duration, rng: &mut SmallRng) -> Self {
        for visits in &mut self.heads {
            visits.retain(|visit| visit.end > begin + spread);
            for visit in visits.iter_mut().filter(|visit| visit.login <= begin) {
                visit.login = begin + chance::between(rng, Duration::ZERO, spread);
                let login = visit.login;
                visit.outages.retain(|outage| outage.at > login);
            }
        }
        self.blips.retain(|blip| blip.at >= begin);
        self.restarts.retain(|restart| restart.at >= begin);
        self
    }
}
