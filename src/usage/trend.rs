//! The line through weekly peaks, and how far they may be from it later on.
//!
//! The line is that of Theil and Sen. Its slope is as sure as the interval of Sen (1968), "Estimates of
//! the regression coefficient based on Kendall's tau", section 4: of the slopes between all pairs of
//! weeks, ordered, those whose rank is `z × sqrt(n (n - 1) (2n + 5) / 18) / 2` away from the middle.

/// Weeks of a month.
pub const WEEKS_A_MONTH: f64 = 365.25 / 12.0 / 7.0;
/// Nine in ten: half of what is left lies below, half above.
const Z: f64 = 1.645;
const TAILS: f64 = 0.05;

/// A line with its band.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// Seats a week: the lower edge, the line's, the upper edge.
    pub slope: [f64; 3],
    /// How far weeks lie below and above the line.
    residual: [f64; 2],
    /// The middle week, by the number of weeks since the oldest, and the line there: the three slopes
    /// meet in it.
    center: (f64, f64),
}

/// Where a week may lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The lower edge.
    pub low: f64,
    /// The line.
    pub middle: f64,
    /// The upper edge.
    pub high: f64,
}

impl Trend {
    /// Through the peaks of consecutive weeks, two at least, the oldest first. Slopes beyond `bounds`, as
    /// shares of the middle week a month, are not believed.
    pub fn of(weeks: &[u32], bounds: [f64; 2]) -> Self {
        let mut slopes = slopes(weeks);
        let middle = median(&mut slopes);
        let count = weeks.len() as f64;
        let away = Z * (count * (count - 1.0) * (2.0 * count + 5.0) / 18.0).sqrt() / 2.0;
        let rank = |rank: f64| slopes[(rank.max(0.0) as usize).min(slopes.len() - 1)];
        let half = slopes.len() as f64 / 2.0;
        let edges = [rank((half - away).floor()), middle, rank((half + away).ceil())];
        let mut peaks: Vec<f64> = weeks.iter().copied().map(f64::from).collect();
        let level = median(&mut peaks) / WEEKS_A_MONTH;
        let slope = edges.map(|slope| slope.clamp(bounds[0] * level, bounds[1] * level));
        let from_line = |line: f64| {
            let lines = weeks.iter().enumerate();
            lines.map(move |(week, peak)| f64::from(*peak) - line * week as f64)
        };
        let at_begin = median(&mut from_line(slope[1]).collect::<Vec<_>>());
        let mut residuals: Vec<f64> = from_line(slope[1]).map(|peak| peak - at_begin).collect();
        residuals.sort_by(f64::total_cmp);
        let center = (count - 1.0) / 2.0;
        Self {
            slope,
            residual: [quantile(&residuals, TAILS), quantile(&residuals, 1.0 - TAILS)],
            center: (center, at_begin + slope[1] * center),
        }
    }

    /// So many weeks after the oldest.
    pub fn at(&self, week: f64) -> Band {
        let (center, level) = self.center;
        let away = week - center;
        let line = |slope: f64| level + slope * away;
        // Before the middle week the steeper line is the lower one.
        let (lower, upper) = if away < 0.0 {
            (line(self.slope[2]), line(self.slope[0]))
        } else {
            (line(self.slope[0]), line(self.slope[2]))
        };
        Band {
            low: (lower + self.residual[0]).max(0.0),
            middle: line(self.slope[1]).max(0.0),
            high: (upper + self.residual[1]).max(0.0),
        }
    }
}

/// The slopes between all pairs of weeks, in seats a week.
pub(super) fn slopes(weeks: &[u32]) -> Vec<f64> {
    let mut slopes = Vec::new();
    for (later, peak) in weeks.iter().enumerate() {
        for (earlier, before) in weeks.iter().enumerate().take(later) {
            slopes.push((f64::from(*peak) - f64::from(*before)) / (later - earlier) as f64);
        }
    }
    slopes
}

/// Sorts them.
pub(super) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// Between the two that are nearest, in proportion.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() as f64 - 1.0);
    let below = place.floor();
    let lower = sorted[below as usize];
    let upper = sorted[(place.ceil() as usize).min(sorted.len() - 1)];
    lower + (upper - lower) * (place - below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::SmallRng;
    use rand::{RngExt, SeedableRng};

    const WIDE: [f64; 2] = [-1.0, 1.0];

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9, "{value} and not {expected}");
    }

    #[test]
    fn a_straight_line_has_no_band() {
        let trend = Trend::of(&(81..=100).collect::<Vec<_>>(), WIDE);

        assert_eq!(trend.slope, [1.0; 3]);
        let later = trend.at(19.0 + 26.0);
        assert_eq!((later.low, later.middle, later.high), (126.0, 126.0, 126.0));
    }

    #[test]
    fn the_band_is_worked_out_by_hand() {
        // Five weeks. Slopes in order: -8, -4, -1, -2/3, 0, 1, 2, 8/3, 3, 10; median 0.5.
        let trend = Trend::of(&[10, 12, 8, 18, 10], [-10.0, 10.0]);

        near(trend.slope[1], 0.5);
        // 1.645 × sqrt(5 × 4 × 15 / 18) / 2 = 3.36: ranks floor(1.64) and ceil(8.36), counted from 0.
        near(trend.slope[0], -4.0);
        near(trend.slope[2], 10.0);
        // Less the line: 10, 11.5, 7, 16.5, 8; median 10. Residuals -3, -2, 0, 1.5, 6.5.
        let middle = trend.at(2.0);
        near(middle.middle, 11.0);
        near(middle.low, 11.0 - 2.8);
        near(middle.high, 11.0 + 5.5);
        let later = trend.at(4.0);
        near(later.low, 11.0 - 8.0 - 2.8);
        near(later.high, 11.0 + 20.0 + 5.5);
        let before = trend.at(0.0);
        near(before.middle, 10.0);
        assert!(before.low < before.middle && before.middle < before.high);
    }

    #[test]
    fn slopes_that_are_not_believed_are_bounded_and_no_peak_is_below_nothing() {
        let trend = Trend::of(&[90, 80, 70, 60, 50, 40, 30, 20], [-0.03, 0.05]);

        near(trend.slope[1], -0.03 * 55.0 / WEEKS_A_MONTH);
        assert!(trend.at(1000.0).low >= 0.0);
        assert_eq!(Trend::of(&[0; 9], WIDE).at(60.0).high, 0.0);
    }

    #[test]
    fn weeks_to_come_lie_in_the_band_nine_times_in_ten_if_they_go_on_like_those_before() {
        let mut rng = SmallRng::seed_from_u64(1);
        for (weeks, ahead) in [(8_u32, 26.0), (12, 26.0), (26, 26.0), (26, 52.0)] {
            let mut within = 0;
            for _ in 0..1000 {
                let slope = rng.random_range(-0.5..1.0);
                let mut week = |at: f64| {
                    let noise: f64 = (0..4).map(|_| rng.random_range(-4.0..4.0)).sum();
                    (200.0 + slope * at + noise).round()
                };
                let peaks: Vec<_> = (0..weeks).map(|at| week(f64::from(at)) as u32).collect();
                let at = f64::from(weeks) - 1.0 + ahead;
                let (band, later) = (Trend::of(&peaks, WIDE).at(at), week(at));
                within += u32::from((band.low..=band.high).contains(&later));
            }
            assert!(
                (900..=990).contains(&within),
                "{within} of {weeks} weeks, {ahead} ahead"
            );
        }
    }
}
