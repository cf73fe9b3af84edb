//! How many connections this process may open.

use rustix::process::{Resource, getrlimit, setrlimit};

/// What the process has open besides its agents' connections.
const RESERVED: u64 = 64;

/// Raises the soft limit of open files to the hard one, and gives how many agents fit. A tenth is left
/// for those that open a second connection.
pub(super) fn raise() -> usize {
    let mut limits = getrlimit(Resource::Nofile);
    limits.current = limits.maximum;
    if setrlimit(Resource::Nofile, limits).is_err() {
        limits = getrlimit(Resource::Nofile);
    }
    let descriptors = limits.current.unwrap_or(u64::MAX).saturating_sub(RESERVED);
    usize::try_from(descriptors / 11 * 10).unwrap_or(usize::MAX)
}
