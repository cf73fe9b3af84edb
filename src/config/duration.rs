//! Lengths of time as people write them: `60s`, `100ms`, `1m 30s`, `12h`.

use std::time::Duration;

use jiff::SignedDuration;

/// The shortest grace: a page must be able to reload within it.
const SHORTEST_GRACE: Duration = Duration::from_secs(5);
/// The shortest grace of a server under test.
const SHORTEST_TEST_GRACE: Duration = Duration::from_millis(100);
const LONGEST_GRACE: Duration = Duration::from_secs(24 * 3600);

/// What is wrong with a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDuration {
    /// Not a length of time at all.
    #[error("this is no length of time; write it as \"60s\", \"1m 30s\" or \"12h\"")]
    Malformed,
    /// Zero or negative.
    #[error("a length of time is more than zero")]
    NotPositive,
    /// Microseconds or less.
    #[error("a length of time has whole milliseconds")]
    TooFine,
    /// Milliseconds where seconds are counted.
    #[error("this has whole seconds, as in \"60s\"")]
    NotWholeSeconds,
    /// Less than a page needs to reload.
    #[error("a grace shorter than a page reload loses seats; write at least \"5s\"")]
    ShortGrace,
    /// Less than even tests may use.
    #[error("a grace has at least \"100ms\"")]
    ShortTestGrace,
    /// More than a day.
    #[error("a grace longer than a day is no grace; write at most \"24h\"")]
    LongGrace,
}

/// Reads a positive length of time in whole milliseconds.
pub fn parse_duration(text: &str) -> Result<Duration, InvalidDuration> {
    let signed: SignedDuration = text.parse().map_err(|_| InvalidDuration::Malformed)?;
    let duration = Duration::try_from(signed).map_err(|_| InvalidDuration::NotPositive)?;
    if duration.is_zero() {
        return Err(InvalidDuration::NotPositive);
    }
    if duration.subsec_nanos() % 1_000_000 != 0 {
        return Err(InvalidDuration::TooFine);
    }
    Ok(duration)
}

/// Reads a grace: whole seconds from 5 s, or where `allow_short` from 100 ms with milliseconds.
pub fn parse_grace(text: &str, allow_short: bool) -> Result<Duration, InvalidDuration> {
    let grace = parse_duration(text)?;
    check_grace(grace, allow_short)?;
    Ok(grace)
}

/// Whether `grace` is one that the server may be given.
pub(super) fn check_grace(grace: Duration, allow_short: bool) -> Result<(), InvalidDuration> {
    if grace > LONGEST_GRACE {
        return Err(InvalidDuration::LongGrace);
    }
    if allow_short {
        return if grace < SHORTEST_TEST_GRACE {
            Err(InvalidDuration::ShortTestGrace)
        } else {
            Ok(())
        };
    }
    if grace < SHORTEST_GRACE {
        return Err(InvalidDuration::ShortGrace);
    }
    whole_seconds(grace).map(|_| ())
}

pub(super) fn whole_seconds(duration: Duration) -> Result<Duration, InvalidDuration> {
    if duration.subsec_nanos() == 0 {
        Ok(duration)
    } else {
        Err(InvalidDuration::NotWholeSeconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_people_write_them() {
        for (text, millis) in [
            ("60s", 60_000),
            ("100ms", 100),
            ("12h", 43_200_000),
            ("1m 30s", 90_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for (text, why) in [
            ("", InvalidDuration::Malformed),
            ("60", InvalidDuration::Malformed),
            ("soon", InvalidDuration::Malformed),
            ("0s", InvalidDuration::NotPositive),
            ("-5s", InvalidDuration::NotPositive),
            ("5us", InvalidDuration::TooFine),
        ] {
            assert_eq!(parse_duration(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_short_grace_needs_its_switch() {
        assert_eq!(parse_grace("4s", false), Err(InvalidDuration::ShortGrace));
        assert_eq!(
            parse_grace("5500ms", false),
            Err(InvalidDuration::NotWholeSeconds)
        );
        assert_eq!(parse_grace("99ms", true), Err(InvalidDuration::ShortTestGrace));
        assert_eq!(parse_grace("5s", false), Ok(Duration::from_secs(5)));
        assert_eq!(parse_grace("100ms", true), Ok(Duration::from_millis(100)));
    }
}
