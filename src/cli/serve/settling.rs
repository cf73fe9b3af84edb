//! When files count as changed: they are others than before, and have been so for a moment. A file
//! that is half written changes again within it. Pure.

use std::time::Duration;

/// For how long changed files must stay the same.
pub(super) const UNCHANGED_FOR: Duration = Duration::from_millis(500);

/// What files hold, to be compared.
pub(super) type Contents = Vec<Option<[u8; 32]>>;

/// What was seen of files.
pub(super) struct Settling {
    /// What was taken.
    taken: Contents,
    /// What was found last that is not that, and when it was first found.
    found: Option<(Contents, Duration)>,
}

/// What a look at the files comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// They are what was taken.
    Same,
    /// They are others; look again after this time.
    Unsettled(Duration),
    /// They are others and stay so: take them.
    Changed,
}

impl Settling {
    pub(super) fn after(taken: Contents) -> Self {
        Self { taken, found: None }
    }

    /// The files hold `contents` at `now`.
    pub(super) fn look(&mut self, contents: Contents, now: Duration) -> Look {
        if contents == self.taken {
            self.found = None;
            return Look::Same;
        }
        match &self.found {
            Some((found, since)) if *found == contents => {
                let waited = now.saturating_sub(*since);
                if waited < UNCHANGED_FOR {
                    return Look::Unsettled(UNCHANGED_FOR - waited);
                }
                *self = Self::after(contents);
                Look::Changed
            }
            Some(_) | None => {
                self.found = Some((contents, now));
                Look::Unsettled(UNCHANGED_FOR)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: u8) -> Contents {
        vec![Some([content; 32])]
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_file_is_taken_once_when_it_has_stayed_the_same_for_a_moment() {
        let mut settling = Settling::after(file(0));

        assert_eq!(settling.look(file(0), at(0)), Look::Same);
        assert_eq!(settling.look(file(1), at(100)), Look::Unsettled(UNCHANGED_FOR));
        assert_eq!(settling.look(file(1), at(500)), Look::Unsettled(at(100)));
        assert_eq!(settling.look(file(1), at(600)), Look::Changed);
        assert_eq!(settling.look(file(1), at(700)), Look::Same);
    }

    #[test]
    fn a_file_that_is_being_written_is_not_taken() {
        let mut settling = Settling::after(file(0));
        for part in 1..100 {
            let look = settling.look(file(part), at(u64::from(part) * 400));
            assert_eq!(look, Look::Unsettled(UNCHANGED_FOR));
        }
        assert_eq!(
            settling.look(vec![None], at(40_000)),
            Look::Unsettled(UNCHANGED_FOR)
        );
        assert_eq!(
            settling.look(file(0), at(40_100)),
            Look::Same,
            "it is what it was"
        );
    }
}
