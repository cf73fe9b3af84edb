//! When a delivery is tried again: the schedule of Standard Webhooks 1.0, over three days.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// From one try to the next, in seconds. The first one is made at once.
const WAITS: [u64; 9] = [
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
/// A wait is longer by so much at most, by chance: what failed together does not come back together.
const JITTER: f64 = 0.1;
/// No receiver puts a try off for longer.
const LONGEST: Duration = Duration::from_secs(24 * HOUR);

/// How long to wait after the try number `failed`, which was one too many for `None`. `chance` is
/// from 0 to 1; `asked` is what the receiver asked to wait, at most a day of it.
pub(super) fn wait(failed: u32, chance: f64, asked: Option<Duration>) -> Option<Duration> {
    let place = usize::try_from(failed.checked_sub(1)?).ok()?;
    let seconds = *WAITS.get(place)?;
    let wait = Duration::from_secs(seconds).mul_f64(1.0 + JITTER * chance);
    Some(asked.map_or(wait, |asked| wait.max(asked.min(LONGEST))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_tries_are_spread_over_three_days() {
        let waits: Vec<_> = (1..).map_while(|failed| wait(failed, 0.0, None)).collect();
        assert_eq!(waits.len(), 9);
        assert_eq!(waits[0], Duration::from_secs(5));
        let all: Duration = waits.iter().sum();
        assert_eq!(all, Duration::from_secs(75 * HOUR + 35 * MINUTE + 5));
        assert_eq!(wait(10, 0.0, Some(Duration::from_secs(1))), None);
    }

    #[test]
    fn chance_makes_waits_longer_and_never_shorter() {
        assert_eq!(wait(1, 1.0, None), Some(Duration::from_millis(5500)));
        assert_eq!(wait(1, 0.5, None), Some(Duration::from_millis(5250)));
    }

    #[test]
    fn a_receiver_can_ask_for_more_time_up_to_a_day() {
        let asked = |seconds| {
            wait(2, 0.0, Some(Duration::from_secs(seconds)))
                .unwrap()
                .as_secs()
        };
        assert_eq!((asked(10), asked(400), asked(1 << 40)), (300, 400, 24 * HOUR));
    }
}
