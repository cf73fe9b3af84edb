//! Below HTTP: TCP as it is, or TLS over it.
//!
//! It knows certificates and sockets, and nothing of what is said over them.

mod certificate;
mod doorway;
mod stream;
mod trust;

pub use certificate::{Certificate, InvalidCertificate};
pub use doorway::Doorway;
pub use stream::Stream;
pub use trust::{InvalidTrust, Trust};
