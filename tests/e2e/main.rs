//! The promises, over real sockets against the real binary.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test measures from outside"
)]
#![expect(unreachable_pub, reason = "a test binary has no outside")]

mod admin;
mod administration;
mod administrator;
mod advice;
mod alerts;
mod asleep;
mod bad_line;
mod certificate;
mod clock;
mod conversations;
mod credentials;
mod cross_site;
mod cut_login;
mod description;
mod descriptors;
mod draw;
mod ending;
mod fleet;
mod generated;
mod grafana;
mod http;
mod increases;
mod keys_and_tokens;
mod line;
mod links;
mod live;
mod log;
mod login;
mod maintenance;
mod matrix;
mod oddities;
mod operations;
mod organizations;
mod origins;
mod policies;
mod presence;
mod proxy;
#[path = "../model/random.rs"]
mod random;
mod receiver;
mod reload;
mod resting;
mod schema;
mod server;
mod sessions;
mod slow_reader;
mod slowloris;
mod start_stop;
mod starved;
mod strangers;
mod tls;
mod unresponsive;
mod waiting;
mod web;
mod webhooks;
mod widget;
