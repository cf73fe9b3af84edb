//! How many descriptors this process may have, and what it keeps of them.

use rustix::process::{Resource, getrlimit, setrlimit};

/// What stays for administrators, the store and whoever is turned away.
const RESERVED: usize = 256;

/// Raises the soft limit of open files to the hard one. Gives how many widgets fit: at the limit a new
/// one is refused at once, and what is open goes on.
pub(super) fn raise() -> usize {
    let mut limits = getrlimit(Resource::Nofile);
    limits.current = limits.maximum;
    if setrlimit(Resource::Nofile, limits).is_err() {
        tracing::warn!("the limit of open files could not be raised to the hard one");
        limits = getrlimit(Resource::Nofile);
    }
    widgets(
        limits
            .current
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(usize::MAX),
    )
}

/// A small limit is shared: half of it, as long as that is less than what is kept otherwise.
fn widgets(descriptors: usize) -> usize {
    descriptors - RESERVED.min(descriptors / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_descriptors_are_kept_from_the_widgets() {
        assert_eq!(widgets(20_000), 19_744);
        assert_eq!(widgets(96), 48);
        assert_eq!(widgets(usize::MAX), usize::MAX - RESERVED);
    }
}
