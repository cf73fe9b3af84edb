//! Times and durations as the wire has them.

use crate::seats::Timestamp;
use std::time::Duration;

/// `timestamp` as RFC 3339 in UTC, to the second.
pub fn rfc3339(timestamp: Timestamp) -> String {
    match jiff::Timestamp::from_second(timestamp.seconds()) {
        Ok(time) => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Err(_) => jiff::Timestamp::MAX.to_string(),
    }
}

/// A duration in whole seconds, rounded up.
pub fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_and_durations_are_rounded_up() {
        assert_eq!(rfc3339(Timestamp(1_767_600_000_999)), "2026-01-05T08:00:00Z");
        assert_eq!(whole_seconds(Duration::from_millis(22_001)), 23);
        assert_eq!(whole_seconds(Duration::from_secs(23)), 23);
    }
}
