//! What all agents of a run share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use super::ledger::{Gauges, Ledger};
use super::referee::{At, Grace, Loss, Observation, Span};
use super::stopwatch::Stopwatch;
use super::target::{SeatUrl, Sources};
use super::wire::Organization;

/// The surroundings of the agents.
pub(super) struct World {
    pub(super) url: SeatUrl,
    pub(super) organization: Organization,
    pub(super) sources: Sources,
    pub(super) clock: Stopwatch,
    pub(super) ledger: Mutex<Ledger>,
    pub(super) gauges: Arc<Gauges>,
    /// The grace if it is known more exactly than the server says it.
    pub(super) exact_grace: Option<Duration>,
    /// Places for agents that ask again and again.
    pub(super) queue: Semaphore,
    /// The run is over.
    pub(super) stop: CancellationToken,
    /// By how much this process was late at most, in nanoseconds.
    pub(super) own_delay: AtomicU64,
}

impl World {
    /// How many agents ask again and again at a time: enough to see a seat come free, few enough to leave
    /// the server its work.
    pub(super) const QUEUE_PLACES: usize = 4;

    pub(super) fn now(&self) -> At {
        self.clock.now()
    }

    pub(super) fn observe(&self, observation: Observation) {
        self.ledger.lock().observe(observation);
    }

    /// A new connection, or `None` after a while if the server takes none.
    pub(super) async fn connect(&self) -> Option<Connection> {
        let from = self.now();
        match self.try_connect().await {
            Ok(connection) => {
                self.ledger
                    .lock()
                    .connects
                    .record(self.now().saturating_sub(from));
                Some(connection)
            }
            Err(error) => {
                {
                    let mut ledger = self.ledger.lock();
                    ledger.interrupted();
                    ledger.complain(complaint(&error));
                }
                self.pause(Duration::from_millis(500)).await;
                None
            }
        }
    }

    pub(super) async fn try_connect(&self) -> Result<Connection, tungstenite::Error> {
        Connection::open(&self.sources, &self.url, self.clock).await
    }

    /// Waits, but not longer than the run.
    pub(super) async fn pause(&self, duration: Duration) {
        tokio::select! {
            () = tokio::time::sleep(duration) => {}
            () = self.stop.cancelled() => {}
        }
    }

    /// The grace that a grant tells.
    pub(super) fn grace(&self, grace_s: u64) -> Grace {
        self.exact_grace
            .map_or_else(|| Grace::from_wire(grace_s), Grace::exactly)
    }

    /// What is known of a connection that the server broke: a frame that was sent shortly before may not
    /// have been read.
    pub(super) fn broken(&self, last_sent: At, noticed: At) -> (Span, Loss) {
        let delay = Duration::from_secs(1) + Duration::from_nanos(self.own_delay.load(Ordering::Relaxed));
        (
            Span::new(last_sent.min(noticed.saturating_sub(delay)), noticed),
            Loss::Broken,
        )
    }

    /// Draws what the agents see, until the run is over.
    pub(super) async fn watch_gauges(&self) {
        const TICK: Duration = Duration::from_millis(250);
        while !self.stop.is_cancelled() {
            self.ledger.lock().draw_gauges(self.now(), &self.gauges);
            self.pause(TICK).await;
        }
    }

    /// Watches how late this process is, until the run is over.
    pub(super) async fn watch_own_delay(&self) {
        const TICK: Duration = Duration::from_millis(100);
        while !self.stop.is_cancelled() {
            let from = self.now();
            self.pause(TICK).await;
            let late = self.now().saturating_sub(from + TICK);
            let late = u64::try_from(late.as_nanos()).unwrap_or(u64::MAX);
            self.own_delay.fetch_max(late, Ordering::Relaxed);
        }
    }
}

fn complaint(error: &tungstenite::Error) -> &'static str {
    match error {
        tungstenite::Error::Io(error)
            if error.raw_os_error() == Some(rustix::io::Errno::MFILE.raw_os_error()) =>
        {
            "this process has no descriptor left"
        }
        tungstenite::Error::Io(_) => "no connection",
        _ => "no handshake",
    }
}
