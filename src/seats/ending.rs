//! Endings that wait.

use std::time::Duration;

/// A session that is ended after its call is ended at the latest after this.
pub const CALL_ENDS_WITHIN: Duration = Duration::from_secs(30 * 60);

/// How long a session that an administrator ends may still go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Until its call is over, at most [`CALL_ENDS_WITHIN`].
    AfterCall,
    /// So many seconds; the widget tells its agent.
    Notice(u32),
}

impl Ending {
    /// How long a connected session goes on, counted from the decision, or after a restart from
    /// the resume.
    pub fn goes_on(self) -> Duration {
        match self {
            Self::AfterCall => CALL_ENDS_WITHIN,
            Self::Notice(seconds) => Duration::from_secs(seconds.into()),
        }
    }
}
