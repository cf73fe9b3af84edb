//! How many descriptors this process may have, and what it keeps of them.

use rustix::process::{Resource, getrlimit, setrlimit};

/// What is kept from the widgets: for administrators, the store and whoever is turned away.
const RESERVED: usize = 640;
/// What the store, the listeners and the runtime have open.
const OWN: usize = 32;

/// How many connections fit. At the limit a new widget is refused at once, a new administrator waits in
/// the listen queue, and what is open goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) widgets: usize,
    pub(super) administrators: usize,
}

/// Raises the soft limit of open files to the hard one.
pub(super) fn raise() -> Places {
    let mut limits = getrlimit(Resource::Nofile);
    limits.current = limits.maximum;
    if setrlimit(Resource::Nofile, limits).is_err() {
        tracing::warn!("the limit of open files could not be raised to the hard one");
        limits = getrlimit(Resource::Nofile);
    }
    places(
        limits
            .current
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(usize::MAX),
    )
}

/// A small limit is shared: half of it, as long as that is less than what is kept otherwise.
/// Of that a fifth stays for the store and whoever is turned away; these need about thirty in any case.
fn places(descriptors: usize) -> Places {
    let reserved = RESERVED.min(descriptors / 2);
    Places {
        widgets: descriptors - reserved,
        administrators: reserved - (reserved / 5).max(OWN.min(reserved / 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_descriptors_are_kept_from_the_widgets() {
        let both = |descriptors| {
            let places = places(descriptors);
            (places.widgets, places.administrators)
        };

        assert_eq!(both(20_000), (19_360, 512));
        assert_eq!(both(96), (48, 24));
        assert_eq!(both(usize::MAX), (usize::MAX - RESERVED, 512));
    }
}
