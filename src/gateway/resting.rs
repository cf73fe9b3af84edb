//! A WebSocket that is put down while nothing happens.

use super::frames::{Metered, Still};
use super::upper::Socket;
use crate::transport::Stream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// What a WebSocket may take, with messages of at most so many bytes.
pub fn limits(message_bytes: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(1024)
        .write_buffer_size(0)
        .max_write_buffer_size(16 * 1024)
        .max_frame_size(Some(message_bytes))
        .max_message_size(Some(message_bytes))
}

/// Makes the WebSocket over `stream`, which hands up what was read ahead. Its buffers never shrink, so
/// these limits are what it may take.
pub(super) async fn take_up(stream: Metered<Stream>) -> Socket {
    let config = limits(stream.meter().message_bytes());
    WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await
}

/// Puts `socket` down. It is between two messages, has sent everything and has nothing more to hand up;
/// it holds nothing then, since the stream below hands up one frame at a time. Its buffers are gone, and
/// its wakers, which keep the task that it was last used in.
pub(super) fn put_down(socket: Socket) -> Still<Stream> {
    socket.into_inner().put_down()
}
