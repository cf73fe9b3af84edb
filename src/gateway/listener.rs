//! The listening socket and its settings.

use super::frames::FrameBudget;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};

/// Connections that the kernel keeps until they are accepted: a storm fits in.
const LISTEN_QUEUE: u32 = 4096;
/// A peer that says nothing for so long is asked by TCP.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(60);
/// Between two such questions.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(15);
/// Unanswered questions until the connection is given up.
const KEEPALIVE_PROBES: u32 = 3;
/// Sent data that is not acknowledged for so long ends the connection.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// What the kernel keeps, in bytes (Linux doubles it for its own needs), for a peer that does not
/// read: many times the longest message. Left alone it grows to megabytes.
const SEND_BUFFER: usize = 16 * 1024;

/// How the listener lets visitors in.
#[derive(Debug, Clone)]
pub struct ListenerSettings {
    /// From accept to the first message, the handshake included.
    pub login_timeout: Duration,
    /// The longest message, in bytes.
    pub message_bytes: usize,
    /// Connections at once that have not sent their first message; more wait in the listen queue.
    pub handshakes: usize,
    /// Of these, from one address (IPv6: one /64); more are closed.
    pub handshakes_per_address: usize,
    /// Connections at once; more get a 503.
    pub max_connections: usize,
    /// Addresses that speak for many: `handshakes_per_address` does not count there.
    pub trusted_proxies: Vec<IpAddr>,
    /// What a connection may send.
    pub budget: FrameBudget,
}

/// Listens on `address`. Accepted sockets inherit the options that are set here (Linux copies
/// them), which saves a login five system calls.
pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    set_options(&SockRef::from(&socket))?;
    socket.bind(address)?;
    socket.listen(LISTEN_QUEUE)
}

/// Sets what accepted sockets inherit.
pub(super) fn set_options(options: &SockRef<'_>) -> io::Result<()> {
    options.set_tcp_nodelay(true)?;
    options.set_tcp_keepalive(
        &TcpKeepalive::new()
            .with_time(KEEPALIVE_AFTER)
            .with_interval(KEEPALIVE_EVERY)
            .with_retries(KEEPALIVE_PROBES),
    )?;
    options.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    options.set_send_buffer_size(SEND_BUFFER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn accepted_sockets_inherit_the_options() {
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let _client = tokio::net::TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();

        let (accepted, _) = listener.accept().await.unwrap();

        let options = SockRef::from(&accepted);
        assert!(options.tcp_nodelay().unwrap());
        assert!(options.keepalive().unwrap());
        assert_eq!(options.tcp_keepalive_time().unwrap(), KEEPALIVE_AFTER);
        assert_eq!(options.tcp_keepalive_interval().unwrap(), KEEPALIVE_EVERY);
        assert_eq!(options.tcp_keepalive_retries().unwrap(), KEEPALIVE_PROBES);
        assert_eq!(options.tcp_user_timeout().unwrap(), Some(UNACKNOWLEDGED));
        assert_eq!(options.send_buffer_size().unwrap(), 2 * SEND_BUFFER);
    }
}
