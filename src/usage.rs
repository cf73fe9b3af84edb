//! What the effects tell about usage. Pure.

mod today;

pub use today::{Peak, Today};
