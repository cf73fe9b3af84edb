//! One thing that is wrong with the configuration.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::sources::Source;

/// One thing that is wrong, and where. It prints as `FILE:LINE: key: what is wrong and what
/// would be right`, and sorts by its line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it was written.
    pub source: Source,
    /// The setting, as in `organization.grace`; empty if it is none in particular.
    pub key: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem with a file as a whole.
    pub(super) fn in_file(path: &Path, message: String) -> Self {
        Self {
            source: Source::File(Arc::from(path)),
            key: String::new(),
            message,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            Source::Default => {}
            Source::Flag(_) | Source::Environment(_) | Source::File(_) => {
                return write!(formatter, "{}: {}", self.source, self.message);
            }
            Source::Line(..) => write!(formatter, "{}: ", self.source)?,
        }
        write!(formatter, "{}: {}", self.key, self.message)
    }
}
