//! What the effects tell about usage: today's numbers, and the exact record of what was. Pure.

mod calendar;
mod count;
pub mod habits;
mod heatmap;
mod histogram;
mod levels;
pub mod quiet_windows;
mod recorder;
pub mod replay;
pub mod right_size;
mod row;
mod series;
mod timeline;
mod today;
pub mod trend;
mod trying;
mod waits;

#[cfg(test)]
mod oracle_tests;

pub use calendar::{Interval, edges, local_half_hour, start_of_day, weekly_place};
pub use count::{Count, Counts};
pub use heatmap::{Cell, HALF_HOURS, heatmap};
pub use histogram::{Histogram, edge};
pub use levels::Levels;
pub use recorder::{Addition, Bucket, HALF_HOUR_MS, MINUTE_MS, Mark, OnRecord, Recorder, SMALL};
pub use row::{Row, Standing};
pub use series::{intervals, settle};
pub use timeline::{Gap, GapReason, Timeline, known_ms};
pub use today::{Peak, Today};
pub use waits::RecentEnds;
