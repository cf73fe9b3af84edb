//! Who tried in vain: those whom the record knows only by their refusals.

use super::QUARTER_MS;
use super::sketch::Sketch;
use rand::RngExt;
use rand::rngs::SmallRng;

/// Whoever is refused is taken to try again every so many minutes, at least and at most, in the mean.
const AGAIN_MINUTES: [f64; 2] = [2.5, 10.0];

/// How many more try from each stretch of the record on, or fewer.
pub(super) struct Crowd(Vec<i64>);

impl Crowd {
    /// `pace` from 0 to 1 says how often they are taken to have tried again: the longer they wait, the
    /// more people stand behind as many refusals.
    pub(super) fn of(rows: &[Sketch], pace: f64, rng: &mut SmallRng) -> Self {
        let again = AGAIN_MINUTES[0] * (AGAIN_MINUTES[1] / AGAIN_MINUTES[0]).powf(pace);
        let minutes = QUARTER_MS as f64 / 60_000.0;
        let mut changes = vec![0; rows.len()];
        let (mut quarter, mut oldest, mut refusals, mut standing) = (i64::MIN, 0, 0_u64, 0_i64);
        for (index, row) in rows.iter().enumerate() {
            refusals += row.refusals;
            while rows[oldest].from <= row.from - QUARTER_MS {
                refusals -= rows[oldest].refusals;
                oldest += 1;
            }
            // Not at each refusal: what goes up and down again is chance.
            if row.from.div_euclid(QUARTER_MS) == quarter {
                continue;
            }
            quarter = row.from.div_euclid(QUARTER_MS);
            let people = refusals as f64 / minutes * again + rng.random_range(0.0..1.0);
            let crowd = (people.floor() as i64)
                .min(i64::try_from(refusals).unwrap_or(i64::MAX))
                .max(row.in_line);
            changes[index] = crowd - standing;
            standing = crowd;
        }
        Self(changes)
    }

    pub(super) fn change(&self, stretch: usize) -> i64 {
        self.0[stretch]
    }
}
