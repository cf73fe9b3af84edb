//! What is on disk: durable effects are queued when they are decided and committed later, or never.

use crate::seats::{Cause, Effect, Record, SessionId};
use std::collections::VecDeque;

#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// The durable effects of each decision that is not on disk, oldest first.
    queue: VecDeque<Vec<Effect>>,
    /// The records on disk.
    pub(crate) committed: Vec<Record>,
    /// The records that will be on disk when all of the queue is.
    pub(crate) decided: Vec<Record>,
}

impl Recorder {
    pub(crate) fn record(&mut self, effects: &[Effect]) {
        let durable: Vec<_> = effects.iter().filter(|e| e.is_durable()).cloned().collect();
        durable.iter().for_each(|effect| write(&mut self.decided, effect));
        if !durable.is_empty() {
            self.queue.push_back(durable);
        }
    }

    pub(crate) fn queued(&self) -> u64 {
        u64::try_from(self.queue.len()).expect("a length")
    }

    /// Brings the oldest `decisions` to disk.
    pub(crate) fn commit(&mut self, decisions: u64) {
        for _ in 0..decisions {
            let Some(effects) = self.queue.pop_front() else {
                break;
            };
            effects
                .iter()
                .for_each(|effect| write(&mut self.committed, effect));
        }
        if self.queue.is_empty() {
            assert_eq!(
                self.committed, self.decided,
                "what was decided is what is on disk"
            );
        }
    }

    /// Loses what is not on disk.
    pub(crate) fn lose(&mut self) {
        self.queue.clear();
        self.decided = self.committed.clone();
    }

    /// The sessions whose grant is not answered, since it is not on disk.
    pub(crate) fn unanswered(&self) -> Vec<SessionId> {
        let queued = self.queue.iter().flatten();
        queued.filter_map(granted).map(|record| record.session).collect()
    }

    /// Whether a hand-off is not on disk.
    pub(crate) fn hands_off(&self) -> bool {
        let handed_off = |effect: &Effect| matches!(effect, Effect::SeatReleased { cause, .. } if *cause == Cause::HandedOff);
        self.queue.iter().flatten().any(handed_off)
    }

    pub(crate) fn is_committed(&self, session: SessionId) -> bool {
        self.committed.iter().any(|record| record.session == session)
    }
}

fn granted(effect: &Effect) -> Option<&Record> {
    match effect {
        Effect::SeatGranted { record, .. } => Some(record),
        _ => None,
    }
}

fn write(records: &mut Vec<Record>, effect: &Effect) {
    match *effect {
        Effect::SeatGranted { record, .. } => records.push(record),
        Effect::SecretRenewed { session, secret } => {
            let known = records.iter_mut().find(|record| record.session == session);
            known.expect("a renewed session is recorded").secret = secret;
        }
        Effect::EndingPlanned { session, ending, .. } => {
            let known = records.iter_mut().find(|record| record.session == session);
            known.expect("a session that is to end is recorded").ending = Some(ending);
        }
        Effect::SeatReleased { session, .. } | Effect::SeatPurged { session, .. } => {
            let before = records.len();
            records.retain(|record| record.session != session);
            assert_eq!(records.len() + 1, before, "a session ends once");
        }
        _ => panic!("{effect:?} is not durable"),
    }
}
