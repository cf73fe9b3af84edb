//! What the effects tell about usage. Pure.

mod today;
mod waits;

pub use today::{Peak, Today};
pub use waits::RecentEnds;
