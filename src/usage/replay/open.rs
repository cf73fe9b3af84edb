//! Sessions whose end is not drawn yet, by the stretch in which they began.

use rand::RngExt;
use rand::rngs::SmallRng;

/// Finds one of those that began within some stretches, each as likely as any other.
pub(super) struct Open {
    /// Sums of how many are open, as a Fenwick tree over the stretches.
    tree: Vec<u32>,
    /// Where the sessions of each stretch stand in `sessions`, and how many of them are open.
    stretches: Vec<(u32, u32)>,
    sessions: Vec<u32>,
    count: u32,
}

impl Open {
    /// Room for so many stretches.
    pub(super) fn new(stretches: usize) -> Self {
        Self {
            tree: vec![0; stretches.next_power_of_two() + 1],
            stretches: Vec::with_capacity(stretches),
            sessions: Vec::new(),
            count: 0,
        }
    }

    /// What is added from here on began in the next stretch.
    pub(super) fn next_stretch(&mut self) {
        self.stretches.push((len(&self.sessions), 0));
    }

    /// A session of the latest stretch.
    pub(super) fn add(&mut self, session: u32) {
        self.sessions.push(session);
        let stretch = self.stretches.len() - 1;
        self.stretches[stretch].1 += 1;
        self.count += 1;
        self.change(stretch, 1);
    }

    /// Takes one that began in the stretches from `first` up to before `end`; where there is none,
    /// the latest before them, or else the first after them.
    pub(super) fn take(&mut self, first: usize, end: usize, rng: &mut SmallRng) -> Option<u32> {
        if self.count == 0 {
            return None;
        }
        let before = self.sum(first);
        let within = self.sum(end.max(first)) - before;
        let rank = if within > 0 {
            before + rng.random_range(0..within)
        } else {
            before.saturating_sub(1)
        };
        let stretch = self.find(rank);
        let (from, left) = self.stretches[stretch];
        let chosen = from + rng.random_range(0..left);
        let last = from + left - 1;
        self.sessions.swap(chosen as usize, last as usize);
        let session = self.sessions[last as usize];
        self.stretches[stretch].1 -= 1;
        if stretch + 1 == self.stretches.len() {
            // More may come of it.
            self.sessions.pop();
        }
        self.count -= 1;
        self.change(stretch, u32::MAX);
        Some(session)
    }

    /// How many are open of the stretches before this one.
    fn sum(&self, stretch: usize) -> u32 {
        let mut place = stretch.min(self.tree.len() - 1);
        let mut sum = 0_u32;
        while place > 0 {
            sum += self.tree[place];
            place &= place - 1;
        }
        sum
    }

    /// The stretch of the open session before which there are `rank` others.
    fn find(&self, mut rank: u32) -> usize {
        let mut place = 0;
        let mut step = self.tree.len() - 1;
        while step > 0 {
            let next = place + step;
            if next < self.tree.len() && self.tree[next] <= rank {
                rank -= self.tree[next];
                place = next;
            }
            step /= 2;
        }
        place
    }

    fn change(&mut self, stretch: usize, by: u32) {
        let mut place = stretch + 1;
        while place < self.tree.len() {
            self.tree[place] = self.tree[place].wrapping_add(by);
            place += place & place.wrapping_neg();
        }
    }
}

fn len(sessions: &[u32]) -> u32 {
    u32::try_from(sessions.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use std::collections::BTreeSet;

    #[test]
    fn each_of_the_stretches_is_taken_once_and_before_all_others() {
        let mut open = Open::new(5);
        for stretch in 0..5 {
            open.next_stretch();
            (0..10).for_each(|n| open.add(stretch * 10 + n));
        }
        let mut rng = SmallRng::seed_from_u64(1);

        let mut take =
            |count| -> BTreeSet<u32> { (0..count).filter_map(|_| open.take(1, 3, &mut rng)).collect() };

        assert_eq!(take(20), (10..30).collect());
        // Nothing is left there: what came just before, then what came after.
        assert_eq!(take(10), (0..10).collect());
        assert_eq!(take(21), (30..50).collect());
        assert_eq!(open.take(0, 5, &mut SmallRng::seed_from_u64(1)), None);
    }

    #[test]
    fn what_is_taken_of_the_latest_stretch_leaves_room_for_more() {
        let mut open = Open::new(2);
        let mut rng = SmallRng::seed_from_u64(1);
        open.next_stretch();
        open.add(0);
        open.next_stretch();
        open.add(1);
        assert_eq!(open.take(1, 2, &mut rng), Some(1));
        open.add(2);
        open.add(3);
        let rest: BTreeSet<_> = (0..3).filter_map(|_| open.take(0, 2, &mut rng)).collect();
        assert_eq!(rest, BTreeSet::from([0, 2, 3]));
    }
}
