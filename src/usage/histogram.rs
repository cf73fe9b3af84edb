//! Durations in fixed buckets: four to a doubling, from one second to twelve days.

/// The lower edges of the four buckets from one second on, in milliseconds: 1000 × 2^(n/4).
const EDGES: [u64; 4] = [1000, 1189, 1414, 1682];
/// The last bucket takes everything longer.
const LAST: u8 = 80;

/// How many durations fell into which bucket, shortest first. Bucket 0 is under a second.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram(Vec<(u8, u64)>);

impl Histogram {
    /// These buckets, ascending; `None` if they are not.
    pub fn of(buckets: Vec<(u8, u64)>) -> Option<Self> {
        let ascending = buckets.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let known = buckets.last().is_none_or(|(bucket, _)| *bucket <= LAST);
        (ascending && known).then_some(Self(buckets))
    }

    /// Takes note of a duration.
    pub fn record(&mut self, ms: u64) {
        self.put(bucket(ms), 1);
    }

    /// Adds another one's durations.
    pub fn add(&mut self, other: &Self) {
        for &(bucket, count) in &other.0 {
            self.put(bucket, count);
        }
    }

    /// The buckets that are not empty.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u8, u64)> + '_ {
        self.0.iter().copied()
    }

    /// How many durations.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// The upper edge of the bucket that `share` of all durations do not exceed, in seconds.
    pub fn quantile_s(&self, share: f64) -> Option<f64> {
        let wanted = (share * self.count() as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        let bucket = self.0.iter().find_map(|(bucket, count)| {
            seen += count;
            (seen >= wanted).then_some(*bucket)
        })?;
        Some(edge(bucket + 1) as f64 / 1000.0)
    }

    fn put(&mut self, bucket: u8, count: u64) {
        match self.0.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(place) => self.0[place].1 += count,
            Err(place) => self.0.insert(place, (bucket, count)),
        }
    }
}

/// The lower edge of a bucket, in milliseconds.
pub fn edge(bucket: u8) -> u64 {
    match bucket.checked_sub(1) {
        None => 0,
        Some(step) => EDGES[usize::from(step % 4)] << (step / 4),
    }
}

fn bucket(ms: u64) -> u8 {
    (1..=LAST).rev().find(|bucket| edge(*bucket) <= ms).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_lies_in_the_bucket_between_its_edges() {
        for ms in (0..200_000)
            .step_by(7)
            .chain([999, 1000, 1188, 1189, 43_200_000, u64::MAX])
        {
            let bucket = bucket(ms);
            assert!(edge(bucket) <= ms, "{ms}");
            assert!(bucket == LAST || ms < edge(bucket + 1), "{ms}");
        }
        assert_eq!(
            (edge(1), edge(5), edge(9), edge(80)),
            (1000, 2000, 4000, 1682 << 19)
        );
    }

    #[test]
    fn a_quantile_is_the_upper_edge_of_its_bucket() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile_s(0.95), None);
        (0..95).for_each(|_| histogram.record(10));
        (0..5).for_each(|_| histogram.record(60_000));
        assert_eq!(histogram.quantile_s(0.95), Some(1.0));
        assert_eq!(histogram.quantile_s(0.96), Some(64.0));
        assert_eq!(histogram.count(), 100);
    }
}
