//! What is counted.

/// Something that is counted in every interval. Its place in [`Count::ALL`] is its number in the
/// record: new ones are added at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Count {
    /// Sessions that took a seat.
    Logins,
    /// Sessions that their widget gave back.
    Logouts,
    /// Sessions whose grace was over after their connection was closed.
    PurgesClosed,
    /// Sessions whose grace was over after their connection had fallen silent, or the server was
    /// away.
    PurgesLost,
    /// Sessions that an administrator ended, or the end of the organization.
    Terminated,
    /// Sessions whose seat was passed on by hand-off.
    Handoffs,
    /// Sessions that were taken back since their login could not be answered.
    Withdrawn,
    /// Sessions taken up again, also by the same login attempt.
    Resumes,
    /// Connections that went while their session held a seat.
    Lost,
    /// Those of them that had fallen silent.
    FellSilent,
    /// Refusals for want of a seat: those of one attempt within an hour once.
    Refusals,
    /// Every answer `seats_exhausted`.
    SeatsExhausted,
    /// Every answer `no_allocation`.
    NoAllocation,
    /// Every answer `maintenance`.
    Maintenance,
    /// Every answer `handoff_invalid`.
    HandoffInvalid,
    /// Every answer `session_gone`.
    SessionGone,
    /// Logins that a strict limit would have refused.
    WouldBeRefused,
    /// Attempts that began to try for a seat: the first refusal, or a place in the line.
    Episodes,
    /// Attempts that got a seat after trying.
    Waited,
    /// Those of them that got it within 60 seconds.
    WaitedBriefly,
    /// Attempts that gave up.
    Abandoned,
    /// Milliseconds that ended attempts had tried, successful or not.
    TriedMs,
    /// Sessions that were longer than 12 hours when they ended.
    OverTwelveHours,
    /// Every login refused since its token was used before.
    TokenSpent,
    /// Every login refused since too many tokens were used in a short time.
    TooManyTokens,
}

impl Count {
    /// All of them, by their number in the record.
    pub const ALL: [Self; 25] = [
        Self::Logins,
        Self::Logouts,
        Self::PurgesClosed,
        Self::PurgesLost,
        Self::Terminated,
        Self::Handoffs,
        Self::Withdrawn,
        Self::Resumes,
        Self::Lost,
        Self::FellSilent,
        Self::Refusals,
        Self::SeatsExhausted,
        Self::NoAllocation,
        Self::Maintenance,
        Self::HandoffInvalid,
        Self::SessionGone,
        Self::WouldBeRefused,
        Self::Episodes,
        Self::Waited,
        Self::WaitedBriefly,
        Self::Abandoned,
        Self::TriedMs,
        Self::OverTwelveHours,
        Self::TokenSpent,
        Self::TooManyTokens,
    ];

    /// Whether it counts what is only true once its session's change is recorded.
    fn is_of_sessions(self) -> bool {
        matches!(
            self,
            Self::Logins
                | Self::Logouts
                | Self::PurgesClosed
                | Self::PurgesLost
                | Self::Terminated
                | Self::Handoffs
                | Self::Withdrawn
                | Self::WouldBeRefused
                | Self::OverTwelveHours
                | Self::Waited
                | Self::WaitedBriefly
        )
    }
}

/// How often what happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; Count::ALL.len()]);

impl Counts {
    /// How often `count` happened.
    pub fn get(&self, count: Count) -> u64 {
        self.0[count as usize]
    }

    /// It happened so many times more.
    pub fn add(&mut self, count: Count, times: u64) {
        self.0[count as usize] += times;
    }

    /// Adds another interval's.
    pub fn add_all(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own += other;
        }
    }

    /// Sessions whose grace was over.
    pub fn purges(&self) -> u64 {
        self.get(Count::PurgesClosed) + self.get(Count::PurgesLost)
    }

    /// Sessions that ended, in whatever way.
    pub fn ends(&self) -> u64 {
        let ends = [
            Count::Logouts,
            Count::Terminated,
            Count::Handoffs,
            Count::Withdrawn,
        ];
        ends.iter().map(|count| self.get(*count)).sum::<u64>() + self.purges()
    }

    /// Without what counts only when a session's change is recorded.
    pub(super) fn without_sessions(mut self) -> Self {
        for count in Count::ALL.into_iter().filter(|count| count.is_of_sessions()) {
            self.0[count as usize] = 0;
        }
        self
    }

    /// Nothing happened.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counts_number_is_its_place() {
        for (number, count) in Count::ALL.into_iter().enumerate() {
            assert_eq!(count as usize, number);
        }
    }
}
