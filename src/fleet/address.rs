//! Where the fleet connects to, and from where: on loopback from many source addresses, since
//! one has too few ports.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::Context;
use tokio_tungstenite::tungstenite::http::Uri;

/// The server's widget listener.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) uri: Uri,
    pub(super) address: SocketAddr,
}

impl Target {
    /// Resolves a `ws://` URL.
    pub(super) async fn resolve(url: &str) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("{url} is not a URL"))?;
        anyhow::ensure!(uri.scheme_str() == Some("ws"), "{url}: only ws:// is simulated");
        let address = lookup(&uri, 80).await?;
        Ok(Self { uri, address })
    }

    /// The source address of an agent, where the target is loopback.
    pub(super) fn source(&self, agent: usize) -> Option<Ipv4Addr> {
        let IpAddr::V4(address) = self.address.ip() else {
            return None;
        };
        let part = |number: usize| u8::try_from(number % 250 + 1).expect("at most 250");
        address
            .is_loopback()
            .then(|| Ipv4Addr::new(127, 0, part(agent / 250), part(agent)))
    }
}

/// The first address of a URL's host.
pub(super) async fn lookup(uri: &Uri, default_port: u16) -> anyhow::Result<SocketAddr> {
    let host = uri.host().with_context(|| format!("{uri} has no host"))?;
    let bare = host.trim_matches(['[', ']']);
    let found = tokio::net::lookup_host((bare, uri.port_u16().unwrap_or(default_port))).await;
    found
        .ok()
        .and_then(|mut all| all.next())
        .with_context(|| format!("{host} has no address"))
}
