//! Counters and histograms under the contract's names. All are there from the start, with 0.

use crate::seats::{Cause, Effect, Refusal};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// Bounds of the latency histograms, in seconds.
const SECONDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Bounds of the histogram of decisions in one commit.
const BATCHES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// The label of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "the names are the label's values")]
#[expect(missing_docs, reason = "the codes of the protocol")]
pub enum RefusalCode {
    seats_exhausted,
    no_allocation,
    session_gone,
    unauthorized,
    origin_not_allowed,
    handoff_invalid,
    maintenance,
    overloaded,
    rate_limited,
}

/// The label of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "the names are the label's values")]
#[expect(missing_docs, reason = "the causes of the protocol")]
pub enum ReleaseCause {
    logout,
    purged,
    terminated,
    withdrawn,
    handed_off,
}

/// The label of a try of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(non_camel_case_types, reason = "the names are the label's values")]
#[expect(missing_docs, reason = "the outcomes of the admin API")]
pub enum WebhookOutcome {
    delivered,
    gone,
    redirected,
    refused,
    no_address,
    not_allowed,
    unreachable,
    no_tls,
    timed_out,
    broken,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: WebhookOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabel {
    code: RefusalCode,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CauseLabel {
    cause: ReleaseCause,
}

/// The counters of this server.
pub struct Metrics {
    registry: Registry,
    logins: Counter,
    refusals: Family<CodeLabel, Counter>,
    releases: Family<CauseLabel, Counter>,
    login_seconds: Histogram,
    purge_lateness: Histogram,
    commit_seconds: Histogram,
    commit_batches: Histogram,
    starts: Counter,
    webhook_attempts: Family<OutcomeLabel, Counter>,
    /// Events that were never delivered, since their webhook had too many that waited.
    pub webhook_dropped: Counter,
    /// Deliveries that wait for their next try.
    pub webhook_waiting: Gauge,
    /// Incidents that are open.
    pub incidents_open: Gauge,
    /// Commits of the store that failed.
    pub store_failures: Counter,
    /// Truncations of the store's log that failed.
    pub store_truncation_failures: Counter,
    /// Open sockets of the widget listener.
    pub connections: Gauge,
}

impl Metrics {
    /// All at 0.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("mirabridge_seats");
        let histogram = || Histogram::new(SECONDS);
        let metrics = Self {
            logins: Counter::default(),
            refusals: Family::default(),
            releases: Family::default(),
            login_seconds: histogram(),
            purge_lateness: histogram(),
            commit_seconds: histogram(),
            commit_batches: Histogram::new(BATCHES),
            starts: Counter::default(),
            webhook_attempts: Family::default(),
            webhook_dropped: Counter::default(),
            webhook_waiting: Gauge::default(),
            incidents_open: Gauge::default(),
            store_failures: Counter::default(),
            store_truncation_failures: Counter::default(),
            connections: Gauge::default(),
            registry: Registry::default(),
        };
        for code in RefusalCode::ALL {
            drop(metrics.refusals.get_or_create(&CodeLabel { code }));
        }
        for outcome in WebhookOutcome::ALL {
            drop(metrics.webhook_attempts.get_or_create(&OutcomeLabel { outcome }));
        }
        for cause in ReleaseCause::ALL {
            drop(metrics.releases.get_or_create(&CauseLabel { cause }));
        }
        registry.register(
            "logins",
            "Seats granted, repeated attempts included",
            metrics.logins.clone(),
        );
        registry.register(
            "refusals",
            "Logins and resumes without a seat, by code",
            metrics.refusals.clone(),
        );
        registry.register("releases", "Seats freed, by cause", metrics.releases.clone());
        registry.register(
            "login_seconds",
            "From the login message to its answer",
            metrics.login_seconds.clone(),
        );
        registry.register(
            "purge_lateness_seconds",
            "From the end of a grace to its purge; the seat can be granted before",
            metrics.purge_lateness.clone(),
        );
        registry.register(
            "store_commit_seconds",
            "Duration of a commit of the store",
            metrics.commit_seconds.clone(),
        );
        registry.register(
            "store_commit_batches",
            "Decisions in one commit of the store",
            metrics.commit_batches.clone(),
        );
        registry.register(
            "store_failures",
            "Commits that failed; no seats were granted until the store was read back",
            metrics.store_failures.clone(),
        );
        registry.register(
            "store_truncation_failures",
            "Times the store's log could not be cut, so that what was erased stayed in it",
            metrics.store_truncation_failures.clone(),
        );
        registry.register(
            "starts",
            "How often the store was opened; each start gives every session a full grace",
            metrics.starts.clone(),
        );
        registry.register(
            "connections",
            "Open connections of the widget listener",
            metrics.connections.clone(),
        );
        registry.register(
            "log_lines_lost",
            "Lines of the log that nobody took in time, or that could not be written",
            super::logs::lost(),
        );
        metrics.register_calls(&mut registry);
        registry.register(
            "build",
            "The version",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        Self { registry, ..metrics }
    }

    fn register_calls(&self, registry: &mut Registry) {
        registry.register(
            "webhook_attempts",
            "Tries to deliver a webhook, by outcome",
            self.webhook_attempts.clone(),
        );
        registry.register(
            "webhook_dropped",
            "Events that were never delivered, since too many waited for their webhook",
            self.webhook_dropped.clone(),
        );
        registry.register(
            "webhook_waiting",
            "Deliveries that wait for their next try",
            self.webhook_waiting.clone(),
        );
        registry.register(
            "incidents_open",
            "Organizations about which people are called",
            self.incidents_open.clone(),
        );
    }

    /// A try of a webhook ended.
    pub fn webhook_tried(&self, outcome: WebhookOutcome) {
        self.webhook_attempts
            .get_or_create(&OutcomeLabel { outcome })
            .inc();
    }

    /// Counts what happened.
    pub fn count(&self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::SeatGranted { .. } | Effect::SecretRenewed { .. } => drop(self.logins.inc()),
                Effect::SeatReleased { cause, .. } => self.released(match cause {
                    Cause::Logout => ReleaseCause::logout,
                    Cause::Terminated => ReleaseCause::terminated,
                    Cause::HandedOff => ReleaseCause::handed_off,
                    Cause::Withdrawn => ReleaseCause::withdrawn,
                }),
                Effect::SeatPurged { .. } => self.released(ReleaseCause::purged),
                Effect::Refused { refusal, .. } => self.refused(match refusal {
                    Refusal::SeatsExhausted(_) => RefusalCode::seats_exhausted,
                    Refusal::NoAllocation => RefusalCode::no_allocation,
                    Refusal::SessionGone => RefusalCode::session_gone,
                    Refusal::Maintenance { .. } => RefusalCode::maintenance,
                    Refusal::HandoffInvalid => RefusalCode::handoff_invalid,
                    Refusal::TokenSpent => RefusalCode::unauthorized,
                    Refusal::TooManyTokens => RefusalCode::overloaded,
                }),
                Effect::TokenSpent { .. }
                | Effect::SeatRestored { .. }
                | Effect::SeatResumed { .. }
                | Effect::SeatLost { .. }
                | Effect::EndingPlanned { .. }
                | Effect::EndingDue { .. }
                | Effect::LineJoined { .. }
                | Effect::LineLeft { .. }
                | Effect::LineHeard { .. }
                | Effect::HandoffOffered { .. }
                | Effect::HandoffWithdrawn { .. }
                | Effect::Maintained(_)
                | Effect::WouldBeRefused
                | Effect::OnCall { .. }
                | Effect::Responded { .. }
                | Effect::Allocated(_)
                | Effect::GraceSet(_)
                | Effect::GracesRenewed { .. } => {}
            }
        }
    }

    /// Counts a refusal that no pool made.
    pub fn refused(&self, code: RefusalCode) {
        self.refusals.get_or_create(&CodeLabel { code }).inc();
    }

    fn released(&self, cause: ReleaseCause) {
        self.releases.get_or_create(&CauseLabel { cause }).inc();
    }

    /// A login was answered after so long.
    pub fn login_took(&self, duration: Duration) {
        self.login_seconds.observe(duration.as_secs_f64());
    }

    /// A purge came so long after the end of its grace.
    pub fn purge_was_late(&self, duration: Duration) {
        self.purge_lateness.observe(duration.as_secs_f64());
    }

    /// A commit of so many decisions took so long.
    pub fn commit_took(&self, duration: Duration, batches: usize) {
        self.commit_seconds.observe(duration.as_secs_f64());
        self.commit_batches.observe(batches as f64);
    }

    /// The store was opened so often.
    pub fn started(&self, starts: u32) {
        self.starts.inc_by(starts.into());
    }

    /// The counters in the text format, without the closing line.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl RefusalCode {
    const ALL: [Self; 9] = [
        Self::seats_exhausted,
        Self::no_allocation,
        Self::session_gone,
        Self::unauthorized,
        Self::origin_not_allowed,
        Self::handoff_invalid,
        Self::maintenance,
        Self::overloaded,
        Self::rate_limited,
    ];
}

impl WebhookOutcome {
    const ALL: [Self; 10] = [
        Self::delivered,
        Self::gone,
        Self::redirected,
        Self::refused,
        Self::no_address,
        Self::not_allowed,
        Self::unreachable,
        Self::no_tls,
        Self::timed_out,
        Self::broken,
    ];
}

impl ReleaseCause {
    const ALL: [Self; 5] = [
        Self::logout,
        Self::purged,
        Self::terminated,
        Self::withdrawn,
        Self::handed_off,
    ];
}
