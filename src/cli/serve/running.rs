//! `serve` from the ready line to the exit code.

use super::server::Server;
use super::watch::{Stillness, Watch};
use crate::config::{self, Overrides, Settings};
use crate::telemetry::{LogFormat, start_logs};
use std::io::Write as _;
use std::process::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub(super) fn run(settings: &Settings, overrides: &Overrides, watch: Watch) -> ExitCode {
    let format = match settings.server.log.format {
        config::LogFormat::Text => LogFormat::Text,
        config::LogFormat::Json => LogFormat::Json,
    };
    start_logs(format, settings.server.log.level.as_str());
    match start(settings, overrides, watch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(settings: &Settings, overrides: &Overrides, watch: Watch) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(settings, overrides, watch));
    // What still runs was told to end and had its time.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    served
}

async fn serve(settings: &Settings, overrides: &Overrides, mut watch: Watch) -> anyhow::Result<()> {
    // Signals are caught before the listeners accept, so that none is lost.
    let (mut terminate, mut interrupt, mut hang_up) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
        signal(SignalKind::hangup())?,
    );
    let server = Server::start(settings).await?;
    if settings.server.data_dir.is_none() {
        tracing::info!("in memory: all sessions are gone at exit");
    }
    ready(&server, settings)?;
    server.is_reachable();
    loop {
        tokio::select! {
            () = stop_signal(&mut terminate, &mut interrupt) => break,
            _ = hang_up.recv() => reload(&server, overrides, &mut watch, Stillness::LongSettled).await,
            stillness = watch.changed() => reload(&server, overrides, &mut watch, stillness).await,
        }
    }
    tracing::info!("draining");
    tokio::select! {
        () = server.drain() => tracing::info!("drained"),
        () = stop_signal(&mut terminate, &mut interrupt) => tracing::warn!("stopped at once"),
    }
    server.close().await;
    Ok(())
}

async fn stop_signal(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Reads the configuration again. Whoever asks for it by a signal is not asked to wait.
async fn reload(server: &Server, overrides: &Overrides, watch: &mut Watch, stillness: Stillness) {
    let version = watch.version();
    match config::load(overrides) {
        // A file that is just being written may read as empty; it must not end every session.
        Ok(settings) if settings.organizations.is_empty() => {
            tracing::error!("the configuration names no organization and is not reloaded");
        }
        Ok(settings) => {
            let missing = server.missing(&settings);
            if stillness == Stillness::Settled && !missing.is_empty() {
                for organization in missing {
                    tracing::warn!(
                        %organization,
                        "missing in the changed configuration: its sessions end unless it is back within 8 s"
                    );
                }
                return;
            }
            server.reload(&settings).await;
            tracing::info!("configuration reloaded");
        }
        Err(problems) => {
            for problem in problems {
                tracing::error!(%problem, "the configuration is not reloaded");
            }
        }
    }
    watch.take(version);
}

/// The one line on standard output.
fn ready(server: &Server, settings: &Settings) -> std::io::Result<()> {
    let line = serde_json::json!({
        "event": "ready",
        "listen": server.listen.to_string(),
        "admin_listen": server.admin_listen.to_string(),
        "data_dir": settings.server.data_dir,
        "admin_token_file": server.admin_token_file,
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
