//! A chain of certificates and the private key of the first.

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::sync::Arc;

/// What a server shows to its clients, checked.
#[derive(Clone)]
pub struct Certificate(pub(super) Arc<CertifiedKey>);

/// Why two PEM texts are no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCertificate {
    /// No certificate, or one that is damaged.
    #[error("there is not a certificate; a PEM file is expected")]
    NoCertificate,
    /// No key, or one that is damaged.
    #[error("there is not a private key; a PEM file is expected")]
    NoPrivateKey,
    /// A kind of key that TLS does not use, or a damaged one.
    #[error("this private key cannot be used; an RSA, ECDSA or Ed25519 key is expected")]
    UnusableKey,
    /// Both are good, and do not belong together.
    #[error("this private key is not the one of the certificate")]
    Mismatch,
}

impl Certificate {
    /// Reads a chain and its key, in PEM.
    pub fn read(chain: &[u8], key: &[u8]) -> Result<Self, InvalidCertificate> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|_| InvalidCertificate::NoCertificate)?;
        if chain.is_empty() {
            return Err(InvalidCertificate::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| InvalidCertificate::NoPrivateKey)?;
        let key = default_provider()
            .key_provider
            .load_private_key(key)
            .map_err(|_| InvalidCertificate::UnusableKey)?;
        let certified = CertifiedKey::new(chain, key);
        match certified.keys_match() {
            Ok(()) => Ok(Self(Arc::new(certified))),
            Err(rustls::Error::InconsistentKeys(_)) => Err(InvalidCertificate::Mismatch),
            Err(_) => Err(InvalidCertificate::NoCertificate),
        }
    }

    /// Whether both show the same chain.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.cert == other.0.cert
    }
}

impl fmt::Debug for Certificate {
    /// Hides the key, so that it stands in no log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Certificate")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn a_certificate_and_its_key_belong_together() {
        let ((chain, key), (other_chain, other_key)) = (made(), made());
        let read = |chain: &str, key: &str| Certificate::read(chain.as_bytes(), key.as_bytes());

        let good = read(&chain, &key).unwrap();

        assert!(good.is_same(&read(&format!("{chain}{key}"), &key).unwrap()));
        assert!(!good.is_same(&read(&other_chain, &other_key).unwrap()));
        assert_eq!(format!("{good:?}"), "Certificate");
        for (chain, key, why) in [
            (&chain, &other_key, InvalidCertificate::Mismatch),
            (&key, &key, InvalidCertificate::NoCertificate),
            (&chain, &chain, InvalidCertificate::NoPrivateKey),
            (&String::new(), &key, InvalidCertificate::NoCertificate),
            (&chain, &String::new(), InvalidCertificate::NoPrivateKey),
            (&chain[..200].to_owned(), &key, InvalidCertificate::NoCertificate),
        ] {
            assert_eq!(read(chain, key).map(drop), Err(why));
        }
    }
}
