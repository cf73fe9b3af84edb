//! Room for the fleet's sockets within the limits of the machine.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors beside the agents' own.
const SPARE: u64 = 64;

/// The machine's limit does not suffice.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{agents} agents need {needed} file descriptors, the hard limit is {allowed} (ulimit -Hn)")]
pub struct TooFewDescriptors {
    agents: usize,
    needed: u64,
    allowed: u64,
}

/// Raises the soft limit of open files to the hard one and says whether it suffices. An agent
/// has two connections at most.
pub fn make_room(agents: usize) -> Result<(), TooFewDescriptors> {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    );
    let usable = if raised.is_ok() {
        limit.maximum
    } else {
        limit.current
    };
    let needed = (agents as u64).saturating_mul(2).saturating_add(SPARE);
    match usable {
        Some(allowed) if allowed < needed => Err(TooFewDescriptors {
            agents,
            needed,
            allowed,
        }),
        Some(_) | None => Ok(()),
    }
}
