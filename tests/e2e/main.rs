//! The promises, over real sockets against the real binary.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test measures from outside"
)]
#![expect(unreachable_pub, reason = "a test binary has no outside")]

mod admin;
mod certificate;
mod credentials;
mod ending;
mod login;
mod operations;
mod origins;
mod presence;
mod proxy;
mod server;
mod strangers;
mod tls;
mod widget;
