//! Why a store cannot be opened. Each names the file and says what would help.

use std::io;
use std::path::{Path, PathBuf};

/// Why a store cannot be opened or copied.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another server has the folder.
    #[error("the data folder {} is in use by process {holder}", folder.display())]
    InUse {
        /// Which folder.
        folder: PathBuf,
        /// The number of the process that holds it.
        holder: String,
    },
    /// The system says no.
    #[error("cannot {what} {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file was there and is not.
    #[error("{} is missing: put the file back, or restore a backup into an empty folder", path.display())]
    Missing {
        /// Which file.
        path: PathBuf,
    },
    /// A file is not what was written.
    #[error("{} is damaged ({what}): put an undamaged copy in its place, or restore a backup into an empty folder", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where.
        what: String,
    },
    /// A file of a version that is not known yet.
    #[error("{} has format {found}; this version knows formats up to {known}: start a newer version", path.display())]
    TooNew {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// A store of another version's server cannot be copied.
    #[error("{} has format {found}; this version copies format {known}: use the version that runs", path.display())]
    OtherFormat {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The one that can be copied.
        known: i64,
    },
    /// A reader of another process is in the way.
    #[error("{} is being read by another process", path.display())]
    Busy {
        /// Which file.
        path: PathBuf,
    },
    /// The disk does not take what is written.
    #[error("cannot write {}: {what}", path.display())]
    NotWritable {
        /// Which file.
        path: PathBuf,
        /// What went wrong.
        what: String,
    },
    /// The database engine says no.
    #[error("cannot use {}", path.display())]
    Engine {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
}

impl StoreError {
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }

    pub(super) fn engine(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => Self::Damaged {
                path,
                what: source.to_string(),
            },
            _ => Self::Engine { path, source },
        }
    }

    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            what: what.into(),
        }
    }
}
