//! The server's side of a new connection.

use super::{Certificate, Stream};
use parking_lot::RwLock;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// Plain text that waits for its encryption and its way out, in bytes.
const WAITING_BYTES: usize = 16 * 1024;

/// How connections begin: with TLS, or at once. Copies show the same certificate.
#[derive(Clone, Default)]
pub struct Doorway(Option<Tls>);

#[derive(Clone)]
struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
}

/// The certificate that the next client is shown.
struct Shown(RwLock<Certificate>);

impl Doorway {
    /// TCP as it is.
    pub fn plain() -> Self {
        Self::default()
    }

    /// TLS 1.3 and 1.2 with `certificate`. Nothing but HTTP/1.1 is negotiated, and clients that come
    /// back save half a handshake by a ticket, for which nothing is kept here.
    pub fn tls(certificate: Certificate) -> Result<Self, rustls::Error> {
        let shown = Arc::new(Shown(RwLock::new(certificate)));
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Shown>::clone(&shown));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.ticketer = Ticketer::new()?;
        config.send_tls13_tickets = 1;
        Ok(Self(Some(Tls {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            shown,
        })))
    }

    /// Whether connections are encrypted.
    pub const fn is_tls(&self) -> bool {
        self.0.is_some()
    }

    /// Shows another certificate from here on. Connections that are open go on. Returns whether it
    /// is another one.
    pub fn show(&self, certificate: Certificate) -> bool {
        let Some(tls) = &self.0 else { return false };
        let mut shown = tls.shown.0.write();
        let is_other = !shown.is_same(&certificate);
        *shown = certificate;
        is_other
    }

    /// Takes a connection in. The caller bounds the time.
    pub async fn enter(&self, stream: TcpStream) -> io::Result<Stream> {
        let Some(tls) = &self.0 else {
            return Ok(Stream::Plain(stream));
        };
        let bound =
            |connection: &mut rustls::ServerConnection| connection.set_buffer_limit(Some(WAITING_BYTES));
        let stream = Box::pin(tls.acceptor.accept_with(stream, bound)).await?;
        Ok(Stream::Tls(Box::new(stream.into())))
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().0))
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Shown")
    }
}
