//! A held seat: one task for as long as its connection lives.

use super::closing::Ending;
use super::permits::ConnectionPermit;
use super::reception::{Unsent, WRITE_TIME, found_out_by_tcp, part, send};
use super::upper::Socket;
use crate::conversation::{Farewell, Reply, Seated};
use crate::liveness::{Due, Liveness, Rhythm};
use crate::protocol::{CloseCode, EndReason, ServerMessage};
use crate::registry::{Mailbox, Notice, Presence, Registry};
use crate::seats::{Command, Served};
use futures_util::{SinkExt as _, StreamExt as _};
use std::sync::Arc;
use tokio_tungstenite::tungstenite::{self, Message};

/// A seat with its connection's dialogue and liveness.
pub(super) struct Seat {
    registry: Arc<Registry>,
    presence: Presence,
    mailbox: Mailbox,
    liveness: Liveness,
    rhythm: Rhythm,
    dialogue: Seated,
    /// Frames heard at the last look: parts of a message show only here.
    frames: u64,
}

enum Event {
    Frame(Option<Result<Message, tungstenite::Error>>),
    Notice(Notice),
    Due,
}

/// How a held seat ends for its connection.
enum End {
    /// Say the last word.
    Part(Farewell),
    /// The other side is gone, and said so.
    Gone,
    /// Only this server found out.
    Silent,
}

impl Seat {
    pub(super) fn new(
        registry: Arc<Registry>,
        presence: Presence,
        mailbox: Mailbox,
        liveness: Liveness,
        rhythm: Rhythm,
    ) -> Self {
        Self {
            registry,
            presence,
            mailbox,
            liveness,
            rhythm,
            dialogue: Seated::default(),
            frames: 0,
        }
    }

    /// Holds the seat until the connection ends. The permit counts the connection.
    pub(super) async fn hold(mut self: Box<Self>, mut socket: Socket, permit: ConnectionPermit) {
        let end = self.listen(&mut socket).await;
        let Self {
            registry,
            presence,
            liveness,
            ..
        } = *self;
        match end {
            End::Part(farewell) => {
                drop(presence);
                Box::pin(part(socket, farewell)).await;
            }
            End::Gone => {
                drop(presence);
                // The answer to a close frame may still stand in the buffer.
                let _ = tokio::time::timeout(WRITE_TIME, socket.flush()).await;
            }
            End::Silent => presence.fell_silent(liveness.heard(registry.clock().heard_floor())),
        }
        drop(permit);
    }

    async fn listen(&mut self, socket: &mut Socket) -> End {
        loop {
            let clock = self.registry.clock();
            let due = clock.instant_of(self.liveness.next(clock.heard_floor(), self.rhythm));
            // The arms only receive, so they are safe to cancel.
            let event = tokio::select! {
                frame = socket.next() => Event::Frame(frame),
                notice = self.mailbox.notice() => Event::Notice(notice),
                () = tokio::time::sleep_until(due) => Event::Due,
            };
            let end = match event {
                // Boxed, since a task is as large as the largest it ever waits for, and waits idle for hours.
                Event::Frame(frame) => Box::pin(self.frame(socket, frame)).await,
                Event::Notice(notice) => Some(End::Part(match notice {
                    Notice::Superseded => Farewell::ended(EndReason::Superseded),
                    Notice::Terminated => Farewell::ended(EndReason::Terminated),
                    Notice::NotRecorded => {
                        Farewell::error(CloseCode::Overloaded, "this session could not be recorded")
                    }
                    Notice::Draining { reconnect_after } => Farewell::draining(reconnect_after),
                })),
                Event::Due => Box::pin(self.due(socket)).await,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    async fn frame(
        &mut self,
        socket: &mut Socket,
        frame: Option<Result<Message, tungstenite::Error>>,
    ) -> Option<End> {
        let now = self.now();
        match frame {
            Some(Ok(Message::Text(text))) => {
                if self.liveness.message(now) {
                    self.responsive(true).await;
                }
                let reply = self.dialogue.hear(&text, now);
                self.reply(socket, reply).await
            }
            Some(Ok(Message::Binary(_))) => Some(End::Part(Farewell::silent(CloseCode::Binary))),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {
                self.liveness.frame(now);
                None
            }
            Some(Ok(Message::Close(_))) | None => Some(End::Gone),
            Some(Err(tungstenite::Error::Io(error))) if found_out_by_tcp(&error) => Some(End::Silent),
            Some(Err(error)) => Some(match Ending::of(&error) {
                Ending::Close(code) => End::Part(Farewell::silent(code)),
                Ending::RateLimited => End::Part(Farewell::error(
                    CloseCode::RateLimited,
                    "too many messages at once",
                )),
                Ending::Gone => End::Gone,
            }),
        }
    }

    async fn reply(&mut self, socket: &mut Socket, reply: Reply) -> Option<End> {
        match reply {
            Reply::Nothing => None,
            Reply::Say(message) => self.say(socket, &message).await,
            Reply::Part(farewell) => Some(End::Part(farewell)),
            Reply::Release => Some(End::Part(self.release().await)),
            Reply::Note { on_call } => {
                self.liveness.set_on_call(on_call);
                self.mailbox.set_on_call(on_call);
                let (session, connection) = (self.presence.session(), self.presence.connection());
                self.tell(Command::Status {
                    session,
                    connection,
                    on_call,
                })
                .await;
                None
            }
        }
    }

    /// Frees the seat. It is free before the answer, or the grace begins.
    async fn release(&self) -> Farewell {
        let (session, connection) = (self.presence.session(), self.presence.connection());
        let logout = self.registry.submit(
            self.presence.organization(),
            Command::Logout { session, connection },
        );
        match tokio::time::timeout(WRITE_TIME * 2, logout).await {
            Ok(Ok(_)) => Farewell::ended(EndReason::Logout),
            Ok(Err(_)) | Err(_) => {
                Farewell::error(CloseCode::Overloaded, "the logout could not be recorded in time")
            }
        }
    }

    async fn due(&mut self, socket: &mut Socket) -> Option<End> {
        let now = self.now();
        let frames = socket.get_ref().frames_heard();
        if frames != self.frames {
            self.frames = frames;
            if !socket.get_ref().is_between_messages() {
                self.liveness.frame(now);
            }
        }
        match self
            .liveness
            .due(now, self.registry.clock().heard_floor(), self.rhythm)
        {
            Due::Nothing => None,
            Due::Heartbeat => self.say(socket, &ServerMessage::Heartbeat).await,
            Due::Ping => self.ping(socket).await,
            Due::PingFrozenPage => {
                self.responsive(false).await;
                self.ping(socket).await
            }
            Due::Silent => Some(End::Silent),
            Due::Unresponsive => Some(End::Part(Farewell::ended(EndReason::Unresponsive))),
        }
    }

    async fn say(&self, socket: &mut Socket, message: &ServerMessage) -> Option<End> {
        send(socket, Message::text(message.to_text()))
            .await
            .err()
            .map(End::from)
    }

    async fn ping(&self, socket: &mut Socket) -> Option<End> {
        send(socket, Message::Ping(tungstenite::Bytes::new()))
            .await
            .err()
            .map(End::from)
    }

    async fn responsive(&self, responsive: bool) {
        let (session, connection) = (self.presence.session(), self.presence.connection());
        self.tell(Command::Responsive {
            session,
            connection,
            responsive,
        })
        .await;
    }

    /// Notes what needs no record. An organization that is gone has ended this session already.
    async fn tell(&self, command: Command) {
        let _ = self.registry.submit(self.presence.organization(), command).await;
    }

    fn now(&self) -> Served {
        self.registry.clock().served()
    }
}

impl From<Unsent> for End {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Gone => Self::Gone,
            Unsent::Slow => Self::Silent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of_future<A, B, C, F: Future>(_: impl Fn(A, B, C) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn the_task_of_an_idle_seat_stays_small() {
        let task = size_of_future(Seat::hold);
        assert!(task <= 1_600, "a seat's task has {task} bytes");
    }
}
