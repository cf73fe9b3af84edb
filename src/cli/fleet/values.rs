//! How the values of the fleet's flags are written.

use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A length of time: `90s`, `10m`, `12h`, or in days, `28d`.
pub(in crate::cli) fn duration(text: &str) -> Result<Duration, String> {
    const WANTED: &str = "a time such as 90s, 10m or 7d is wanted";
    const MOST_DAYS: u32 = 366;
    if let Some(days) = text.strip_suffix('d') {
        let days: u32 = days.trim().parse().map_err(|_| WANTED.to_owned())?;
        let fits = (1..=MOST_DAYS).contains(&days);
        return fits
            .then(|| DAY * days)
            .ok_or_else(|| "from 1d to 366d".to_owned());
    }
    let duration: jiff::SignedDuration = text.parse().map_err(|_| WANTED.to_owned())?;
    let duration = Duration::try_from(duration)
        .ok()
        .filter(|duration| !duration.is_zero() && *duration <= DAY * MOST_DAYS);
    duration.ok_or_else(|| WANTED.to_owned())
}

/// How many times faster: `12x` or `12`.
pub(super) fn speed(text: &str) -> Result<f64, String> {
    let speed = text.strip_suffix('x').unwrap_or(text).parse().ok();
    let speed = speed.filter(|speed| (1.0..=1000.0).contains(speed));
    speed.ok_or_else(|| "a speed from 1x to 1000x is wanted".to_owned())
}

/// `http://HOST:PORT` or `https://…`.
pub(in crate::cli) fn admin_url(text: &str) -> Result<hyper::Uri, String> {
    let url: hyper::Uri = text.parse().map_err(|_| "no URL".to_owned())?;
    let is_http = matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some();
    if is_http {
        Ok(url)
    } else {
        Err("a URL such as http://127.0.0.1:7381 is wanted".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_speeds_are_written_as_people_write_them() {
        assert_eq!(duration("28d"), Ok(DAY * 28));
        assert_eq!(duration("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(speed("12x"), Ok(12.0));
        assert_eq!(speed("1.5"), Ok(1.5));
        for wrong in ["", "d", "0d", "400d", "-5s", "0s", "soon", "9000h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "x", "0x", "-1x", "nan", "5000x"] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
    }
}
