//! A seat at rest: what is kept of it, and what it does without a WebSocket.

use super::held::{End, Held};
use super::terms::Terms;
use crate::gateway::frames::{Glanced, Still};
use crate::gateway::sending::found_out_by_tcp;
use crate::liveness::{Due, Liveness};
use crate::registry::{Mailbox, Notice, Presence};
use crate::transport::Stream;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

/// As [`crate::protocol::ServerMessage::Heartbeat`] goes out: a final text frame.
pub(super) const HEARTBEAT: &[u8] = b"\x81\x14{\"type\":\"heartbeat\"}";
/// A ping without a payload.
pub(super) const PING: &[u8] = b"\x89\x00";

/// A held seat between two messages.
pub(super) struct Slim {
    pub(super) stream: Still<Stream>,
    pub(super) presence: Presence,
    pub(super) mailbox: Mailbox,
    pub(super) liveness: Liveness,
    pub(super) terms: Arc<Terms>,
}

/// What ends the rest.
pub(super) enum Call {
    /// Something for a WebSocket came in: these bytes so far, none at the end.
    Heard(Vec<u8>),
    /// The page answers again; what came in after its heartbeat, if anything did.
    Healed(Option<Vec<u8>>),
    /// The connection broke.
    Broken(io::Error),
    Notice(Notice),
    /// This is due and is more than a frame.
    Due(Due),
    /// This is left of a frame that does not go out at once.
    Unsent(&'static [u8]),
    /// A frame could not be sent.
    Over(End),
}

impl Slim {
    /// Puts down what needs no WebSocket. Who has to answer soon stays awake.
    pub(super) fn put_down(held: Held, stream: Still<Stream>) -> Self {
        let Held {
            presence,
            mailbox,
            liveness,
            terms,
            ..
        } = held;
        Self {
            stream,
            presence,
            mailbox,
            liveness,
            terms,
        }
    }

    /// Rests until there is something that needs more.
    pub(super) fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<Call> {
        // First of all, so that nobody is judged by what was not read yet.
        while let Poll::Ready(glanced) = self.stream.poll_glance(context) {
            if let Some(call) = self.hear(glanced) {
                return Poll::Ready(call);
            }
        }
        if let Poll::Ready(notice) = self.mailbox.poll_notice(context) {
            return Poll::Ready(Call::Notice(notice));
        }
        let clock = self.presence.registry().clock();
        let (now, floor) = (clock.served(), clock.heard_floor());
        let due = self.liveness.due(now, floor, self.terms.rhythm);
        let call = match due {
            Due::Nothing => None,
            Due::Heartbeat => self.say(context, HEARTBEAT),
            Due::Ping => self.say(context, PING),
            Due::PingFrozenPage | Due::Silent | Due::Unresponsive => Some(Call::Due(due)),
        };
        if let Some(call) = call {
            return Poll::Ready(call);
        }
        let next = self.liveness.next(floor, self.terms.rhythm);
        self.terms
            .wheels
            .ring_at(self.mailbox.number(), next, self.mailbox.slot());
        Poll::Pending
    }

    fn hear(&mut self, glanced: io::Result<Glanced>) -> Option<Call> {
        let Glanced { known, unknown } = match glanced {
            Ok(glanced) => glanced,
            Err(error) => return Some(Call::Broken(error)),
        };
        if let Some(heard) = known {
            if heard.message && self.liveness.message(heard.at) {
                return Some(Call::Healed(unknown));
            }
            self.liveness.frame(heard.at);
        }
        unknown.map(Call::Heard)
    }

    fn say(&mut self, context: &mut Context<'_>, frame: &'static [u8]) -> Option<Call> {
        match self.stream.say(context, frame) {
            Ok(rest) => rest.map(Call::Unsent),
            Err(error) if found_out_by_tcp(&error) => Some(Call::Over(End::Silent)),
            Err(_) => Some(Call::Over(End::Gone)),
        }
    }
}
