//! The gateway with an echo above it, for the Autobahn suite: `scripts/autobahn`.
//! Prints its address, then runs until it is killed.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that one starts by hand"
)]

#[path = "../tests/gateway/echo.rs"]
#[expect(dead_code, reason = "the gateway's tests use more of it")]
mod echo;

use mirabridge_seats::gateway::{FrameBudget, ListenerSettings};
use std::time::Duration;

/// The suite sends messages of up to 16 MiB.
const MESSAGE_BYTES: usize = 32 * 1024 * 1024;

#[tokio::main]
async fn main() {
    let server = echo::Server::with(ListenerSettings {
        login_timeout: Duration::from_secs(3600),
        message_bytes: MESSAGE_BYTES,
        budget: FrameBudget::unlimited(),
        ..echo::settings()
    });
    println!("{}", server.address);
    std::future::pending::<()>().await;
}
