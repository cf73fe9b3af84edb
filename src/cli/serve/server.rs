//! A running server: what is started in which order, and how it ends.

use super::sockets::Sockets;
use crate::admin::{self, Desk, Guesses};
use crate::clock::Clock;
use crate::config::{AdminTokenSettings, OrganizationSettings, Role, Settings};
use crate::credential::{HashedToken, KeyedHash, admin_token};
use crate::gateway::{Directory, FrameBudget, Listener, ListenerSettings, Reception};
use crate::liveness::Rhythm;
use crate::registry::Registry;
use crate::seats::OrganizationId;
use crate::store::{Closer, ReadBack, Recorder, Store};
use crate::telemetry::Metrics;
use crate::transport::Doorway;
use anyhow::Context as _;
use parking_lot::RwLock;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long the sockets are heard after a long stall before anybody is judged.
const HEAR_ALL: Duration = Duration::from_millis(200);
/// Tasks that do not end within this time after the drain are cut off.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// A store that is not closed within this time is left to the next start.
const CLOSING: Duration = Duration::from_secs(5);

/// A server whose listeners accept.
pub(super) struct Server {
    pub(super) listen: std::net::SocketAddr,
    pub(super) admin_listen: std::net::SocketAddr,
    pub(super) admin_token_file: Option<PathBuf>,
    reception: Arc<Reception>,
    desk: Arc<Desk>,
    doorway: Doorway,
    stop_accepting: CancellationToken,
    stop: CancellationToken,
    tasks: TaskTracker,
    conversations: TaskTracker,
    drain_timeout: Duration,
    clock: Clock,
    closer: Option<Closer>,
}

impl Server {
    /// Binds both listeners and starts.
    pub(super) async fn start(settings: &Settings, sockets: Sockets) -> anyhow::Result<Self> {
        raise_descriptor_limit();
        let doorway = match &settings.tls {
            Some(tls) => Doorway::tls(tls.read()?)?,
            None => Doorway::plain(),
        };
        let clock = Clock::start();
        let metrics = Arc::new(Metrics::new());
        let Record {
            recorder,
            hash_key,
            sessions,
            read_backs,
            closer,
        } = Record::open(settings.server.data_dir.as_deref(), &metrics)?;
        let registry = Registry::new(
            recorder,
            clock.clone(),
            Arc::clone(&metrics),
            settings.limits.logins_waiting,
        );
        let liveness = &settings.liveness;
        let reception = Arc::new(Reception {
            registry: Arc::clone(&registry),
            directory: RwLock::default(),
            hashes: KeyedHash::new(&hash_key),
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
        let (listen, admin_listen) = (settings.server.listen, settings.server.admin_listen);
        let (limits, ticking) = (listener_settings(settings), clock.clone());
        let listener = match sockets.widgets {
            Some(socket) => Listener::adopt(socket, limits, ticking),
            None => Listener::bind(listen, limits, ticking),
        };
        let listener = listener.with_context(|| format!("cannot listen on {listen}"))?;
        let listener = listener.behind(doorway.clone());
        let admin_listener = match sockets.admin {
            Some(socket) => adopt(socket),
            None => TcpListener::bind(admin_listen).await,
        };
        let admin_listener = admin_listener.with_context(|| format!("cannot listen on {admin_listen}"))?;
        let (admin_token_file, tokens) = tokens(settings)?;
        let desk = Arc::new(Desk {
            reception: Arc::clone(&reception),
            metrics,
            connections: listener.running().connections,
            guesses: Guesses::new(&clock, &settings.server.trusted_proxies),
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
            doorway: doorway.clone(),
            stop_accepting: stop_accepting.clone(),
            stop: stop.clone(),
            tasks: tasks.clone(),
            conversations: listener.running().tasks,
            drain_timeout: settings.server.drain_timeout,
            clock,
            closer,
        };
        server.set_up(settings);
        registry.restore(sessions);
        server.remove_others(settings);
        tasks.spawn(listener.run(reception, stop_accepting));
        tasks.spawn(admin::serve(admin_listener, doorway, desk, stop.clone()));
        tasks.spawn(Arc::clone(&registry).sweep(stop.clone()));
        if let Some(read_backs) = read_backs {
            tasks.spawn(Arc::clone(&registry).heal(read_backs, stop.clone()));
        }
        tasks.spawn(hear_all_after_long_stalls(registry, stop));
        Ok(server)
    }

    /// From here on time is served: the ready line is out.
    pub(super) fn is_reachable(&self) {
        self.clock.release();
    }

    /// Makes `settings` hold for organizations, doors and tokens. Sessions go on.
    fn set_up(&self, settings: &Settings) {
        let registry = &self.reception.registry;
        let before = Arc::clone(&self.reception.directory.read());
        let directory = Directory::of(&settings.organizations, &before, &self.clock);
        *self.reception.directory.write() = Arc::new(directory);
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
    }

    /// Ends the sessions of organizations that are not there any more.
    fn remove_others(&self, settings: &Settings) {
        for id in self.reception.registry.organizations() {
            let is_there = |organization: &OrganizationSettings| organization.id == id;
            if settings.organizations.iter().any(is_there) {
                continue;
            }
            let (registry, stop) = (Arc::clone(&self.reception.registry), self.stop.clone());
            self.tasks.spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = registry.remove(&id) => tracing::info!(organization = %id, "organization removed"),
                }
            });
        }
    }

    /// Makes a reloaded configuration hold. What needs a restart keeps its value.
    pub(super) fn reload(&self, settings: &Settings) {
        self.show_certificate(settings);
        if !settings.admin_tokens.is_empty() {
            *self.desk.tokens.write() = Arc::new(settings.admin_tokens.clone());
        }
        self.set_up(settings);
        self.remove_others(settings);
    }

    /// Shows the certificate that the files hold. One that cannot be used changes nothing.
    fn show_certificate(&self, settings: &Settings) {
        match &settings.tls {
            Some(_) if !self.doorway.is_tls() => {
                tracing::warn!("[tls] was added; it needs a restart");
            }
            Some(tls) => match tls.read() {
                Ok(certificate) => {
                    if self.doorway.show(certificate) {
                        tracing::info!("a new certificate is shown from here on");
                    }
                }
                Err(error) => tracing::error!(%error, "the certificate is not reloaded"),
            },
            None if self.doorway.is_tls() => tracing::warn!("[tls] was removed; it needs a restart"),
            None => {}
        }
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

    /// Records what is queued and closes the store.
    pub(super) async fn close(self) {
        let Some(closer) = self.closer else { return };
        if tokio::time::timeout(CLOSING, closer.close()).await.is_err() {
            tracing::warn!("the store takes too long to close; the next start reads its log");
        }
    }
}

/// The way to the record, and what stood there at the start.
struct Record {
    recorder: Recorder,
    hash_key: [u8; 32],
    sessions: Vec<(OrganizationId, crate::seats::Record)>,
    read_backs: Option<mpsc::Receiver<ReadBack>>,
    closer: Option<Closer>,
}

impl Record {
    fn open(folder: Option<&Path>, metrics: &Arc<Metrics>) -> anyhow::Result<Self> {
        let Some(folder) = folder else {
            let mut hash_key = [0; 32];
            getrandom::fill(&mut hash_key).context("the system gives no random numbers")?;
            return Ok(Self {
                recorder: Recorder::in_memory(),
                hash_key,
                sessions: Vec::new(),
                read_backs: None,
                closer: None,
            });
        };
        let store = Store::open(folder, Arc::clone(metrics))?;
        metrics.started(store.starts);
        tracing::info!(
            starts = store.starts,
            sessions = store.sessions.len(),
            "the store is open; its sessions wait in grace"
        );
        Ok(Self {
            recorder: store.recorder,
            hash_key: store.hash_key,
            sessions: store.sessions,
            read_backs: Some(store.read_backs),
            closer: Some(store.closer),
        })
    }
}

fn adopt(socket: std::net::TcpListener) -> std::io::Result<TcpListener> {
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket)
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
