//! Who is on duty when.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::SmallRng;

use super::scenario::{Scenario, TimeOfDay};
use super::{At, DAY};

/// One person's duties.
pub(super) struct Head {
    pub(super) at_home: bool,
    pub(super) duties: Vec<Duty>,
}

/// From when to when a person should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Duty {
    pub(super) start: At,
    pub(super) length: Duration,
}

/// The duties of `heads` people over `days` days. On each day, each shift has its share of those who are
/// on duty, to the head; who of its people that is, chance decides. Those of the Sunday before whose duty
/// reaches into the first day are there too.
pub(super) fn draw(scenario: &Scenario, heads: usize, days: u32, rng: &mut SmallRng) -> Vec<Head> {
    let mut people: Vec<Head> = (0..heads)
        .map(|_| Head {
            at_home: rng.random_bool(scenario.home),
            duties: Vec::new(),
        })
        .collect();
    let bounds = bounds(scenario, heads);
    let starts: Vec<Duration> = (0..heads)
        .map(|head| own_start(scenario, &bounds, head, rng))
        .collect();

    // The day before the first one is day 0 here, so that no moment is negative.
    for day in 0..=days {
        let full = scenario.weekdays[(day as usize + 6) % 7];
        let on_duty = self::bounds(scenario, rounded(scenario.on_duty * full * heads as f64));
        for (index, shift) in scenario.shifts.iter().enumerate() {
            let mut members: Vec<usize> = (bounds[index]..bounds[index + 1]).collect();
            for _ in on_duty[index]..on_duty[index + 1] {
                if members.is_empty() {
                    break;
                }
                let head = members.swap_remove(rng.random_range(0..members.len()));
                let start = DAY * day + starts[head];
                if start + shift.length > DAY {
                    people[head].duties.push(Duty {
                        start: start.saturating_sub(DAY),
                        length: shift.length - DAY.saturating_sub(start),
                    });
                }
            }
        }
    }
    people
}

/// Which of `count` people belong to which shift: the first one's are from the first bound to the second.
fn bounds(scenario: &Scenario, count: usize) -> Vec<usize> {
    let whole: f64 = scenario.shifts.iter().map(|shift| shift.share).sum();
    let mut sum = 0.0;
    let mut bounds = vec![0];
    for shift in &scenario.shifts {
        sum += shift.share;
        bounds.push(rounded(sum / whole * count as f64));
    }
    bounds
}

/// When a head's day starts: where its shift has one start, then; else at a quarter of an hour of its own.
fn own_start(scenario: &Scenario, bounds: &[usize], head: usize, rng: &mut SmallRng) -> Duration {
    const QUARTER: u64 = 900;
    let index = bounds.partition_point(|bound| *bound <= head) - 1;
    let shift = &scenario.shifts[index.min(scenario.shifts.len() - 1)];
    let span = TimeOfDay::since_midnight(shift.start_until).saturating_sub(shift.start.since_midnight());
    let quarters = rng.random_range(0..=span.as_secs() / QUARTER);
    shift.start.since_midnight() + Duration::from_secs(quarters * QUARTER)
}

fn rounded(count: f64) -> usize {
    count.round() as usize
}
