//! What the listener hands over, and to whom.

use super::frames::{FrameMeter, Metered};
use super::head::RawOrigin;
use super::permits::{ConnectionPermit, HandshakePermit, OpenConnections};
use super::resting::take_up;
use crate::clock::instant_in;
use crate::transport::Stream;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::DuplexStream;
use tokio::sync::Semaphore;
use tokio_tungstenite::WebSocketStream;

/// The server's side of a widget's WebSocket.
pub type Socket = WebSocketStream<Metered<Stream>>;

/// A WebSocket that has not said anything yet.
pub struct Visitor {
    /// The WebSocket.
    pub socket: Socket,
    /// The page that opened it, as its browser says.
    pub origin: RawOrigin,
    /// The first message is there by then.
    pub deadline: tokio::time::Instant,
    /// To be dropped once the first message is there.
    pub handshake: HandshakePermit,
    /// To be kept as long as the socket.
    pub connection: ConnectionPermit,
}

impl Visitor {
    /// A visitor of this process, past its handshake: tests and benches.
    pub async fn within(pipe: DuplexStream, meter: Arc<FrameMeter>, doors: &Doors) -> Option<Self> {
        let place = Arc::clone(&doors.handshakes).try_acquire_owned().ok()?;
        let connection = doors.connections.admit(usize::MAX)?;
        let metered = Metered::new(Stream::Pipe(Box::new(pipe)), &[], meter);
        Some(Self {
            socket: take_up(metered).await,
            origin: RawOrigin::Absent,
            deadline: instant_in(doors.login_timeout),
            handshake: HandshakePermit::new(place, None),
            connection,
        })
    }
}

/// Where visitors of this process come in.
pub struct Doors {
    handshakes: Arc<Semaphore>,
    connections: OpenConnections,
    login_timeout: Duration,
}

impl Doors {
    /// Doors for any number at once, each of whom has so long for its login.
    pub fn wide(login_timeout: Duration) -> Self {
        Self {
            handshakes: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            connections: OpenConnections::default(),
            login_timeout,
        }
    }
}

/// Who talks to the visitors.
pub trait Upper: Send + Sync + 'static {
    /// Whether newcomers are let in; what `/readyz` says.
    fn is_ready(&self) -> bool;

    /// The pages that may hold the frame page of `organization`, as sources of a Content-Security-Policy.
    fn frame_ancestors(&self, organization: Option<&str>) -> String;

    /// Talks to one visitor until its end. The task has held the handshake and is as large, so
    /// whatever lasts goes on in another one.
    fn converse(self: Arc<Self>, visitor: Visitor) -> impl Future<Output = ()> + Send;
}
