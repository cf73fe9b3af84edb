//! The client's side of a new connection.

use super::Stream;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Whose certificates a client believes.
#[derive(Clone)]
pub struct Trust(Arc<ClientConfig>);

/// A text without a certificate that can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no certificate of an authority in it; a PEM file is expected")]
pub struct InvalidTrust;

impl Trust {
    /// Believes the authorities in `pem`.
    pub fn read(pem: &[u8]) -> Result<Self, InvalidTrust> {
        let mut roots = RootCertStore::empty();
        let certificates = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
        let (added, _) = roots.add_parsable_certificates(certificates);
        if added == 0 {
            return Err(InvalidTrust);
        }
        Self::over(roots)
    }

    fn over(roots: RootCertStore) -> Result<Self, InvalidTrust> {
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| InvalidTrust)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    /// Believes whom this machine believes.
    pub fn of_the_machine() -> Result<Self, InvalidTrust> {
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(found.certs);
        if added == 0 {
            return Err(InvalidTrust);
        }
        Self::over(roots)
    }

    /// Begins TLS with a server that must be `host`. The caller bounds the time.
    pub async fn enter(&self, host: &str, stream: TcpStream) -> io::Result<Stream> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let stream = Box::pin(TlsConnector::from(Arc::clone(&self.0)).connect(name, stream)).await?;
        Ok(Stream::Tls(Box::new(stream.into())))
    }
}

impl PartialEq for Trust {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Trust {}

impl fmt::Debug for Trust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Trust")
    }
}
