//! Takes connections in, within its limits.

use super::answers;
use super::frames::FrameMeter;
use super::handshake::{self, Arrival};
use super::listener::{ListenerSettings, listen, set_options};
use super::permits::{Addresses, ConnectionPermit, HandshakePermit, OpenConnections};
use super::upper::Upper;
use crate::clock::{Clock, instant_in};
use crate::transport::Doorway;
use rustix::io::Errno;
use socket2::SockRef;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long to wait when the machine has no descriptor or no memory left. Those that are open go on.
const EXHAUSTED_WAIT: Duration = Duration::from_millis(75);
/// Connections beyond the limit that are told so at the same time; more are closed without a word.
/// They need descriptors that the rest of the process counts on.
const TURNED_AWAY_AT_ONCE: usize = 16;

/// The widget listener. Its address is taken; it accepts as soon as it runs.
pub struct Listener {
    socket: TcpListener,
    handshakes: Arc<Semaphore>,
    addresses: Arc<Addresses>,
    turned_away: Arc<Semaphore>,
    running: Running,
    meter: Arc<FrameMeter>,
    doorway: Doorway,
    settings: ListenerSettings,
}

/// What a listener has under way. Copies show the same.
#[derive(Clone, Default)]
pub struct Running {
    /// The open connections.
    pub connections: OpenConnections,
    /// A task per connection; closed when the listener has stopped.
    pub tasks: TaskTracker,
}

impl Listener {
    /// Takes `address`. Fails if it is taken already or not of this machine.
    pub fn bind(address: SocketAddr, settings: ListenerSettings, clock: Clock) -> io::Result<Self> {
        Ok(Self::over(listen(address)?, settings, clock))
    }

    /// Takes over a socket that listens already.
    pub fn adopt(
        socket: std::net::TcpListener,
        settings: ListenerSettings,
        clock: Clock,
    ) -> io::Result<Self> {
        set_options(&SockRef::from(&socket))?;
        socket.set_nonblocking(true)?;
        Ok(Self::over(TcpListener::from_std(socket)?, settings, clock))
    }

    fn over(socket: TcpListener, settings: ListenerSettings, clock: Clock) -> Self {
        Self {
            socket,
            handshakes: Arc::new(Semaphore::new(settings.handshakes.min(Semaphore::MAX_PERMITS))),
            addresses: Arc::default(),
            turned_away: Arc::new(Semaphore::new(TURNED_AWAY_AT_ONCE)),
            running: Running::default(),
            meter: Arc::new(
                FrameMeter::new(settings.budget, clock).with_message_bytes(settings.message_bytes),
            ),
            doorway: Doorway::plain(),
            settings,
        }
    }

    /// Lets connections begin as `doorway` says.
    pub fn behind(self, doorway: Doorway) -> Self {
        Self { doorway, ..self }
    }

    /// The address that was taken.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// What is under way, to be counted and waited for.
    pub fn running(&self) -> Running {
        self.running.clone()
    }

    /// Lets visitors in until `stop`. It ends the handshakes, too; conversations go on.
    pub async fn run(self, upper: Arc<impl Upper>, stop: CancellationToken) {
        let stopped = stop.clone();
        tokio::select! {
            () = stopped.cancelled() => {}
            () = self.accept(&upper, &stop) => {}
        }
        self.running.tasks.close();
    }

    async fn accept(&self, upper: &Arc<impl Upper>, stop: &CancellationToken) {
        let mut was_exhausted = false;
        loop {
            // The place comes first: who finds none waits in the listen queue.
            let Ok(place) = Arc::clone(&self.handshakes).acquire_owned().await else {
                return;
            };
            match self.socket.accept().await {
                Ok((stream, peer)) => {
                    was_exhausted = false;
                    self.admit(stream, peer.ip(), place, upper, stop);
                }
                Err(error) if is_exhausted(&error) => {
                    if !std::mem::replace(&mut was_exhausted, true) {
                        tracing::warn!(%error, "no connection can be accepted for the moment");
                    }
                    tokio::time::sleep(EXHAUSTED_WAIT).await;
                }
                // The peer is gone already; that was all.
                Err(_) => {}
            }
        }
    }

    /// A connection without a place of its address is closed without a word, as is one beyond
    /// the limit if many are just being told.
    fn admit(
        &self,
        stream: TcpStream,
        peer: IpAddr,
        place: OwnedSemaphorePermit,
        upper: &Arc<impl Upper>,
        stop: &CancellationToken,
    ) {
        let address = if self.is_trusted(peer) {
            None
        } else {
            let most = self.settings.handshakes_per_address;
            let Some(address) = self.addresses.admit(peer, most) else {
                return;
            };
            Some(address)
        };
        let permit = HandshakePermit::new(place, address);
        if let Some(connection) = self.running.connections.admit(self.settings.max_connections) {
            self.receive(stream, permit, connection, upper, stop);
        } else if self.doorway.is_tls() {
            // Behind TLS there is no quick word: the connection is closed.
        } else if let Ok(place) = Arc::clone(&self.turned_away).try_acquire_owned() {
            self.running.tasks.spawn(answers::turn_away(stream, place));
        }
    }

    fn receive(
        &self,
        stream: TcpStream,
        handshake: HandshakePermit,
        connection: ConnectionPermit,
        upper: &Arc<impl Upper>,
        stop: &CancellationToken,
    ) {
        let arrival = Arrival {
            stream,
            doorway: self.doorway.clone(),
            deadline: instant_in(self.settings.login_timeout),
            meter: Arc::clone(&self.meter),
            handshake,
            connection,
        };
        let (upper, stop) = (Arc::clone(upper), stop.clone());
        self.running.tasks.spawn(async move {
            let visitor = tokio::select! {
                () = stop.cancelled() => None,
                visitor = handshake::shake_hands(arrival, &*upper) => visitor,
            };
            if let Some(visitor) = visitor {
                upper.converse(visitor).await;
            }
        });
    }

    fn is_trusted(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.settings
            .trusted_proxies
            .iter()
            .any(|proxy| proxy.to_canonical() == peer)
    }
}

/// Whether accepting again at once would fail in the same way.
fn is_exhausted(error: &io::Error) -> bool {
    [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM]
        .into_iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lack_of_the_machine_is_waited_for() {
        let of = |errno: Errno| io::Error::from_raw_os_error(errno.raw_os_error());
        assert!(is_exhausted(&of(Errno::MFILE)));
        assert!(is_exhausted(&of(Errno::NFILE)));
        assert!(!is_exhausted(&of(Errno::CONNABORTED)));
    }
}
