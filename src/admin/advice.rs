//! What the history is for: how many seats are right, and when there is room for more people.

#![expect(unused_qualifications, reason = "the macro of the description writes them")]

mod habits;
mod quiet_windows;
mod replay;
mod right_size;

pub(super) use habits::{__path_habits, habits};
pub(super) use quiet_windows::{__path_quiet_windows, quiet_windows};
pub use replay::Replays;
pub(super) use replay::{__path_replay, replay};
pub(super) use right_size::{__path_right_size, right_size};

use super::usage::HOUR_MS;
use crate::seats::Timestamp;
use crate::usage::Row;
use crate::usage::right_size::{Confidence, DaysToGo, FIRST_DAYS};
use serde::Serialize;
use utoipa::ToSchema;

const DAY_MS: i64 = 24 * HOUR_MS;

/// There is no advice yet.
#[derive(Serialize, ToSchema)]
pub(in crate::admin) struct TooEarly {
    days_known: usize,
    days_to_go: usize,
    message: String,
}

impl From<DaysToGo> for TooEarly {
    fn from(DaysToGo(days_to_go): DaysToGo) -> Self {
        Self {
            days_known: FIRST_DAYS.saturating_sub(days_to_go),
            days_to_go,
            message: format!("advice starts after {FIRST_DAYS} days: {days_to_go} to go"),
        }
    }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// `Some(None)`: nothing was asked. `None`: what was asked is not taken.
fn read<T: std::str::FromStr>(text: Option<String>, is_taken: impl Fn(&T) -> bool) -> Option<Option<T>> {
    match text {
        None => Some(None),
        Some(text) => Some(Some(text.parse().ok().filter(is_taken)?)),
    }
}

/// The intervals of which something is known.
fn known(rows: &[(Timestamp, Option<Row>)]) -> impl Iterator<Item = (Timestamp, &Row)> {
    let known = rows.iter().filter_map(|(at, row)| Some((*at, row.as_ref()?)));
    known.filter(|(_, row)| row.known_ms() > 0)
}
