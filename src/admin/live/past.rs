//! What was told to the feeds: the present, and the last events. Pure.

use crate::seats::{OrganizationId, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Organizations in the kept events at most, and events at most.
const KEPT: usize = 20_000;

/// What a feed looks at.
pub(super) enum Scope {
    All,
    One(OrganizationId),
}

/// An event of a feed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) number: u64,
    pub(super) kind: &'static str,
    pub(super) data: String,
}

/// Where a feed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of the last event that it was told.
    number: u64,
    /// Of the events of all feeds, how many it has passed.
    position: u64,
    /// The whole has to be told first.
    anew: bool,
}

enum Entry {
    Changed(BTreeMap<OrganizationId, Arc<str>>),
    Removed(OrganizationId),
    Stale(&'static str),
    /// The numbers can be trusted again.
    Healed,
}

struct Shown {
    json: Arc<str>,
    /// Of the events, those that concern it alone.
    own: u64,
}

/// Numbers of one process begin above those of any before.
pub(super) struct Past {
    base: u64,
    shown: BTreeMap<OrganizationId, Shown>,
    entries: VecDeque<Entry>,
    /// How many entries are forgotten.
    forgotten: u64,
    kept: usize,
    /// Entries that concern everybody.
    general: u64,
    stale: Option<&'static str>,
}

impl Past {
    /// Nothing yet. The numbers begin with the calendar, so that those of an earlier process are old.
    pub(super) fn new(utc: Timestamp) -> Self {
        Self {
            base: u64::try_from(utc.seconds()).unwrap_or(0) << 20,
            shown: BTreeMap::new(),
            entries: VecDeque::new(),
            forgotten: 0,
            kept: 0,
            general: 0,
            stale: None,
        }
    }

    /// What these organizations look like; `None`: gone. Nothing is told while the numbers are stale.
    pub(super) fn note(&mut self, looks: Vec<(OrganizationId, Option<String>)>, stale: Option<&'static str>) {
        let mut changed = BTreeMap::new();
        for (id, look) in looks {
            let Some(json) = look else {
                if self.shown.remove(&id).is_some() {
                    self.push(Entry::Removed(id));
                }
                continue;
            };
            let json: Arc<str> = json.into();
            let end = self.end();
            let shown = self.shown.entry(id.clone()).or_insert_with(|| Shown {
                json: "".into(),
                own: end,
            });
            if shown.json != json {
                shown.json = Arc::clone(&json);
                if stale.is_none() && self.stale.is_none() {
                    shown.own += 1;
                    changed.insert(id, json);
                }
            }
        }
        match (self.stale, stale) {
            (None, Some(why)) => self.push(Entry::Stale(why)),
            (Some(_), None) => self.push(Entry::Healed),
            (None, None) | (Some(_), Some(_)) => {}
        }
        self.stale = stale;
        if !changed.is_empty() {
            self.push(Entry::Changed(changed));
        }
    }

    /// Events of all feeds so far.
    pub(super) fn end(&self) -> u64 {
        self.forgotten + self.entries.len() as u64
    }

    /// Where a feed begins that was told `last`: after it, or with the whole.
    pub(super) fn place(&self, scope: &Scope, last: Option<u64>) -> Place {
        if let Some(place) = last.and_then(|last| self.after(scope, last)) {
            return place;
        }
        // A feed that begins while the numbers are stale is told so after the whole.
        let stale = u64::from(self.stale.is_some());
        Place {
            number: self.number(scope) - stale,
            position: self.end() - stale,
            anew: true,
        }
    }

    /// Whether there is something to tell.
    pub(super) fn has_news(&self, scope: &Scope, place: Place) -> bool {
        place.anew || place.position < self.forgotten || self.next(scope, place).is_some()
    }

    /// Whether more than one event waits.
    pub(super) fn is_behind(&self, scope: &Scope, place: Place) -> bool {
        let position = match self.next(scope, place) {
            Some((position, _)) if !place.anew => position + 1,
            Some((position, _)) => position,
            None => return false,
        };
        self.next(scope, Place { position, ..place }).is_some()
    }

    /// Tells the next event and moves `place` behind it. `None`: the feed ends, for it is too slow
    /// or its organization is gone.
    pub(super) fn tell(&self, scope: &Scope, place: &mut Place) -> Option<Told> {
        if std::mem::take(&mut place.anew) {
            return Some(self.whole(scope, place.number));
        }
        let (position, entry) = self.next(scope, *place)?;
        place.position = position + 1;
        place.number += 1;
        let number = place.number;
        let told = |kind, data| Told { number, kind, data };
        match (entry, scope) {
            (Entry::Changed(changed), Scope::All) => Some(told("change", data(changed.values(), ""))),
            (Entry::Changed(changed), Scope::One(id)) => {
                Some(told("change", data(changed.get(id).into_iter(), "")))
            }
            (Entry::Stale(why), _) => Some(told(
                "stale",
                data([].into_iter(), &format!(",\"reason\":\"{why}\"")),
            )),
            (Entry::Healed, _) | (Entry::Removed(_), Scope::All) => Some(self.whole(scope, number)),
            (Entry::Removed(_), Scope::One(_)) => None,
        }
    }

    fn whole(&self, scope: &Scope, number: u64) -> Told {
        let shown = self.shown.iter().filter(|(id, _)| match scope {
            Scope::All => true,
            Scope::One(own) => own == *id,
        });
        Told {
            number,
            kind: "snapshot",
            data: data(shown.map(|(_, shown)| &shown.json), ""),
        }
    }

    /// The first entry from `place` on that concerns `scope`, if none is forgotten.
    fn next(&self, scope: &Scope, place: Place) -> Option<(u64, &Entry)> {
        let skipped = place.position.checked_sub(self.forgotten)?;
        let entries = self.entries.iter().skip(usize::try_from(skipped).ok()?);
        (place.position..)
            .zip(entries)
            .find(|(_, entry)| entry.concerns(scope))
    }

    /// The number of the last event of such a feed.
    fn number(&self, scope: &Scope) -> u64 {
        self.base
            + match scope {
                Scope::All => self.end(),
                Scope::One(id) => self.shown.get(id).map_or(0, |shown| shown.own) + self.general,
            }
    }

    fn after(&self, scope: &Scope, last: u64) -> Option<Place> {
        let (mut number, mut position) = (self.number(scope), self.end());
        for entry in self.entries.iter().rev() {
            if number <= last {
                break;
            }
            position -= 1;
            number -= u64::from(entry.concerns(scope));
        }
        (number == last).then_some(Place {
            number,
            position,
            anew: false,
        })
    }

    fn push(&mut self, entry: Entry) {
        self.kept += entry.size();
        self.general += u64::from(matches!(entry, Entry::Stale(_) | Entry::Healed));
        self.entries.push_back(entry);
        while self.kept > KEPT {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.kept -= oldest.size();
            self.forgotten += 1;
        }
    }
}

impl Entry {
    fn size(&self) -> usize {
        match self {
            Self::Changed(changed) => changed.len(),
            Self::Removed(_) | Self::Stale(_) | Self::Healed => 1,
        }
    }

    fn concerns(&self, scope: &Scope) -> bool {
        match (self, scope) {
            (_, Scope::All) | (Self::Stale(_) | Self::Healed, _) => true,
            (Self::Changed(changed), Scope::One(id)) => changed.contains_key(id),
            (Self::Removed(removed), Scope::One(id)) => removed == id,
        }
    }
}

fn data<'a>(organizations: impl Iterator<Item = &'a Arc<str>>, more: &str) -> String {
    let mut text = String::from("{\"organizations\":[");
    for (place, json) in organizations.enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(json);
    }
    text.push(']');
    text.push_str(more);
    text.push('}');
    text
}

#[cfg(test)]
mod tests;
