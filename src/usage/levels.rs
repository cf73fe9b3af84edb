//! How long a number stood at which value.

/// Milliseconds by level, lowest level first. A level that was only touched stands with 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels(Vec<(u32, u64)>);

impl Levels {
    /// These levels, ascending; `None` if they are not.
    pub fn of(levels: Vec<(u32, u64)>) -> Option<Self> {
        let ascending = levels.windows(2).all(|pair| pair[0].0 < pair[1].0);
        ascending.then_some(Self(levels))
    }

    /// So many milliseconds more at `level`; 0 says that it was touched.
    pub fn stand(&mut self, level: u32, ms: u64) {
        match self.0.binary_search_by_key(&level, |(level, _)| *level) {
            Ok(place) => self.0[place].1 += ms,
            Err(place) => self.0.insert(place, (level, ms)),
        }
    }

    /// Adds the time of another stretch.
    pub fn add(&mut self, other: &Self) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
            return;
        }
        if other.0.len() <= FEW {
            other.iter().for_each(|(level, ms)| self.stand(level, ms));
        } else {
            self.add_many(other);
        }
    }

    /// In one pass over both; what is missing here comes in a second one.
    fn add_many(&mut self, other: &Self) {
        let mut missing = Vec::new();
        let mut own = self.0.iter_mut().peekable();
        for &(level, ms) in &other.0 {
            while own.next_if(|(own, _)| *own < level).is_some() {}
            match own.peek_mut() {
                Some((own, sum)) if *own == level => *sum += ms,
                Some(_) | None => missing.push((level, ms)),
            }
        }
        if !missing.is_empty() {
            self.0 = merged(&self.0, &missing);
        }
    }

    /// All levels with their milliseconds, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, u64)> + ExactSizeIterator {
        self.0.iter().copied()
    }

    /// The highest level that was reached, for however short a time.
    pub fn highest(&self) -> Option<u32> {
        self.0.last().map(|(level, _)| *level)
    }

    /// The lowest level.
    pub fn lowest(&self) -> Option<u32> {
        self.0.first().map(|(level, _)| *level)
    }

    /// Milliseconds at all levels together.
    pub fn total_ms(&self) -> u64 {
        self.0.iter().map(|(_, ms)| ms).sum()
    }

    /// The sum of level × milliseconds.
    pub fn product_ms(&self) -> u64 {
        self.0.iter().map(|(level, ms)| u64::from(*level) * ms).sum()
    }

    /// The highest level at or above which so many milliseconds were spent in total.
    pub fn held_for(&self, ms: u64) -> Option<u32> {
        let mut above = 0;
        self.0.iter().rev().find_map(|(level, at)| {
            above += at;
            (above >= ms && above > 0).then_some(*level)
        })
    }

    /// The lowest level that is enough for `share` of the time in which the level was over zero.
    pub fn enough_for(&self, share: f64) -> Option<u32> {
        let open: u64 = self
            .0
            .iter()
            .filter(|(level, _)| *level > 0)
            .map(|(_, ms)| ms)
            .sum();
        let mut above = 0;
        let mut enough = None;
        // From the top down: the time that would be above the level is at most what is left.
        for &(level, ms) in self.0.iter().rev().filter(|(level, ms)| *level > 0 && *ms > 0) {
            if enough.is_some() && above as f64 > (1.0 - share) * open as f64 + 1e-6 {
                break;
            }
            enough = Some(level);
            above += ms;
        }
        enough
    }
}

/// Up to so many levels are put in one by one.
const FEW: usize = 4;

/// Both in their order; none is in both.
fn merged(one: &[(u32, u64)], other: &[(u32, u64)]) -> Vec<(u32, u64)> {
    let mut merged = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    loop {
        let next = match (one.peek(), other.peek()) {
            (Some(a), Some(b)) => **a.min(b),
            (Some(level), None) | (None, Some(level)) => **level,
            (None, None) => return merged,
        };
        one.next_if(|level| level.0 == next.0);
        other.next_if(|level| level.0 == next.0);
        merged.push(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(parts: &[(u32, u64)]) -> Levels {
        let mut levels = Levels::default();
        parts.iter().for_each(|(level, ms)| levels.stand(*level, *ms));
        levels
    }

    #[test]
    fn levels_add_up_in_any_order() {
        let mut sum = levels(&[(3, 10), (1, 5), (3, 2), (7, 0)]);
        sum.add(&levels(&[(1, 1), (2, 4)]));

        assert_eq!(sum, levels(&[(1, 6), (2, 4), (3, 12), (7, 0)]));
        assert_eq!((sum.highest(), sum.lowest()), (Some(7), Some(1)));
        assert_eq!((sum.total_ms(), sum.product_ms()), (22, 6 + 8 + 36));
    }

    #[test]
    fn many_levels_are_merged_as_few_are_put_in() {
        let many = levels(&[(0, 7), (2, 1), (5, 2), (6, 0), (9, 4), (11, 1)]);
        let others = levels(&[(1, 3), (2, 5), (6, 1), (7, 7), (11, 0), (12, 2)]);
        let mut merged = many.clone();
        merged.add(&others);
        let mut put_in = many;
        others.iter().for_each(|(level, ms)| put_in.stand(level, ms));
        assert_eq!(merged, put_in);
    }

    #[test]
    fn a_peak_held_is_the_time_at_or_above_a_level() {
        let levels = levels(&[(10, 3600), (11, 1200), (12, 600), (20, 1)]);
        assert_eq!(levels.held_for(1), Some(20));
        assert_eq!(levels.held_for(1800), Some(11));
        assert_eq!(levels.held_for(1801), Some(11));
        assert_eq!(levels.held_for(1802), Some(10));
        assert_eq!(levels.held_for(5402), None);
        assert_eq!(Levels::default().held_for(0), None);
    }

    #[test]
    fn seats_enough_are_judged_by_open_time_alone() {
        let levels = levels(&[(0, 1_000_000), (5, 950), (6, 40), (7, 9), (9, 1), (12, 0)]);
        assert_eq!(levels.enough_for(0.95), Some(5));
        assert_eq!(levels.enough_for(0.99), Some(6));
        assert_eq!(levels.enough_for(0.999), Some(7));
        assert_eq!(levels.enough_for(1.0), Some(9));
        assert_eq!(Levels::default().enough_for(0.95), None);
    }
}
