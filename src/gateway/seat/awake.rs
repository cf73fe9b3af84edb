//! A seat whose WebSocket is taken up, for as long as a message is under way.

use super::held::{End, Held};
use super::slim::{Call, Slim};
use crate::gateway::frames::{Metered, Still};
use crate::gateway::reception::{flush, write_out};
use crate::gateway::resting::{put_down, take_up};
use crate::gateway::upper::Socket;
use crate::liveness::Due;
use crate::registry::Notice;
use crate::transport::Stream;
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
}

/// Answers `call`, and goes to rest again. `None`: it was the end.
pub(super) async fn answer(slim: Slim, call: Call) -> Option<Slim> {
    let Slim {
        stream,
        presence,
        mailbox,
        liveness,
        terms,
    } = slim;
    let mut held = Held::new(presence, mailbox, liveness, terms);
    let (socket, event) = rise(&mut held, stream, call).await;
    match event {
        Ok(event) => attend(held, socket, event).await,
        Err(end) => {
            held.end(socket, end).await;
            None
        }
    }
}

/// Goes on with a WebSocket that is up, until there is nothing that keeps it so.
pub(super) async fn settle(held: Held, socket: Socket) -> Option<Slim> {
    attend(held, socket, Event::Nothing).await
}

async fn rise(held: &mut Held, mut stream: Still<Stream>, call: Call) -> (Socket, Result<Event, End>) {
    let mut read_ahead = Vec::new();
    let event = match call {
        Call::Heard(bytes) => {
            read_ahead = bytes;
            Ok(Event::Nothing)
        }
        Call::Healed(bytes) => {
            held.responsive(true).await;
            read_ahead = bytes.unwrap_or_default();
            Ok(Event::Nothing)
        }
        Call::Broken(error) => Ok(Event::Frame(Some(Err(tungstenite::Error::Io(error))))),
        Call::Notice(notice) => Ok(Event::Notice(notice)),
        Call::Due(due) => Ok(Event::Due(due)),
        Call::Unsent(rest) => match write_out(stream.stream_mut(), rest).await {
            Ok(()) => Ok(Event::Nothing),
            Err(unsent) => Err(End::from(unsent)),
        },
        Call::Over(end) => Err(end),
    };
    (take_up(Metered::take_up(stream, &read_ahead)).await, event)
}

async fn attend(mut held: Held, mut socket: Socket, mut event: Event) -> Option<Slim> {
    loop {
        let end = match event {
            Event::Frame(frame) => held.frame(&mut socket, frame).await,
            Event::Notice(notice) => held.notice(&mut socket, notice).await,
            Event::Time => held.time(&mut socket).await,
            Event::Due(due) => held.due(&mut socket, due).await,
            Event::Nothing => None,
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
