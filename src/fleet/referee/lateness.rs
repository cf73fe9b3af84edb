//! How late purged seats come, measured where somebody polls for them at full use.

use std::{collections::VecDeque, time::Duration};

use super::{
    Referee,
    visit::{Freed, Visit},
};

/// What happens to a seat, in order of time. At one instant the end comes before the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Freed { purged: bool },
    Taken { asked: Duration, measured: bool },
}

/// Pairs each freed seat with the login that took it, the oldest first, and gives for each
/// purged seat the time after its due moment in which a login was refused or unanswered. The
/// time in which nobody asked is not held against the server.
///
/// Where it is not certain that a seat was taken or when it was freed, it counts as taken: a
/// seat too many in the list of the free ones would look like a late one.
pub(super) fn measure(referee: &Referee) -> Vec<Duration> {
    let Some((_, limit)) = referee.limits else {
        return Vec::new();
    };
    let mut turns: Vec<(Duration, Turn)> = referee
        .visits
        .values()
        .filter(|visit| !visit.void)
        .flat_map(turns)
        .collect();
    turns.sort_unstable();
    let mut refusals: Vec<Duration> = referee.refusals.iter().map(|refusal| refusal.asked).collect();
    refusals.sort_unstable();

    let mut free: VecDeque<Option<Duration>> = (0..limit).map(|_| None).collect();
    let mut owed: u32 = 0;
    let mut lateness = Vec::new();
    for (at, turn) in turns {
        match turn {
            Turn::Freed { .. } if owed > 0 => owed -= 1,
            Turn::Freed { purged } => free.push_back(purged.then_some(at)),
            Turn::Taken { asked, measured } => match free.pop_front() {
                None => owed += 1,
                Some(Some(due)) if measured => {
                    let refused =
                        last_before(&refusals, at).map_or(Duration::ZERO, |last| last.saturating_sub(due));
                    lateness.push(refused.max(at - asked.max(due)));
                }
                Some(_) => {}
            },
        }
    }
    lateness
}

fn turns(visit: &Visit) -> impl Iterator<Item = (Duration, Turn)> {
    let measured = visit.asks == 1;
    let taken = match visit.certain_from {
        Some(at) if measured => at,
        Some(_) | None => visit.asked,
    };
    let freed = match visit.release {
        Some((at, Freed::Purge)) => Some((at, true)),
        Some((_, Freed::Logout | Freed::Unclear)) | None => visit.possible_until.map(|at| (at, false)),
    };
    let freed = freed.map(|(at, purged)| (at.max(taken), Turn::Freed { purged }));
    std::iter::once((
        taken,
        Turn::Taken {
            asked: visit.asked,
            measured,
        },
    ))
    .chain(freed)
}

/// The last of `moments`, in order, before `until`.
fn last_before(moments: &[Duration], until: Duration) -> Option<Duration> {
    let before = moments.partition_point(|moment| *moment < until);
    before.checked_sub(1).map(|last| moments[last])
}
