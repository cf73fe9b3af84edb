//! When to send a heartbeat, and when to give up. Pure.

use crate::seats::Served;
use std::time::Duration;

/// The rhythm that a server asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rhythm {
    /// Between two heartbeats.
    pub heartbeat: Duration,
    /// Without any frame for so long, the connection is given up.
    pub silence_limit: Duration,
    /// A page that answers pings but sends no message for so long is ended; `None`: never.
    pub unresponsive_limit: Option<Duration>,
}

/// How deep a heartbeat reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// An application message, which the page answers.
    Page {
        /// The last one is not answered yet.
        awaited: bool,
    },
    /// A ping, which the browser answers, for a client that declared no heartbeat.
    Socket,
    /// A ping, since the page stopped answering.
    FrozenPage,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nothing yet.
    Nothing,
    /// Send an application heartbeat.
    Heartbeat,
    /// Send a ping.
    Ping,
    /// Send a ping; the page has just become unresponsive.
    PingFrozenPage,
    /// Give the connection up: nothing was heard for the silence limit.
    Silent,
    /// End the session: the page sent nothing for the unresponsive limit.
    Unresponsive,
}

/// The liveness of one connection.
#[derive(Debug, Clone, Copy)]
pub struct Liveness {
    heard: Served,
    message: Served,
    next_heartbeat: Served,
    depth: Depth,
    on_call: bool,
}

impl Liveness {
    /// A connection that was heard at `now`; the first heartbeat comes within one period, at
    /// `phase` of it (0 to 1).
    pub fn new(now: Served, declared_heartbeat: bool, phase: f64, rhythm: Rhythm) -> Self {
        Self {
            heard: now,
            message: now,
            next_heartbeat: now + rhythm.heartbeat.mul_f64(phase.clamp(0.0, 1.0)),
            depth: if declared_heartbeat {
                Depth::Page { awaited: false }
            } else {
                Depth::Socket
            },
            on_call: false,
        }
    }

    /// When anything was last heard, `floor` at least.
    pub fn heard(&self, floor: Served) -> Served {
        self.heard.max(floor)
    }

    /// A frame came in, a pong included.
    pub fn frame(&mut self, now: Served) {
        self.heard = now;
    }

    /// A message came in. Tells whether it healed an unresponsive page.
    pub fn message(&mut self, now: Served) -> bool {
        self.heard = now;
        self.message = now;
        let healed = self.depth == Depth::FrozenPage;
        if self.depth != Depth::Socket {
            self.depth = Depth::Page { awaited: false };
        }
        healed
    }

    /// A page in a call is not ended for its silence.
    pub fn set_on_call(&mut self, on_call: bool) {
        self.on_call = on_call;
    }

    /// When something is due next if nothing is heard until then.
    pub fn next(&self, floor: Served, rhythm: Rhythm) -> Served {
        let silent = self.heard(floor) + rhythm.silence_limit;
        self.next_heartbeat
            .min(silent)
            .min(self.unresponsive_at(floor, rhythm))
    }

    /// What is due at `now`.
    pub fn due(&mut self, now: Served, floor: Served, rhythm: Rhythm) -> Due {
        if self.heard(floor) + rhythm.silence_limit <= now {
            return Due::Silent;
        }
        if self.unresponsive_at(floor, rhythm) <= now {
            return Due::Unresponsive;
        }
        if now < self.next_heartbeat {
            return Due::Nothing;
        }
        // Missed ones are not made up for.
        self.next_heartbeat = (self.next_heartbeat + rhythm.heartbeat).max(now + rhythm.heartbeat / 2);
        match self.depth {
            Depth::Page { awaited: false } => {
                self.depth = Depth::Page { awaited: true };
                Due::Heartbeat
            }
            Depth::Page { awaited: true } => {
                self.depth = Depth::FrozenPage;
                Due::PingFrozenPage
            }
            Depth::Socket | Depth::FrozenPage => Due::Ping,
        }
    }

    fn unresponsive_at(&self, floor: Served, rhythm: Rhythm) -> Served {
        match (self.depth, rhythm.unresponsive_limit) {
            (Depth::Socket, _) | (_, None) => Served::NEVER,
            (Depth::Page { .. } | Depth::FrozenPage, Some(_)) if self.on_call => Served::NEVER,
            (Depth::Page { .. } | Depth::FrozenPage, Some(limit)) => self.message.max(floor) + limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RHYTHM: Rhythm = Rhythm {
        heartbeat: Duration::from_secs(20),
        silence_limit: Duration::from_secs(45),
        unresponsive_limit: Some(Duration::from_secs(43_200)),
    };

    fn s(seconds: u64) -> Served {
        Served::from_nanos(seconds * 1_000_000_000)
    }

    fn due(liveness: &mut Liveness, seconds: u64) -> Due {
        liveness.due(s(seconds), Served::START, RHYTHM)
    }

    #[test]
    fn an_unanswered_heartbeat_falls_back_to_pings_and_a_message_heals() {
        let mut page = Liveness::new(s(0), true, 0.5, RHYTHM);
        assert_eq!(page.next(Served::START, RHYTHM), s(10));
        assert_eq!(due(&mut page, 9), Due::Nothing);
        assert_eq!(due(&mut page, 10), Due::Heartbeat);
        page.frame(s(20));
        assert_eq!(due(&mut page, 30), Due::PingFrozenPage);
        page.frame(s(31));
        assert_eq!(due(&mut page, 50), Due::Ping);
        assert!(page.message(s(51)), "healed");
        assert_eq!(due(&mut page, 70), Due::Heartbeat);
    }

    #[test]
    fn silence_is_found_after_its_limit_and_any_frame_breaks_it() {
        let mut socket = Liveness::new(s(0), false, 0.0, RHYTHM);
        assert_eq!(due(&mut socket, 44), Due::Ping);
        assert_eq!(due(&mut socket, 45), Due::Silent);
        socket.frame(s(44));
        assert_eq!(due(&mut socket, 88), Due::Ping);
        assert_eq!(due(&mut socket, 89), Due::Silent);
    }

    #[test]
    fn after_a_long_stall_everybody_counts_as_heard() {
        let mut socket = Liveness::new(s(0), false, 0.0, RHYTHM);
        assert_ne!(socket.due(s(89), s(45), RHYTHM), Due::Silent);
        assert_eq!(socket.due(s(90), s(45), RHYTHM), Due::Silent);
    }

    #[test]
    fn a_frozen_page_is_ended_after_hours_but_not_in_a_call() {
        let mut page = Liveness::new(s(0), true, 0.0, RHYTHM);
        page.frame(s(43_190));
        page.set_on_call(true);
        assert_ne!(due(&mut page, 43_200), Due::Unresponsive);
        page.set_on_call(false);
        assert_eq!(due(&mut page, 43_200), Due::Unresponsive);
    }

    #[test]
    fn a_client_that_declared_no_heartbeat_may_be_silent_for_ever() {
        let mut socket = Liveness::new(s(0), false, 0.0, RHYTHM);
        socket.frame(s(99_999));
        assert_eq!(due(&mut socket, 100_000), Due::Ping);
    }
}
