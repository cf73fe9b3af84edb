//! A held seat: one task for as long as its connection lives.
//!
//! Nearly always nothing happens. Then the seat is at rest: its WebSocket is put down, and the task waits
//! with less than two hundred bytes. Heartbeats, their answers and pongs pass it by; whatever else comes is
//! answered in a future of its own, which takes the WebSocket up and puts it down again.

mod awake;
mod held;
mod slim;
mod terms;
#[cfg(test)]
mod tests;

pub(super) use held::{Held, last_word};
pub(super) use terms::{AllTerms, Terms};

use super::permits::ConnectionPermit;
use super::resting::put_down;
use super::upper::Socket;
use awake::{Start, attend};
use slim::Slim;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The task of a held seat. It is done when the connection is.
pub(super) struct Seat {
    state: State,
    /// Counts the connection.
    _permit: ConnectionPermit,
}

enum State {
    Resting(Slim),
    /// Boxed, since a task is as large as the largest it ever waits for, and waits idle for hours.
    Awake(Pin<Box<dyn Future<Output = Option<Slim>> + Send>>),
    Over,
}

impl Seat {
    /// Begins at rest, unless something is under way.
    pub(super) fn new(held: Held, socket: Socket, permit: ConnectionPermit) -> Self {
        let stream = socket.get_ref();
        let may_rest = stream.is_between_messages() && !stream.has_more() && held.may_rest();
        let state = if may_rest {
            State::Resting(Slim::put_down(held, put_down(socket)))
        } else {
            State::Awake(Box::pin(attend(Start::Up(held, socket))))
        };
        Self {
            state,
            _permit: permit,
        }
    }
}

impl Future for Seat {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        loop {
            match &mut self.state {
                State::Resting(slim) => {
                    let call = ready!(slim.poll_rest(context));
                    if let State::Resting(slim) = std::mem::replace(&mut self.state, State::Over) {
                        self.state = State::Awake(Box::pin(attend(Start::Called(slim, call))));
                    }
                }
                State::Awake(answer) => match ready!(answer.as_mut().poll(context)) {
                    Some(slim) => self.state = State::Resting(slim),
                    None => self.state = State::Over,
                },
                State::Over => return Poll::Ready(()),
            }
        }
    }
}
