//! What would be on record: sessions that were granted and did not end.

use std::collections::BTreeMap;

use crate::seats::{Effect, Record, SessionId};

/// Keeps of the effects what a recorder keeps.
#[derive(Default)]
pub(super) struct OnRecord(BTreeMap<SessionId, Record>);

impl OnRecord {
    /// How many sessions there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All sessions, in the order of their ids.
    pub(super) fn sessions(&self) -> impl Iterator<Item = Record> {
        self.0.values().copied()
    }

    /// Keeps what `effect` did.
    pub(super) fn keep(&mut self, effect: &Effect) {
        match *effect {
            Effect::SeatGranted { record, .. } => {
                self.0.insert(record.session, record);
            }
            Effect::EndingPlanned { session, ending, .. } => {
                if let Some(known) = self.0.get_mut(&session) {
                    known.ending = Some(ending);
                }
            }
            Effect::SecretRenewed { session, secret } => {
                if let Some(known) = self.0.get_mut(&session) {
                    known.secret = secret;
                }
            }
            Effect::SeatReleased { session, .. } | Effect::SeatPurged { session, .. } => {
                self.0.remove(&session);
            }
            Effect::SeatRestored { .. }
            | Effect::TokenSpent { .. }
            | Effect::SeatResumed { .. }
            | Effect::SeatLost { .. }
            | Effect::EndingDue { .. }
            | Effect::LineJoined { .. }
            | Effect::LineLeft { .. }
            | Effect::LineHeard { .. }
            | Effect::HandoffOffered { .. }
            | Effect::HandoffWithdrawn { .. }
            | Effect::Maintained(_)
            | Effect::Refused { .. }
            | Effect::WouldBeRefused
            | Effect::OnCall { .. }
            | Effect::Responded { .. }
            | Effect::Allocated(_)
            | Effect::GraceSet(_)
            | Effect::GracesRenewed { .. } => {}
        }
    }
}
