//! Made-up days, of which it is known what would have been.

use super::*;
use crate::usage::row::Standing;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The record of these sessions, by minutes: hours of their begin and end.
fn record(sessions: &[(f64, f64)]) -> Vec<Row> {
    let ms = |hours: f64| (hours * HOUR_MS as f64) as i64;
    let mut events: Vec<(i64, bool, i64)> = Vec::new();
    for (begin, end) in sessions {
        let length = ms(*end) - ms(*begin);
        events.push((ms(*begin), true, length));
        events.push((ms(*end), false, length));
    }
    events.sort_unstable();
    let mut rows: Vec<Row> = Vec::new();
    let mut standing = Standing::default();
    for (at, is_login, length) in events {
        let minute = at.div_euclid(MINUTE_MS) * MINUTE_MS;
        if rows.last().is_none_or(|row| row.from.0 < minute) {
            rows.push(Row::at(Timestamp(minute), standing));
        }
        let row = rows.last_mut().unwrap();
        row.stand_until(Timestamp(at), &[]);
        if is_login {
            standing.connected += 1;
            row.counts.add(Count::Logins, 1);
        } else {
            standing.connected -= 1;
            row.counts.add(Count::Logouts, 1);
            row.lengths.record(u64::try_from(length).unwrap());
        }
        row.change(standing);
    }
    rows
}

fn question(seats: u32) -> Question {
    Question {
        seats,
        line: 0,
        stagger: 0,
        seed: 1,
    }
}

/// Five days on which forty people come from eight on, a minute apart, and stay for eight hours.
fn office() -> Vec<Row> {
    let days = (0..5).flat_map(|day| (0..40).map(move |person| (day, person)));
    let begin = |(day, person): (i32, i32)| f64::from(day) * 24.0 + 8.0 + f64::from(person) / 60.0;
    record(&days.map(|one| (begin(one), begin(one) + 8.0)).collect::<Vec<_>>())
}

fn exactly(range: Range, expected: u64) {
    assert_eq!(
        (range.low, range.middle, range.high),
        (expected, expected, expected)
    );
}

fn holds(range: Range, expected: u64) {
    assert!(
        (range.low..=range.high).contains(&expected),
        "{range:?} without {expected}"
    );
}

#[test]
fn on_seats_enough_nobody_is_refused_and_the_peak_is_the_recorded_one() {
    let estimate = replay(&office(), question(50));

    exactly(estimate.peak, 40);
    exactly(estimate.refused, 0);
    exactly(estimate.waited, 0);
    assert_eq!((estimate.wait_s_p95, estimate.sessions), (None, 200));
    assert_eq!(estimate.from, Some(Timestamp(8 * HOUR_MS)));
}

#[test]
fn on_fewer_seats_those_are_refused_who_come_when_all_are_in_use() {
    let estimate = replay(&office(), question(30));

    exactly(estimate.peak, 30);
    // The last ten of each day; the first of them goes when the first seat is free, eight hours later.
    holds(estimate.refused, 50);
    assert!(estimate.refused.high < 60, "{:?}", estimate.refused);
}

#[test]
fn in_a_line_they_wait_and_the_rest_are_refused() {
    let in_line = replay(
        &office(),
        Question {
            line: 100,
            ..question(30)
        },
    );
    let line_of_four = replay(
        &office(),
        Question {
            line: 4,
            ..question(30)
        },
    );

    exactly(in_line.refused, 0);
    holds(in_line.waited, 50);
    // From half past eight until the first go at four.
    let wait = in_line.wait_s_p95.unwrap();
    assert!(wait.low < 27_000 && wait.high > 27_000, "{wait:?}");
    holds(line_of_four.refused, 30);
}

#[test]
fn starts_that_are_spread_take_the_overlap_apart() {
    // Twenty people until four, and twenty others from a quarter to four on.
    let day = |day: i32| {
        let shift = move |begin: f64| (0..20).map(move |_| (f64::from(day) * 24.0 + begin, begin));
        shift(8.0)
            .map(|(at, _)| (at, at + 8.0))
            .chain(shift(15.75).map(|(at, _)| (at, at + 6.0)))
    };
    let rows = record(&(0..10).flat_map(day).collect::<Vec<_>>());
    let peak = |stagger| {
        replay(
            &rows,
            Question {
                stagger,
                ..question(100)
            },
        )
        .peak
    };

    exactly(peak(0), 40);
    assert!(peak(4).high < 40 && peak(4).middle < 36, "{:?}", peak(4));
}

#[test]
fn refusals_in_the_record_speak_of_people_whom_it_does_not_know() {
    let mut rows = record(&vec![(8.0, 17.0); 20]);
    // From nine to ten, two a minute are refused who never get a seat.
    let standing = rows[0].last;
    let refused = (0..60).map(|minute| {
        let mut row = Row::at(Timestamp(9 * HOUR_MS + minute * MINUTE_MS), standing);
        row.stand_until(Timestamp(row.from.0 + 30_000), &[]);
        row.counts.add(Count::Refusals, 2);
        row
    });
    rows.splice(1..1, refused);

    let estimate = replay(&rows, question(100));

    // Two a minute are ten people who try every five minutes.
    holds(estimate.peak, 30);
    assert!(
        estimate.peak.low >= 22 && estimate.peak.high <= 45,
        "{:?}",
        estimate.peak
    );
}

#[test]
fn the_same_seed_gives_the_same_answer_and_nothing_gives_nothing() {
    let asked = |seed| {
        replay(
            &office(),
            Question {
                seed,
                line: 3,
                stagger: 2,
                seats: 33,
            },
        )
    };

    assert_eq!(asked(1), asked(1));
    assert_ne!(asked(1), asked(2));
    let nothing = replay(&[], question(10));
    assert_eq!((nothing.from, nothing.sessions), (None, 0));
    exactly(nothing.peak, 0);
}

#[test]
fn of_a_long_record_the_latest_sessions_are_replayed() {
    let mut rows = office();
    rows[3].counts.add(Count::Logins, MOST_SESSIONS);

    let (latest, sessions) = latest(&rows);

    assert_eq!(latest.first().unwrap().from, rows[4].from);
    assert_eq!(sessions, 196);
}
