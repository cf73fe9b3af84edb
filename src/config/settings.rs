//! The settings as the rest of the server uses them.

mod organization;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use super::file;
use super::overrides::LogFormat;
use super::sources::Sources;
use crate::credential::HashedToken;
use crate::seats::OrganizationId;
use crate::transport::{Certificate, InvalidCertificate};

pub use organization::{KeyMaterial, OrganizationSettings, PlannedIncrease, SelfService, TokenKeySettings};

/// Everything that the server was told, complete and checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Listeners, folders and the log.
    pub server: ServerSettings,
    /// The certificate of both listeners.
    pub tls: Option<TlsSettings>,
    /// The times by which presence is judged.
    pub liveness: LivenessSettings,
    /// The bounds of queues and messages.
    pub limits: LimitSettings,
    /// The organizations, in the order in which they were named.
    pub organizations: Vec<OrganizationSettings>,
    /// The tokens of the admin API.
    pub admin_tokens: Vec<AdminTokenSettings>,
    /// What is allowed that by default is not.
    pub switches: Switches,
    /// Where each of these came from.
    pub sources: Sources,
}

/// Listeners, folders and the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// The widget listener.
    pub listen: SocketAddr,
    /// The admin listener.
    pub admin_listen: SocketAddr,
    /// The folder of the store; `None` keeps everything in memory.
    pub data_dir: Option<PathBuf>,
    /// Where the first operator token is written. `None`: nowhere if tokens are configured,
    /// otherwise into a new file in the temporary folder.
    pub admin_token_file: Option<PathBuf>,
    /// The most connections at once.
    pub max_connections: usize,
    /// The most time that the end may take.
    pub drain_timeout: Duration,
    /// Addresses that are exempt from limits per address.
    pub trusted_proxies: Vec<IpAddr>,
    /// Metrics are for operators only.
    pub metrics_need_token: bool,
    /// The log.
    pub log: LogSettings,
}

/// The form of the log and how much of it there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSettings {
    /// Text or JSON.
    pub format: LogFormat,
    /// The least level that is logged.
    pub level: tracing::Level,
}

/// The certificate of both listeners, as PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// The chain of certificates.
    pub certificate: PathBuf,
    /// The private key of the first.
    pub private_key: PathBuf,
}

impl TlsSettings {
    /// Reads both files as they are at this moment.
    pub fn read(&self) -> Result<Certificate, UnusableTls> {
        let read = |path: &PathBuf| {
            file::read_bytes(path).map_err(|error| UnusableTls {
                path: path.clone(),
                why: error.to_string(),
            })
        };
        let (chain, key) = (read(&self.certificate)?, Zeroizing::new(read(&self.private_key)?));
        Certificate::read(&chain, &key).map_err(|error| UnusableTls {
            path: match error {
                InvalidCertificate::NoCertificate => self.certificate.clone(),
                InvalidCertificate::NoPrivateKey
                | InvalidCertificate::UnusableKey
                | InvalidCertificate::Mismatch => self.private_key.clone(),
            },
            why: error.to_string(),
        })
    }
}

/// A certificate that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct UnusableTls {
    /// The file that is to blame.
    pub path: PathBuf,
    why: String,
}

/// The times by which presence is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LivenessSettings {
    /// From one heartbeat to the next, in whole seconds.
    pub heartbeat: Duration,
    /// The silence after which a connection counts as lost; longer than two heartbeats.
    pub silence_limit: Duration,
    /// From the handshake to the first message.
    pub login_timeout: Duration,
    /// The grace of organizations that set none.
    pub grace: Duration,
}

/// The bounds of queues and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitSettings {
    /// The longest message of a widget, in bytes.
    pub message_bytes: usize,
    /// Handshakes in flight.
    pub handshakes: usize,
    /// Logins that wait for the recorder.
    pub logins_waiting: usize,
    /// Handshakes of one address in flight until the first message.
    pub handshakes_per_address: usize,
}

/// A token of the admin API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminTokenSettings {
    /// What the audit log calls its holder.
    pub label: String,
    /// What it may do.
    pub role: Role,
    /// The hash of its text.
    pub hash: HashedToken,
}

/// What an admin token may do, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Everything, everywhere.
    Operator,
    /// The work of one organization.
    Admin(OrganizationId),
    /// To look at one organization.
    Viewer(OrganizationId),
}

impl Role {
    /// The only organization that it concerns; `None`: all.
    pub fn organization(&self) -> Option<&OrganizationId> {
        match self {
            Self::Operator => None,
            Self::Admin(own) | Self::Viewer(own) => Some(own),
        }
    }
}

/// What is allowed that by default is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Switches {
    /// Webhooks may go to private addresses.
    pub allow_private_webhooks: bool,
    /// Organizations may be open to whoever reaches the listener.
    pub allow_open_organizations: bool,
    /// The admin listener may be reached from elsewhere without TLS.
    pub allow_plain_admin: bool,
    /// A grace may be shorter than a page reload: for tests.
    pub allow_short_grace: bool,
}
