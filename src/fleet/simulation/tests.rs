use std::ops::Range;
use std::sync::Arc;

use super::*;
use crate::fleet::Days;
use crate::schedule::{ByPlace, DAY, Scenario};

const GRACE: Duration = Duration::from_secs(60);

fn plan(scenario: Scenario, days: u32, seed: u64) -> SimulationPlan {
    SimulationPlan {
        profile: Profile::Days(Days {
            scenario: Arc::new(scenario),
            speed: 1.0,
            begin: Duration::ZERO,
        }),
        agents: 500,
        seats: 500,
        line: 0,
        grace: GRACE,
        silence_limit: Duration::from_secs(45),
        duration: DAY * days,
        seed,
    }
}

/// An office in which nothing goes wrong, for the one thing that a test makes go wrong.
fn quiet_office() -> Scenario {
    let mut scenario = Scenario::office();
    let never = ByPlace { site: 0.0, home: 0.0 };
    scenario.disturbances.reloads = 0.0;
    scenario.disturbances.drops = never;
    scenario.disturbances.losses = never;
    scenario.lunch.logout = 0.0;
    scenario.incidents.blips = 0.0;
    scenario.incidents.restarts = 0.0;
    scenario
}

struct Bands {
    peak: Range<f64>,
    /// The busiest minute of the middle day, as a part of its peak.
    busiest_minute: Range<f64>,
    session_hours: Range<f64>,
}

fn within(scenario: &Scenario, bands: &Bands) {
    for seed in 1..=3 {
        let report = simulate(&plan(scenario.clone(), 28, seed));
        assert!(report.is_ok(), "{:?}", report.breaches.first());
        let figures = report.figures.unwrap();
        assert_eq!(figures.restarts, 1);
        assert!(bands.peak.contains(&figures.middle_peak_per_head), "{figures:?}");
        // The fullest of all days is not far above the middle one.
        let most = bands.peak.end + 0.005;
        assert!(figures.peak_per_head <= most, "{figures:?}");
        assert!(
            bands.busiest_minute.contains(&figures.busiest_minute),
            "{figures:?}"
        );
        let hours = figures.session_p50.as_secs_f64() / 3600.0;
        assert!(bands.session_hours.contains(&hours), "{figures:?}");
    }
}

#[test]
fn four_weeks_of_an_office_look_like_an_office() {
    let bands = Bands {
        peak: 0.60..0.62,
        busiest_minute: 0.039..0.053,
        session_hours: 8.35..8.65,
    };
    within(&Scenario::office(), &bands);
}

#[test]
fn four_weeks_of_long_opening_hours_look_like_them() {
    let bands = Bands {
        peak: 0.585..0.615,
        busiest_minute: 0.022..0.034,
        session_hours: 8.35..8.65,
    };
    within(&Scenario::extended(), &bands);
}

/// In the overlap at two, 84 % of those on duty are there at most: 0.52 of the heads. A shift of 32 %
/// makes for 2.8 % of the peak in an average minute at its start, and chance for 4.5 % in the busiest
/// minute of a day; only the busiest day of four weeks comes to about 6 %.
#[test]
fn four_weeks_around_the_clock_look_like_them() {
    let bands = Bands {
        peak: 0.49..0.525,
        busiest_minute: 0.038..0.052,
        session_hours: 8.35..8.65,
    };
    within(&Scenario::around_the_clock(), &bands);
}

#[test]
fn too_few_seats_are_never_exceeded_and_every_refusal_is_justified() {
    let mut plan = plan(Scenario::office(), 5, 1);
    plan.seats = 280;

    let report = simulate(&plan);

    assert!(report.is_ok(), "{:?}", report.breaches.first());
    assert_eq!(report.peak_in_use, 280);
    assert!(report.refusals > 500, "{}", report.refusals);
}

#[test]
fn in_a_line_everybody_gets_a_seat_and_nobody_passes_another() {
    let mut plan = plan(Scenario::office(), 5, 1);
    plan.seats = 290;
    let refused = simulate(&plan).figures.unwrap();
    plan.line = 500;

    let report = simulate(&plan);

    let figures = report.figures.unwrap();
    assert!(report.is_ok(), "{:?}", report.breaches.first());
    assert_eq!(
        (report.peak_in_use, report.refusals, figures.refused),
        (290, 0, 0)
    );
    // Who is refused once and tries again is one that was refused.
    assert!((50..2000).contains(&refused.refused), "{refused:?}");
    // A freed seat goes to the head of the line, so that newcomers wait, too, and nobody long.
    assert!(figures.waited > refused.waited, "{figures:?} {refused:?}");
    assert!(figures.wait_p95 < refused.wait_p95, "{figures:?} {refused:?}");
}

#[test]
fn a_line_that_is_full_refuses() {
    let mut plan = plan(Scenario::office(), 5, 1);
    (plan.seats, plan.line) = (250, 10);

    let report = simulate(&plan);

    let figures = report.figures.unwrap();
    assert!(report.is_ok(), "{:?}", report.breaches.first());
    assert!(figures.refused > 100 && figures.waited > 50, "{figures:?}");
}

#[test]
fn the_same_seed_gives_the_same_simulation() {
    let simulated = |seed| simulate(&plan(Scenario::extended(), 3, seed)).to_json();
    assert_eq!(simulated(4), simulated(4));
    assert_ne!(simulated(4), simulated(5));
}

#[test]
fn a_restart_brings_every_session_back() {
    let mut scenario = quiet_office();
    let undisturbed = simulate(&plan(scenario.clone(), 5, 1));
    scenario.incidents.restarts = 20.0;

    let report = simulate(&plan(scenario, 5, 1));

    assert!(report.is_ok(), "{:?}", report.breaches.first());
    let restarts = report.figures.unwrap().restarts;
    assert!(restarts > 1, "{restarts}");
    assert!(report.resumes > 100, "{}", report.resumes);
    // Nobody had to log in again but those whom a restart met at the door.
    assert!(
        report.logins.abs_diff(undisturbed.logins) <= 10,
        "{} {}",
        report.logins,
        undisturbed.logins
    );
}

#[test]
fn a_blip_of_the_site_costs_seats_only_where_it_outlasts_the_grace() {
    let blips = |seconds| {
        let mut scenario = quiet_office();
        scenario.incidents.blips = 28.0;
        let length = Duration::from_secs(seconds);
        scenario.incidents.blip_length = length..=length;
        let report = simulate(&plan(scenario, 5, 2));
        assert!(report.is_ok(), "{:?}", report.breaches.first());
        report
    };
    let (short, long) = (blips(5), blips(90));

    // The last heartbeat may be 20 s older than the blip; 5 s and a late return do not outlast a grace.
    assert!(short.resumes > 300, "{}", short.resumes);
    assert_eq!(long.resumes, 0);
    assert!(
        long.logins > short.logins + 300,
        "{} {}",
        long.logins,
        short.logins
    );
}

#[test]
fn forgotten_pages_hold_their_seats_into_the_evening() {
    let mut scenario = quiet_office();
    scenario.leaving.stay_open = 1.0;
    scenario.leaving.close = 0.0;
    let hours = simulate(&plan(scenario, 5, 1))
        .figures
        .unwrap()
        .session_p50
        .as_secs()
        / 3600;
    assert!((13..=18).contains(&hours), "{hours}");
}

#[test]
fn churn_and_storms_can_be_simulated_too() {
    for profile in [Profile::Churn, Profile::Storm] {
        let plan = SimulationPlan {
            profile,
            agents: 40,
            seats: 30,
            duration: Duration::from_secs(3600),
            ..plan(Scenario::office(), 1, 1)
        };
        let report = simulate(&plan);
        assert!(report.is_ok(), "{:?}", report.breaches.first());
        assert!(
            report.logins > 200 && report.resumes > 200 && report.refusals > 100,
            "{report:?}"
        );
    }
}
