//! The promises, over real sockets against the real binary.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test measures from outside"
)]
#![expect(unreachable_pub, reason = "a test binary has no outside")]

mod admin;
mod advice;
mod certificate;
mod clock;
mod conversations;
mod credentials;
mod description;
mod descriptors;
mod ending;
mod http;
mod live;
mod login;
mod oddities;
mod operations;
mod origins;
mod presence;
mod proxy;
#[path = "../model/random.rs"]
mod random;
mod reload;
mod resting;
mod server;
mod sessions;
mod slow_reader;
mod slowloris;
mod starved;
mod strangers;
mod tls;
mod waiting;
mod web;
mod widget;
