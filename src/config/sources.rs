//! Where each setting came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Nothing was said.
    Default,
    /// A flag.
    Flag(&'static str),
    /// The environment variable that stands for this flag.
    Environment(&'static str),
    /// A file as a whole.
    File(Arc<Path>),
    /// A line of a file, from 1.
    Line(Arc<Path>, usize),
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::Flag(flag) => formatter.write_str(flag),
            Self::Environment(flag) => {
                let name = flag
                    .trim_start_matches('-')
                    .replace('-', "_")
                    .to_ascii_uppercase();
                write!(formatter, "MIRABRIDGE_SEATS_{name}")
            }
            Self::File(file) => write!(formatter, "{}", file.display()),
            Self::Line(file, line) => write!(formatter, "{}:{line}", file.display()),
        }
    }
}

/// The sources of all settings that are not defaults, by name: `server.listen`,
/// `organization.acme`, `organization.acme.grace`, `admin_token.ops`.
#[derive(Debug, Clone, Default)]
pub struct Sources(BTreeMap<String, Source>);

impl Sources {
    /// Where the setting `name` came from.
    pub fn of(&self, name: &str) -> Source {
        self.0.get(name).cloned().unwrap_or(Source::Default)
    }

    /// Whether flag, environment or file define `name`, so that nobody else may change it.
    pub fn defines(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// All names with their sources, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.0.iter().map(|(name, source)| (name.as_str(), source))
    }

    /// Tells apart what flags and what the environment said.
    pub(super) fn tell_environment(&mut self, from_environment: &[&'static str]) {
        for source in self.0.values_mut() {
            if let Source::Flag(flag) = *source
                && from_environment.contains(&flag)
            {
                *source = Source::Environment(flag);
            }
        }
    }

    /// Notes the source of `name` in place of any other.
    pub(super) fn note(&mut self, name: String, source: Source) {
        self.0.insert(name, source);
    }
}
