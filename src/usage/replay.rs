//! What would have been: the sessions of the record, drawn anew, against another number of seats, a
//! waiting line, or starts that are staggered. An estimate, and a range.
//!
//! The record knows how many logged in and out in each minute, how high the use was, and how long the
//! sessions were that ended, but not which login belongs to which end, nor the order within a minute.
//! That is drawn, several times; what differs between the draws is the range. Whoever found no seat
//! leaves when it would have left anyway.

mod crowd;
mod open;
mod path;
mod seats;
mod sketch;
mod stagger;
mod stretch;

use super::count::Count;
use super::row::Row;
use crate::seats::Timestamp;
use crowd::Crowd;
use path::Path;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use seats::Outcome;
use sketch::Sketches;

/// Starts are moved by multiples of this.
pub const QUARTER_MS: i64 = 900_000;
/// A replay stands on so many days at least, a whole week, and so many sessions.
pub const FIRST_DAYS: u64 = 7;
/// Fewer sessions say nothing.
pub const FIRST_SESSIONS: u64 = 50;
/// So many sessions are drawn at most, over all draws, unless there would be too few of them.
const MOST_DRAWN: u64 = 3_000_000;
/// So many draws, at least and at most.
const DRAWS: [u64; 2] = [8, 40];
/// Of a longer record the latest sessions are replayed.
const MOST_SESSIONS: u64 = 1_500_000;
/// By so much replays were off beside their draws, where simulated fleets told the truth: counts, the
/// same with staggered starts, waits, waits where the record itself has refusals, peaks.
const OFF: f64 = 0.08;
const OFF_STAGGERED: f64 = 0.12;
const OFF_WAITS: f64 = 0.12;
const OFF_WAITS_AT_CAP: f64 = 0.5;
const OFF_PEAK: f64 = 0.01;

/// Against what the sessions are replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The seats, all the time, with a strict limit.
    pub seats: u32,
    /// How many may wait for one; 0: nobody, and those refused try again now and then.
    pub line: u32,
    /// Everybody begins, and ends, later by up to so many quarters of an hour, each by its own.
    pub stagger: u32,
    /// The same seed gives the same answer.
    pub seed: u64,
}

/// From the lowest to the highest of what may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The lowest.
    pub low: u64,
    /// The middle one of the draws.
    pub middle: u64,
    /// The highest.
    pub high: u64,
}

/// What would have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// The begin of what was replayed; `None`: there is nothing.
    pub from: Option<Timestamp>,
    /// How many times the sessions were drawn.
    pub draws: u64,
    /// How many there are.
    pub sessions: u64,
    /// Logins that would have been refused when they came, each once, however often it is tried again.
    pub refused: Range,
    /// Those that would have got a seat after they were refused, or waited in the line.
    pub waited: Range,
    /// 95 % of them would have waited no longer, in seconds; `None`: nobody waited in any draw.
    pub wait_s_p95: Option<Range>,
    /// The most seats in use.
    pub peak: Range,
}

/// Replays the rows of a record, in the order of time.
pub fn replay(rows: &[Row], question: Question) -> Estimate {
    let (rows, sessions) = latest(rows);
    let draws = (MOST_DRAWN / sessions.max(1)).clamp(DRAWS[0], DRAWS[1]);
    let sketches = Sketches::of(rows);
    let outcomes: Vec<Outcome> = (0..draws)
        .map(|draw| {
            let seed = question.seed.wrapping_mul(1_000_003).wrapping_add(draw);
            let mut rng = SmallRng::seed_from_u64(seed);
            // The draws stand for all paces at which people may have tried again, evenly.
            let pace = (draw as f64 + rng.random_range(0.0..1.0)) / draws as f64;
            let crowd = Crowd::of(&sketches.rows, pace, &mut rng);
            let path = Path::draw(&sketches, &crowd, &mut rng);
            seats::act(&path, question, &mut rng)
        })
        .collect();
    let is_at_cap = rows.iter().any(|row| row.counts.get(Count::Refusals) > 0);
    Estimate {
        from: rows.first().map(|row| row.from),
        draws,
        sessions,
        ..estimate(&outcomes, question, is_at_cap)
    }
}

/// The latest rows with no more sessions than are replayed, and how many these are.
fn latest(rows: &[Row]) -> (&[Row], u64) {
    let (mut first, mut sessions) = (rows.len(), 0);
    for (index, row) in rows.iter().enumerate().rev() {
        let more = sessions + row.counts.get(Count::Logins);
        if more > MOST_SESSIONS {
            break;
        }
        (first, sessions) = (index, more);
    }
    (&rows[first..], sessions)
}

fn estimate(outcomes: &[Outcome], question: Question, is_at_cap: bool) -> Estimate {
    let is_staggered = question.stagger > 0;
    let off = if is_staggered { OFF_STAGGERED } else { OFF };
    let off_waits = if is_at_cap { OFF_WAITS_AT_CAP } else { OFF_WAITS };
    let drawn = Range::of(outcomes, |one| one.peak);
    // Else the record knows the peak.
    let peak = if is_staggered || is_at_cap {
        drawn.widened(OFF_PEAK, 1)
    } else {
        drawn
    };
    let full = u64::from(question.seats).max(drawn.high);
    // Where it may have been full, somebody may have come just then.
    let some = if peak.high >= full { 2 } else { 0 };
    let refused = Range::of(outcomes, |one| one.refused);
    let waits = Range::of(outcomes, |one| one.wait_s_p95).widened(off_waits, 10);
    Estimate {
        from: None,
        draws: 0,
        sessions: 0,
        refused: if question.line > 0 && refused.high == 0 {
            refused
        } else {
            refused.widened(off, some)
        },
        waited: Range::of(outcomes, |one| one.waited).widened(off, some),
        wait_s_p95: outcomes.iter().any(|one| one.waited > 0).then_some(waits),
        peak: Range {
            high: peak.high.min(full),
            ..peak
        },
    }
}

impl Range {
    /// From the lowest to the highest of the draws; there is one at least.
    fn of(outcomes: &[Outcome], of: impl Fn(&Outcome) -> u64) -> Self {
        let mut all: Vec<u64> = outcomes.iter().map(of).collect();
        all.sort_unstable();
        Self {
            low: all[0],
            middle: all[all.len() / 2],
            high: all[all.len() - 1],
        }
    }

    /// Wider by this share, and by `least` at least.
    fn widened(self, share: f64, least: u64) -> Self {
        let by = |edge: u64| ((edge as f64 * share).ceil() as u64).max(least);
        Self {
            low: self.low.saturating_sub(by(self.low)),
            middle: self.middle,
            high: self.high + by(self.high),
        }
    }
}

#[cfg(test)]
mod tests;
