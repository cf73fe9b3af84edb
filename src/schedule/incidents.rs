//! What happens to many at once.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::SmallRng;

use super::chance::between;
use super::scenario::Scenario;
use super::{At, DAY};

/// The whole site has no network for a while; those at home notice nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blip {
    /// From when.
    pub at: At,
    /// For how long.
    pub length: Duration,
}

/// The server is away for a while and starts again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Restart {
    /// From when.
    pub at: At,
    /// For how long.
    pub length: Duration,
}

/// A month, as far as incidents are concerned.
const MONTH_DAYS: u32 = 28;

pub(super) fn blips(scenario: &Scenario, days: u32, rng: &mut SmallRng) -> Vec<Blip> {
    let length = &scenario.incidents.blip_length;
    moments(scenario, scenario.incidents.blips, days, rng)
        .into_iter()
        .map(|at| Blip {
            at,
            length: between(rng, *length.start(), *length.end()),
        })
        .collect()
}

pub(super) fn restarts(scenario: &Scenario, days: u32, rng: &mut SmallRng) -> Vec<Restart> {
    let length = &scenario.incidents.restart_length;
    moments(scenario, scenario.incidents.restarts, days, rng)
        .into_iter()
        .map(|at| Restart {
            at,
            length: between(rng, *length.start(), *length.end()),
        })
        .collect()
}

/// In each month that begins within `days` so many moments, on days and at hours with people.
fn moments(scenario: &Scenario, a_month: f64, days: u32, rng: &mut SmallRng) -> Vec<At> {
    let starts = scenario.shifts.iter().map(|shift| shift.start.since_midnight());
    let ends = scenario
        .shifts
        .iter()
        .map(|shift| shift.start_until.since_midnight() + shift.length);
    let (first, last) = (starts.min().unwrap_or_default(), ends.max().unwrap_or(DAY));
    // Where somebody is there around the clock, any hour will do.
    let (first, last) = if last > first + DAY {
        (Duration::ZERO, DAY)
    } else {
        (first, last)
    };
    let mut moments = Vec::new();
    for month in 0..days.div_ceil(MONTH_DAYS) {
        let open: Vec<u32> = (month * MONTH_DAYS..(month + 1) * MONTH_DAYS)
            .filter(|day| scenario.weekdays[(day % 7) as usize] > 0.0)
            .collect();
        if open.is_empty() {
            continue;
        }
        let mut count = a_month;
        while count > 0.0 && rng.random_bool(count.min(1.0)) {
            count -= 1.0;
            let day = open[rng.random_range(0..open.len())];
            let at = DAY * day + between(rng, first, last);
            if at < DAY * days {
                moments.push(at);
            }
        }
    }
    moments.sort_unstable();
    moments
}
