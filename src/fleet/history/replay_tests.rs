//! Replays against simulated fleets whose truth is known: the same people live the same weeks once on
//! record, and once on the seats, in the line or with the starts that are asked about.

use super::*;
use crate::fleet::simulation::simulate;
use crate::schedule::{Shift, TimeOfDay};
use crate::store::Detail;
use crate::usage::Row;
use crate::usage::replay::{Estimate, Question, Range, replay};

/// 2026-03-23T00:00Z, a Monday.
const END: Timestamp = Timestamp(1_774_224_000_000);
const WEEKS: u32 = 4;
const AGENTS: u32 = 60;
const QUARTER: Duration = Duration::from_secs(900);

/// What is asked of a record. Seats are shares of the peak, all of the people beyond 1.
#[derive(Debug, Clone, Copy)]
struct Case {
    recorded_on: f64,
    asked: f64,
    line: u32,
    stagger: u32,
}

const fn case(recorded_on: f64, asked: f64, line: u32, stagger: u32) -> Case {
    Case {
        recorded_on,
        asked,
        line,
        stagger,
    }
}

const ALL: f64 = 2.0;
const CASES: [Case; 9] = [
    case(ALL, 0.95, 0, 0),
    case(ALL, 0.85, 0, 0),
    case(ALL, 0.95, 100, 0),
    case(ALL, 0.85, 2, 0),
    case(ALL, ALL, 0, 1),
    case(ALL, ALL, 0, 2),
    case(ALL, 0.95, 0, 4),
    case(0.95, ALL, 0, 0),
    case(0.85, 0.95, 0, 0),
];

/// `few` seeds, or with `scripts/test --long` a hundred.
fn seeds(few: u64) -> u64 {
    if std::env::var_os("MIRABRIDGE_LONG").is_some() {
        100
    } else {
        few
    }
}

/// Every shift has one start: those with many are cut up, so that a start can be staggered.
fn one_start_each(scenario: &Scenario) -> Scenario {
    let mut shifts = Vec::new();
    for shift in &scenario.shifts {
        let span = shift.start_until.since_midnight() - shift.start.since_midnight();
        let starts = u32::try_from(span.as_secs() / QUARTER.as_secs()).unwrap() + 1;
        shifts.extend((0..starts).map(|number| {
            let start = later(shift.start, number);
            Shift {
                start,
                start_until: start,
                share: shift.share / f64::from(starts),
                length: shift.length,
            }
        }));
    }
    Scenario {
        shifts,
        ..scenario.clone()
    }
}

/// Each head has a start of its own within so many quarters of its shift's.
fn staggered(mut scenario: Scenario, quarters: u32) -> Scenario {
    for shift in &mut scenario.shifts {
        shift.start_until = later(shift.start, quarters);
    }
    scenario
}

fn later(time: TimeOfDay, quarters: u32) -> TimeOfDay {
    TimeOfDay::at(0, (time.since_midnight() + QUARTER * quarters).as_secs() / 60)
}

fn record(scenario: &Scenario, seats: u32, seed: u64) -> (Vec<Row>, FleetReport) {
    let home = tempfile::tempdir().unwrap();
    let plan = HistoryPlan {
        folder: home.path().to_owned(),
        organization: OrganizationId::parse("acme").unwrap(),
        zone: TimeZone::UTC,
        scenario: scenario.clone(),
        agents: AGENTS as usize,
        seats,
        grace: Duration::from_secs(60),
        weeks: WEEKS,
        until: END,
        seed,
    };
    let (report, scribe) = live(&plan).unwrap();
    let shelf = scribe.filling.shelf();
    let history = shelf.history(&plan.organization, plan.begin(), END, Detail::Minutes);
    (history.unwrap().rows, report)
}

fn truth(scenario: Scenario, seats: u32, line: u32, seed: u64) -> FleetReport {
    simulate(&SimulationPlan {
        profile: Profile::Days(Days {
            begin: Duration::ZERO,
            speed: 1.0,
            scenario: Arc::new(scenario),
        }),
        agents: AGENTS as usize,
        seats,
        line,
        grace: Duration::from_secs(60),
        silence_limit: Duration::from_secs(45),
        duration: Duration::from_secs(u64::from(WEEKS) * 7 * 86_400),
        seed,
    })
}

/// Whether all that is told holds the truth.
fn holds(estimate: &Estimate, truth: &FleetReport) -> bool {
    let figures = truth.figures.unwrap();
    let within = |range: Range, truth: u64| (range.low..=range.high).contains(&truth);
    let waits = estimate.wait_s_p95;
    within(estimate.refused, figures.refused)
        && within(estimate.waited, figures.waited)
        && within(estimate.peak, truth.peak_in_use)
        && waits.map_or(figures.waited == 0, |waits| {
            figures.waited == 0 || within(waits, figures.wait_p95.as_secs())
        })
}

/// How wide ranges are that were told, and what is in their middle.
#[derive(Debug, Clone, Copy, Default)]
struct Width {
    width: u64,
    middle: u64,
}

impl Width {
    fn add(&mut self, range: Range) {
        self.width += range.high - range.low;
        self.middle += range.middle;
    }

    /// A range that holds everything says nothing. Few of many may be far from fewer.
    fn says_something(self, some: u64) -> bool {
        self.width * 2 <= self.middle + some
    }
}

fn truth_is_in_range(scenario: &Scenario, few: u64) {
    let scenario = one_start_each(scenario);
    let seeds = seeds(few);
    let mut kept = [0; CASES.len()];
    let (mut peaks, mut refused) = (Width::default(), Width::default());
    for seed in 1..=seeds {
        let mut records: Vec<(u32, Vec<Row>)> = Vec::new();
        let (rows, report) = record(&scenario, AGENTS, seed);
        let peak = report.peak_in_use as f64;
        records.push((AGENTS, rows));
        for (case, kept) in CASES.iter().zip(&mut kept) {
            let seats = |share: f64| ((peak * share) as u32).min(AGENTS);
            let recorded_on = seats(case.recorded_on);
            if records.iter().all(|(seats, _)| *seats != recorded_on) {
                records.push((recorded_on, record(&scenario, recorded_on, seed).0));
            }
            let rows = &records.iter().find(|(seats, _)| *seats == recorded_on).unwrap().1;
            let question = Question {
                seats: seats(case.asked),
                line: case.line,
                stagger: case.stagger,
                seed: 1,
            };
            let estimate = replay(rows, question);
            let lived = staggered(scenario.clone(), case.stagger);
            let truth = truth(lived, question.seats, case.line, seed);
            peaks.add(estimate.peak);
            if case.recorded_on >= ALL {
                refused.add(estimate.refused);
            }
            *kept += u64::from(holds(&estimate, &truth));
        }
    }
    assert!(peaks.says_something(0), "{peaks:?}");
    assert!(refused.says_something(seeds * 100), "{refused:?}");
    let all: u64 = kept.iter().sum();
    let asked = seeds * CASES.len() as u64;
    assert!(all * 100 >= asked * 95, "{all} of {asked}: {kept:?}");
    if seeds >= 100 {
        for (case, kept) in CASES.iter().zip(kept) {
            assert!(kept * 100 >= seeds * 95, "{kept} of {seeds}: {case:?}");
        }
    }
}

#[test]
fn the_truth_of_an_office_is_in_the_range_of_its_replay() {
    truth_is_in_range(&Scenario::office(), 2);
}

#[test]
fn the_truth_of_long_opening_hours_is_in_the_range_of_their_replay() {
    truth_is_in_range(&Scenario::extended(), 2);
}

#[test]
fn the_truth_around_the_clock_is_in_the_range_of_its_replay() {
    truth_is_in_range(&Scenario::around_the_clock(), 2);
}
