//! What the server says about itself to those who run it: metrics and logs.

mod logs;
mod metrics;

pub use logs::{LogFormat, Logging, start_logs};
pub use metrics::{Metrics, RefusalCode, ReleaseCause, WebhookOutcome};
