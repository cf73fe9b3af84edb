//! Quiet windows against simulated fleets: ten weeks advise, and the next two show what it is worth.

use super::*;
use crate::store::Detail;
use crate::usage::quiet_windows::{Coming, Past, QuietWindows, Wish};
use crate::usage::right_size::Confidence;
use crate::usage::{Interval, edges, intervals, local_half_hour};

/// 2026-03-23T00:00Z, a Monday.
const END: Timestamp = Timestamp(1_774_224_000_000);
const SEATS: u32 = 80;

/// The demand of twelve weeks by half-hours, with their beginnings.
fn lived(scenario: Scenario, seed: u64) -> Vec<(Timestamp, u32)> {
    let home = tempfile::tempdir().unwrap();
    let plan = HistoryPlan {
        folder: home.path().to_owned(),
        organization: OrganizationId::parse("acme").unwrap(),
        zone: TimeZone::UTC,
        scenario,
        agents: 120,
        seats: SEATS,
        grace: Duration::from_secs(60),
        weeks: 12,
        until: END,
        seed,
    };
    let (_, scribe) = live(&plan).unwrap();
    let shelf = scribe.filling.shelf();
    let history = shelf.history(&plan.organization, plan.begin(), END, Detail::Peaks);
    let history = history.unwrap();
    let cut = edges(
        Interval::HalfHour,
        plan.begin(),
        END,
        &TimeZone::UTC,
        usize::MAX - 1,
    );
    let rows = intervals(&history.rows, &cut, &history.gaps, END);
    cut.into_iter()
        .zip(rows)
        .map(|(at, row)| (at, row.and_then(|row| row.demand.highest()).unwrap_or(0)))
        .collect()
}

#[test]
fn a_window_that_is_called_sure_has_room_when_its_time_comes() {
    let now = Timestamp(END.0 - 14 * DAY_MS);
    let place = |at| local_half_hour(&TimeZone::UTC, at);
    let (mut told, mut kept) = (0, 0);
    for (seed, scenario) in [
        (1, Scenario::office()),
        (2, Scenario::extended()),
        (3, Scenario::around_the_clock()),
    ] {
        let lived = lived(scenario, seed);
        let (past, truth) = lived.split_at(lived.partition_point(|(at, _)| *at < now));
        let past = past.iter().map(|&(at, demand)| Past {
            place: place(at),
            demand,
        });
        let coming = truth.iter().map(|&(at, _)| Coming {
            at,
            until: Timestamp(at.0 + 1_800_000),
            place: place(at),
            limit: Some(SEATS),
        });
        let (past, coming): (Vec<_>, Vec<_>) = (past.collect(), coming.collect());
        for (seats, hours) in [(5, 1), (8, 2), (20, 2), (20, 4), (40, 1)] {
            let wish = Wish {
                seats,
                length_ms: hours * 3_600_000,
                at_any_hour: false,
            };
            let found = QuietWindows::of(&past, &coming, wish).unwrap();
            for window in found
                .windows
                .iter()
                .filter(|one| one.confidence == Confidence::High)
            {
                let within = truth
                    .iter()
                    .filter(|(at, _)| window.from <= *at && *at < window.until);
                let demand = within.map(|(_, demand)| *demand).max().unwrap();
                told += 1;
                kept += u32::from(demand + seats <= SEATS);
            }
        }
    }
    assert!(told >= 50, "only {told} windows are sure");
    assert!(kept * 20 >= told * 19, "{kept} of {told} had room");
}
