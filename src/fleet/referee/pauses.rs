//! The times at which the server answered nobody. Its own downtime does not count against a grace, so
//! whoever judges lateness must allow for it.

use std::time::Duration;

use super::{At, Span};

/// Times without service, as seen from outside.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    list: Vec<Pause>,
    last_answer: At,
    broken_since: Option<At>,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    span: Span,
    /// What is added to a grace that starts again at its end; `None`: deadlines only move by its length.
    anew: Option<Duration>,
}

impl Pauses {
    /// A pause longer than this moves deadlines.
    const STALL: Duration = Duration::from_secs(1);
    /// After a pause longer than this every grace begins again.
    const LONG_STALL: Duration = Duration::from_secs(5);
    /// How many sessions a second are given time to return after a restart.
    const RETURNS_PER_SECOND: f64 = 2000.0;

    /// The server answered something; `sessions` may have been there.
    pub(super) fn answered(&mut self, span: Span, sessions: usize) {
        if let Some(since) = self.broken_since.filter(|&since| span.from >= since) {
            let spread = Duration::from_secs_f64(sessions as f64 / Self::RETURNS_PER_SECOND);
            self.list.push(Pause {
                span: Span::new(since, span.to),
                anew: Some(spread),
            });
            self.broken_since = None;
        }
        let quiet = Span::new(self.last_answer.max(span.from), span.to);
        let length = quiet.to.saturating_sub(quiet.from);
        if length > Self::STALL {
            let anew = (length > Self::LONG_STALL).then_some(Duration::ZERO);
            self.list.push(Pause { span: quiet, anew });
        }
        self.last_answer = self.last_answer.max(span.to);
    }

    /// The server broke a connection, or did not take one: it may be another process from here on.
    pub(super) fn interrupted(&mut self) {
        self.broken_since.get_or_insert(self.last_answer);
    }

    /// No more is to come.
    pub(super) fn finish(&mut self, at: At) {
        if let Some(since) = self.broken_since.take() {
            self.list.push(Pause {
                span: Span::new(since, at),
                anew: Some(Duration::ZERO),
            });
        }
        self.list.sort_by_key(|pause| pause.span.from);
        let mut end = At::ZERO;
        for pause in &mut self.list {
            end = end.max(pause.span.to);
            pause.span.to = end;
        }
    }

    /// The latest instant at which a seat may be freed whose connection was lost at `lost.from` and
    /// whose time is over at `lost.to`, if all pauses are to its favour.
    pub(super) fn stretch(&self, lost: Span, grace: Duration, lateness: Duration) -> At {
        let first = self.list.partition_point(|pause| pause.span.to <= lost.from);
        let mut latest = lost.to;
        for pause in &self.list[first..] {
            if pause.span.from > latest {
                break;
            }
            let moved = latest + pause.span.to.saturating_sub(pause.span.from);
            latest = match pause.anew {
                Some(spread) => moved.max(pause.span.to + grace + spread + lateness),
                None => moved,
            };
        }
        latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn span(from: u64, to: u64) -> Span {
        Span::new(At::from_secs(from), At::from_secs(to))
    }

    fn stretched(pauses: &mut Pauses, from: u64, to: u64) -> u64 {
        pauses.finish(At::from_secs(1000));
        pauses.stretch(span(from, to), 60 * SECOND, SECOND).as_secs()
    }

    #[test]
    fn a_server_that_answers_moves_no_deadline() {
        let mut pauses = Pauses::default();
        for second in 0..100 {
            pauses.answered(span(second, second), 10);
        }
        assert_eq!(stretched(&mut pauses, 10, 70), 70);
    }

    #[test]
    fn a_short_stall_moves_a_deadline_by_its_length() {
        let mut pauses = Pauses::default();
        pauses.answered(span(20, 23), 10);
        assert_eq!(stretched(&mut pauses, 10, 70), 73);
        assert_eq!(stretched(&mut pauses, 30, 90), 90);
    }

    #[test]
    fn after_a_long_stall_a_grace_begins_again() {
        let mut pauses = Pauses::default();
        pauses.answered(span(20, 110), 10);
        assert_eq!(stretched(&mut pauses, 10, 70), 110 + 60 + 1);
    }

    #[test]
    fn after_a_restart_a_grace_begins_again() {
        let mut pauses = Pauses::default();
        pauses.answered(span(19, 19), 10);
        pauses.interrupted();
        pauses.answered(span(20, 20), 4000);
        assert_eq!(stretched(&mut pauses, 10, 70), 20 + 60 + 2 + 1);
    }
}
