//! When there is room for so many more: quiet times to come, from the same times of the weeks before.

use super::right_size::{Confidence, DaysToGo, FIRST_DAYS};
use crate::seats::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Half-hours are looked at so many days back: ten weeks.
pub const LOOKS_BACK_DAYS: i64 = 70;
/// And so many days ahead.
pub const LOOKS_AHEAD_DAYS: i64 = 14;
/// The latest weeks that speak for one time, at most; so many make it sure.
const WEEKS: usize = 8;
/// Fewer make it unsure, and fewer than two say nothing.
const SOME_WEEKS: [usize; 2] = [2, 4];
/// A half-hour is open if it usually has this share of the week's usual peak.
const OPEN: f64 = 0.25;
/// So many windows are told.
const MOST_WINDOWS: usize = 10;
const WEEK: i64 = 336;
const DAY: i64 = 48;

/// A half-hour that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// Its [number](super::local_half_hour).
    pub place: i64,
    /// The highest demand.
    pub demand: u32,
}

/// A half-hour to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coming {
    /// Its first instant.
    pub at: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// Its [number](super::local_half_hour).
    pub place: i64,
    /// The lowest limit in it; `None`: there is no training in it, since nobody can log in or there
    /// is maintenance.
    pub limit: Option<u32>,
}

/// What room is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Seats on top of the usual ones.
    pub seats: u32,
    /// For how long, in milliseconds.
    pub length_ms: i64,
    /// Also when hardly anybody is there.
    pub at_any_hour: bool,
}

/// A time that has room, in seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// The lowest limit in it.
    pub limit: u32,
    /// What is left beside the training in the fullest of the weeks known; below 0: it was too full.
    pub headroom: i64,
    /// The same in the middle week.
    pub usual_headroom: i64,
    /// The highest demand at this time in any of these weeks.
    pub highest_demand: u32,
    /// The same in the middle week.
    pub usual_demand: u32,
    /// How many weeks are known.
    pub weeks_known: usize,
    /// In how many of them there was room.
    pub weeks_with_room: usize,
    /// How sure it is.
    pub confidence: Confidence,
}

/// The quiet times, the one with the most headroom first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietWindows {
    /// None of them overlaps another.
    pub windows: Vec<Window>,
    /// The most seats for which one of the times would have had room in every week known.
    pub most_seats: u32,
}

impl QuietWindows {
    /// From the half-hours that were, and from consecutive ones to come. A window begins with a
    /// half-hour. It is told if there was room in the middle one of the weeks known.
    ///
    /// # Errors
    ///
    /// The days that are missing before there is advice.
    pub fn of(past: &[Past], coming: &[Coming], wish: Wish) -> Result<Self, DaysToGo> {
        let days: BTreeSet<_> = past.iter().map(|half| half.place.div_euclid(DAY)).collect();
        if days.len() < FIRST_DAYS {
            return Err(DaysToGo(FIRST_DAYS - days.len()));
        }
        let known = Known::of(past);
        let is_open = |half: &Coming| wish.at_any_hour || known.is_open(half.place);
        let mut all: Vec<Window> = (0..coming.len())
            .filter_map(|first| {
                let until = Timestamp(coming[first].at.0 + wish.length_ms);
                let end = first + coming[first..].partition_point(|half| half.at < until);
                let halves = &coming[first..end];
                let reaches = halves.last().is_some_and(|last| last.until >= until);
                let window = || known.window(halves, until, wish.seats);
                (reaches && halves.iter().all(is_open)).then(window).flatten()
            })
            .collect();
        let room = all.iter().map(|window| window.headroom + i64::from(wish.seats));
        let most_seats = u32::try_from(room.max().unwrap_or(0)).unwrap_or(0);
        all.retain(|window| window.usual_headroom >= 0);
        all.sort_by_key(|window| (-window.headroom, -window.usual_headroom, window.from));
        Ok(Self {
            windows: apart(all),
            most_seats,
        })
    }
}

/// The best ones that do not overlap a better one.
fn apart(all: Vec<Window>) -> Vec<Window> {
    let mut best: Vec<Window> = Vec::new();
    for window in all {
        let is_apart = |other: &Window| window.until <= other.from || other.until <= window.from;
        if best.len() < MOST_WINDOWS && best.iter().all(is_apart) {
            best.push(window);
        }
    }
    best
}

/// What is usual at each half-hour of the week.
#[derive(Debug)]
pub(super) struct Usual {
    /// The middle one of the highest demands of the weeks; of an even number the higher of the two.
    demand: BTreeMap<i64, u32>,
    peak: u32,
}

impl Usual {
    pub(super) fn of(past: &[Past]) -> Self {
        Self::of_places(&by_place(past))
    }

    fn of_places(demand: &BTreeMap<i64, u32>) -> Self {
        let mut weekly: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        for (place, demand) in demand {
            weekly.entry(place.rem_euclid(WEEK)).or_default().push(*demand);
        }
        let demand: BTreeMap<_, _> = weekly
            .into_iter()
            .map(|(place, mut demands)| {
                demands.sort_unstable();
                (place, demands[demands.len() / 2])
            })
            .collect();
        let peak = demand.values().copied().max().unwrap_or(0);
        Self { demand, peak }
    }

    /// Whether this half-hour usually has this share of the week's usual peak, and anybody.
    pub(super) fn has(&self, place: i64, share: f64) -> bool {
        let usual = self.demand.get(&place.rem_euclid(WEEK));
        usual.is_some_and(|usual| *usual > 0 && f64::from(*usual) >= share * f64::from(self.peak))
    }
}

/// The highest demand by half-hour: an hour that is lived twice has two of them.
fn by_place(past: &[Past]) -> BTreeMap<i64, u32> {
    let mut demand = BTreeMap::new();
    for half in past {
        let highest = demand.entry(half.place).or_insert(half.demand);
        *highest = half.demand.max(*highest);
    }
    demand
}

/// The demand by half-hour.
struct Known {
    demand: BTreeMap<i64, u32>,
    usual: Usual,
}

impl Known {
    fn of(past: &[Past]) -> Self {
        let demand = by_place(past);
        let usual = Usual::of_places(&demand);
        Self { demand, usual }
    }

    fn is_open(&self, place: i64) -> bool {
        self.usual.has(place, OPEN)
    }

    /// `None`: nobody can log in, or too little is known of this time of the week.
    fn window(&self, halves: &[Coming], until: Timestamp, seats: u32) -> Option<Window> {
        let limits: Option<Vec<u32>> = halves.iter().map(|half| half.limit).collect();
        let limits = limits?;
        let week = |ago: i64| {
            let demands: Option<Vec<u32>> = halves
                .iter()
                .map(|half| self.demand.get(&(half.place - ago * WEEK)).copied())
                .collect();
            let demands = demands?;
            let left = limits
                .iter()
                .zip(&demands)
                .map(|(limit, demand)| i64::from(*limit) - i64::from(*demand) - i64::from(seats));
            Some((left.min()?, demands.iter().copied().max()?))
        };
        let (mut headrooms, mut demands): (Vec<i64>, Vec<u32>) = (1..=(LOOKS_BACK_DAYS + LOOKS_AHEAD_DAYS)
            / 7)
            .filter_map(week)
            .take(WEEKS)
            .unzip();
        headrooms.sort_unstable();
        demands.sort_unstable();
        let weeks_known = headrooms.len();
        if weeks_known < SOME_WEEKS[0] {
            return None;
        }
        let weeks_with_room = headrooms.iter().filter(|left| **left >= 0).count();
        let confidence = match weeks_known {
            _ if weeks_with_room < weeks_known => Confidence::Low,
            known if known < SOME_WEEKS[1] => Confidence::Low,
            known if known < WEEKS => Confidence::Medium,
            _ => Confidence::High,
        };
        Some(Window {
            from: halves.first()?.at,
            until,
            limit: limits.iter().copied().min()?,
            headroom: headrooms[0],
            // Of an even number of weeks the fuller one of the two in the middle.
            usual_headroom: headrooms[(weeks_known - 1) / 2],
            highest_demand: demands[weeks_known - 1],
            usual_demand: demands[weeks_known / 2],
            weeks_known,
            weeks_with_room,
            confidence,
        })
    }
}

#[cfg(test)]
mod tests;
