//! The live sessions in their slots, as they are on disk after the last commit, with the changes
//! of the group that is being written.

use super::cell::Cell;
use crate::seats::{Effect, Record, RecordChange, SessionId};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

/// Slots that are added at once. They are zero first, so that no live cell is ever moved.
const GROWTH: u32 = 256;
/// Slots of one block of memory. One that grew as a whole would leave all its earlier places behind.
const BLOCK: usize = GROWTH as usize;

/// Slots by their numbers, from 1.
pub(super) struct Slots {
    blocks: Vec<Box<[Option<Cell>]>>,
    count: u32,
    by_session: HashMap<SessionId, u32>,
    /// The lowest is taken first, so that live sessions lie close together.
    free: BinaryHeap<Reverse<u32>>,
    /// What the slots held before the group.
    before: Vec<(u32, Option<Cell>)>,
}

/// An effect that does not fit what is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inconsistent;

impl Slots {
    /// Takes over what was read, slot 1 first.
    pub(super) fn of(cells: &[Option<Cell>]) -> Self {
        let mut slots = Self {
            count: u32::try_from(cells.len()).expect("more slots than sessions that fit into memory"),
            blocks: cells.chunks(BLOCK).map(block).collect(),
            by_session: HashMap::new(),
            free: BinaryHeap::new(),
            before: Vec::new(),
        };
        slots.index();
        slots
    }

    /// How many slots there are.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// What slot `slot` holds.
    pub(super) fn cell(&self, slot: u32) -> Option<&Cell> {
        let (block, place) = place(slot);
        self.blocks.get(block)?[place].as_ref()
    }

    /// All sessions.
    pub(super) fn sessions(&self) -> impl Iterator<Item = &Cell> {
        self.blocks.iter().flatten().flatten()
    }

    /// Takes a durable effect of the organization with this number into the group.
    pub(super) fn apply(&mut self, organization: u32, effect: &Effect) -> Result<(), Inconsistent> {
        match effect.record_change() {
            None => Ok(()),
            Some(RecordChange::Added(record)) => self.grant(Cell { organization, record }),
            Some(RecordChange::Renewed(session, secret)) => {
                self.change(organization, session, |record| record.secret = secret)
            }
            Some(RecordChange::Ending(session, ending)) => {
                self.change(organization, session, |record| record.ending = Some(ending))
            }
            Some(RecordChange::Removed(session)) => {
                let slot = self.slot(organization, session)?;
                self.by_session.remove(&session);
                self.set(slot, None);
                self.free.push(Reverse(slot));
                Ok(())
            }
        }
    }

    /// The slots that the group changes, each once, in order.
    pub(super) fn changed(&self) -> BTreeSet<u32> {
        self.before.iter().map(|(slot, _)| *slot).collect()
    }

    /// The group is on disk.
    pub(super) fn settle(&mut self) {
        self.before.clear();
    }

    /// The group is not on disk.
    pub(super) fn undo(&mut self) {
        while let Some((slot, cell)) = self.before.pop() {
            *self.place_mut(slot) = cell;
        }
        self.index();
    }

    fn grant(&mut self, cell: Cell) -> Result<(), Inconsistent> {
        if self.free.is_empty() {
            let count = self.count;
            self.count += GROWTH;
            while self.blocks.len() * BLOCK < self.count as usize {
                self.blocks.push(block(&[]));
            }
            self.free.extend((count + 1..=self.count).map(Reverse));
        }
        let Some(Reverse(slot)) = self.free.pop() else {
            return Err(Inconsistent);
        };
        if self.by_session.insert(cell.record.session, slot).is_some() {
            return Err(Inconsistent);
        }
        self.set(slot, Some(cell));
        Ok(())
    }

    fn change(
        &mut self,
        organization: u32,
        session: SessionId,
        change: impl FnOnce(&mut Record),
    ) -> Result<(), Inconsistent> {
        let slot = self.slot(organization, session)?;
        let mut cell = *self.cell(slot).ok_or(Inconsistent)?;
        change(&mut cell.record);
        self.set(slot, Some(cell));
        Ok(())
    }

    fn slot(&self, organization: u32, session: SessionId) -> Result<u32, Inconsistent> {
        let slot = *self.by_session.get(&session).ok_or(Inconsistent)?;
        match self.cell(slot) {
            Some(cell) if cell.organization == organization => Ok(slot),
            Some(_) | None => Err(Inconsistent),
        }
    }

    fn set(&mut self, slot: u32, cell: Option<Cell>) {
        let before = std::mem::replace(self.place_mut(slot), cell);
        self.before.push((slot, before));
    }

    fn place_mut(&mut self, slot: u32) -> &mut Option<Cell> {
        let (block, place) = place(slot);
        &mut self.blocks[block][place]
    }

    fn index(&mut self) {
        self.by_session.clear();
        self.free.clear();
        for (slot, cell) in (1..=self.count).zip(self.blocks.iter().flatten()) {
            match cell {
                Some(cell) => drop(self.by_session.insert(cell.record.session, slot)),
                None => self.free.push(Reverse(slot)),
            }
        }
    }
}

/// A block that begins with `cells`.
fn block(cells: &[Option<Cell>]) -> Box<[Option<Cell>]> {
    let mut block = vec![None; BLOCK].into_boxed_slice();
    block[..cells.len()].copy_from_slice(cells);
    block
}

/// The block of a slot, and its place there.
const fn place(slot: u32) -> (usize, usize) {
    let index = slot as usize - 1;
    (index / BLOCK, index % BLOCK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::{Cause, ConnectionNumber, Entry, SecretHash, Served, Timestamp};

    fn granted(n: u8) -> Effect {
        Effect::SeatGranted {
            record: Record {
                session: SessionId([n; 16]),
                secret: SecretHash([n; 16]),
                attempt: None,
                over_allocation: false,
                granted_at: Timestamp(0),
                ending: None,
                entry: Entry::default(),
            },
            connection: ConnectionNumber(n.into()),
            repeatable_until: Served::START,
        }
    }

    fn released(n: u8) -> Effect {
        Effect::SeatReleased {
            session: SessionId([n; 16]),
            cause: Cause::Logout,
            connection: None,
        }
    }

    #[test]
    fn a_freed_slot_is_empty_and_used_again() {
        let mut slots = Slots::of(&[]);
        slots.apply(1, &granted(1)).unwrap();
        slots.apply(1, &granted(2)).unwrap();
        slots.apply(1, &released(1)).unwrap();
        assert_eq!(slots.cell(1), None);

        slots.apply(1, &granted(3)).unwrap();

        assert_eq!(slots.cell(1).unwrap().record.session, SessionId([3; 16]));
        assert_eq!(slots.count(), GROWTH);
    }

    #[test]
    fn an_undone_group_leaves_what_was_there_before_it() {
        let mut slots = Slots::of(&[]);
        slots.apply(1, &granted(1)).unwrap();
        slots.settle();
        slots.apply(1, &released(1)).unwrap();
        slots.apply(1, &granted(2)).unwrap();
        let session = SessionId([1; 16]);
        let secret = SecretHash([9; 16]);
        assert_eq!(slots.changed().into_iter().collect::<Vec<_>>(), [1]);

        slots.undo();

        assert_eq!(slots.sessions().count(), 1);
        slots
            .apply(1, &Effect::SecretRenewed { session, secret })
            .unwrap();
        assert_eq!(slots.cell(1).unwrap().record.secret, secret);
    }

    #[test]
    fn what_does_not_fit_the_record_is_refused() {
        let mut slots = Slots::of(&[]);
        slots.apply(1, &granted(1)).unwrap();

        assert_eq!(slots.apply(1, &granted(1)), Err(Inconsistent));
        slots.undo();
        assert_eq!(slots.apply(1, &released(1)), Err(Inconsistent));
        slots.apply(1, &granted(1)).unwrap();
        assert_eq!(slots.apply(2, &released(1)), Err(Inconsistent));
    }
}
