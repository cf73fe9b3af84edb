//! Reading files that should be small.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// No configuration, certificate or key is as large as this, in bytes.
const MOST_BYTES: u64 = 1024 * 1024;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnreadableFile {
    #[error("the file does not exist")]
    Missing,
    #[error("this is a directory; a file is expected")]
    Directory,
    #[error("the file cannot be read: {0}")]
    Io(io::Error),
    #[error("the file is larger than 1 MiB, so it is not what is meant")]
    TooLarge,
    #[error("the file is not UTF-8 from byte {0} on; save it as UTF-8 text")]
    NotText(usize),
}

impl From<io::Error> for UnreadableFile {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound {
            Self::Missing
        } else {
            Self::Io(error)
        }
    }
}

/// The bytes of a file of at most 1 MiB. A larger one is refused by its length, unread.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, UnreadableFile> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(UnreadableFile::Directory);
    }
    if metadata.len() > MOST_BYTES {
        return Err(UnreadableFile::TooLarge);
    }
    let mut bytes = Vec::new();
    // A device or a pipe has no length.
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(UnreadableFile::TooLarge);
    }
    Ok(bytes)
}

/// The text of a file of at most 1 MiB.
pub(super) fn read_text(path: &Path) -> Result<String, UnreadableFile> {
    String::from_utf8(read_bytes(path)?)
        .map_err(|error| UnreadableFile::NotText(error.utf8_error().valid_up_to()))
}
