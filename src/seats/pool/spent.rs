//! Signed tokens that were used: each is good for one session.

use super::{Pool, Session};
use crate::seats::command::{Login, OneTimeToken, Refusal};
use crate::seats::ids::{SessionId, TokenHash};
use crate::seats::moment::{Moment, Timestamp};
use std::collections::{BTreeSet, HashMap};

/// The most tokens that a pool remembers. One that finds no room is not taken: only who signs
/// tokens can use up the room, and one that is forgotten could be used again.
pub const MOST_SPENT_TOKENS: usize = 200_000;

/// The tokens that were used, until nobody takes them any more.
#[derive(Debug, Clone, Default)]
pub(super) struct SpentTokens {
    sessions: HashMap<TokenHash, SessionId>,
    ends: BTreeSet<(Timestamp, TokenHash)>,
}

impl SpentTokens {
    pub(super) fn spend(&mut self, token: OneTimeToken, session: SessionId) {
        self.sessions.insert(token.hash, session);
        self.ends.insert((token.until, token.hash));
    }

    /// Forgets what nobody takes at `now`.
    pub(super) fn forget_until(&mut self, now: Timestamp) {
        while let Some((until, token)) = self.ends.first().copied()
            && until < now
        {
            self.ends.pop_first();
            self.sessions.remove(&token);
        }
    }

    /// Whether there is no room for one more. What nobody takes at `now` takes none: it goes with the
    /// next grant.
    fn is_full(&self, now: Timestamp) -> bool {
        let is_good = |(until, _): &(Timestamp, TokenHash)| *until >= now;
        self.sessions.len() >= MOST_SPENT_TOKENS && self.ends.first().is_some_and(is_good)
    }

    /// Makes a token good again.
    pub(super) fn take_back(&mut self, token: OneTimeToken) {
        self.sessions.remove(&token.hash);
        self.ends.remove(&(token.until, token.hash));
    }

    /// Takes over the tokens of sessions that ended, which are in no record.
    pub(super) fn take_over(&mut self, other: &Self, has_ended: impl Fn(SessionId) -> bool) {
        for (until, hash) in &other.ends {
            if let Some(session) = other.sessions.get(hash)
                && has_ended(*session)
            {
                let (hash, until) = (*hash, *until);
                self.spend(OneTimeToken { hash, until }, *session);
            }
        }
    }
}

impl Pool {
    /// Whether the token of `login` lets it in, if it has one: it was never used, or for the very
    /// session that the same attempt gets again. While it waits in line it is as good as used.
    pub fn admits(&self, login: &Login, moment: Moment) -> Result<(), Refusal> {
        let Some(token) = login.entry.token else {
            return Ok(());
        };
        match self.spent.sessions.get(&token.hash) {
            Some(session) => {
                let again = self.repeated(login.attempt, moment.served).map(id);
                if again == Some(*session) {
                    Ok(())
                } else {
                    Err(Refusal::TokenSpent)
                }
            }
            None if self.waits_for_another(login, token) => Err(Refusal::TokenSpent),
            None if self.spent.is_full(moment.utc) => Err(Refusal::TooManyTokens),
            None => Ok(()),
        }
    }

    fn waits_for_another(&self, login: &Login, token: OneTimeToken) -> bool {
        let is_same = |attempt| login.attempt.is_some() && attempt == login.attempt;
        let mut line = self.line.iter();
        line.any(|waiter| {
            waiter
                .entry
                .token
                .is_some_and(|waiting| waiting.hash == token.hash)
                && !is_same(waiter.attempt)
        })
    }
}

fn id(session: &Session) -> SessionId {
    session.record.session
}

#[cfg(test)]
mod tests {
    use super::super::{ATTEMPT_REPEATABLE, decide};
    use super::*;
    use crate::seats::command::{Cause, Command, Entry, Outcome};
    use crate::seats::ids::{AttemptHash, ConnectionNumber, SecretHash};
    use crate::seats::{Allocation, Served};
    use std::time::Duration;

    fn at(second: u64) -> Moment {
        Moment {
            served: Served::from_nanos(second * 1_000_000_000),
            utc: Timestamp(i64::try_from(second).unwrap() * 1000),
        }
    }

    /// A token that nobody takes after second `until`.
    fn token(n: u8, until: i64) -> OneTimeToken {
        OneTimeToken {
            hash: TokenHash([n; 16]),
            until: Timestamp(until * 1000),
        }
    }

    fn login(n: u8, attempt: u8, token: OneTimeToken) -> Command {
        Command::Login(Login {
            session: SessionId([n; 16]),
            secret: SecretHash([n; 16]),
            attempt: Some(AttemptHash([attempt; 16])),
            connection: ConnectionNumber(n.into()),
            entry: Entry {
                token: Some(token),
                without_origin: false,
            },
            wait: None,
            handoff: None,
        })
    }

    fn ask(pool: &mut Pool, command: &Command, moment: Moment) -> Outcome {
        let mut effects = Vec::new();
        let outcome = decide(pool, command, moment, &mut effects);
        effects.iter().for_each(|effect| pool.apply(effect));
        outcome
    }

    fn end(n: u8, cause: Cause) -> Command {
        Command::End {
            session: SessionId([n; 16]),
            cause,
        }
    }

    fn pool() -> Pool {
        Pool::new(Allocation::of(3), Duration::from_secs(60))
    }

    fn is_seated(outcome: &Outcome, n: u8) -> bool {
        matches!(outcome, Outcome::Seated { session, .. } if *session == SessionId([n; 16]))
    }

    const SPENT: Outcome = Outcome::Refused(Refusal::TokenSpent);

    #[test]
    fn a_token_is_good_for_one_session_and_for_the_same_one_again() {
        let mut pool = pool();
        assert!(is_seated(&ask(&mut pool, &login(1, 1, token(9, 90)), at(0)), 1));

        let other_attempt = ask(&mut pool, &login(2, 2, token(9, 90)), at(1));
        let same_attempt = ask(&mut pool, &login(3, 1, token(9, 90)), at(2));
        let too_late = ask(&mut pool, &login(4, 1, token(9, 90)), at(0) + ATTEMPT_REPEATABLE);

        assert_eq!(other_attempt, SPENT);
        assert!(is_seated(&same_attempt, 1));
        assert_eq!(too_late, SPENT);
    }

    impl std::ops::Add<Duration> for Moment {
        type Output = Self;

        fn add(self, duration: Duration) -> Self {
            at((self.served + duration).as_nanos() / 1_000_000_000)
        }
    }

    #[test]
    fn a_token_of_one_session_takes_up_no_other() {
        let mut pool = pool();
        ask(&mut pool, &login(1, 1, token(8, 90)), at(0));
        ask(&mut pool, &login(2, 2, token(9, 90)), at(0));

        assert_eq!(ask(&mut pool, &login(3, 2, token(8, 90)), at(1)), SPENT);
        // A fresh token takes up the session of its attempt, and is good for that one only.
        assert!(is_seated(&ask(&mut pool, &login(4, 2, token(7, 90)), at(1)), 2));
        assert_eq!(ask(&mut pool, &login(5, 5, token(7, 90)), at(1)), SPENT);
    }

    #[test]
    fn a_token_stays_spent_after_its_session_has_ended_and_through_a_rebuilding() {
        let mut pool = pool();
        ask(&mut pool, &login(1, 1, token(8, 90)), at(0));
        ask(&mut pool, &login(2, 2, token(9, 90)), at(0));
        ask(&mut pool, &end(1, Cause::Logout), at(1));
        let left = pool.session(SessionId([2; 16]), at(1).served).unwrap().record;

        let mut pool = pool.rebuilt([(left, None)], at(1).served, Duration::ZERO);

        for (n, attempt, token) in [(3, 1, token(8, 90)), (4, 4, token(9, 90))] {
            assert_eq!(ask(&mut pool, &login(n, attempt, token), at(2)), SPENT);
        }
        let restarted = Pool::new(Allocation::of(3), Duration::from_secs(60));
        let mut restarted = restarted.rebuilt([(left, None)], Served::START, Duration::ZERO);
        assert_eq!(ask(&mut restarted, &login(4, 4, token(9, 90)), at(2)), SPENT);
        assert!(is_seated(
            &ask(&mut restarted, &login(5, 2, token(9, 90)), at(2)),
            2
        ));
    }

    #[test]
    fn a_token_whose_grant_nobody_was_told_of_is_still_good() {
        let mut pool = pool();
        ask(&mut pool, &login(1, 1, token(9, 90)), at(0));
        ask(&mut pool, &end(1, Cause::Withdrawn), at(1));
        assert!(is_seated(&ask(&mut pool, &login(2, 1, token(9, 90)), at(2)), 2));

        // What was granted and never recorded is not there after a rebuilding.
        let mut pool = pool.rebuilt([], at(3).served, Duration::ZERO);
        assert!(is_seated(&ask(&mut pool, &login(3, 1, token(9, 90)), at(4)), 3));
    }

    #[test]
    fn a_refused_login_spends_nothing() {
        let mut pool = Pool::new(Allocation::of(1), Duration::from_secs(60));
        ask(&mut pool, &login(1, 1, token(1, 90)), at(0));
        let full = ask(&mut pool, &login(2, 2, token(2, 90)), at(0));
        assert!(matches!(full, Outcome::Refused(Refusal::SeatsExhausted(_))));
        ask(&mut pool, &end(1, Cause::Logout), at(1));

        assert!(is_seated(&ask(&mut pool, &login(3, 3, token(2, 90)), at(2)), 3));
    }

    #[test]
    fn a_token_that_waits_in_line_is_good_for_nobody_else_and_is_used_with_the_seat() {
        let allocation = Allocation {
            line: 5,
            ..Allocation::of(1)
        };
        let mut pool = Pool::new(allocation, Duration::from_secs(60));
        let waiting = |n, attempt| match login(n, attempt, token(9, 90)) {
            Command::Login(login) => Command::Login(Login {
                wait: Some(at(60).served),
                ..login
            }),
            other => other,
        };
        ask(&mut pool, &login(1, 1, token(1, 90)), at(0));
        assert_eq!(
            ask(&mut pool, &waiting(2, 2), at(0)),
            Outcome::Waiting { ahead: 0 }
        );

        assert_eq!(ask(&mut pool, &waiting(3, 3), at(1)), SPENT);
        assert_eq!(
            ask(&mut pool, &waiting(4, 2), at(1)),
            Outcome::Waiting { ahead: 0 }
        );
        let left = Command::LeaveLine {
            connection: ConnectionNumber(4),
        };
        ask(&mut pool, &left, at(2));
        assert_eq!(
            ask(&mut pool, &waiting(5, 5), at(3)),
            Outcome::Waiting { ahead: 0 }
        );

        ask(&mut pool, &end(1, Cause::Logout), at(4));
        let seated = pool.session(SessionId([5; 16]), at(4).served).unwrap();
        assert_eq!(seated.record.entry.token, Some(token(9, 90)));
        assert_eq!(ask(&mut pool, &waiting(6, 6), at(5)), SPENT);
    }

    #[test]
    fn what_nobody_takes_any_more_is_forgotten_and_the_room_is_bounded() {
        let mut spent = SpentTokens::default();
        for n in 0..MOST_SPENT_TOKENS as u128 {
            let hash = TokenHash(n.to_be_bytes());
            let until = Timestamp(90_000);
            spent.spend(OneTimeToken { hash, until }, SessionId([0; 16]));
        }
        let mut pool = pool();
        pool.spent = spent;
        let full = ask(&mut pool, &login(1, 1, token(9, 600)), at(90));
        assert_eq!(full, Outcome::Refused(Refusal::TooManyTokens));

        assert!(is_seated(&ask(&mut pool, &login(1, 1, token(9, 600)), at(91)), 1));
        assert_eq!((pool.spent.sessions.len(), pool.spent.ends.len()), (1, 1));
    }
}
