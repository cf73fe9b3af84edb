//! Which sessions are meant. Ages are rounded to five minutes on both sides, so that no filter and
//! no two answers tell more than one answer does.

use crate::admin::problem::Problem;
use crate::registry::{SessionView, Standing};
use crate::seats::Timestamp;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// Ages and beginnings are told in steps of five minutes.
const STEP_S: i64 = 300;

/// Whether a widget is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StateName {
    Connected,
    Unresponsive,
    InGrace,
}

/// What a session has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) state: Option<Wanted>,
    pub(super) min_age_s: i64,
}

/// States that can be asked for. Those that do not respond are connected, as in the organization's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Connected,
    Unresponsive,
    InGrace,
    OnCall,
}

impl StateName {
    pub(super) fn of(standing: Standing) -> Self {
        match standing {
            Standing::Connected => Self::Connected,
            Standing::Unresponsive => Self::Unresponsive,
            Standing::InGrace(_) => Self::InGrace,
        }
    }
}

impl Filter {
    /// What the parameters ask for.
    pub(super) fn of(state: Option<&str>, min_age_s: Option<&str>) -> Result<Self, Problem> {
        let min_age_s = match min_age_s {
            Some(text) => text.parse().map_err(|_| BAD_AGE)?,
            None => 0,
        };
        Self::with(state, min_age_s)
    }

    pub(super) fn with(state: Option<&str>, min_age_s: u64) -> Result<Self, Problem> {
        let state = match state {
            None => None,
            Some("connected") => Some(Wanted::Connected),
            Some("unresponsive") => Some(Wanted::Unresponsive),
            Some("in_grace") => Some(Wanted::InGrace),
            Some("on_call") => Some(Wanted::OnCall),
            Some(_) => return Err(BAD_STATE),
        };
        let min_age_s = i64::try_from(min_age_s).map_err(|_| BAD_AGE)?;
        let min_age_s = min_age_s
            .checked_add(STEP_S - 1)
            .ok_or(BAD_AGE)?
            .div_euclid(STEP_S)
            * STEP_S;
        Ok(Self { state, min_age_s })
    }

    /// Whether `session` is meant at `utc`.
    pub(super) fn matches(self, session: &SessionView, utc: Timestamp) -> bool {
        let state = match (self.state, session.standing) {
            (None, _)
            | (Some(Wanted::Connected), Standing::Connected | Standing::Unresponsive)
            | (Some(Wanted::Unresponsive), Standing::Unresponsive)
            | (Some(Wanted::InGrace), Standing::InGrace(_)) => true,
            (Some(Wanted::OnCall), _) => session.on_call,
            (Some(Wanted::Connected | Wanted::Unresponsive | Wanted::InGrace), _) => false,
        };
        state && duration_s(session, utc) >= self.min_age_s
    }
}

const BAD_STATE: Problem = bad("state", "connected, unresponsive, in_grace or on_call");
const BAD_AGE: Problem = bad("min_age_s", "a whole number of seconds");

const fn bad(field: &'static str, why: &'static str) -> Problem {
    Problem::BadField {
        field: Cow::Borrowed(field),
        why: Cow::Borrowed(why),
    }
}

/// When a session took its seat, rounded down, in seconds since 1970.
pub(super) fn since_s(session: &SessionView) -> i64 {
    rounded(session.granted_at)
}

/// From the rounded beginning to the rounded `utc`: it moves on the clock's five minutes, whenever the
/// session began.
pub(super) fn duration_s(session: &SessionView, utc: Timestamp) -> i64 {
    (rounded(utc) - since_s(session)).max(0)
}

fn rounded(utc: Timestamp) -> i64 {
    utc.seconds().div_euclid(STEP_S) * STEP_S
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::SessionId;
    use std::time::Duration;

    fn session(granted_s: i64, standing: Standing) -> SessionView {
        SessionView {
            session: SessionId([7; 16]),
            granted_at: Timestamp(granted_s * 1000),
            standing,
            on_call: false,
            resumes: 0,
        }
    }

    fn filter(state: Option<&str>, min_age: &str) -> Filter {
        Filter::of(state, Some(min_age)).ok().unwrap()
    }

    #[test]
    fn no_age_tells_when_within_five_minutes_a_session_began() {
        for granted in [600, 601, 899] {
            let session = session(granted, Standing::Connected);
            assert_eq!(since_s(&session), 600);
            for (at, age) in [(899, 0), (900, 300), (1199, 300), (1200, 600)] {
                assert_eq!(
                    duration_s(&session, Timestamp(at * 1000)),
                    age,
                    "{granted} at {at}"
                );
            }
            for asked in ["1", "299", "300"] {
                let filter = filter(None, asked);
                assert!(!filter.matches(&session, Timestamp(899_999)), "{granted} {asked}");
                assert!(filter.matches(&session, Timestamp(900_000)), "{granted} {asked}");
            }
        }
    }

    #[test]
    fn who_does_not_respond_is_connected_too() {
        let unresponsive = session(0, Standing::Unresponsive);
        let in_grace = session(0, Standing::InGrace(Duration::from_secs(1)));
        let meant = |state, session| filter(Some(state), "0").matches(session, Timestamp(0));
        assert!(meant("connected", &unresponsive) && meant("unresponsive", &unresponsive));
        assert!(meant("in_grace", &in_grace) && !meant("connected", &in_grace));
        assert!(!meant("unresponsive", &in_grace) && !meant("on_call", &unresponsive));
    }

    #[test]
    fn a_strange_state_or_age_names_its_field() {
        assert!(Filter::of(Some("asleep"), None).is_err_and(|problem| problem == BAD_STATE));
        for age in ["-1", "x", "9223372036854775807", "18446744073709551615"] {
            assert!(
                Filter::of(None, Some(age)).is_err_and(|problem| problem == BAD_AGE),
                "{age}"
            );
        }
    }
}
