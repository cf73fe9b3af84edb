//! How a connection ends in good order.

use super::frames::OverBudget;
use super::upper::Socket;
use crate::conversation::Farewell;
use crate::protocol::CloseCode;
use futures_util::SinkExt as _;
use std::io;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Utf8Bytes};

/// How long a peer may take to let a close frame through.
const WRITE_TIME: Duration = Duration::from_secs(5);
/// How long a peer may take to close after us.
const HEAR_OUT_TIME: Duration = Duration::from_secs(1);
/// What a peer may send meanwhile.
const HEAR_OUT_BYTES: usize = 64 * 1024;

/// What an error of the WebSocket means for its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The peer broke the protocol: close with this code, without a message before.
    Close(CloseCode),
    /// The peer sent more than its budget.
    RateLimited,
    /// There is nobody to tell.
    Gone,
}

impl Ending {
    /// The meaning of `error`.
    pub fn of(error: &tungstenite::Error) -> Self {
        match error {
            tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Gone,
            tungstenite::Error::Protocol(_) => Self::Close(CloseCode::ProtocolError),
            tungstenite::Error::Capacity(_) => Self::Close(CloseCode::TooBig),
            tungstenite::Error::Utf8(_) => Self::Close(CloseCode::NotUtf8),
            tungstenite::Error::Io(error) if OverBudget::is_in(error) => Self::RateLimited,
            _ => Self::Gone,
        }
    }

    /// The last word to the peer; `None`: there is nobody to tell.
    pub(super) fn farewell(self) -> Option<Farewell> {
        match self {
            Self::Close(code) => Some(Farewell::silent(code)),
            Self::RateLimited => Some(Farewell::error(
                CloseCode::RateLimited,
                "too many messages at once",
            )),
            Self::Gone => None,
        }
    }
}

/// Closes with `code` and its name. The socket is then read for a moment: closing it over unread
/// bytes would send a reset, which may destroy the close frame on its way.
pub async fn say_goodbye(mut socket: Socket, code: CloseCode) {
    let frame = CloseFrame {
        code: code.number().into(),
        reason: Utf8Bytes::from_static(code.name()),
    };
    let sent = tokio::time::timeout(WRITE_TIME, socket.close(Some(frame))).await;
    if matches!(sent, Ok(Ok(()))) {
        hang_up(socket).await;
    }
}

/// The peer has said its last word: what answers it goes out, and what may follow it is read for a
/// moment, so that no reset destroys the answer.
pub(super) async fn take_leave(mut socket: Socket) {
    let answered = tokio::time::timeout(WRITE_TIME, socket.flush()).await;
    // The WebSocket is over; its end is no error here.
    if answered.is_ok() {
        hang_up(socket).await;
    }
}

async fn hang_up(socket: Socket) {
    let mut stream = socket.into_inner().into_inner();
    let shut = tokio::time::timeout(WRITE_TIME, stream.shutdown()).await;
    if let (Ok(Ok(())), Some(tcp)) = (shut, stream.tcp()) {
        let _ = tokio::time::timeout(HEAR_OUT_TIME, hear_out(tcp)).await;
    }
}

/// Reads and forgets until the peer has closed or has said too much.
pub(super) async fn hear_out(stream: &TcpStream) -> io::Result<()> {
    let mut heard = 0;
    while heard < HEAR_OUT_BYTES {
        stream.readable().await?;
        match forget(stream) {
            Ok(0) => return Ok(()),
            Ok(bytes) => heard += bytes,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A function of its own, so that the buffer is not part of a task.
fn forget(stream: &TcpStream) -> io::Result<usize> {
    stream.try_read(&mut [0; 4096])
}
