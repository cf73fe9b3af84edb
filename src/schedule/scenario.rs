//! What a fleet's days are drawn from.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// A call center: its shifts and its people's habits. Shares are from 0 to 1, chances likewise.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// When people work. Every head belongs to one shift.
    pub shifts: Vec<Shift>,
    /// The part of the heads that is on duty on a full day.
    pub on_duty: f64,
    /// How full the days are, from Monday on: parts of `on_duty`.
    pub weekdays: [f64; 7],
    /// The part of the heads that works at home.
    pub home: f64,
    /// When a run against a server begins on its first day.
    pub begin: TimeOfDay,
    /// How people come.
    pub arrival: Arrival,
    /// How they go.
    pub leaving: Leaving,
    /// Who logs out for lunch.
    pub lunch: Lunch,
    /// What cuts their connections.
    pub disturbances: Disturbances,
    /// What happens to all at once.
    pub incidents: Incidents,
    /// How patient they are.
    pub waits: Waits,
}

/// A time at which some people work.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    /// When it starts.
    pub start: TimeOfDay,
    /// The latest start: each head of this shift has a start of its own between the two.
    pub start_until: TimeOfDay,
    /// How long it lasts.
    pub length: Duration,
    /// Which part of the heads belongs to it, against the other shifts.
    pub share: f64,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(Duration);

/// A text that is no time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time of day is written as \"08:30\", from \"00:00\" to \"23:59\"")]
pub struct InvalidTimeOfDay;

/// When people log in, against the start of their shift; in minutes. Whoever is neither late nor early
/// is on time.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// On time: the mean.
    pub on_time_mean: f64,
    /// On time: the standard deviation.
    pub on_time_deviation: f64,
    /// The part that is late.
    pub late: f64,
    /// Late: the mean of an exponential.
    pub late_mean: f64,
    /// The part that is early.
    pub early: f64,
    /// Early: the mean of an exponential.
    pub early_mean: f64,
}

/// When people leave, against the end of their shift, in minutes, and how. Whoever neither stays longer
/// nor goes early leaves on time; whoever neither closes the browser nor leaves the page open logs out.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaving {
    /// On time: the mean.
    pub on_time_mean: f64,
    /// On time: the standard deviation.
    pub on_time_deviation: f64,
    /// The part that works longer.
    pub overtime: f64,
    /// Longer: the mean of an exponential.
    pub overtime_mean: f64,
    /// The part that goes early.
    pub early: f64,
    /// Early: the mean of an exponential.
    pub early_mean: f64,
    /// The part that closes the browser without a logout.
    pub close: f64,
    /// The part that leaves the page open.
    pub stay_open: f64,
    /// For how long it stays open then.
    pub open_for: RangeInclusive<Duration>,
}

/// Lunch, for those who log out for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lunch {
    /// Which part does, of those whose shift is long enough.
    pub logout: f64,
    /// Shifts from this length on have a lunch.
    pub from_length: Duration,
    /// How long it is.
    pub length: RangeInclusive<Duration>,
}

/// A number for those on site and one for those at home.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ByPlace {
    /// On site.
    pub site: f64,
    /// At home.
    pub home: f64,
}

/// What cuts a single connection, in times an hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Disturbances {
    /// Pages that are loaded again.
    pub reloads: f64,
    /// How long a reload takes.
    pub reload_gap: RangeInclusive<Duration>,
    /// Drops that are short.
    pub drops: ByPlace,
    /// The median of their length, which is lognormal.
    pub drop_median: Duration,
    /// The deviation of the logarithm of their length.
    pub drop_sigma: f64,
    /// Losses that are longer than [`Disturbances::LONG`].
    pub losses: ByPlace,
    /// How much longer: the mean of an exponential.
    pub loss_mean: Duration,
    /// The part of drops and losses of which nobody is told.
    pub silent: f64,
}

/// What happens to many at once, in times per 28 days. It happens on days with people, between the
/// first start and the last end of a shift.
#[derive(Debug, Clone, PartialEq)]
pub struct Incidents {
    /// The network of the whole site is gone.
    pub blips: f64,
    /// For how long.
    pub blip_length: RangeInclusive<Duration>,
    /// The server starts again.
    pub restarts: f64,
    /// How long it is away.
    pub restart_length: RangeInclusive<Duration>,
}

/// How long people and widgets wait.
#[derive(Debug, Clone, PartialEq)]
pub struct Waits {
    /// Until a person who was refused tries again.
    pub retry: RangeInclusive<Duration>,
    /// Until a widget is back when the network or the server is.
    pub return_within: Duration,
}

impl Disturbances {
    /// Shorter ones are drops, longer ones losses.
    pub const LONG: Duration = Duration::from_secs(60);
}

impl ByPlace {
    pub(super) fn of(self, at_home: bool) -> f64 {
        if at_home { self.home } else { self.site }
    }
}

impl TimeOfDay {
    /// So many hours and minutes after midnight.
    pub const fn at(hour: u64, minute: u64) -> Self {
        Self(Duration::from_secs(hour * 3600 + minute * 60))
    }

    /// How long after midnight it is.
    pub const fn since_midnight(self) -> Duration {
        self.0
    }
}

impl FromStr for TimeOfDay {
    type Err = InvalidTimeOfDay;

    fn from_str(text: &str) -> Result<Self, InvalidTimeOfDay> {
        let number = |digits: &str, below: u64| {
            let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = digits.parse().ok().filter(|number| *number < below);
            number.filter(|_| plain).ok_or(InvalidTimeOfDay)
        };
        let (hour, minute) = text.split_once(':').ok_or(InvalidTimeOfDay)?;
        Ok(Self::at(number(hour, 24)?, number(minute, 60)?))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.as_secs() / 60;
        write!(f, "{:02}:{:02}", minutes / 60, minutes % 60)
    }
}
