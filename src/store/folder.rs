//! The data folder: who holds it, which files must be there, and the ballast.

use super::error::StoreError;
use rustix::fs::{FlockOperation, Mode, flock};
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Given up at a full disk, so that releases can be recorded.
const BALLAST_BYTES: usize = 1024 * 1024;
/// As much must be free beside a new ballast, or the disk counts as full.
const SPARE_BYTES: usize = 1024 * 1024;

/// A data folder that this process holds.
pub(super) struct Folder {
    path: PathBuf,
    /// Held as long as the file is open.
    _lock: File,
}

/// What the last server left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// Nothing, or a database whose making was interrupted.
    Unfinished,
    /// A whole store, or a database that was put here.
    Whole,
}

/// How far the life of a store has come, as its mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// The database is being made.
    Making,
    /// Commits may be in the log beside the database.
    Open,
    /// All is committed; the log goes.
    Closing,
    /// The database is complete in itself.
    Closed,
}

impl Mark {
    const ALL: [Self; 4] = [Self::Making, Self::Open, Self::Closing, Self::Closed];

    fn word(self) -> &'static str {
        match self {
            Self::Making => "making",
            Self::Open => "open",
            Self::Closing => "closing",
            Self::Closed => "closed",
        }
    }
}

impl Folder {
    /// Makes the folder if needed, closes it to others and takes it for this process.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        // What is made from here on can be read by its owner only.
        rustix::process::umask(Mode::from_raw_mode(0o077));
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(StoreError::io("make the data folder", path))?;
        std::fs::set_permissions(path, Permissions::from_mode(0o700))
            .map_err(StoreError::io("close to others the data folder", path))?;
        let lock = path.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock)
            .map_err(StoreError::io("open", &lock))?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let mut holder = String::new();
            file.read_to_string(&mut holder).unwrap_or_default();
            return Err(StoreError::InUse {
                folder: path.to_owned(),
                holder: holder.trim().to_owned(),
            });
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(StoreError::io("write", &lock))?;
        Ok(Self {
            path: path.to_owned(),
            _lock: file,
        })
    }

    /// The database file.
    pub(super) fn database(&self) -> PathBuf {
        database_in(&self.path)
    }

    /// What is here, unless a file is missing that was.
    pub(super) fn left(&self) -> Result<Left, StoreError> {
        let (database, log) = (self.database(), self.path.join("seats.db-wal"));
        let is_there = |path: &Path| path.try_exists().map_err(StoreError::io("look for", path));
        match (self.marked()?, is_there(&database)?) {
            (None | Some(Mark::Making), false) | (Some(Mark::Making), true) => Ok(Left::Unfinished),
            (Some(Mark::Open), true) if !is_there(&log)? => Err(StoreError::Missing { path: log }),
            (None | Some(Mark::Open | Mark::Closing | Mark::Closed), true) => Ok(Left::Whole),
            (Some(Mark::Open | Mark::Closing | Mark::Closed), false) => {
                Err(StoreError::Missing { path: database })
            }
        }
    }

    fn marked(&self) -> Result<Option<Mark>, StoreError> {
        let path = self.path.join("mark");
        match std::fs::read(&path) {
            Ok(text) => {
                let mark = Mark::ALL
                    .into_iter()
                    .find(|mark| text.trim_ascii() == mark.word().as_bytes());
                match mark {
                    Some(mark) => Ok(Some(mark)),
                    None => Err(StoreError::damaged(&path, "it holds none of the known words")),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("read", &path)(error)),
        }
    }

    /// Notes how far the store has come, durably.
    pub(super) fn mark(&self, mark: Mark) -> Result<(), StoreError> {
        let (path, new) = (self.path.join("mark"), self.path.join("mark.new"));
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&new)?;
            writeln!(file, "{}", mark.word())?;
            file.sync_all()?;
            std::fs::rename(&new, &path)?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(StoreError::io("write", &path))
    }

    /// Whether the ballast is there.
    pub(super) fn has_ballast(&self) -> bool {
        std::fs::metadata(self.ballast()).is_ok_and(|file| file.len() >= BALLAST_BYTES as u64)
    }

    /// Gives the ballast up: the disk has room again for releases.
    pub(super) fn drop_ballast(&self) {
        match std::fs::remove_file(self.ballast()) {
            Ok(()) => tracing::warn!("the disk is full: only releases are recorded until there is room"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::error!(%error, "the disk is full and the ballast cannot be removed"),
        }
    }

    /// Makes the ballast, at the first start or when the disk has room again.
    pub(super) fn make_ballast(&self, with_spare: bool) -> io::Result<()> {
        let bytes = BALLAST_BYTES + if with_spare { SPARE_BYTES } else { 0 };
        let made = (|| {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(self.ballast())?;
            // Written, not only reserved: some file systems promise more than they have.
            file.write_all(&vec![0; bytes])?;
            file.sync_all()?;
            file.set_len(BALLAST_BYTES as u64)
        })();
        if made.is_err() {
            let _ = std::fs::remove_file(self.ballast());
        }
        made
    }

    fn ballast(&self) -> PathBuf {
        self.path.join("ballast")
    }
}

/// The database file of the data folder `folder`.
pub(super) fn database_in(folder: &Path) -> PathBuf {
    folder.join("seats.db")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_there_is_missed() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::take(home.path()).unwrap();
        assert_eq!(folder.left().unwrap(), Left::Unfinished);
        std::fs::write(folder.database(), "x").unwrap();
        assert_eq!(folder.left().unwrap(), Left::Whole);
        folder.mark(Mark::Open).unwrap();

        let missing = folder.left().unwrap_err().to_string();
        assert!(missing.contains("seats.db-wal is missing"), "{missing}");
        folder.mark(Mark::Closed).unwrap();
        assert_eq!(folder.left().unwrap(), Left::Whole);
        std::fs::remove_file(folder.database()).unwrap();
        let missing = folder.left().unwrap_err().to_string();
        assert!(missing.contains("seats.db is missing"), "{missing}");
    }

    #[test]
    fn a_second_server_is_told_who_holds_the_folder() {
        let home = tempfile::tempdir().unwrap();
        let _folder = Folder::take(home.path()).unwrap();

        let error = Folder::take(home.path()).err().unwrap().to_string();

        assert!(
            error.ends_with(&format!("in use by process {}", std::process::id())),
            "{error}"
        );
    }

    #[test]
    fn only_the_owner_can_read_what_is_made() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data");
        let folder = Folder::take(&path).unwrap();
        folder.mark(Mark::Making).unwrap();
        folder.make_ballast(true).unwrap();

        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        for file in ["lock", "mark", "ballast"] {
            assert_eq!(mode(&path.join(file)), 0o600, "{file}");
        }
        assert!(folder.has_ballast());
    }
}
