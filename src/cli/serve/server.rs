//! A running server: what is started in which order, and how it ends.

use crate::admin::{self, Desk};
use crate::clock::Clock;
use crate::config::{AdminTokenSettings, Role, Settings};
use crate::credential::{HashedToken, KeyedHash, admin_token};
use crate::gateway::{Directory, FrameBudget, Listener, ListenerSettings, Reception};
use crate::liveness::Rhythm;
use crate::registry::Registry;
use crate::store::Recorder;
use crate::telemetry::Metrics;
use anyhow::Context as _;
use parking_lot::RwLock;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long the sockets are heard after a long stall before anybody is judged.
const HEAR_ALL: Duration = Duration::from_millis(200);
/// Tasks that do not end within this time after the drain are cut off.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A server whose listeners accept.
pub(super) struct Server {
    pub(super) listen: std::net::SocketAddr,
    pub(super) admin_listen: std::net::SocketAddr,
    pub(super) admin_token_file: Option<PathBuf>,
    reception: Arc<Reception>,
    desk: Arc<Desk>,
    stop_accepting: CancellationToken,
    stop: CancellationToken,
    tasks: TaskTracker,
    conversations: TaskTracker,
    drain_timeout: Duration,
}

impl Server {
    /// Binds both listeners and starts.
    pub(super) async fn start(settings: &Settings) -> anyhow::Result<Self> {
        anyhow::ensure!(
            settings.tls.is_none(),
            "[tls] is set, and this version cannot serve it yet"
        );
        raise_descriptor_limit();
        let clock = Clock::start();
        let metrics = Arc::new(Metrics::new());
        let registry = Registry::new(Recorder::in_memory(), clock.clone(), Arc::clone(&metrics));
        let mut key = [0; 32];
        getrandom::fill(&mut key).context("the system gives no random numbers")?;
        let liveness = &settings.liveness;
        let reception = Arc::new(Reception {
            registry: Arc::clone(&registry),
            directory: RwLock::default(),
            hashes: KeyedHash::new(&key),
            rhythm: Rhythm {
                heartbeat: liveness.heartbeat,
                silence_limit: liveness.silence_limit,
                unresponsive_limit: None,
            },
            login_timeout: liveness.login_timeout,
            metrics: Arc::clone(&metrics),
            seats: TaskTracker::new(),
            leaving: CancellationToken::new(),
            numbers: AtomicU64::new(1),
        });
        let listener = Listener::bind(settings.server.listen, listener_settings(settings), clock.clone())
            .with_context(|| format!("cannot listen on {}", settings.server.listen))?;
        let admin_listener = TcpListener::bind(settings.server.admin_listen)
            .await
            .with_context(|| format!("cannot listen on {}", settings.server.admin_listen))?;
        let (admin_token_file, tokens) = tokens(settings)?;
        let desk = Arc::new(Desk {
            reception: Arc::clone(&reception),
            metrics,
            connections: listener.running().connections,
            widget_port: listener.local_addr()?.port(),
            tokens: RwLock::new(Arc::new(tokens)),
        });
        let (stop_accepting, stop, tasks) = (
            CancellationToken::new(),
            CancellationToken::new(),
            TaskTracker::new(),
        );
        let server = Self {
            listen: listener.local_addr()?,
            admin_listen: admin_listener.local_addr()?,
            admin_token_file,
            reception: Arc::clone(&reception),
            desk: Arc::clone(&desk),
            stop_accepting: stop_accepting.clone(),
            stop: stop.clone(),
            tasks: tasks.clone(),
            conversations: listener.running().tasks,
            drain_timeout: settings.server.drain_timeout,
        };
        server.set_up(settings).await;
        tasks.spawn(listener.run(reception, stop_accepting));
        tasks.spawn(admin::serve(admin_listener, desk, stop.clone()));
        tasks.spawn(Arc::clone(&registry).sweep(stop.clone()));
        tasks.spawn(hear_all_after_long_stalls(registry, stop));
        clock.release();
        Ok(server)
    }

    /// Makes `settings` hold for organizations, doors and tokens. Sessions go on; those of an
    /// organization that is not there any more are ended.
    pub(super) async fn set_up(&self, settings: &Settings) {
        let registry = &self.reception.registry;
        *self.reception.directory.write() = Arc::new(Directory::of(&settings.organizations));
        for organization in &settings.organizations {
            if organization.waiting_line.is_some() {
                tracing::warn!(organization = %organization.id, "its waiting line is not served by this version");
            }
            registry.allocate(
                &organization.id,
                organization.allocation.clone(),
                organization.grace,
                organization.time_zone.clone(),
            );
        }
        for id in registry.organizations() {
            if !settings
                .organizations
                .iter()
                .any(|organization| organization.id == id)
            {
                registry.remove(&id).await;
                tracing::info!(organization = %id, "organization removed");
            }
        }
    }

    /// Makes a reloaded configuration hold. What needs a restart keeps its value.
    pub(super) async fn reload(&self, settings: &Settings) {
        if !settings.admin_tokens.is_empty() {
            *self.desk.tokens.write() = Arc::new(settings.admin_tokens.clone());
        }
        self.set_up(settings).await;
    }

    /// Sends every widget away with a time to come back, then stops.
    pub(super) async fn drain(&self) {
        self.stop_accepting.cancel();
        self.reception
            .drain(&self.conversations, self.drain_timeout)
            .await;
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(LAST_WORDS, self.tasks.wait()).await.is_err() {
            tracing::warn!("some tasks did not end in time and are cut off");
        }
    }
}

fn listener_settings(settings: &Settings) -> ListenerSettings {
    ListenerSettings {
        login_timeout: settings.liveness.login_timeout,
        message_bytes: settings.limits.message_bytes,
        handshakes: settings.limits.handshakes,
        handshakes_per_address: settings.limits.handshakes_per_address,
        max_connections: settings.server.max_connections,
        trusted_proxies: settings.server.trusted_proxies.clone(),
        budget: FrameBudget::default(),
    }
}

async fn hear_all_after_long_stalls(registry: Arc<Registry>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = registry.clock().long_stall() => {}
        }
        // Served time stands still meanwhile: what the sockets hold is heard before anybody is judged.
        tokio::time::sleep(HEAR_ALL).await;
        registry.clock().everybody_was_heard();
        registry.renew_graces();
        registry.clock().release();
    }
}

fn raise_descriptor_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    )
    .is_err()
    {
        tracing::warn!("the limit of open files could not be raised to the hard one");
    }
}

/// The configured tokens, or one operator token that is made at the first start and kept in a
/// file that only its owner can read.
fn tokens(settings: &Settings) -> anyhow::Result<(Option<PathBuf>, Vec<AdminTokenSettings>)> {
    if !settings.admin_tokens.is_empty() {
        return Ok((None, settings.admin_tokens.clone()));
    }
    let file = match (&settings.server.admin_token_file, &settings.server.data_dir) {
        (Some(file), _) => file.clone(),
        (None, Some(folder)) => folder.join("admin-token"),
        (None, None) => {
            std::env::temp_dir().join(format!("mirabridge-seats-{}.admin-token", std::process::id()))
        }
    };
    let kept = settings.server.data_dir.is_some() || settings.server.admin_token_file.is_some();
    let token = match std::fs::read_to_string(&file) {
        Ok(token) if kept && !token.trim().is_empty() => token.trim().to_owned(),
        Ok(_) | Err(_) => {
            let mut random = [0; 32];
            getrandom::fill(&mut random).context("the system gives no random numbers")?;
            let token = admin_token(random);
            write_private(&file, &token).with_context(|| format!("cannot write {}", file.display()))?;
            token
        }
    };
    tracing::info!(file = %file.display(), "the operator's token is in this file");
    let operator = AdminTokenSettings {
        label: "operator".to_owned(),
        role: Role::Operator,
        hash: HashedToken::of(&token),
    };
    Ok((Some(file), vec![operator]))
}

fn write_private(file: &Path, token: &str) -> std::io::Result<()> {
    // A file that somebody else put there is not written to.
    match std::fs::remove_file(file) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    writeln!(file, "{token}")
}
