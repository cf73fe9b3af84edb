//! What a report says, from rows of the record.

use crate::seats::Timestamp;
use crate::usage::{
    Cell, Count, Counts, Gap, HALF_HOUR_MS, HALF_HOURS, Row, heatmap, known_ms, start_of_day, weekly_place,
};
use jiff::tz::TimeZone;

/// How many of the days' peaks are told.
const PEAKS: usize = 10;

/// Whose report.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// By which its days are cut.
    pub zone: TimeZone,
}

/// The usage of an organization in whole days of its calendar, the running one up to now.
#[derive(Debug)]
pub struct Report {
    /// Whose.
    pub subject: Subject,
    /// The midnight before the first day.
    pub from: Timestamp,
    /// The midnight after the last day, or now.
    pub until: Timestamp,
    /// All days together; none where nothing is known.
    pub total: Option<Row>,
    /// Each day.
    pub days: Vec<Day>,
    /// Weeks from Monday on.
    pub weeks: Vec<Week>,
    /// Half-hours with their beginnings, as long as they are kept: their peaks, limits and counts.
    pub halves: Vec<(Timestamp, Option<Row>)>,
    /// Weekday by half-hour.
    pub map: [[Option<Cell>; HALF_HOURS]; 7],
    /// The highest of the days' peaks.
    pub peaks: Vec<Peak>,
    /// Milliseconds of the stretch of which nothing is known.
    pub unknown_ms: u64,
}

/// A day.
#[derive(Debug)]
pub struct Day {
    /// Its midnight.
    pub from: Timestamp,
    /// The next one, or now.
    pub until: Timestamp,
    /// None where nothing is known.
    pub row: Option<Row>,
}

/// A week.
#[derive(Debug)]
pub struct Week {
    /// The midnight of its Monday, or of the report's first day.
    pub from: Timestamp,
    /// None where nothing is known.
    pub row: Option<Row>,
}

/// The peak of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peak {
    /// Seats in use.
    pub seats: u32,
    /// The beginning of the first half-hour in which it was reached; none where those are not kept.
    pub at: Option<Timestamp>,
    /// The midnight of its day.
    pub day: Timestamp,
}

/// How the sessions ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ends {
    /// By their widget.
    pub logout: u64,
    /// Grace over after the page was closed.
    pub closed: u64,
    /// Grace over after the widget fell silent, or the server was away.
    pub lost: u64,
    /// By an administrator, or with the organization.
    pub ended: u64,
    /// Passed on by hand-off.
    pub handed_off: u64,
    /// Taken back since the login could not be answered.
    pub withdrawn: u64,
}

impl Report {
    /// From `days` with their ends, and half-hours as far as there are any.
    pub fn of(subject: Subject, days: Vec<Day>, halves: Vec<(Timestamp, Option<Row>)>, gaps: &[Gap]) -> Self {
        let from = days.first().map_or(Timestamp(0), |day| day.from);
        let until = days.last().map_or(from, |day| day.until);
        let weeks = weeks(&days, &subject.zone, gaps);
        let total = sum(weeks.iter().map(|week| week.row.as_ref()), gaps);
        let known = total.as_ref().map_or(0, Row::known_ms);
        Self {
            weeks,
            map: heatmap(&halves, &subject.zone),
            peaks: peaks(&days, &halves),
            unknown_ms: known_ms(from, until, &[]).saturating_sub(known),
            subject,
            from,
            until,
            total,
            days,
            halves,
        }
    }

    /// All days together, if anything is known of them.
    pub fn known(&self) -> Option<&Row> {
        self.total.as_ref().filter(|total| total.known_ms() > 0)
    }
}

impl Ends {
    /// Those that are counted here.
    pub fn of(counts: &Counts) -> Self {
        Self {
            logout: counts.get(Count::Logouts),
            closed: counts.get(Count::PurgesClosed),
            lost: counts.get(Count::PurgesLost),
            ended: counts.get(Count::Terminated),
            handed_off: counts.get(Count::Handoffs),
            withdrawn: counts.get(Count::Withdrawn),
        }
    }

    /// Each with what it is called.
    pub fn named(&self) -> [(&'static str, u64); 6] {
        [
            ("logout", self.logout),
            ("closed", self.closed),
            ("lost", self.lost),
            ("ended", self.ended),
            ("handed off", self.handed_off),
            ("withdrawn", self.withdrawn),
        ]
    }
}

/// The resumes as a part of the resumes and of the sessions whose grace was over.
pub fn resume_success(counts: &Counts) -> Option<f64> {
    let resumes = counts.get(Count::Resumes);
    let all = resumes + counts.purges();
    (all > 0).then(|| resumes as f64 / all as f64)
}

/// Rows in the order of time as one.
fn sum<'a>(rows: impl Iterator<Item = Option<&'a Row>>, gaps: &[Gap]) -> Option<Row> {
    let mut sum: Option<Row> = None;
    for row in rows.flatten() {
        match &mut sum {
            Some(sum) => sum.join(row, gaps),
            None => sum = Some(row.clone()),
        }
    }
    sum
}

fn weeks(days: &[Day], zone: &TimeZone, gaps: &[Gap]) -> Vec<Week> {
    let begins = |day: &Day| {
        let (weekday, _) = weekly_place(zone, day.from);
        start_of_day(zone, day.from, -i64::try_from(weekday).unwrap_or(0))
    };
    days.chunk_by(|one, other| begins(one) == begins(other))
        .map(|week| Week {
            from: week.first().map_or(Timestamp(0), |day| day.from),
            row: sum(week.iter().map(|day| day.row.as_ref()), gaps),
        })
        .collect()
}

fn peaks(days: &[Day], halves: &[(Timestamp, Option<Row>)]) -> Vec<Peak> {
    let highest = |row: &Row| row.in_use.highest().filter(|seats| *seats > 0);
    let mut peaks: Vec<Peak> = days
        .iter()
        .filter_map(|day| {
            let seats = highest(day.row.as_ref()?)?;
            let first = halves.partition_point(|(at, _)| *at < day.from);
            let reached = halves[first..]
                .iter()
                .take_while(|(at, _)| *at < day.until)
                .find(|(_, row)| row.as_ref().and_then(highest) == Some(seats));
            Some(Peak {
                seats,
                at: reached.map(|(at, _)| *at),
                day: day.from,
            })
        })
        .collect();
    // The later one first where two are the same.
    peaks.sort_by_key(|peak| (std::cmp::Reverse(peak.seats), std::cmp::Reverse(peak.day)));
    peaks.truncate(PEAKS);
    peaks
}

/// Half an hour.
pub(super) const HELD_MS: u64 = HALF_HOUR_MS.unsigned_abs();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_report::{MONDAY, office};

    #[test]
    fn weeks_begin_on_mondays_and_a_peak_is_told_where_it_was_first_reached() {
        let report = office(9);

        assert_eq!(report.weeks.len(), 2);
        assert_eq!(report.weeks[1].from, Timestamp(MONDAY + 7 * 24 * 3_600_000));
        // Saturday and Sunday have no peak.
        assert_eq!(report.peaks.len(), 7);
        let day = MONDAY + 8 * 24 * 3_600_000;
        let first = Peak {
            seats: 38,
            at: Some(Timestamp(day + 10 * 3_600_000)),
            day: Timestamp(day),
        };
        assert_eq!(report.peaks[0], first);
        assert!(
            report
                .peaks
                .is_sorted_by_key(|peak| std::cmp::Reverse(peak.seats))
        );
    }

    #[test]
    fn the_sums_of_days_weeks_and_half_hours_are_the_same() {
        let report = office(23);
        let total = report.known().unwrap();
        let halves = sum(report.halves.iter().map(|(_, row)| row.as_ref()), &[]).unwrap();
        let weeks = sum(report.weeks.iter().map(|week| week.row.as_ref()), &[]).unwrap();
        for other in [&halves, &weeks] {
            assert_eq!(other.in_use, total.in_use);
            assert_eq!(other.counts, total.counts);
        }
        let ends = Ends::of(&total.counts)
            .named()
            .iter()
            .map(|(_, n)| n)
            .sum::<u64>();
        assert_eq!(ends, total.counts.ends());
    }
}
