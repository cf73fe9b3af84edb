//! The lower half of the gateway over real sockets, with an echo above it and raw bytes below.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod gateway {
    mod client;
    mod echo;
    mod frames;
    mod http;
    mod limits;
}
