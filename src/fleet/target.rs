//! Where the server is, and the addresses that the fleet comes from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::transport::{Stream, Trust};
use hyper::Uri;
use tokio::net::{TcpSocket, TcpStream, lookup_host};

/// The URL of a server's widget listener, `ws://HOST[:PORT]/PATH` or `wss://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatUrl {
    uri: Uri,
    trust: Option<Trust>,
}

/// A text that the fleet cannot connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a server's URL is ws://HOST:PORT/v1/seat or wss://HOST:PORT/v1/seat")]
pub struct InvalidSeatUrl;

impl FromStr for SeatUrl {
    type Err = InvalidSeatUrl;

    fn from_str(text: &str) -> Result<Self, InvalidSeatUrl> {
        let uri: Uri = text.parse().map_err(|_| InvalidSeatUrl)?;
        if !matches!(uri.scheme_str(), Some("ws" | "wss")) || uri.host().is_none() {
            return Err(InvalidSeatUrl);
        }
        Ok(Self { uri, trust: None })
    }
}

impl std::fmt::Display for SeatUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.uri.fmt(f)
    }
}

impl SeatUrl {
    /// Believes the authorities of `trust`, for `wss` and for the admin API's `https`.
    pub fn trusting(self, trust: Trust) -> Self {
        let trust = Some(trust);
        Self { trust, ..self }
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(super) fn trust(&self) -> Option<&Trust> {
        self.trust.as_ref()
    }
}

/// Whether `uri` asks for TLS.
pub(super) fn is_encrypted(uri: &Uri) -> bool {
    matches!(uri.scheme_str(), Some("wss" | "https"))
}

/// Begins TLS where `uri` asks for it.
pub(crate) async fn enter(uri: &Uri, trust: Option<&Trust>, stream: TcpStream) -> std::io::Result<Stream> {
    match trust {
        _ if !is_encrypted(uri) => Ok(stream.into()),
        Some(trust) => trust.enter(uri.host().unwrap_or_default(), stream).await,
        None => Err(std::io::Error::other(
            "whose certificates to believe was not said",
        )),
    }
}

/// The address that `uri` names.
pub(crate) async fn resolve(uri: &Uri) -> std::io::Result<SocketAddr> {
    let host = uri
        .host()
        .unwrap_or_default()
        .trim_start_matches('[')
        .trim_end_matches(']');
    lookup_host((
        host,
        uri.port_u16().unwrap_or(if is_encrypted(uri) { 443 } else { 80 }),
    ))
    .await?
    .next()
    .ok_or_else(|| std::io::Error::other("the name has no address"))
}

/// The addresses that connections come from. One source has about 28,000 ports, and a port rests for a
/// minute after its connection, so that on loopback the fleet comes from many.
pub(super) struct Sources {
    target: SocketAddr,
    count: usize,
    next: AtomicUsize,
}

impl Sources {
    /// A server bounds what one address may have in flight; a storm stays below that.
    const AGENTS_EACH: usize = 100;
    const FEWEST: usize = 8;
    const MOST: usize = 200 * 250;

    pub(super) fn new(target: SocketAddr, agents: usize) -> Self {
        let count = (agents / Self::AGENTS_EACH).clamp(Self::FEWEST, Self::MOST);
        Self {
            target,
            count,
            next: AtomicUsize::new(0),
        }
    }

    /// A TCP connection to the server.
    pub(super) async fn connect(&self) -> std::io::Result<TcpStream> {
        let socket = if self.target.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        if self.target.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST) {
            socket.set_reuseaddr(true)?;
            socket.bind(SocketAddr::from((self.source(), 0)))?;
        }
        let stream = socket.connect(self.target).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn source(&self) -> Ipv4Addr {
        let number = self.next.fetch_add(1, Ordering::Relaxed) % self.count;
        let part = |number: usize| u8::try_from(1 + number).unwrap_or(1);
        Ipv4Addr::new(127, 0, part(number / 250), part(number % 250))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_websocket_urls_are_taken() {
        assert!("ws://127.0.0.1:7380/v1/seat".parse::<SeatUrl>().is_ok());
        assert!("wss://localhost/v1/seat".parse::<SeatUrl>().is_ok());
        for wrong in ["https://a/v1/seat", "http://a/", "127.0.0.1:7380", ""] {
            assert_eq!(wrong.parse::<SeatUrl>(), Err(InvalidSeatUrl), "{wrong}");
        }
    }

    #[test]
    fn connections_come_from_different_addresses() {
        let sources = Sources::new(([127, 0, 0, 1], 1).into(), 100_000);
        let first: Vec<Ipv4Addr> = (0..600).map(|_| sources.source()).collect();
        assert_eq!(first[0], Ipv4Addr::new(127, 0, 1, 1));
        assert_eq!(first[599], Ipv4Addr::new(127, 0, 3, 100));
    }
}
