//! Notices that the configuration file was changed, and that whoever changed it is done.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::Duration;

/// Between two looks at the file.
const LOOK: Duration = Duration::from_millis(500);
/// A file that stayed the same for so many looks, 2 s, is taken for whole.
const SETTLED: u32 = 4;
/// The same, 10 s, where the file would end sessions: it may have been cut between two tables.
const LONG_SETTLED: u32 = 20;

/// How long a changed file has stayed the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stillness {
    /// Long enough to read it.
    Settled,
    /// Long enough to end the sessions of whatever is missing in it.
    LongSettled,
}

/// Looks at one file from time to time.
pub(super) struct Watch {
    path: Option<PathBuf>,
    change: Change,
}

/// What tells one version of a file from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

/// From the first sight of a new version until it is taken.
struct Change {
    /// The version that counts; none where there is no file.
    taken: Option<Version>,
    seen: Option<Version>,
    looks: u32,
}

impl Watch {
    /// The file at `path` counts as taken as it is.
    pub(super) fn over(path: Option<PathBuf>) -> Self {
        let mut watch = Self {
            path,
            change: Change::since(None),
        };
        watch.take(watch.version());
        watch
    }

    /// Waits until a new version has stayed the same for long enough: once for each
    /// [`Stillness`], unless it is taken before. Safe to cancel.
    pub(super) async fn changed(&mut self) -> Stillness {
        if self.path.is_none() {
            std::future::pending::<()>().await;
        }
        loop {
            tokio::time::sleep(LOOK).await;
            if let Some(stillness) = self.change.look(self.version()) {
                return stillness;
            }
        }
    }

    /// From here on `version` counts as taken, whether it was good or not.
    pub(super) fn take(&mut self, version: Option<Version>) {
        self.change = Change::since(version);
    }

    /// What is there; none where there is no file. Asked for before the file is read, so that no
    /// later change is missed.
    pub(super) fn version(&self) -> Option<Version> {
        let metadata = std::fs::metadata(self.path.as_ref()?).ok()?;
        Some(Version {
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        })
    }
}

impl Change {
    fn since(taken: Option<Version>) -> Self {
        Self {
            taken,
            seen: taken,
            looks: 0,
        }
    }

    fn look(&mut self, version: Option<Version>) -> Option<Stillness> {
        if version == self.taken || version != self.seen {
            self.seen = version;
            self.looks = 0;
            return None;
        }
        self.looks += 1;
        match self.looks {
            SETTLED => Some(Stillness::Settled),
            LONG_SETTLED => Some(Stillness::LongSettled),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(length: u64) -> Option<Version> {
        Some(Version {
            inode: 1,
            length,
            modified: (0, 0),
        })
    }

    fn looks(change: &mut Change, version: Option<Version>, times: u32) -> Vec<Stillness> {
        (0..times).filter_map(|_| change.look(version)).collect()
    }

    #[test]
    fn a_file_that_is_still_being_written_is_never_settled() {
        let mut change = Change::since(version(0));
        for length in 1..100 {
            assert_eq!(looks(&mut change, version(length), SETTLED), []);
        }
        assert_eq!(looks(&mut change, version(99), 1), [Stillness::Settled]);
    }

    #[test]
    fn each_stillness_comes_once() {
        let mut change = Change::since(version(1));
        assert_eq!(looks(&mut change, version(1), 100), []);
        assert_eq!(
            looks(&mut change, version(2), 100),
            [Stillness::Settled, Stillness::LongSettled]
        );
    }

    #[test]
    fn a_file_that_is_back_as_it_was_is_no_change() {
        let mut change = Change::since(version(1));
        looks(&mut change, None, 3);
        assert_eq!(looks(&mut change, version(1), 100), []);
    }
}
