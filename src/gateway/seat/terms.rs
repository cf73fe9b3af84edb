//! What the seats of many connections go by together.

use crate::credential::KeyedHash;
use crate::gateway::wheel::Wheels;
use crate::liveness::Rhythm;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// What a seat goes by. Shared, so that each seat is small.
pub(in crate::gateway) struct Terms {
    pub(in crate::gateway) rhythm: Rhythm,
    /// Hashes hand-off codes.
    pub(in crate::gateway) hashes: Arc<KeyedHash>,
    /// When a seat at rest is woken.
    pub(in crate::gateway) wheels: Arc<Wheels>,
}

/// The terms that some seat goes by. There are as many as rhythms, which organizations rarely choose.
#[derive(Default)]
pub(in crate::gateway) struct AllTerms(Mutex<HashMap<Rhythm, Weak<Terms>>>);

impl AllTerms {
    /// Those with this rhythm; `make` makes them where nobody goes by them yet.
    pub(in crate::gateway) fn of(&self, rhythm: Rhythm, make: impl FnOnce() -> Terms) -> Arc<Terms> {
        let mut all = self.0.lock();
        if let Some(terms) = all.get(&rhythm).and_then(Weak::upgrade) {
            return terms;
        }
        all.retain(|_, terms| terms.strong_count() > 0);
        let terms = Arc::new(make());
        all.insert(rhythm, Arc::downgrade(&terms));
        terms
    }
}
