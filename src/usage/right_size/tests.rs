//! Four made-up organizations, worked out by hand.

use super::*;

/// Weeks of five equal weekdays and a quiet weekend, ending on a Sunday.
fn weeks(peaks: &[u32]) -> Vec<Day> {
    let week = |peak: u32| {
        (0..7).map(move |weekday| Day {
            weekday,
            demand: if weekday < 5 { peak } else { peak / 10 },
            is_at_cap: false,
        })
    };
    peaks.iter().copied().flat_map(week).collect()
}

fn near(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-9, "{value} and not {expected}");
}

#[test]
fn a_steady_organization() {
    // Weekdays alternate 96, 100, 104, 100, 100: mean 100, deviation sqrt(32 / 5) = 2.53.
    let mut days = weeks(&[100; 12]);
    for week in days.chunks_mut(7) {
        week[0].demand = 96;
        week[2].demand = 104;
    }

    let advice = RightSize::of(&days, &[], 120, None).unwrap();

    assert_eq!((advice.days_known, advice.days_looked_at), (84, 28));
    assert_eq!(advice.peak, 104);
    near(advice.weekday_mean, 100.0);
    near(advice.weekday_deviation, 6.4_f64.sqrt());
    near(advice.buffer_measured, 2.0 * 6.4_f64.sqrt() / 100.0);
    // 5.06 % measured is less than the least.
    near(advice.buffer, 0.10);
    assert_eq!(advice.growth_measured, Some(0.0));
    // 104 × 1.1 = 114.4.
    assert_eq!((advice.recommended(6), advice.recommended(12)), (115, 115));
    // 104 / 120 = 86.7 %.
    assert_eq!(advice.verdict, Verdict::RightSized);
    assert_eq!(advice.confidence, Confidence::Medium);
    assert!(!advice.may_cut);
}

#[test]
fn a_growing_organization() {
    // One seat more each week, from 81 to 100: median 90.5, slope 1.
    let days = weeks(&(81..=100).collect::<Vec<_>>());

    let advice = RightSize::of(&days, &[], 105, None).unwrap();

    // 140 days are known: 90 of them are looked at, which are 12 weeks and 6 days.
    assert_eq!((advice.days_looked_at, advice.peak), (90, 100));
    near(advice.growth_measured.unwrap(), 365.25 / 84.0 / 90.5);
    // 4.80 % a month. Weekday peaks of 88 to 100 spread by less than 10 %: 100 × 1.1 × 1.048^n.
    near(advice.buffer, 0.10);
    assert_eq!((advice.recommended(6), advice.recommended(12)), (146, 194));
    assert_eq!(advice.verdict, Verdict::Tight);
}

#[test]
fn a_capped_organization() {
    // 50 seats are always all in use and up to ten more try, on each of 28 days.
    let mut days = weeks(&[50, 55, 60, 52]);
    days.iter_mut().for_each(|day| day.is_at_cap = true);

    let advice = RightSize::of(&days, &[], 50, None).unwrap();

    assert_eq!((advice.peak, advice.days_at_cap), (60, 28));
    assert_eq!(advice.growth_measured, None);
    near(advice.growth, 0.0);
    // Weekday mean 54.25, deviation sqrt(14.1875): 13.89 %. 60 × 1.1389 = 68.3.
    near(advice.buffer, 2.0 * 14.1875_f64.sqrt() / 54.25);
    assert_eq!((advice.recommended(6), advice.recommended(12)), (69, 69));
    assert_eq!(
        (advice.verdict, advice.confidence),
        (Verdict::Tight, Confidence::Low)
    );
}

#[test]
fn an_organization_around_the_clock_with_overlapping_shifts() {
    let days: Vec<_> = (0..28)
        .map(|day| Day {
            weekday: day % 7,
            demand: 160,
            is_at_cap: false,
        })
        .collect();
    // Three changes a day in which a shift of 60 comes and one goes; else two come and go.
    let half_hours: Vec<_> = (0..28 * 48)
        .map(|half| match half % 16 {
            12 => HalfHour {
                demand: 160,
                logins: 60,
                ends: 60,
            },
            _ => HalfHour {
                demand: 100,
                logins: 2,
                ends: 2,
            },
        })
        .collect();

    let advice = RightSize::of(&days, &half_hours, 200, None).unwrap();

    assert_eq!(advice.shift_changes, 28 * 3);
    assert_eq!((advice.peak, advice.shift_overlap()), (160, 60));
    near(advice.buffer_measured, 0.0);
    assert_eq!(advice.recommended(12), 176);
    assert_eq!(advice.verdict, Verdict::RightSized);
}

#[test]
fn there_is_no_advice_before_fourteen_days() {
    let days = weeks(&[10; 2]);

    assert_eq!(RightSize::of(&days[..5], &[], 10, None), Err(DaysToGo(9)));
    assert_eq!(RightSize::of(&days[..13], &[], 10, None), Err(DaysToGo(1)));
    assert!(RightSize::of(&days, &[], 10, None).is_ok());
}

#[test]
fn the_buffer_of_a_small_organization_is_two_seats_and_the_administrators_own_is_taken_as_it_is() {
    let days = weeks(&[5; 3]);

    assert_eq!(RightSize::of(&days, &[], 9, None).unwrap().recommended(12), 7);
    assert_eq!(
        RightSize::of(&days, &[], 9, Some(0.0)).unwrap().recommended(12),
        5
    );
    assert_eq!(
        RightSize::of(&days, &[], 9, Some(0.5)).unwrap().recommended(12),
        8
    );
}

#[test]
fn it_is_too_many_only_after_eight_low_weeks_and_said_to_be_cut_only_after_a_season() {
    let verdict = |count: usize| RightSize::of(&weeks(&vec![60; count]), &[], 100, None).unwrap();

    assert_eq!(verdict(7).verdict, Verdict::Roomy);
    assert_eq!(
        (verdict(8).verdict, verdict(8).may_cut),
        (Verdict::Oversized, false)
    );
    assert!(verdict(52).may_cut);
}

#[test]
fn growth_is_bounded_and_one_strange_week_does_not_make_a_trend() {
    let doubling = RightSize::of(&weeks(&[10, 20, 40, 80, 160, 320, 640, 999]), &[], 10, None).unwrap();
    let shrinking = RightSize::of(&weeks(&[90, 80, 70, 60, 50, 40, 30, 20]), &[], 90, None).unwrap();
    let strange = RightSize::of(&weeks(&[50, 50, 50, 50, 500, 50, 50, 50]), &[], 90, None).unwrap();

    near(doubling.growth, 0.05);
    near(shrinking.growth, -0.03);
    assert_eq!(strange.growth_measured, Some(0.0));
}

#[test]
fn a_time_without_anybody_is_no_reason_to_panic() {
    let advice = RightSize::of(&weeks(&[0; 4]), &[], 0, None).unwrap();

    assert_eq!((advice.recommended(12), advice.use_at_peak), (0, None));
}
