//! What goes out to a connection, under a deadline.

use super::closing::say_goodbye;
use super::upper::Socket;
use crate::conversation::Farewell;
use crate::protocol::CloseCode;
use futures_util::SinkExt as _;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::{self, Message};

/// A client that does not take a message within this time is disconnected.
pub(super) const WRITE_TIME: Duration = Duration::from_secs(5);

/// Why a frame was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsent {
    /// The other side broke the connection: a proof of life.
    Gone,
    /// It does not take what it is sent, or TCP gave up: only this server found out.
    Slow,
}

/// Sends `message` under the write deadline.
pub(super) async fn send(socket: &mut Socket, message: Message) -> Result<(), Unsent> {
    within_write_time(socket.send(message)).await
}

/// Sends what the WebSocket has to say by itself, under the write deadline.
pub(super) async fn flush(socket: &mut Socket) -> Result<(), Unsent> {
    within_write_time(socket.flush()).await
}

/// Sends the rest of a frame below the WebSocket, under the write deadline. If that fails, returns what is
/// left of it, too.
pub(super) async fn write_out<'a>(
    stream: &mut (impl AsyncWrite + Unpin),
    mut rest: &'a [u8],
) -> Result<(), (Unsent, &'a [u8])> {
    let sent = within_write_time(async {
        while !rest.is_empty() {
            rest = match stream.write(rest).await? {
                0 => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                sent => &rest[sent..],
            };
        }
        Ok(stream.flush().await?)
    });
    let sent = sent.await;
    sent.map_err(|unsent| (unsent, rest))
}

/// The last word to whoever did not read, if it reads on soon: behind what is left of a frame.
pub(super) async fn part_from_the_slow(mut socket: Socket, rest: &[u8]) {
    if write_out(socket.get_mut(), rest).await.is_ok() {
        part(socket, too_slow()).await;
    }
}

/// What whoever did not read is told.
pub(super) fn too_slow() -> Farewell {
    Farewell::error(CloseCode::TooSlow, "what the server sent was not read")
}

async fn within_write_time(sent: impl Future<Output = Result<(), tungstenite::Error>>) -> Result<(), Unsent> {
    match tokio::time::timeout(WRITE_TIME, sent).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(tungstenite::Error::Io(error))) if found_out_by_tcp(&error) => Err(Unsent::Slow),
        Ok(Err(_)) => Err(Unsent::Gone),
        Err(_) => Err(Unsent::Slow),
    }
}

/// What TCP gave up on its own is no word of the other side.
pub(super) fn found_out_by_tcp(error: &io::Error) -> bool {
    use io::ErrorKind::{HostUnreachable, NetworkDown, NetworkUnreachable, TimedOut};
    matches!(
        error.kind(),
        TimedOut | HostUnreachable | NetworkUnreachable | NetworkDown
    )
}

/// Says the last word and closes.
pub(super) async fn part(mut socket: Socket, farewell: Farewell) {
    if let Some(message) = &farewell.message
        && send(&mut socket, Message::text(message.to_text())).await.is_err()
    {
        return;
    }
    say_goodbye(socket, farewell.code).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::gateway::{FrameBudget, FrameMeter, Metered};
    use std::sync::Arc;
    use tokio::net::{TcpListener, TcpStream};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::protocol::Role;

    #[tokio::test]
    async fn a_reset_met_while_writing_is_a_word_of_the_other_side() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        let meter = Arc::new(FrameMeter::new(FrameBudget::default(), Clock::by_hand()));
        let metered = Metered::new(accepted.into(), &[], meter);
        let mut socket = WebSocketStream::from_raw_socket(metered, Role::Server, None).await;
        socket2::SockRef::from(&client)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
        drop(client);

        let unsent = loop {
            if let Err(unsent) = send(&mut socket, Message::text("x")).await {
                break unsent;
            }
        };

        assert_eq!(unsent, Unsent::Gone, "the grace counts from the reset");
        assert!(
            found_out_by_tcp(&io::ErrorKind::TimedOut.into()),
            "what TCP gave up on is no word"
        );
    }
}
