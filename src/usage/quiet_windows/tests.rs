//! A made-up office on 50 seats: 5 people at night, 40 from nine to five, 20 on Fridays after one.

use super::*;

const HALF_MS: i64 = 1_800_000;
/// A Monday's midnight, in half-hours.
const NOW: i64 = 100 * WEEK;

fn demand(place: i64) -> u32 {
    let (weekday, half) = (place.rem_euclid(WEEK) / DAY, place.rem_euclid(DAY));
    match (weekday, half) {
        (4, 26..34) => 20,
        (..5, 18..34) => 40,
        _ => 5,
    }
}

fn past(weeks: i64) -> Vec<Past> {
    let half = |place| Past {
        place,
        demand: demand(place),
    };
    (NOW - weeks * WEEK..NOW).map(half).collect()
}

fn coming(limit: u32) -> Vec<Coming> {
    let half = |place: i64| Coming {
        at: Timestamp(place * HALF_MS),
        until: Timestamp((place + 1) * HALF_MS),
        place,
        limit: Some(limit),
    };
    (NOW..NOW + 2 * WEEK).map(half).collect()
}

fn wish(seats: u32, hours: i64) -> Wish {
    Wish {
        seats,
        length_ms: hours * 2 * HALF_MS,
        at_any_hour: false,
    }
}

/// Weekday, half-hour and week of its beginning.
fn place(window: &Window) -> (i64, i64, i64) {
    let half = window.from.0 / HALF_MS - NOW;
    (half / WEEK, half % WEEK / DAY, half % DAY)
}

#[test]
fn the_quietest_open_time_comes_first_with_its_numbers() {
    let found = QuietWindows::of(&past(10), &coming(50), wish(15, 3)).unwrap();

    // Of three hours between one and five on a Friday, one lies in each of both weeks.
    let places: Vec<_> = found.windows.iter().map(place).collect();
    assert_eq!(places, [(0, 4, 26), (1, 4, 26)]);
    let best = found.windows[0];
    assert_eq!(best.until.0 - best.from.0, 6 * HALF_MS);
    assert_eq!((best.limit, best.highest_demand, best.headroom), (50, 20, 15));
    assert_eq!((best.usual_demand, best.usual_headroom), (20, 15));
    assert_eq!((best.weeks_known, best.weeks_with_room), (8, 8));
    assert_eq!(best.confidence, Confidence::High);
    assert_eq!(found.most_seats, 30);
}

#[test]
fn windows_do_not_overlap_and_are_ten_at_most() {
    let found = QuietWindows::of(&past(10), &coming(50), wish(5, 1)).unwrap();

    assert_eq!(found.windows.len(), MOST_WINDOWS);
    for (index, one) in found.windows.iter().enumerate() {
        let others = &found.windows[index + 1..];
        assert!(
            others
                .iter()
                .all(|other| other.from >= one.until || other.until <= one.from)
        );
        assert!(others.iter().all(|other| other.headroom <= one.headroom));
    }
}

#[test]
fn at_night_nobody_is_trained_unless_it_is_asked_for() {
    let asked = |at_any_hour| {
        let wish = Wish {
            at_any_hour,
            ..wish(30, 2)
        };
        QuietWindows::of(&past(8), &coming(50), wish).unwrap().windows
    };

    assert!(asked(true).iter().all(|window| window.highest_demand == 5));
    assert!(asked(false).iter().all(|window| window.highest_demand == 20));
    assert!(!asked(true).is_empty() && !asked(false).is_empty());
}

#[test]
fn where_nothing_has_room_it_says_how_many_would_have_had() {
    let found = QuietWindows::of(&past(8), &coming(50), wish(31, 1)).unwrap();

    assert_eq!((found.windows.len(), found.most_seats), (0, 30));
}

#[test]
fn there_is_none_during_maintenance_and_a_lower_limit_leaves_less() {
    let mut halves = coming(50);
    for half in &mut halves {
        match half.place - NOW {
            // The first Friday from one to half past four, and the second one.
            218..225 => half.limit = None,
            554.. => half.limit = Some(40),
            _ => {}
        }
    }

    let found = QuietWindows::of(&past(8), &halves, wish(15, 2)).unwrap();

    let rooms: Vec<_> = found
        .windows
        .iter()
        .map(|window| (place(window).0, window.headroom))
        .collect();
    assert_eq!(rooms, [(1, 5), (1, 5)]);
}

#[test]
fn a_fuller_week_lowers_the_headroom_and_the_confidence() {
    let mut past = past(8);
    for half in past
        .iter_mut()
        .filter(|half| (218 - WEEK..226 - WEEK).contains(&(half.place - NOW)))
    {
        half.demand = 48;
    }

    let found = QuietWindows::of(&past, &coming(50), wish(15, 4)).unwrap();

    let best = found.windows[0];
    assert_eq!((best.headroom, best.usual_headroom), (-13, 15));
    assert_eq!((best.weeks_known, best.weeks_with_room), (8, 7));
    assert_eq!(best.confidence, Confidence::Low);
}

#[test]
fn little_is_known_of_few_weeks_and_nothing_of_less_than_two() {
    let sure = |weeks| {
        let found = QuietWindows::of(&past(weeks), &coming(50), wish(10, 1)).unwrap();
        found
            .windows
            .iter()
            .map(|window| window.confidence)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(sure(3), BTreeSet::from([Confidence::Low]));
    assert_eq!(sure(5), BTreeSet::from([Confidence::Medium]));

    let days = |days: i64| {
        let past = &past(2)[usize::try_from((14 - days) * DAY).unwrap()..];
        QuietWindows::of(past, &coming(50), wish(10, 1)).map(|found| found.windows.len())
    };
    assert_eq!(days(5), Err(DaysToGo(9)));
    assert_eq!(days(13), Err(DaysToGo(1)));
    assert!(days(14).unwrap() > 0);
}

#[test]
fn a_week_with_a_gap_in_the_window_says_nothing_of_it() {
    let mut past = past(3);
    past.retain(|half| half.place != NOW - WEEK + 218);

    let found = QuietWindows::of(&past, &coming(50), wish(10, 4)).unwrap();

    assert_eq!(place(&found.windows[0]), (0, 4, 26));
    assert_eq!(found.windows[0].weeks_known, 2);
}
