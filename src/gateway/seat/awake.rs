//! A seat whose WebSocket is taken up, for as long as a message is under way.

use super::held::{End, Held};
use super::slim::{Call, Slim};
use crate::gateway::frames::Metered;
use crate::gateway::resting::{put_down, take_up};
use crate::gateway::sending::{Unsent, flush, write_out};
use crate::gateway::upper::Socket;
use crate::liveness::Due;
use crate::registry::Notice;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::{self, Message};

enum Event {
    Frame(Option<Result<Message, tungstenite::Error>>),
    Notice(Notice),
    /// Something may be due.
    Time,
    /// This is due.
    Due(Due),
    Nothing,
    /// It cannot go on.
    End(End),
}

/// How the WebSocket comes up.
#[expect(clippy::large_enum_variant, reason = "it passes by, from one box to another")]
pub(super) enum Start {
    /// A rest ends.
    Called(Slim, Call),
    /// It is up already.
    Up(Held, Socket),
}

/// Does what there is to do, until there is nothing that keeps the WebSocket up. `None`: it was the end.
pub(super) async fn attend(start: Start) -> Option<Slim> {
    let (mut held, mut socket, mut event) = match start {
        Start::Called(slim, call) => rise(slim, call).await,
        Start::Up(held, socket) => (held, socket, Event::Nothing),
    };
    loop {
        let end = match event {
            Event::Frame(frame) => held.frame(&mut socket, frame).await,
            Event::Notice(notice) => held.notice(&mut socket, notice).await,
            Event::Time => held.time(&mut socket).await,
            Event::Due(due) => held.due(&mut socket, due).await,
            Event::Nothing => None,
            Event::End(end) => Some(end),
        };
        if let Some(end) = end {
            held.end(socket, end).await;
            return None;
        }
        event = match held.hear(&mut socket).await {
            Some(event) => event,
            None => break,
        };
    }
    // The answer to a ping may still stand in the buffer.
    if let Err(unsent) = flush(&mut socket).await {
        held.end(socket, End::from(unsent)).await;
        return None;
    }
    Some(Slim::put_down(held, put_down(socket)))
}

async fn rise(slim: Slim, call: Call) -> (Held, Socket, Event) {
    let Slim {
        mut stream,
        presence,
        mailbox,
        liveness,
        terms,
    } = slim;
    let held = Held::new(presence, mailbox, liveness, terms);
    let mut read_ahead = Vec::new();
    let event = match call {
        Call::Heard(bytes) => {
            read_ahead = bytes;
            Event::Nothing
        }
        Call::Healed(bytes) => {
            held.responsive(true).await;
            read_ahead = bytes.unwrap_or_default();
            Event::Nothing
        }
        Call::Broken(error) => Event::Frame(Some(Err(tungstenite::Error::Io(error)))),
        Call::Notice(notice) => Event::Notice(notice),
        Call::Due(due) => Event::Due(due),
        Call::Unsent(rest) => match write_out(stream.stream_mut(), rest).await {
            Ok(()) => Event::Nothing,
            Err((Unsent::Slow, rest)) => Event::End(End::TooSlow(rest)),
            Err((Unsent::Gone, _)) => Event::End(End::Gone),
        },
        Call::Over(end) => Event::End(end),
    };
    let socket = take_up(Metered::take_up(stream, &read_ahead)).await;
    (held, socket, event)
}

impl Held {
    /// Waits for the rest of a message that has begun, or until the seat may rest; if it may, only looks.
    async fn hear(&mut self, socket: &mut Socket) -> Option<Event> {
        if let Some(frame) = socket.next().now_or_never() {
            return Some(Event::Frame(frame));
        }
        if socket.get_ref().is_between_messages() && self.may_rest() {
            return None;
        }
        let due = self.next_due();
        Some(tokio::select! {
            frame = socket.next() => Event::Frame(frame),
            notice = self.mailbox.notice() => Event::Notice(notice),
            () = tokio::time::sleep_until(due) => Event::Time,
        })
    }
}
