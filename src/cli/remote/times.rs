//! Points of time on the command line.

use crate::cli::fleet::values::duration;
use crate::clock::utc;
use crate::protocol::rfc3339;
use crate::seats::Timestamp;

/// `now`, a time from here as in `+2h`, or a time with its offset, as in 2026-11-27T06:00:00Z.
/// In the form of the API.
pub(in crate::cli) fn moment(text: &str) -> Result<String, String> {
    if text == "now" {
        return Ok(rfc3339(utc()));
    }
    if let Some(later) = text.strip_prefix('+') {
        let later = duration(later)?;
        let milliseconds = i64::try_from(later.as_millis()).map_err(|_| "too long".to_owned())?;
        return Ok(rfc3339(Timestamp(utc().0 + milliseconds)));
    }
    match text.parse::<jiff::Timestamp>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("now, +2h or a time with its offset, as in 2026-11-27T06:00:00Z, is wanted".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_now_from_here_or_with_its_offset() {
        assert!(moment("now").is_ok() && moment("+2h").is_ok());
        assert_eq!(
            moment("2026-11-27T06:00:00+01:00"),
            Ok("2026-11-27T06:00:00+01:00".to_owned())
        );
        for wrong in ["2026-11-27", "tomorrow", "+", "-2h"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
