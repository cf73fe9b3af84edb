//! Attempts that try for a seat: refused, or in the waiting line. In memory only.

use crate::seats::{AttemptHash, ConnectionNumber, Timestamp};
use std::collections::{BTreeSet, HashMap};

/// Whoever does not try again within this time has given up.
const GIVES_UP_MS: i64 = 60_000;
/// Beyond so many at once, further ones are not followed.
const MOST: usize = 20_000;

/// Who tries. A login without an attempt is known by its connection, while it is in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Who {
    Attempt(AttemptHash),
    Connection(ConnectionNumber),
}

/// From the first refusal on.
#[derive(Debug, Clone, Copy)]
struct Episode {
    since: Timestamp,
    last: Timestamp,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) ms: u64,
}

/// All that try.
#[derive(Debug, Default)]
pub(super) struct Trying {
    episodes: HashMap<Who, Episode>,
    give_up: BTreeSet<(Timestamp, Who)>,
    line: HashMap<ConnectionNumber, Who>,
}

impl Trying {
    /// How many.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.episodes.len()).unwrap_or(u32::MAX)
    }

    /// Since when whoever is in the line at this connection tries.
    pub(super) fn since(&self, connection: ConnectionNumber) -> Option<Timestamp> {
        let who = self.line.get(&connection)?;
        Some(self.episodes.get(who)?.since)
    }

    /// A login was refused for want of a seat. Tells whether its attempt tries only from here on.
    pub(super) fn refused(&mut self, attempt: Option<AttemptHash>, now: Timestamp) -> bool {
        let Some(attempt) = attempt else { return false };
        self.tries(Who::Attempt(attempt), now, false, now)
    }

    /// A login waits in the line. Tells whether it tries only from here on.
    pub(super) fn joined(
        &mut self,
        attempt: Option<AttemptHash>,
        connection: ConnectionNumber,
        superseded: Option<ConnectionNumber>,
        now: Timestamp,
    ) -> bool {
        let who = attempt.map_or(Who::Connection(connection), Who::Attempt);
        let before = superseded.and_then(|older| self.line.remove(&older));
        let since = match before.filter(|before| *before != who) {
            Some(before) => self.end(before).map_or(now, |episode| episode.since),
            None => now,
        };
        self.line.insert(connection, who);
        self.tries(who, now, true, since)
    }

    /// A connection left the line. Tells how long it had tried, if it cannot be known again.
    pub(super) fn left(&mut self, connection: ConnectionNumber, now: Timestamp) -> Option<Tried> {
        let who = self.line.remove(&connection)?;
        match who {
            Who::Connection(_) => self.end(who).map(|episode| tried(episode, now)),
            Who::Attempt(_) => {
                self.tries(who, now, false, now);
                None
            }
        }
    }

    /// A login got a seat. Tells how long it had tried, if it had.
    pub(super) fn seated(
        &mut self,
        attempt: Option<AttemptHash>,
        connection: ConnectionNumber,
        now: Timestamp,
    ) -> Option<Tried> {
        let in_line = self.line.remove(&connection);
        let who = in_line.or(attempt.map(Who::Attempt))?;
        self.end(who).map(|episode| tried(episode, now))
    }

    /// When the next attempt gives up, if it does not try again.
    pub(super) fn next_give_up(&self) -> Option<Timestamp> {
        self.give_up.first().map(|(at, _)| *at)
    }

    /// The attempt that gives up first does so. It had tried up to its last try.
    pub(super) fn give_up(&mut self) -> Option<Tried> {
        let who = self.give_up.first()?.1;
        self.end(who).map(|episode| tried(episode, episode.last))
    }

    fn tries(&mut self, who: Who, now: Timestamp, in_line: bool, since: Timestamp) -> bool {
        let known = self.episodes.get(&who).copied();
        if known.is_none() && self.episodes.len() >= MOST {
            return false;
        }
        if let Some(known) = known {
            self.give_up.remove(&(gives_up_at(known), who));
        }
        let episode = Episode {
            since: known.map_or(since, |known| known.since),
            last: now,
        };
        if !in_line {
            self.give_up.insert((gives_up_at(episode), who));
        }
        self.episodes.insert(who, episode);
        known.is_none() && since == now
    }

    fn end(&mut self, who: Who) -> Option<Episode> {
        let episode = self.episodes.remove(&who)?;
        self.give_up.remove(&(gives_up_at(episode), who));
        Some(episode)
    }
}

fn gives_up_at(episode: Episode) -> Timestamp {
    Timestamp(episode.last.0 + GIVES_UP_MS)
}

fn tried(episode: Episode, until: Timestamp) -> Tried {
    Tried {
        ms: u64::try_from(until.0 - episode.since.0).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: Option<AttemptHash> = Some(AttemptHash([1; 16]));

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    #[test]
    fn tries_of_one_attempt_are_one_episode_until_a_minute_without() {
        let mut trying = Trying::default();
        assert!(trying.refused(ANN, at(0)));
        assert!(!trying.refused(ANN, at(59)));
        assert_eq!((trying.count(), trying.next_give_up()), (1, Some(at(119))));
        assert_eq!(trying.give_up(), Some(Tried { ms: 59_000 }));
        assert_eq!((trying.count(), trying.next_give_up()), (0, None));
        assert!(!trying.refused(None, at(200)));
        assert_eq!(trying.count(), 0);
    }

    #[test]
    fn in_the_line_nobody_gives_up_and_a_seat_ends_the_wait() {
        let mut trying = Trying::default();
        trying.refused(ANN, at(0));
        assert!(!trying.joined(ANN, ConnectionNumber(1), None, at(30)));
        assert_eq!(trying.next_give_up(), None);
        assert!(!trying.joined(ANN, ConnectionNumber(2), Some(ConnectionNumber(1)), at(500)));
        assert_eq!(trying.left(ConnectionNumber(1), at(501)), None);
        assert_eq!(
            trying.seated(ANN, ConnectionNumber(2), at(600)),
            Some(Tried { ms: 600_000 })
        );
        assert_eq!(trying.count(), 0);
    }

    #[test]
    fn who_waits_without_an_attempt_is_gone_when_the_line_is_left() {
        let mut trying = Trying::default();
        assert!(trying.joined(None, ConnectionNumber(5), None, at(0)));
        assert_eq!(trying.left(ConnectionNumber(5), at(9)), Some(Tried { ms: 9000 }));
        assert!(trying.joined(ANN, ConnectionNumber(6), None, at(10)));
        assert_eq!(trying.left(ConnectionNumber(6), at(12)), None);
        assert_eq!(trying.next_give_up(), Some(at(72)));
    }
}
