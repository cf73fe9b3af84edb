//! One way in which the sessions of a record may have come and gone.

use super::crowd::Crowd;
use super::open::Open;
use super::sketch::{Sketch, Sketches};
use super::stretch::{Happening, Stretch};
use crate::usage::histogram::edge;
use rand::RngExt;
use rand::rngs::SmallRng;

/// A login is taken to be the return of somebody whose connection was lost, if that was given up so
/// long ago at most.
const LOST_MS: i64 = 900_000;
/// Or of somebody who had logged out so long ago.
const AWAY_MS: i64 = 3_600_000;

/// A login or an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// Milliseconds since 1970.
    pub(super) at: i64,
    pub(super) person: u32,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Login,
    /// The connection is lost, and this person is back before long.
    Loss,
    End,
}

/// All steps, in the order of time.
pub(super) struct Path {
    pub(super) steps: Vec<Step>,
    /// So many people are there at the beginning: those with the lowest numbers.
    pub(super) already: u32,
    pub(super) people: u32,
}

struct Drawing<'a> {
    /// When each row begins, and when it ends. Beside each other, since they are searched for each end.
    begins: Vec<i64>,
    ends: Vec<i64>,
    rng: &'a mut SmallRng,
    steps: Vec<Step>,
    open: Open,
    people: u32,
    /// The steps that were ends, and after which nobody came back yet: losses, and others.
    lost: Vec<usize>,
    left: Vec<usize>,
    level: i64,
    /// Ends that the record counts in a later row than that in which the level fell.
    early: i64,
    /// The lengths of a row that are left, and the times of what happens in it.
    lengths: Vec<u8>,
    times: Vec<i64>,
}

impl Path {
    pub(super) fn draw(sketches: &Sketches, crowd: &Crowd, rng: &mut SmallRng) -> Self {
        let rows = &sketches.rows;
        let already = rows.first().map_or(0, level_before);
        let mut drawing = Drawing {
            begins: rows.iter().map(|row| row.from).collect(),
            ends: rows.iter().map(|row| row.until).collect(),
            rng,
            steps: Vec::new(),
            open: Open::new(rows.len() + 1),
            people: 0,
            lost: Vec::new(),
            left: Vec::new(),
            level: i64::from(already),
            early: 0,
            lengths: Vec::new(),
            times: Vec::new(),
        };
        drawing.open.next_stretch();
        for _ in 0..already {
            let person = drawing.new_person();
            drawing.open.add(person);
        }
        for (index, row) in rows.iter().enumerate() {
            drawing.row(row, sketches.lengths(row), crowd.change(index));
        }
        Self {
            steps: drawing.steps,
            already,
            people: drawing.people,
        }
    }
}

/// The seats in use before a row.
fn level_before(row: &Sketch) -> u32 {
    u32::try_from(row.last - (row.logins - row.ends)).unwrap_or(0)
}

impl Drawing<'_> {
    fn row(&mut self, row: &Sketch, lengths: &[u8], crowd: i64) {
        self.open.next_stretch();
        let (logins, ends) = self.settled(row);
        let mut stretch = Stretch::new(row, self.level, (logins, ends), crowd);
        self.lengths.clear();
        self.lengths.extend_from_slice(lengths);
        let mut times = std::mem::take(&mut self.times);
        times.clear();
        times.extend((0..stretch.left()).map(|_| self.rng.random_range(row.from..=row.until)));
        times.sort_unstable();
        for at in times.iter().copied() {
            match stretch.next(self.rng) {
                Happening::Login | Happening::Tries => self.come(at),
                // It is there already.
                Happening::TriedLogin => {}
                Happening::Lost => {
                    let length = take_any(&mut self.lengths, self.rng);
                    self.go(at, length, true);
                }
                Happening::End => {
                    let length = take_any(&mut self.lengths, self.rng);
                    self.go(at, length, false);
                }
                Happening::GivesUp => self.go(at, None, false),
            }
        }
        self.times = times;
        self.level = row.last;
    }

    /// Logins and ends of a row, such that they lead to the level at its end. A seat is free when its
    /// grace is over, and its end is counted when that is seen: mostly in the same row.
    fn settled(&mut self, row: &Sketch) -> (i64, i64) {
        let counted = (row.logins, row.ends);
        let needed = counted.0 - (row.last - self.level);
        let (mut logins, mut ends) = (counted.0 + (-needed).max(0), needed.max(0));
        if ends >= counted.1 {
            self.early += ends - counted.1;
        } else {
            let more = counted.1 - ends;
            let settled = more.min(self.early);
            self.early -= settled;
            logins += more - settled;
            ends += more - settled;
        }
        (logins, ends)
    }

    fn come(&mut self, at: i64) {
        let lost = latest(&mut self.lost, &self.steps, at - LOST_MS);
        if let Some(step) = lost {
            self.steps[step].what = What::Loss;
        }
        let before = lost.or_else(|| latest(&mut self.left, &self.steps, at - AWAY_MS));
        let person = match before {
            Some(step) => self.steps[step].person,
            None => self.new_person(),
        };
        self.open.add(person);
        self.steps.push(Step {
            at,
            person,
            what: What::Login,
        });
    }

    fn new_person(&mut self) -> u32 {
        self.people += 1;
        self.people - 1
    }

    /// Somebody ends whose session was so long.
    fn go(&mut self, at: i64, length: Option<u8>, is_lost: bool) {
        let (first, end) = match length {
            Some(bucket) => self.begun_between(at - shortest(bucket + 1), at - shortest(bucket)),
            None => (self.begins.len(), self.begins.len()),
        };
        let Some(person) = self.open.take(first, end, self.rng) else {
            return;
        };
        let ends = if is_lost { &mut self.lost } else { &mut self.left };
        ends.push(self.steps.len());
        self.steps.push(Step {
            at,
            person,
            what: What::End,
        });
    }

    /// The stretches that touch this time; 0 is the time before all rows.
    fn begun_between(&self, from: i64, until: i64) -> (usize, usize) {
        let first = self.ends.partition_point(|at| *at < from);
        let end = self.begins.partition_point(|at| *at <= until);
        let first = if first == 0 { 0 } else { first + 1 };
        (first, end + 1)
    }
}

/// The latest of these ends, unless it was before `since`; then all of them were.
fn latest(ends: &mut Vec<usize>, steps: &[Step], since: i64) -> Option<usize> {
    let step = ends.pop()?;
    if steps[step].at < since {
        ends.clear();
        return None;
    }
    Some(step)
}

/// The shortest length of a bucket, in milliseconds.
fn shortest(bucket: u8) -> i64 {
    signed(edge(bucket))
}

fn take_any(lengths: &mut Vec<u8>, rng: &mut SmallRng) -> Option<u8> {
    let most = lengths.len().checked_sub(1)?;
    Some(lengths.swap_remove(rng.random_range(0..=most)))
}

pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 4)
}
