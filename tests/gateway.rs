//! The lower half of the gateway over real sockets, with an echo above it and raw bytes below.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod gateway {
    mod client;
    mod cuts;
    mod echo;
    mod frames;
    mod fuzz_frames;
    mod fuzz_heads;
    mod http;
    mod limits;
    mod mutation;
    #[path = "../model/random.rs"]
    mod random;
}
