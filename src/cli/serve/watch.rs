//! Notices that the files of the configuration were changed, and that whoever changed them is done.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::Duration;

/// Between two looks at the files.
const LOOK: Duration = Duration::from_millis(500);
/// Files that stayed the same for so many looks, 2 s, are taken for whole.
const SETTLED: u32 = 4;
/// The same, 10 s, where they would end sessions: a file may have been cut between two tables.
const LONG_SETTLED: u32 = 20;

/// How long changed files have stayed the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stillness {
    /// Long enough to read them.
    Settled,
    /// Long enough to end the sessions of whatever is missing in them.
    LongSettled,
}

/// Looks at files from time to time.
pub(super) struct Watch {
    /// The configuration file.
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

/// What is there; none where there is no file.
pub(super) type Versions = BTreeMap<PathBuf, Option<Version>>;

/// From the first sight of a new version until it is taken.
struct Change {
    /// The versions that count.
    taken: Versions,
    seen: Versions,
    looks: u32,
}

impl Watch {
    /// The file at `path` counts as taken as it is.
    pub(super) fn over(path: Option<PathBuf>) -> Self {
        let change = Change::since(path.iter().map(seen).collect());
        Self { path, change }
    }

    /// Looks at `further` files beside the configuration file, and at no others any more. One that is
    /// new here counts as taken as it is.
    pub(super) fn follow(&mut self, further: impl Iterator<Item = PathBuf>) {
        let files = self.path.iter().cloned().chain(further);
        let taken = files.map(|file| match self.change.taken.get(&file) {
            Some(version) => (file, *version),
            None => seen(&file),
        });
        self.change = Change::since(taken.collect());
    }

    /// Waits until new versions have stayed the same for long enough: once for each
    /// [`Stillness`], unless it is taken before. Safe to cancel.
    pub(super) async fn changed(&mut self) -> Stillness {
        if self.change.taken.is_empty() {
            std::future::pending::<()>().await;
        }
        loop {
            tokio::time::sleep(LOOK).await;
            if let Some(stillness) = self.change.look(self.versions()) {
                return stillness;
            }
        }
    }

    /// From here on `versions` count as taken, whether they were good or not.
    pub(super) fn take(&mut self, versions: Versions) {
        self.change = Change::since(versions);
    }

    /// What is there. Asked for before the files are read, so that no later change is missed.
    pub(super) fn versions(&self) -> Versions {
        self.change.taken.keys().map(seen).collect()
    }
}

fn seen(file: &PathBuf) -> (PathBuf, Option<Version>) {
    let version = std::fs::metadata(file).ok().map(|metadata| Version {
        inode: metadata.ino(),
        length: metadata.len(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
    });
    (file.clone(), version)
}

impl Change {
    fn since(taken: Versions) -> Self {
        Self {
            seen: taken.clone(),
            taken,
            looks: 0,
        }
    }

    fn look(&mut self, versions: Versions) -> Option<Stillness> {
        if versions == self.taken || versions != self.seen {
            self.seen = versions;
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

    fn file(version: Option<Version>) -> Versions {
        Versions::from([(PathBuf::from("file"), version)])
    }

    fn version(length: u64) -> Versions {
        file(Some(Version {
            inode: 1,
            length,
            modified: (0, 0),
        }))
    }

    fn looks(change: &mut Change, versions: &Versions, times: u32) -> Vec<Stillness> {
        let mut looks = Vec::new();
        for _ in 0..times {
            looks.extend(change.look(versions.clone()));
        }
        looks
    }

    #[test]
    fn a_file_that_is_still_being_written_is_never_settled() {
        let mut change = Change::since(version(0));
        for length in 1..100 {
            assert_eq!(looks(&mut change, &version(length), SETTLED), []);
        }
        assert_eq!(looks(&mut change, &version(99), 1), [Stillness::Settled]);
    }

    #[test]
    fn each_stillness_comes_once() {
        let mut change = Change::since(version(1));
        assert_eq!(looks(&mut change, &version(1), 100), []);
        assert_eq!(
            looks(&mut change, &version(2), 100),
            [Stillness::Settled, Stillness::LongSettled]
        );
    }

    #[test]
    fn a_further_file_counts_from_when_it_is_followed_and_a_change_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let (config, key) = (folder.path().join("config"), folder.path().join("key"));
        std::fs::write(&config, "1").unwrap();
        std::fs::write(&key, "1").unwrap();
        let mut watch = Watch::over(Some(config.clone()));
        std::fs::write(&config, "22").unwrap();

        watch.follow([key.clone()].into_iter());
        assert_ne!(
            watch.versions(),
            watch.change.taken,
            "the configuration changed before"
        );
        watch.take(watch.versions());
        std::fs::write(&key, "22").unwrap();
        assert_ne!(watch.versions(), watch.change.taken);

        watch.follow(std::iter::empty());
        assert_eq!(watch.versions(), watch.change.taken, "the key counts no more");
    }

    #[test]
    fn a_file_that_is_back_as_it_was_is_no_change() {
        let mut change = Change::since(version(1));
        looks(&mut change, &file(None), 3);
        assert_eq!(looks(&mut change, &version(1), 100), []);
    }
}
