//! What people do that costs seats, as far as the record can tell.
//!
//! Each habit is one number beside its threshold. Where too little is on record there is no number, and
//! no advice without one.

use super::count::{Count, Counts};
use super::histogram::{Histogram, edge};
use super::quiet_windows::{Past, Usual};
use super::right_size::{DaysToGo, FIRST_DAYS};

/// Looks back so many days.
pub const LOOKS_BACK_DAYS: i64 = 28;
/// Fewer ends of sessions say nothing.
const FIRST_ENDS: u64 = 100;
/// Fewer hours of sessions say nothing.
const FIRST_HOURS: f64 = 500.0;
/// A session is left open if it was longer than any shift, in milliseconds. What counts is the lower edge
/// of its bucket: from 15 hours and 18 minutes on.
const OPEN_MS: u64 = 15 * 3_600_000;
/// A time is busy if it usually has this share of the week's usual peak.
const BUSY: f64 = 0.9;

/// A habit that can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Agents close the browser and do not log out: the seat is taken for a whole grace more.
    ClosingTheBrowser,
    /// Connections of which nothing is heard any more: networks, laptops that sleep.
    FallingSilent,
    /// Connections that break while their agent goes on: reloads, crashes, changes of the network.
    Breaking,
    /// Sessions that stay open for longer than any shift.
    LeftOpen,
    /// Increases of a day at most, as for a training, at times that are busy anyway.
    TrainingsAtPeaks,
    /// Maintenance without logins at busy times.
    MaintenanceAtPeaks,
}

/// What the events are counted beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Sessions that agents ended, by logout or by going.
    Ends,
    /// Hours of all sessions together.
    SessionHours,
    /// Plans of this kind.
    Plans,
}

/// A habit's number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// Which.
    pub habit: Habit,
    /// How often it was seen.
    pub events: u64,
    /// Among how many.
    pub of: f64,
    /// A share of the ends, a rate by 100 session hours or a number of plans; `None`: too little is on
    /// record.
    pub measured: Option<f64>,
}

/// The days that are looked at, together.
#[derive(Debug, Clone, Default)]
pub struct Lived {
    /// How many are known.
    pub days: usize,
    /// What happened.
    pub counts: Counts,
    /// Milliseconds of all sessions.
    pub session_ms: u64,
    /// Of those that ended.
    pub lengths: Histogram,
}

/// Something that was or is planned, by [half-hours](super::local_half_hour).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Maintenance, and no training.
    pub is_maintenance: bool,
    /// The first half-hour that it touches.
    pub first: i64,
    /// The last one.
    pub last: i64,
}

impl Habit {
    /// From here on it is advised about.
    pub fn threshold(self) -> f64 {
        match self {
            Self::ClosingTheBrowser => 0.20,
            // One in 50 hours: somebody's every week.
            Self::FallingSilent => 2.0,
            // One in two hours.
            Self::Breaking => 50.0,
            Self::LeftOpen => 0.01,
            Self::TrainingsAtPeaks | Self::MaintenanceAtPeaks => 1.0,
        }
    }

    /// What its events are counted beside.
    pub fn beside(self) -> Beside {
        match self {
            Self::ClosingTheBrowser | Self::LeftOpen => Beside::Ends,
            Self::FallingSilent | Self::Breaking => Beside::SessionHours,
            Self::TrainingsAtPeaks | Self::MaintenanceAtPeaks => Beside::Plans,
        }
    }

    fn measure(self, events: u64, of: f64) -> Measure {
        let measured = match self.beside() {
            Beside::Ends => (of >= FIRST_ENDS as f64).then(|| events as f64 / of),
            Beside::SessionHours => (of >= FIRST_HOURS).then(|| events as f64 * 100.0 / of),
            Beside::Plans => (of > 0.0).then_some(events as f64),
        };
        Measure {
            habit: self,
            events,
            of,
            measured,
        }
    }
}

impl Measure {
    /// Whether the number speaks for advice.
    pub fn is_advised(&self) -> bool {
        self.measured
            .is_some_and(|measured| measured >= self.habit.threshold())
    }
}

/// All habits. `past` are the half-hours of the weeks before, by which a time is busy.
///
/// # Errors
///
/// The days that are missing before there is advice.
pub fn habits(lived: &Lived, past: &[Past], plans: &[Plan]) -> Result<[Measure; 6], DaysToGo> {
    if lived.days < FIRST_DAYS {
        return Err(DaysToGo(FIRST_DAYS - lived.days));
    }
    let count = |count| lived.counts.get(count);
    let (closed, silent) = (count(Count::PurgesClosed), count(Count::FellSilent));
    let ends = (count(Count::Logouts) + lived.counts.purges()) as f64;
    let hours = lived.session_ms as f64 / 3_600_000.0;
    // A browser that is closed for good is a connection that goes, too.
    let breaks = count(Count::Lost).saturating_sub(closed + silent);
    let long = lived
        .lengths
        .iter()
        .filter(|(bucket, _)| edge(*bucket) >= OPEN_MS);
    let long = long.map(|(_, sessions)| sessions).sum();
    let usual = Usual::of(past);
    let is_at_peak = |plan: &&Plan| (plan.first..=plan.last).any(|place| usual.has(place, BUSY));
    let planned = |is_maintenance| {
        let all = plans
            .iter()
            .filter(move |plan| plan.is_maintenance == is_maintenance);
        let at_peak = all.clone().filter(is_at_peak).count();
        (at_peak as u64, all.count() as f64)
    };
    let (trainings, maintenance) = (planned(false), planned(true));
    Ok([
        Habit::ClosingTheBrowser.measure(closed, ends),
        Habit::FallingSilent.measure(silent, hours),
        Habit::Breaking.measure(breaks, hours),
        Habit::LeftOpen.measure(long, lived.lengths.count() as f64),
        Habit::TrainingsAtPeaks.measure(trainings.0, trainings.1),
        Habit::MaintenanceAtPeaks.measure(maintenance.0, maintenance.1),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 28 days of 1,000 hours, with these.
    fn lived(counts: &[(Count, u64)]) -> Lived {
        let mut all = Counts::default();
        counts.iter().for_each(|(count, times)| all.add(*count, *times));
        Lived {
            days: 28,
            counts: all,
            session_ms: 1000 * 3_600_000,
            ..Lived::default()
        }
    }

    fn measured(lived: &Lived, habit: Habit) -> Measure {
        let all = habits(lived, &[], &[]).unwrap();
        *all.iter().find(|one| one.habit == habit).unwrap()
    }

    fn near(measure: Measure, expected: f64, is_advised: bool) {
        let measured = measure.measured.unwrap();
        assert!((measured - expected).abs() < 1e-9, "{measure:?}");
        assert_eq!(measure.is_advised(), is_advised, "{measure:?}");
    }

    #[test]
    fn who_closes_the_browser_is_counted_among_those_who_left_by_themselves() {
        // 30 of 200; an administrator's 500 are none of them.
        let some = [
            (Count::Logouts, 160),
            (Count::PurgesClosed, 30),
            (Count::PurgesLost, 10),
            (Count::Terminated, 500),
        ];
        near(measured(&lived(&some), Habit::ClosingTheBrowser), 0.15, false);
        let many = [(Count::Logouts, 160), (Count::PurgesClosed, 40)];
        near(measured(&lived(&many), Habit::ClosingTheBrowser), 0.20, true);
    }

    #[test]
    fn lines_that_fall_silent_and_lines_that_break_are_told_apart_by_100_session_hours() {
        // 1,000 hours: 20 silent are 2; of 600 that went 80 browsers were closed for good.
        let bad = lived(&[
            (Count::Lost, 600),
            (Count::FellSilent, 20),
            (Count::PurgesClosed, 80),
        ]);
        near(measured(&bad, Habit::FallingSilent), 2.0, true);
        near(measured(&bad, Habit::Breaking), 50.0, true);
        let good = lived(&[
            (Count::Lost, 599),
            (Count::FellSilent, 19),
            (Count::PurgesClosed, 90),
        ]);
        near(measured(&good, Habit::FallingSilent), 1.9, false);
        near(measured(&good, Habit::Breaking), 49.0, false);
    }

    #[test]
    fn a_session_is_left_open_when_it_is_longer_than_any_shift() {
        let mut all = lived(&[]);
        (0..198).for_each(|_| all.lengths.record(9 * 3_600_000));
        // A shift of twelve hours and its overtime are none.
        all.lengths.record(13 * 3_600_000);
        all.lengths.record(16 * 3_600_000);
        near(measured(&all, Habit::LeftOpen), 0.005, false);
        all.lengths.record(60 * 3_600_000);
        all.lengths.record(90 * 3_600_000);
        near(measured(&all, Habit::LeftOpen), 3.0 / 202.0, true);
    }

    #[test]
    fn plans_at_peaks_are_those_that_touch_a_busy_half_hour() {
        // Three weeks in which half-hour 20 of Monday has 100, the one before it 90, the others 50.
        let past: Vec<Past> = (0..3 * 336)
            .map(|place| Past {
                place,
                demand: match place % 336 {
                    20 => 100,
                    19 => 90,
                    _ => 50,
                },
            })
            .collect();
        let plan = |is_maintenance, first: i64, last: i64| Plan {
            is_maintenance,
            first: 10 * 336 + first,
            last: 10 * 336 + last,
        };
        let plans = [
            plan(false, 10, 18),
            plan(false, 12, 19),
            plan(false, 21, 30),
            plan(true, 0, 4),
        ];

        let all = habits(&lived(&[]), &past, &plans).unwrap();

        near(all[4], 1.0, true);
        assert_eq!((all[4].events, all[4].of), (1, 3.0));
        near(all[5], 0.0, false);
        // Where nothing is planned, there is nothing to say.
        assert_eq!(measured(&lived(&[]), Habit::TrainingsAtPeaks).measured, None);
    }

    #[test]
    fn too_little_is_no_number_and_no_advice() {
        let mut few = lived(&[
            (Count::PurgesClosed, 99),
            (Count::FellSilent, 99),
            (Count::Lost, 198),
        ]);
        few.session_ms = 499 * 3_600_000;
        (0..99).for_each(|_| few.lengths.record(50 * 3_600_000));
        for measure in habits(&few, &[], &[]).unwrap() {
            assert_eq!(
                (measure.measured, measure.is_advised()),
                (None, false),
                "{measure:?}"
            );
        }
        few.days = 13;
        assert_eq!(habits(&few, &[], &[]), Err(DaysToGo(1)));
    }
}
