//! A WebSocket that is put down while nothing happens.

use super::frames::Metered;
use super::upper::Socket;
use crate::transport::Stream;
use std::task::{Context, Poll};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// What is left of a WebSocket between two messages. Its buffers and its wakers, which keep the
/// task that it was last used in, are gone.
pub(super) struct Resting {
    stream: Metered<Stream>,
    message_bytes: usize,
}

/// What a WebSocket may take, with messages of at most so many bytes.
pub fn limits(message_bytes: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(1024)
        .write_buffer_size(0)
        .max_write_buffer_size(16 * 1024)
        .max_frame_size(Some(message_bytes))
        .max_message_size(Some(message_bytes))
}

impl Resting {
    /// A connection whose WebSocket was not made yet.
    pub(super) fn new(stream: Metered<Stream>, message_bytes: usize) -> Self {
        Self {
            stream,
            message_bytes,
        }
    }

    /// Puts `socket` down. It is between two messages and has sent everything; it holds nothing
    /// then, since the stream below hands up one frame at a time.
    pub(super) fn put_down(socket: Socket) -> Self {
        debug_assert!(socket.get_ref().is_between_messages(), "a part would be lost");
        let message_bytes = socket.get_config().max_message_size.unwrap_or(usize::MAX);
        Self::new(socket.into_inner(), message_bytes)
    }

    /// Makes the WebSocket. Its buffers never shrink, so these limits are what it may take.
    pub(super) async fn take_up(self) -> Socket {
        let config = limits(self.message_bytes);
        WebSocketStream::from_raw_socket(self.stream, Role::Server, Some(config)).await
    }

    /// Ready when a read may find something, be it the end.
    pub(super) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        if self.stream.has_more() {
            return Poll::Ready(());
        }
        // An error shows again in the read.
        self.stream.get_ref().poll_read_ready(context).map(|_| ())
    }
}
