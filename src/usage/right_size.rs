//! The right number of seats, with every number that leads to it.

use super::trend::{Trend, WEEKS_A_MONTH, median, slopes};

/// Days without advice.
pub const FIRST_DAYS: usize = 14;
/// Advice looks back so many days, and so many where there are.
const LOOKS_BACK: [usize; 2] = [28, 90];
/// Complete weeks that a trend needs, and the most that it looks at.
const TREND_WEEKS: [usize; 2] = [8, 26];
/// The least and the most buffer, as a share of the peak, unless it is the administrator's own.
const BUFFER: [f64; 2] = [0.10, 0.20];
/// The least buffer in seats.
const BUFFER_SEATS: f64 = 2.0;
/// The least and the most growth a month that is believed.
const GROWTH: [f64; 2] = [-0.03, 0.05];
/// A year: before that nobody knows the season in which all seats are needed.
const SEASON_DAYS: usize = 364;

/// One day of the organization's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// From Monday, 0, to Sunday, 6.
    pub weekday: usize,
    /// The highest demand that was held for 60 seconds in all.
    pub demand: u32,
    /// Somebody was refused for want of a seat.
    pub is_at_cap: bool,
}

/// One half-hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfHour {
    /// The highest demand that was held for 60 seconds in all.
    pub demand: u32,
    /// Sessions that began.
    pub logins: u64,
    /// Sessions that ended.
    pub ends: u64,
}

/// How the seats fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Above 92 % of the seats at the peak.
    Tight,
    /// 80 to 92 %.
    RightSized,
    /// Below 80 %, and not long enough below 70 % to speak of too many.
    Roomy,
    /// Below 70 % in each of the last eight weeks.
    Oversized,
}

/// How much there is to go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Under eight weeks, or often at the cap.
    Low,
    /// Under half a year.
    Medium,
    /// Half a year or more.
    High,
}

/// The advice and all that it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct RightSize {
    /// Days of which something is known.
    pub days_known: usize,
    /// Of these, how many the peak and the buffer look at.
    pub days_looked_at: usize,
    /// The highest demand held for 60 seconds on any of them.
    pub peak: u32,
    /// Mean of the peaks of Mondays to Fridays.
    pub weekday_mean: f64,
    /// Their standard deviation.
    pub weekday_deviation: f64,
    /// The buffer before its bounds, as a share: twice the deviation over the mean.
    pub buffer_measured: f64,
    /// The buffer that is used.
    pub buffer: f64,
    /// Complete weeks that the growth is taken from, oldest first: the peak of each.
    pub weekly_peaks: Vec<u32>,
    /// Growth a month before its bounds; `None`: too few weeks.
    pub growth_measured: Option<f64>,
    /// The growth that is used, 0 where none is known.
    pub growth: f64,
    /// The line through the weekly peaks; `None`: too few weeks.
    pub trend: Option<Trend>,
    /// The highest demand outside the half-hours in which shifts change.
    pub peak_outside_shift_changes: u32,
    /// Half-hours in which shifts change.
    pub shift_changes: usize,
    /// Days with a refusal for want of a seat.
    pub days_at_cap: usize,
    /// What there is.
    pub seats: u32,
    /// The peak as a share of the seats; `None`: there are none.
    pub use_at_peak: Option<f64>,
    /// How the seats fit.
    pub verdict: Verdict,
    /// A whole season is known, so that fewer seats can be spoken of.
    pub may_cut: bool,
    /// How much there is to go by.
    pub confidence: Confidence,
}

/// Too little is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaysToGo(pub usize);

impl RightSize {
    /// From the days of which something is known and the half-hours of the last weeks, both in
    /// the order of time, and the `seats` there are. `buffer` is the administrator's own.
    ///
    /// # Errors
    ///
    /// The days that are missing before there is advice.
    pub fn of(
        days: &[Day],
        half_hours: &[HalfHour],
        seats: u32,
        buffer: Option<f64>,
    ) -> Result<Self, DaysToGo> {
        if days.len() < FIRST_DAYS {
            return Err(DaysToGo(FIRST_DAYS - days.len()));
        }
        let looked_at = looked_at(days.len());
        let recent = &days[days.len() - looked_at..];
        let peak = highest(recent.iter().map(|day| day.demand));
        let weekdays: Vec<f64> = recent
            .iter()
            .filter(|day| day.weekday < 5)
            .map(|day| f64::from(day.demand))
            .collect();
        let (mean, deviation) = spread(&weekdays);
        let buffer_measured = if mean > 0.0 { 2.0 * deviation / mean } else { 0.0 };
        let weekly_peaks = weekly_peaks(days);
        let has_trend = weekly_peaks.len() >= TREND_WEEKS[0];
        let growth_measured = has_trend.then(|| growth(&weekly_peaks));
        let changes = shift_changes(half_hours);
        let calm = half_hours.iter().zip(&changes).filter(|(_, changes)| !**changes);
        let days_at_cap = recent.iter().filter(|day| day.is_at_cap).count();
        let use_at_peak = (seats > 0).then(|| f64::from(peak) / f64::from(seats));
        Ok(Self {
            days_known: days.len(),
            days_looked_at: looked_at,
            peak,
            weekday_mean: mean,
            weekday_deviation: deviation,
            buffer_measured,
            buffer: buffer.unwrap_or_else(|| bounded_buffer(buffer_measured, peak)),
            growth_measured,
            trend: has_trend.then(|| Trend::of(&weekly_peaks, GROWTH)),
            growth: growth_measured.map_or(0.0, |growth| growth.clamp(GROWTH[0], GROWTH[1])),
            peak_outside_shift_changes: highest(calm.map(|(half, _)| half.demand)).min(peak),
            shift_changes: changes.iter().filter(|changes| **changes).count(),
            days_at_cap,
            seats,
            use_at_peak,
            verdict: verdict(use_at_peak, &weekly_peaks, seats),
            may_cut: days.len() >= SEASON_DAYS,
            confidence: confidence(days.len() / 7, days_at_cap, looked_at),
            weekly_peaks,
        })
    }

    /// The seats for so many months from now: `ceil(peak × (1 + buffer) × (1 + growth)^months)`.
    pub fn recommended(&self, months: u32) -> u32 {
        let grown = (1.0 + self.growth).powi(i32::try_from(months).unwrap_or(0));
        // A seat more is not bought for an error of the last bit.
        let seats = (f64::from(self.peak) * (1.0 + self.buffer) * grown - 1e-9).ceil();
        seats.clamp(0.0, f64::from(u32::MAX)) as u32
    }

    /// What the peak has only since two shifts are there at once.
    pub fn shift_overlap(&self) -> u32 {
        if self.shift_changes == 0 {
            return 0;
        }
        self.peak - self.peak_outside_shift_changes
    }

    /// Somebody was refused on the days looked at: nobody knows how many more would have come, and all
    /// figures are at least so high.
    pub fn is_at_least(&self) -> bool {
        self.days_at_cap > 0
    }
}

/// So many of the known days are looked at.
pub fn looked_at(days_known: usize) -> usize {
    let [short, long] = LOOKS_BACK;
    if days_known >= long {
        long
    } else {
        short.min(days_known)
    }
}

fn highest(demands: impl Iterator<Item = u32>) -> u32 {
    demands.max().unwrap_or(0)
}

/// Mean and standard deviation (of the population).
fn spread(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / count).sqrt())
}

fn bounded_buffer(measured: f64, peak: u32) -> f64 {
    let share = measured.clamp(BUFFER[0], BUFFER[1]);
    if peak == 0 {
        share
    } else {
        share.max(BUFFER_SEATS / f64::from(peak))
    }
}

/// The peaks of the last complete weeks, oldest first. A week is seven known days that end with
/// the newest.
fn weekly_peaks(days: &[Day]) -> Vec<u32> {
    let weeks = days.rchunks_exact(7).take(TREND_WEEKS[1]);
    let mut peaks: Vec<_> = weeks
        .map(|week| highest(week.iter().map(|day| day.demand)))
        .collect();
    peaks.reverse();
    peaks
}

/// Theil and Sen: the median of the slopes between all pairs of weeks, as a share of the median
/// week, a month.
fn growth(weeks: &[u32]) -> f64 {
    let level = median(&mut weeks.iter().copied().map(f64::from).collect::<Vec<_>>());
    if level > 0.0 {
        median(&mut slopes(weeks)) * WEEKS_A_MONTH / level
    } else {
        0.0
    }
}

/// The half-hours whose logins and ends both exceed three times the median of those with any.
fn shift_changes(half_hours: &[HalfHour]) -> Vec<bool> {
    let usual = |count: fn(&HalfHour) -> u64| {
        let counts = half_hours.iter().map(count).filter(|count| *count > 0);
        median(&mut counts.map(|count| count as f64).collect::<Vec<_>>())
    };
    let (logins, ends) = (usual(|half| half.logins), usual(|half| half.ends));
    half_hours
        .iter()
        .map(|half| half.logins as f64 > 3.0 * logins && half.ends as f64 > 3.0 * ends)
        .collect()
}

fn verdict(use_at_peak: Option<f64>, weeks: &[u32], seats: u32) -> Verdict {
    let last: Vec<_> = weeks.iter().rev().take(TREND_WEEKS[0]).collect();
    let is_low = |peak: &&u32| f64::from(**peak) < 0.70 * f64::from(seats);
    match use_at_peak {
        None => Verdict::Tight,
        Some(share) if share > 0.92 => Verdict::Tight,
        Some(share) if share >= 0.80 => Verdict::RightSized,
        Some(_) if last.len() == TREND_WEEKS[0] && last.iter().all(is_low) => Verdict::Oversized,
        Some(_) => Verdict::Roomy,
    }
}

fn confidence(weeks: usize, days_at_cap: usize, looked_at: usize) -> Confidence {
    match weeks {
        // At the cap people give up without a trace, so that the demand is a lower bound.
        _ if days_at_cap * 5 > looked_at => Confidence::Low,
        ..8 => Confidence::Low,
        8..26 => Confidence::Medium,
        _ => Confidence::High,
    }
}

#[cfg(test)]
mod tests;
