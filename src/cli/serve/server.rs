//! A running server: what is started in which order, and how it ends.

use super::descriptors;
use super::first_token::tokens;
use super::record::Record;
use super::sockets::Sockets;
use crate::admin::{self, Books, Desk, Guesses};
use crate::clock::{Clock, utc};
use crate::config::{AdminTokenSettings, Settings};
use crate::gateway::{FrameBudget, Listener, ListenerSettings, Reception};
use crate::liveness::Rhythm;
use crate::notify::{Notifier, Start};
use crate::registry::Registry;
use crate::seats::OrganizationId;
use crate::store::Closer;
use crate::telemetry::Metrics;
use crate::transport::Doorway;
use anyhow::Context as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
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
    /// The operator's token that was made here, where the configuration has none.
    own_tokens: Vec<AdminTokenSettings>,
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
        let places = descriptors::raise();
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
            settings: stored,
            read_backs,
            closer,
            usage,
        } = Record::open(settings.server.data_dir.as_deref(), &metrics)?;
        let registry = Registry::new(
            recorder.clone(),
            clock.clone(),
            Arc::clone(&metrics),
            settings.limits.logins_waiting,
        );
        if let Some((shelf, reached)) = usage {
            registry.go_on_with_record(reached, shelf);
        }
        let liveness = &settings.liveness;
        let reception = Arc::new(Reception::new(
            Arc::clone(&registry),
            &hash_key,
            Rhythm {
                heartbeat: liveness.heartbeat,
                silence_limit: liveness.silence_limit,
                unresponsive_limit: None,
            },
            liveness.login_timeout,
            Arc::clone(&metrics),
        ));
        let (listen, admin_listen) = (settings.server.listen, settings.server.admin_listen);
        let (limits, ticking) = (listener_settings(settings, places.widgets), clock.clone());
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
        let own_tokens = admin_token_file.as_ref().map_or(Vec::new(), |_| tokens.clone());
        let (stop_accepting, stop, tasks) = (
            CancellationToken::new(),
            CancellationToken::new(),
            TaskTracker::new(),
        );
        let notifier = Notifier::open(
            (Arc::clone(&registry), Arc::clone(&metrics)),
            recorder.clone(),
            &stored,
            Start::with(&sessions),
            settings.switches.allow_private_webhooks,
        )?;
        let books = Books::open(
            (Arc::clone(&reception), Arc::clone(&notifier)),
            recorder,
            &stored,
            tasks.clone(),
            stop.clone(),
        )?;
        let desk = Arc::new(Desk {
            reception: Arc::clone(&reception),
            metrics,
            metrics_need_token: settings.server.metrics_need_token,
            connections: listener.running().connections,
            guesses: Guesses::new(&clock, &settings.server.trusted_proxies),
            widget_port: listener.local_addr()?.port(),
            books: Arc::clone(&books),
            notifier: Arc::clone(&notifier),
            live: admin::Hub::new(utc()),
            links: admin::Links::default(),
            replays: admin::Replays::default(),
            work: TaskTracker::new(),
        });
        let server = Self {
            listen: listener.local_addr()?,
            admin_listen: admin_listener.local_addr()?,
            admin_token_file,
            own_tokens,
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
        books.set_file(settings, tokens).await;
        registry.restore(sessions);
        if let Err(error) = registry.recall_today() {
            tracing::warn!(%error, "the numbers of today begin with this start");
        }
        books.dismiss_unknown();
        // A drain is no loss: who watches stops before it.
        tasks.spawn(Arc::clone(&notifier).watch(stop_accepting.clone()));
        tasks.spawn(Arc::clone(&notifier).watch_increases(stop_accepting.clone()));
        tasks.spawn(Arc::clone(&notifier).herald(stop.clone()));
        tasks.spawn(Arc::clone(&notifier).deliver(stop.clone()));
        tasks.spawn(notifier.keep(stop.clone()));
        tasks.spawn(listener.run(reception, stop_accepting));
        tasks.spawn(admin::serve(
            admin_listener,
            doorway,
            desk,
            places.administrators,
            stop.clone(),
        ));
        tasks.spawn(Arc::clone(&registry).sweep(stop.clone()));
        tasks.spawn(Arc::clone(&registry).tell_places(stop.clone()));
        tasks.spawn(Arc::clone(&registry).record_usage(stop.clone()));
        tasks.spawn(Arc::clone(&registry).tell_maintenance(stop.clone()));
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

    /// The organizations that `settings` would remove.
    pub(super) fn missing(&self, settings: &Settings) -> Vec<OrganizationId> {
        self.desk.books.missing(settings)
    }

    /// Makes a reloaded configuration hold. What needs a restart keeps its value.
    pub(super) async fn reload(&self, settings: &Settings) {
        self.show_certificate(settings);
        let tokens = if settings.admin_tokens.is_empty() {
            if self.own_tokens.is_empty() {
                tracing::warn!("the configuration has no admin tokens any more; a restart makes one");
            }
            self.own_tokens.clone()
        } else {
            settings.admin_tokens.clone()
        };
        self.desk.books.set_file(settings, tokens).await;
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

fn adopt(socket: std::net::TcpListener) -> std::io::Result<TcpListener> {
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket)
}

/// The settings, and no more connections than there are descriptors for `widgets`.
fn listener_settings(settings: &Settings, widgets: usize) -> ListenerSettings {
    ListenerSettings {
        login_timeout: settings.liveness.login_timeout,
        message_bytes: settings.limits.message_bytes,
        handshakes: settings.limits.handshakes,
        handshakes_per_address: settings.limits.handshakes_per_address,
        max_connections: settings.server.max_connections.min(widgets),
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
