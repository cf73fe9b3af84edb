//! How late purged seats come, measured where somebody polls for them at full use.

use std::{collections::VecDeque, time::Duration};

use super::{Referee, visit::Freed};

/// What happens to a seat, in order of time. At one instant the end comes before the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Freed { purged: bool },
    Taken { asked: Duration },
}

/// Pairs each freed seat with the login that took it, the oldest first, and gives for each
/// purged seat the time after its due moment in which a login was refused or unanswered. The
/// time in which nobody asked is not held against the server.
pub(super) fn measure(referee: &Referee) -> Vec<Duration> {
    let Some((_, limit)) = referee.limits else {
        return Vec::new();
    };
    let mut turns = Vec::new();
    for visit in referee
        .visits
        .values()
        .filter(|visit| visit.certain_from.is_some() && visit.asks == 1)
    {
        turns.extend(
            visit
                .certain_from
                .map(|at| (at, Turn::Taken { asked: visit.asked })),
        );
        turns.extend(visit.release.map(|(at, why)| {
            (
                at,
                Turn::Freed {
                    purged: why == Freed::Purge,
                },
            )
        }));
    }
    turns.sort_unstable();
    let mut refusals: Vec<(Duration, Duration)> = referee.refusals.iter().map(|r| (r.asked, r.at)).collect();
    refusals.sort_unstable();

    let mut free: VecDeque<Option<Duration>> = (0..limit).map(|_| None).collect();
    let mut lateness = Vec::new();
    for (at, turn) in turns {
        match turn {
            Turn::Freed { purged } => free.push_back(purged.then_some(at)),
            Turn::Taken { asked } => {
                let Some(Some(due)) = free.pop_front() else {
                    continue;
                };
                let refused = last_refused(&refusals, due, at) - due;
                let waited = at.saturating_sub(asked.max(due));
                lateness.push(refused.max(waited).min(at.saturating_sub(due)));
            }
        }
    }
    lateness
}

/// When the last login was sent, up to `until`, that was refused after the seat was due.
fn last_refused(refusals: &[(Duration, Duration)], due: Duration, until: Duration) -> Duration {
    let before = refusals.partition_point(|(asked, _)| *asked < until);
    before
        .checked_sub(1)
        .map_or(due, |last| refusals[last].0.max(due))
}
