//! What is set for an organization, as far as it concerns whoever calls people.

use crate::alert::Rules;

/// When somebody is called, and who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// When.
    pub rules: Rules,
    /// Whether alarms go to webhooks, too.
    pub to_webhooks: bool,
}
