//! What a path comes to on so many seats.

use super::Question;
use super::path::{Path, Step, What};
use super::stagger::{delays, staggered};
use rand::RngExt;
use rand::rngs::SmallRng;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

/// Whoever is refused tries again after so long, at least and at most, in milliseconds.
const AGAIN_MS: [i64; 2] = [120_000, 600_000];

/// What came of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    pub(super) refused: u64,
    pub(super) waited: u64,
    pub(super) wait_s_p95: u64,
    pub(super) peak: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Away,
    Seated,
    /// In the line, or trying again now and then.
    Waiting,
}

struct Floor<'a> {
    question: Question,
    rng: &'a mut SmallRng,
    states: Vec<State>,
    in_use: u32,
    line: VecDeque<u32>,
    /// When who tries again, and after how long the next time.
    again: BinaryHeap<Reverse<(i64, u32, i64)>>,
    /// Since when they wait.
    since: HashMap<u32, i64>,
    waits_ms: Vec<i64>,
    refused: u64,
    peak: u32,
}

/// Acts the path out.
pub(super) fn act(path: &Path, question: Question, rng: &mut SmallRng) -> Outcome {
    let delays = delays(path, question.stagger, rng);
    let mut floor = Floor {
        question,
        rng,
        states: vec![State::Away; path.people as usize],
        in_use: path.already,
        line: VecDeque::new(),
        again: BinaryHeap::new(),
        since: HashMap::new(),
        waits_ms: Vec::new(),
        refused: 0,
        peak: path.already,
    };
    floor.states[..path.already as usize].fill(State::Seated);
    if question.stagger == 0 {
        path.steps.iter().for_each(|step| floor.step(*step));
    } else {
        staggered(&path.steps, &delays, question.stagger, |step| floor.step(step));
    }
    floor.outcome()
}

impl Floor<'_> {
    fn step(&mut self, step: Step) {
        self.try_again(step.at);
        let person = step.person as usize;
        match (step.what, self.states[person]) {
            (What::Login, State::Away) => self.come(step.person, step.at),
            (What::Loss | What::End, State::Seated) => {
                self.states[person] = State::Away;
                self.in_use -= 1;
                self.serve(step.at);
            }
            (What::End, State::Waiting) => {
                self.states[person] = State::Away;
                self.since.remove(&step.person);
            }
            // Nobody loses a connection while it waits for a seat, or comes twice.
            (What::Login, State::Seated | State::Waiting)
            | (What::Loss, State::Waiting)
            | (What::Loss | What::End, State::Away) => {}
        }
    }

    fn come(&mut self, person: u32, at: i64) {
        if self.in_use < self.question.seats {
            return self.seat(person);
        }
        self.states[person as usize] = State::Waiting;
        self.since.insert(person, at);
        if !self.join(person) {
            self.refused += 1;
            let again = self.rng.random_range(AGAIN_MS[0]..=AGAIN_MS[1]);
            self.again.push(Reverse((at + again, person, again)));
        }
    }

    /// Whether there is a place in the line.
    fn join(&mut self, person: u32) -> bool {
        // Those who left the line are still in it until it comes to them.
        if self.line.len() >= self.question.line as usize {
            let states = &self.states;
            self.line
                .retain(|waiter| states[*waiter as usize] == State::Waiting);
        }
        let has_place = self.line.len() < self.question.line as usize;
        if has_place {
            self.line.push_back(person);
        }
        has_place
    }

    fn try_again(&mut self, until: i64) {
        while let Some(Reverse((at, person, again))) = self.again.peek().copied()
            && at <= until
        {
            self.again.pop();
            if self.states[person as usize] != State::Waiting {
                continue;
            }
            if self.in_use < self.question.seats {
                self.seat_after_wait(person, at);
            } else if !self.join(person) {
                self.again.push(Reverse((at + again, person, again)));
            }
        }
    }

    /// A freed seat goes to the head of the line.
    fn serve(&mut self, at: i64) {
        while self.in_use < self.question.seats
            && let Some(person) = self.line.pop_front()
        {
            if self.states[person as usize] == State::Waiting {
                self.seat_after_wait(person, at);
            }
        }
    }

    fn seat_after_wait(&mut self, person: u32, at: i64) {
        if let Some(since) = self.since.remove(&person) {
            self.waits_ms.push(at - since);
        }
        self.seat(person);
    }

    fn seat(&mut self, person: u32) {
        self.states[person as usize] = State::Seated;
        self.in_use += 1;
        self.peak = self.peak.max(self.in_use);
    }

    fn outcome(mut self) -> Outcome {
        self.waits_ms.sort_unstable();
        let waited = self.waits_ms.len();
        let p95 = self.waits_ms.get((waited * 95).div_ceil(100).saturating_sub(1));
        let wait_s_p95 = p95.map_or(0, |ms| u64::try_from(ms.div_euclid(1000)).unwrap_or(0));
        Outcome {
            refused: self.refused,
            waited: waited as u64,
            wait_s_p95,
            peak: self.peak.into(),
        }
    }
}
