//! What flags and environment say.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::settings::Switches;
use crate::seats::OrganizationId;

/// What flags and environment say; a flag has won over its environment variable already. The
/// default says nothing, which is the demo.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The flags below that were not given, but their environment variables: `--listen`.
    pub from_environment: Vec<&'static str>,
    /// The TOML file.
    pub config: Option<PathBuf>,
    /// Organizations and their seats.
    pub seats: Vec<(OrganizationId, u32)>,
    /// The widget listener.
    pub listen: Option<SocketAddr>,
    /// The admin listener.
    pub admin_listen: Option<SocketAddr>,
    /// The folder of the store.
    pub data_dir: Option<PathBuf>,
    /// Keep nothing after the exit.
    pub in_memory: bool,
    /// Where the first operator token is written.
    pub admin_token_file: Option<PathBuf>,
    /// Webhooks may go to private addresses.
    pub allow_private_webhooks: bool,
    /// Organizations may be open to whoever reaches the listener.
    pub allow_open_organizations: bool,
    /// The admin listener may be reached from elsewhere without TLS.
    pub allow_plain_admin: bool,
    /// A grace may be shorter than a page reload: for tests.
    pub allow_short_grace: bool,
    /// The grace of organizations that set none.
    pub grace: Option<Duration>,
    /// The form of the log.
    pub log_format: Option<LogFormat>,
    /// The least level that is logged.
    pub log_level: Option<tracing::Level>,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Overrides {
    /// Whether this is the demo.
    pub(super) fn say_nothing(&self) -> bool {
        let nothing = Self {
            from_environment: self.from_environment.clone(),
            ..Self::default()
        };
        *self == nothing
    }

    /// What is allowed that by default is not.
    pub(super) fn switches(&self) -> Switches {
        Switches {
            allow_private_webhooks: self.allow_private_webhooks,
            allow_open_organizations: self.allow_open_organizations,
            allow_plain_admin: self.allow_plain_admin,
            allow_short_grace: self.allow_short_grace,
        }
    }
}
