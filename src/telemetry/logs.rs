//! Logs, on standard error. Never an address, a header, a payload or a session id.

mod outlet;

pub use outlet::Logging;
pub(super) use outlet::lost;

use outlet::Outlet;
use tracing_subscriber::EnvFilter;

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging at `level` (`error` to `trace`). What the libraries say stays at warnings,
/// since they log headers and addresses below.
pub fn start_logs(format: LogFormat, level: &str) -> std::io::Result<Logging> {
    let outlet = Outlet::to(std::io::stderr())?;
    let filter = EnvFilter::new(format!("warn,mirabridge_seats={level}"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(outlet.clone());
    let started = match format {
        LogFormat::Text => logs.with_ansi(false).try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(outlet.logging())
}
