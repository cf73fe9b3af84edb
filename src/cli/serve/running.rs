//! `serve` from the ready line to the exit code.

use super::server::Server;
use super::sockets::Sockets;
use super::watch::{Stillness, Watch};
use crate::config::{self, Overrides, Settings};
use crate::telemetry::{LogFormat, start_logs};
use sd_notify::NotifyState;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub(super) fn run(settings: &Settings, overrides: &Overrides, sockets: Sockets, watch: Watch) -> ExitCode {
    let format = match settings.server.log.format {
        config::LogFormat::Text => LogFormat::Text,
        config::LogFormat::Json => LogFormat::Json,
    };
    // Without a thread for the log there is none for anything else.
    let Ok(_logging) = start_logs(format, settings.server.log.level.as_str()) else {
        return ExitCode::FAILURE;
    };
    match start(settings, overrides, sockets, watch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(settings: &Settings, overrides: &Overrides, sockets: Sockets, watch: Watch) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(settings, overrides, sockets, watch));
    // What still runs was told to end and had its time.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    served
}

async fn serve(
    settings: &Settings,
    overrides: &Overrides,
    sockets: Sockets,
    mut watch: Watch,
) -> anyhow::Result<()> {
    // Signals are caught before the listeners accept, so that none is lost.
    let (mut terminate, mut interrupt, mut hang_up) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
        signal(SignalKind::hangup())?,
    );
    watch.follow(further_files(settings));
    let server = Server::start(settings, sockets).await?;
    if settings.server.data_dir.is_none() {
        tracing::info!("in memory: all sessions are gone at exit");
    }
    ready(&server, settings)?;
    server.is_reachable();
    tell_systemd(NotifyState::Ready);
    loop {
        tokio::select! {
            () = stop_signal(&mut terminate, &mut interrupt) => break,
            _ = hang_up.recv() => reload(&server, overrides, &mut watch, Stillness::LongSettled).await,
            stillness = watch.changed() => reload(&server, overrides, &mut watch, stillness).await,
        }
    }
    tell_systemd(NotifyState::Stopping);
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

/// The files that a reload reads beside the configuration file.
fn further_files(settings: &Settings) -> impl Iterator<Item = PathBuf> {
    let keys = settings
        .organizations
        .iter()
        .flat_map(|organization| &organization.token_keys)
        .map(|key| key.file.clone());
    let tls = settings
        .tls
        .iter()
        .flat_map(|tls| [tls.certificate.clone(), tls.private_key.clone()]);
    tls.chain(keys)
}

/// Where systemd did not start this, nothing is told.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd could not be told");
    }
}

/// Reads the configuration again. Whoever asks for it by a signal is not asked to wait.
async fn reload(server: &Server, overrides: &Overrides, watch: &mut Watch, stillness: Stillness) {
    let versions = watch.versions();
    let mut followed = None;
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
            followed = Some(settings);
        }
        Err(problems) => {
            for problem in problems {
                tracing::error!(%problem, "the configuration is not reloaded");
            }
        }
    }
    watch.take(versions);
    if let Some(settings) = followed {
        watch.follow(further_files(&settings));
    }
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
