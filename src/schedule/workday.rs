//! What one person does on one day.

use std::ops::RangeInclusive;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::SmallRng;

use super::At;
use super::chance::{between, exponential, lognormal, moments, moved, normal};
use super::roster::Duty;
use super::scenario::{Disturbances, Scenario};
use super::visit::{Cut, Goodbye, Outage, Visit};

/// Nobody comes for less.
const SHORTEST_VISIT: Duration = Duration::from_secs(300);
/// Between the end of a page that was left open and the next login.
const CHANGE_OF_PAGE: Duration = Duration::from_secs(60);

/// Appends the visits of a `duty` to those of the days before.
pub(super) fn draw(
    scenario: &Scenario,
    duty: &Duty,
    at_home: bool,
    rng: &mut SmallRng,
    visits: &mut Vec<Visit>,
) {
    let mut login = arrival(scenario, duty.start, rng);
    if let Some(last) = visits.last_mut() {
        // Whoever finds yesterday's page closes it first.
        login = login.max(last.login + SHORTEST_VISIT + CHANGE_OF_PAGE);
        last.shorten(login.saturating_sub(CHANGE_OF_PAGE));
    }
    let leave = leaving(scenario, duty.start + duty.length, rng).max(login + SHORTEST_VISIT);
    let (end, goodbye) = goodbye(scenario, leave, rng);
    let retry = within(rng, &scenario.waits.retry);
    let disturbances = &scenario.disturbances;
    let mut add = |login: At, end: At, goodbye, rng: &mut SmallRng| {
        visits.push(Visit {
            login,
            outages: outages(disturbances, at_home, login, leave.min(end), end, rng),
            end,
            goodbye,
            retry,
        });
    };
    let lunch = &scenario.lunch;
    if duty.length >= lunch.from_length && rng.random_bool(lunch.logout) {
        let out = login + (leave - login).mul_f64(rng.random_range(0.4..0.55));
        let back = out + within(rng, &lunch.length);
        if back + SHORTEST_VISIT < leave {
            add(login, out, Goodbye::Logout, rng);
            login = back;
        }
    }
    add(login, end, goodbye, rng);
}

fn arrival(scenario: &Scenario, start: At, rng: &mut SmallRng) -> At {
    let habits = &scenario.arrival;
    let chance = rng.random_range(0.0..1.0);
    let minutes = if chance < habits.late {
        exponential(rng, habits.late_mean)
    } else if chance < habits.late + habits.early {
        -exponential(rng, habits.early_mean)
    } else {
        normal(rng, habits.on_time_mean, habits.on_time_deviation)
    };
    moved(start, minutes)
}

fn leaving(scenario: &Scenario, end: At, rng: &mut SmallRng) -> At {
    let habits = &scenario.leaving;
    let chance = rng.random_range(0.0..1.0);
    let minutes = if chance < habits.overtime {
        exponential(rng, habits.overtime_mean)
    } else if chance < habits.overtime + habits.early {
        -exponential(rng, habits.early_mean)
    } else {
        normal(rng, habits.on_time_mean, habits.on_time_deviation)
    };
    moved(end, minutes)
}

/// When the page of somebody who leaves at `leave` ends, and how.
fn goodbye(scenario: &Scenario, leave: At, rng: &mut SmallRng) -> (At, Goodbye) {
    let habits = &scenario.leaving;
    let chance = rng.random_range(0.0..1.0);
    if chance < habits.stay_open {
        (leave + within(rng, &habits.open_for), Goodbye::Close)
    } else if chance < habits.stay_open + habits.close {
        (leave, Goodbye::Close)
    } else {
        (leave, Goodbye::Logout)
    }
}

/// What cuts the connection of a visit. Nobody loads a page again after `leave`.
fn outages(
    disturbances: &Disturbances,
    at_home: bool,
    login: At,
    leave: At,
    end: At,
    rng: &mut SmallRng,
) -> Vec<Outage> {
    let mut outages = Vec::new();
    for at in moments(rng, login, leave, disturbances.reloads) {
        outages.push(Outage {
            at,
            length: within(rng, &disturbances.reload_gap),
            cut: Cut::Reload,
        });
    }
    for at in moments(rng, login, end, disturbances.drops.of(at_home)) {
        let seconds = lognormal(
            rng,
            disturbances.drop_median.as_secs_f64(),
            disturbances.drop_sigma,
        );
        // What is longer is counted among the losses.
        let longest = Disturbances::LONG.as_secs_f64() * 0.9;
        outages.push(Outage {
            at,
            length: Duration::from_secs_f64(seconds.min(longest)),
            cut: cut(disturbances, rng),
        });
    }
    for at in moments(rng, login, end, disturbances.losses.of(at_home)) {
        let more = exponential(rng, disturbances.loss_mean.as_secs_f64());
        outages.push(Outage {
            at,
            length: Disturbances::LONG + Duration::from_secs_f64(more),
            cut: cut(disturbances, rng),
        });
    }
    outages.sort_by_key(|outage| outage.at);
    let mut free_from = login + Duration::from_secs(1);
    outages.retain(|outage| {
        let fits = outage.at >= free_from && outage.over() < end;
        if fits {
            free_from = outage.over() + Duration::from_secs(1);
        }
        fits
    });
    outages
}

fn cut(disturbances: &Disturbances, rng: &mut SmallRng) -> Cut {
    if rng.random_bool(disturbances.silent) {
        Cut::Silence
    } else if rng.random_bool(0.5) {
        Cut::Reset
    } else {
        Cut::Finish
    }
}

fn within(rng: &mut SmallRng, range: &RangeInclusive<Duration>) -> Duration {
    between(rng, *range.start(), *range.end())
}
