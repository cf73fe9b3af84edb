//! When an organization's people are called.

use super::level::Level;
use std::time::Duration;

/// The bounds beyond which somebody is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// How full is too full.
    pub levels: Vec<Level>,
    /// So many refusals, each attempt counted once, ...
    pub refusals: u32,
    /// ... within this time.
    pub refusals_within: Duration,
    /// How long somebody waits before it is long.
    pub long_wait: Duration,
}

impl Rules {
    /// The usual bounds with levels at these shares: three refusals within a quarter of an hour, a
    /// wait of ten minutes.
    pub fn at(percents: &[u8]) -> Self {
        Self {
            levels: percents.iter().copied().map(Level::new).collect(),
            refusals: 3,
            refusals_within: Duration::from_secs(15 * 60),
            long_wait: Duration::from_secs(600),
        }
    }
}

impl Default for Rules {
    /// Levels at 80, 90, 95 and 100 percent.
    fn default() -> Self {
        Self::at(&[80, 90, 95, 100])
    }
}
