//! What happened in one row of the record, in an order that the record allows.

use super::sketch::Sketch;
use rand::RngExt;
use rand::rngs::SmallRng;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    Login,
    /// The login of somebody who had tried in vain, and counts as there already.
    TriedLogin,
    /// A session ends after a loss.
    Lost,
    /// A session ends otherwise.
    End,
    /// Somebody comes and tries in vain.
    Tries,
    /// Somebody who tried in vain goes.
    GivesUp,
}

/// What is left to happen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    level: i64,
    low: i64,
    high: i64,
    logins: i64,
    tried: i64,
    ends: i64,
    lost: i64,
    tries: i64,
    give_up: i64,
}

impl Stretch {
    /// From `level` on, with so many logins and ends; `crowd` more try in vain afterwards, or fewer.
    pub(super) fn new(row: &Sketch, level: i64, (logins, ends): (i64, i64), crowd: i64) -> Self {
        let tried = (-crowd).clamp(0, logins);
        Self {
            level,
            low: row.low,
            high: row.high,
            logins: logins - tried,
            tried,
            ends,
            lost: row.purges.min(ends),
            tries: crowd.max(0),
            give_up: (-crowd).max(0) - tried,
        }
    }

    pub(super) fn left(&self) -> i64 {
        self.logins + self.tried + self.ends + self.tries + self.give_up
    }

    /// What is next; something must be left. The level stays between the lowest and the highest that
    /// the record knows.
    pub(super) fn next(&mut self, rng: &mut SmallRng) -> Happening {
        let (come, trying) = (self.logins + self.tried, self.tries + self.give_up);
        if trying > 0 && rng.random_range(0..self.left()) < trying {
            return self.next_trying();
        }
        let goes_up = if come == 0 || (self.level >= self.high && self.ends > 0) {
            false
        } else if self.ends == 0 || self.level <= self.low {
            true
        } else {
            rng.random_range(0..come + self.ends) < come
        };
        if goes_up {
            self.level += 1;
            let has_tried = self.tried > 0 && rng.random_range(0..come) < self.tried;
            self.tried -= i64::from(has_tried);
            self.logins -= i64::from(!has_tried);
            return if has_tried {
                Happening::TriedLogin
            } else {
                Happening::Login
            };
        }
        self.level -= 1;
        let is_lost = self.lost > 0 && rng.random_range(0..self.ends) < self.lost;
        self.lost -= i64::from(is_lost);
        self.ends -= 1;
        if is_lost { Happening::Lost } else { Happening::End }
    }

    fn next_trying(&mut self) -> Happening {
        if self.tries > 0 {
            self.tries -= 1;
            Happening::Tries
        } else {
            self.give_up -= 1;
            Happening::GivesUp
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::Timestamp;
    use crate::usage::row::{Row, Standing};
    use rand::SeedableRng;

    fn row(levels: &[u32]) -> Sketch {
        let standing = |connected| Standing {
            connected,
            ..Standing::default()
        };
        let mut row = Row::at(Timestamp(0), standing(levels[0]));
        row.stand_until(Timestamp(1), &[]);
        levels.iter().for_each(|level| row.change(standing(*level)));
        Sketch::of(&row, (0, 0))
    }

    #[test]
    fn all_happens_once_and_the_level_stays_within_what_is_known() {
        for seed in 0..200 {
            let mut rng = SmallRng::seed_from_u64(seed);
            let mut stretch = Stretch::new(&row(&[5, 6, 5, 4]), 5, (3, 4), 0);
            let mut level = 5;
            while stretch.left() > 0 {
                match stretch.next(&mut rng) {
                    Happening::Login => level += 1,
                    Happening::End => level -= 1,
                    other => panic!("{other:?}"),
                }
                assert!((4..=6).contains(&level), "{level}");
            }
            assert_eq!(level, 4);
        }
    }

    #[test]
    fn who_tried_is_there_already_when_it_logs_in_and_the_rest_give_up() {
        let mut rng = SmallRng::seed_from_u64(1);
        let mut all = |crowd| {
            let mut stretch = Stretch::new(&row(&[5, 6, 7]), 5, (2, 0), crowd);
            let mut happened = Vec::new();
            while stretch.left() > 0 {
                happened.push(stretch.next(&mut rng));
            }
            let count = |what| happened.iter().filter(|one| **one == what).count();
            [
                Happening::Login,
                Happening::TriedLogin,
                Happening::GivesUp,
                Happening::Tries,
            ]
            .map(count)
        };
        assert_eq!(all(3), [2, 0, 0, 3]);
        assert_eq!(all(-1), [1, 1, 0, 0]);
        assert_eq!(all(-5), [0, 2, 3, 0]);
    }
}
