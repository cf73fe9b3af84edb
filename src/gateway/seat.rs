//! A held seat: one task for as long as its connection lives.
//!
//! Nearly always nothing happens. Then the seat is at rest: its WebSocket is put down, and the task
//! waits with a few hundred bytes. Whatever comes is answered in a future of its own, which takes
//! the WebSocket up and puts it down again.

mod held;

pub(super) use held::{Held, last_word};

use super::permits::ConnectionPermit;
use super::reception::flush;
use super::resting::Resting;
use super::upper::Socket;
use crate::registry::Notice;
use futures_util::{FutureExt as _, StreamExt as _};
use held::End;
use std::future::poll_fn;
use tokio_tungstenite::tungstenite::{self, Message};

/// A seat at rest.
pub(super) struct Seat {
    held: Held,
    socket: Resting,
}

/// What ends the rest.
enum Call {
    /// There may be something to read.
    Readable,
    Notice(Notice),
    Due,
}

enum Event {
    Frame(Option<Result<Message, tungstenite::Error>>),
    Notice(Notice),
    Due,
    Nothing,
}

impl Seat {
    pub(super) fn new(held: Held, socket: Resting) -> Self {
        Self { held, socket }
    }

    /// Holds the seat until the connection ends. The permit counts the connection.
    pub(super) async fn hold(mut self: Box<Self>, permit: ConnectionPermit) {
        loop {
            let call = self.rest().await;
            // Boxed, since a task is as large as the largest it ever waits for, and waits idle for hours.
            match Box::pin(self.answer(call)).await {
                Some(seat) => self = seat,
                None => break,
            }
        }
        drop(permit);
    }

    async fn rest(&mut self) -> Call {
        let Self { held, socket } = self;
        // The arms only look, so they are safe to cancel.
        tokio::select! {
            () = poll_fn(|context| socket.poll_readable(context)) => Call::Readable,
            notice = held.mailbox.notice() => Call::Notice(notice),
            () = tokio::time::sleep_until(held.next_due()) => Call::Due,
        }
    }

    /// Takes the WebSocket up for as long as a message is under way. `None`: it was the end.
    async fn answer(self: Box<Self>, call: Call) -> Option<Box<Self>> {
        let Self { mut held, socket } = *self;
        let mut socket = socket.take_up().await;
        let mut event = match call {
            Call::Readable => held.hear(&mut socket).await,
            Call::Notice(notice) => Event::Notice(notice),
            Call::Due => Event::Due,
        };
        loop {
            let end = match event {
                Event::Frame(frame) => held.frame(&mut socket, frame).await,
                Event::Notice(notice) => held.notice(&mut socket, notice).await,
                Event::Due => held.due(&mut socket).await,
                Event::Nothing => None,
            };
            if let Some(end) = end {
                held.end(socket, end).await;
                return None;
            }
            if socket.get_ref().is_between_messages() {
                break;
            }
            event = held.hear(&mut socket).await;
        }
        // The answer to a ping may still stand in the buffer.
        if let Err(unsent) = flush(&mut socket).await {
            held.end(socket, End::from(unsent)).await;
            return None;
        }
        Some(Box::new(Self::new(held, Resting::put_down(socket))))
    }
}

impl Held {
    /// Waits for the rest of a message that has begun; if none has, only looks.
    async fn hear(&mut self, socket: &mut Socket) -> Event {
        if let Some(frame) = socket.next().now_or_never() {
            return Event::Frame(frame);
        }
        if socket.get_ref().is_between_messages() {
            return Event::Nothing;
        }
        let due = self.next_due();
        tokio::select! {
            frame = socket.next() => Event::Frame(frame),
            notice = self.mailbox.notice() => Event::Notice(notice),
            () = tokio::time::sleep_until(due) => Event::Due,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of_future<A, B, F: Future>(_: impl Fn(A, B) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_seat_at_rest_stays_small() {
        let task = size_of_future(Seat::hold) + size_of::<Seat>();
        assert!(task <= 768, "a seat's task has {task} bytes");
    }
}
