//! What the listener hands over, and to whom.

use super::frames::Metered;
use super::head::RawOrigin;
use super::permits::{ConnectionPermit, HandshakePermit};
use crate::transport::Stream;
use std::sync::Arc;
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
