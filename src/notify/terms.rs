//! What is set for an organization, as far as it concerns whoever calls people.

use super::calendar::KnownIncrease;
use super::event::EventKind;
use super::signature::Secret;
use super::target::Target;
use crate::alert::Rules;
use std::collections::BTreeSet;

/// When somebody is called, and who. Cannot be printed: there are secrets in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Terms {
    /// When.
    pub rules: Rules,
    /// Whether alarms go to webhooks, too.
    pub to_webhooks: bool,
    /// Temporary increases that count, or will.
    pub increases: Vec<KnownIncrease>,
    /// Where events go.
    pub webhooks: Vec<Webhook>,
}

/// Where events go.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its random id.
    pub id: String,
    /// Its URL.
    pub target: Target,
    /// What its deliveries are signed with.
    pub secret: Secret,
    /// What it is told of, tests aside.
    pub kinds: BTreeSet<EventKind>,
}

impl Webhook {
    /// Whether it is told of such events.
    pub(super) fn wants(&self, kind: EventKind) -> bool {
        kind == EventKind::Ping || self.kinds.contains(&kind)
    }
}
