use super::*;
use crate::seats::{Moment, Served, Timestamp};
use std::time::Duration;

const DAY: u64 = 86_400;

fn at(second: u64) -> Moment {
    Moment {
        served: Served::from_nanos(second * 1_000_000_000),
        utc: Timestamp(1_700_000_000_000 + second as i64 * 1000),
    }
}

fn watch() -> Watch {
    Watch::new(Rules::default())
}

fn used(in_use: u32, limit: u32) -> Sight {
    Sight {
        in_use,
        limit,
        ..Sight::default()
    }
}

/// Looks every second from `from` to `to` and tells at which second what changed.
fn look(watch: &mut Watch, sight: Sight, from: u64, to: u64) -> Vec<(u64, Change)> {
    let changes = (from..=to).map(|second| (second, watch.see(&sight, at(second))));
    changes
        .flat_map(|(second, changes)| changes.into_iter().map(move |change| (second, change)))
        .collect()
}

use Alarm::{Exhausted, IncreaseEnds, LongWait, MassLoss, Refusals};
use Change::{Cleared, Raised};

#[test]
fn each_level_is_called_out_after_its_own_time() {
    let mut watch = watch();

    let seen = look(&mut watch, used(100, 100), 0, 700);

    let expected = [
        (60, Raised(Exhausted)),
        (120, Raised(Alarm::Level(95))),
        (300, Raised(Alarm::Level(90))),
        (600, Raised(Alarm::Level(80))),
    ];
    assert_eq!(seen, expected);
    assert_eq!(watch.severity(), Some(Severity::Critical));
}

#[test]
fn a_moment_below_begins_the_time_anew() {
    let mut watch = watch();

    let before = look(&mut watch, used(80, 100), 0, 599);
    let below = look(&mut watch, used(79, 100), 600, 600);
    let after = look(&mut watch, used(80, 100), 601, 1200);
    let late = look(&mut watch, used(80, 100), 1201, 1201);

    assert!(before.is_empty() && below.is_empty() && after.is_empty());
    assert_eq!(late, [(1201, Raised(Alarm::Level(80)))]);
}

#[test]
fn levels_clear_lower_than_they_rise_and_the_severity_moves() {
    let mut watch = watch();
    look(&mut watch, used(100, 100), 0, 700);

    assert_eq!(look(&mut watch, used(99, 100), 701, 1000), []);
    assert_eq!(
        look(&mut watch, used(99, 100), 1001, 1001),
        [(1001, Cleared(Exhausted))]
    );
    assert_eq!(watch.severity(), Some(Severity::Warning));
    assert_eq!(look(&mut watch, used(91, 100), 1002, 1010), []);
    assert_eq!(
        look(&mut watch, used(90, 100), 1011, 1012),
        [(1011, Cleared(Alarm::Level(95)))]
    );
    assert_eq!(
        look(&mut watch, used(85, 100), 1013, 1014),
        [(1013, Cleared(Alarm::Level(90)))]
    );
    assert_eq!(watch.severity(), Some(Severity::Notice));
    assert_eq!(look(&mut watch, used(76, 100), 1015, 1100), []);
    assert_eq!(
        look(&mut watch, used(75, 100), 1101, 1101),
        [(1101, Cleared(Alarm::Level(80)))]
    );
    assert_eq!(watch.severity(), None);
}

#[test]
fn the_first_refusal_is_the_end_of_the_seats_at_once() {
    let refused = Sight {
        refused: 1,
        ..used(100, 100)
    };

    assert_eq!(look(&mut watch(), refused, 5, 5), [(5, Raised(Exhausted))]);
}

#[test]
fn a_small_organization_counts_its_free_seats() {
    let mut watch = watch();

    assert_eq!(look(&mut watch, used(7, 10), 0, 2000), []);
    assert_eq!(
        look(&mut watch, used(8, 10), 2001, 2601),
        [(2601, Raised(Alarm::Level(80)))]
    );
    let one_free = look(&mut watch, used(9, 10), 2602, 3000);
    assert_eq!(
        one_free,
        [(2722, Raised(Alarm::Level(95))), (2902, Raised(Alarm::Level(90)))]
    );
    let seven = look(&mut watch, used(7, 10), 3001, 3001);
    assert_eq!(
        seven.len(),
        3,
        "three free are more than each level allows: {seven:?}"
    );
}

#[test]
fn an_organization_without_seats_is_not_called_full() {
    let refused = Sight {
        refused: 1,
        ..Sight::default()
    };

    assert_eq!(look(&mut watch(), refused, 0, 1), []);
}

#[test]
fn three_refusals_within_a_quarter_of_an_hour_are_called_out() {
    let mut watch = Watch::new(Rules::at(&[]));
    let refused = Sight {
        refused: 1,
        ..used(50, 50)
    };

    assert_eq!(look(&mut watch, refused, 0, 0), []);
    assert_eq!(look(&mut watch, refused, 400, 400), []);
    // The first one is too old by now.
    assert_eq!(look(&mut watch, refused, 900, 900), []);
    assert_eq!(look(&mut watch, refused, 1299, 1299), [(1299, Raised(Refusals))]);
    assert_eq!(
        look(&mut watch, used(50, 50), 1300, 1800),
        [(1300, Cleared(Refusals))]
    );
}

#[test]
fn a_wait_is_long_after_ten_minutes() {
    let waits = |seconds| Sight {
        longest_wait: Duration::from_secs(seconds),
        ..used(1, 50)
    };
    let mut watch = watch();

    assert_eq!(look(&mut watch, waits(600), 0, 0), []);
    assert_eq!(look(&mut watch, waits(601), 1, 1), [(1, Raised(LongWait))]);
    assert_eq!(look(&mut watch, waits(0), 2, 2), [(2, Cleared(LongWait))]);
}

#[test]
fn an_increase_that_is_still_needed_is_called_out_before_it_ends() {
    let ends = Timestamp(at(8 * DAY).utc.0);
    let sight = Sight {
        increase_ends: Some(ends),
        ..used(10, 80)
    };
    let mut watch = watch();

    assert_eq!(watch.see(&sight, at(DAY - 1)), []);
    assert_eq!(watch.see(&sight, at(DAY)), [Raised(IncreaseEnds(7))]);
    assert_eq!(watch.see(&sight, at(7 * DAY)), [Raised(IncreaseEnds(1))]);
    let over = watch.see(&sight, at(8 * DAY));
    assert_eq!(over, [Cleared(IncreaseEnds(7)), Cleared(IncreaseEnds(1))]);
    assert_eq!(watch.see(&used(10, 80), at(7 * DAY)), []);
}

#[test]
fn a_mass_loss_holds_the_levels_back() {
    let mut watch = watch();
    let lost = Sight {
        in_grace: 40,
        ..used(100, 100)
    };
    let back = Sight {
        in_grace: 9,
        ..used(100, 100)
    };

    assert_eq!(look(&mut watch, lost, 0, 1000), [(0, Raised(MassLoss))]);
    let after = look(&mut watch, back, 1001, 1130);
    assert_eq!(after, [(1061, Cleared(MassLoss)), (1121, Raised(Exhausted))]);
}

#[test]
fn few_losses_are_no_mass_loss() {
    let lost = Sight {
        in_grace: 4,
        ..used(8, 100)
    };

    assert_eq!(look(&mut watch(), lost, 0, 100), []);
}

#[test]
fn a_level_that_is_taken_away_is_over() {
    let mut watch = watch();
    look(&mut watch, used(85, 100), 0, 600);

    watch.set_rules(Rules::at(&[70, 100]));

    assert_eq!(
        look(&mut watch, used(85, 100), 601, 1201),
        [(601, Cleared(Alarm::Level(80))), (1201, Raised(Alarm::Level(70)))]
    );
}

#[test]
fn other_times_hold_for_a_level_that_is_about_to_be_called_out() {
    let mut watch = watch();
    look(&mut watch, used(85, 100), 0, 300);
    let soon = Level {
        hold: Duration::from_secs(60),
        ..Level::new(80)
    };

    watch.set_rules(Rules {
        levels: vec![soon],
        ..Rules::default()
    });

    assert_eq!(
        look(&mut watch, used(85, 100), 301, 302),
        [(301, Raised(Alarm::Level(80)))]
    );
}

#[test]
fn one_or_two_seats_are_not_nearly_full_while_nobody_has_one() {
    for limit in [1, 2] {
        let mut watch = watch();
        assert_eq!(look(&mut watch, used(0, limit), 0, 2000), [], "{limit}");
        let full = look(&mut watch, used(limit, limit), 2001, 2700);
        assert_eq!(full.len(), 4, "{full:?}");
        let empty = look(&mut watch, used(0, limit), 2701, 3100);
        assert_eq!(empty.len(), 4, "{empty:?}");
    }
}

#[test]
fn an_organization_that_loses_its_seats_is_not_called_full_any_more() {
    let mut watch = watch();
    look(&mut watch, used(10, 10), 0, 700);

    let cleared = look(&mut watch, used(10, 0), 701, 701);

    assert_eq!((cleared.len(), watch.severity()), (4, None), "{cleared:?}");
}

#[test]
fn what_was_called_out_before_a_restart_goes_on_and_clears_as_it_would_have() {
    let before = [Alarm::Level(80), Exhausted, Refusals];
    let mut watch = Watch::going_on(Rules::default(), &before, at(0).served);

    assert_eq!(look(&mut watch, used(99, 100), 0, 119), []);
    assert_eq!(
        look(&mut watch, used(76, 100), 120, 300),
        [(300, Cleared(Exhausted))]
    );
    assert_eq!(
        look(&mut watch, used(75, 100), 301, 900),
        [(301, Cleared(Alarm::Level(80))), (900, Cleared(Refusals))]
    );
}
