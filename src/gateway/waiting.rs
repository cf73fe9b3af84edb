//! A widget in the waiting line: one task until it has a seat or leaves.

use super::closing::{Ending, take_leave};
use super::notices;
use super::permits::ConnectionPermit;
use super::reception::Reception;
use super::seat::{Held, Seat, last_word};
use super::sending::{Unsent, part, send, too_slow};
use super::upper::Socket;
use crate::conversation::{Farewell, InLine, Reply};
use crate::liveness::{Due, Liveness, Rhythm};
use crate::protocol::{CloseCode, EndReason, ServerMessage};
use crate::registry::{Mailbox, Notice, Place, SeatFromLine, WaitingPlace};
use crate::seats::{Command, Served};
use futures_util::StreamExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio_tungstenite::tungstenite::{self, Message};
use zeroize::Zeroizing;

/// Who waits, with all that its session will have.
pub(super) struct Waiting {
    pub(super) reception: Arc<Reception>,
    pub(super) place: WaitingPlace,
    pub(super) mailbox: Mailbox,
    pub(super) liveness: Liveness,
    pub(super) rhythm: Rhythm,
    pub(super) secret: Zeroizing<String>,
    /// What it was last told.
    pub(super) told: Option<Place>,
    pub(super) dialogue: InLine,
}

enum Event {
    Frame(Option<Result<Message, tungstenite::Error>>),
    Notice(Notice),
    Due,
}

/// How the waiting ends.
enum End {
    Seated(Box<SeatFromLine>),
    Part(Farewell),
    Gone,
}

/// Heard no longer ago than this, a waiting widget counts as awake.
pub(super) fn awake_for(rhythm: Rhythm) -> Duration {
    rhythm.heartbeat.mul_f64(1.5)
}

impl Waiting {
    /// Waits until there is a seat, and holds it.
    pub(super) async fn hold(mut self: Box<Self>, mut socket: Socket, permit: ConnectionPermit) {
        let end = match self.announce(&mut socket).await {
            Some(end) => end,
            None => self.listen(&mut socket).await,
        };
        match end {
            End::Seated(seat) => {
                let reception = Arc::clone(&self.reception);
                if let Some((held, socket)) = self.take_seat(*seat, socket).await {
                    // In a task of its own, since this one is as large as the waiting.
                    reception.seats.spawn(Seat::new(held, socket, permit));
                }
            }
            End::Part(farewell) => {
                let Self { place, mailbox, .. } = *self;
                drop(place);
                part(socket, farewell).await;
                drop((mailbox, permit));
            }
            End::Gone => {
                drop(self);
                take_leave(socket).await;
                drop(permit);
            }
        }
    }

    /// What a seat would be told with `seated` whoever waits is told at once.
    async fn announce(&self, socket: &mut Socket) -> Option<End> {
        let announced = self.reception.registry.announced(self.place.organization());
        for one in notices::all(&announced) {
            let notice = Box::new(one);
            if let Some(end) = say(socket, &ServerMessage::Notice { notice }).await {
                return Some(end);
            }
        }
        None
    }

    async fn listen(&mut self, socket: &mut Socket) -> End {
        loop {
            let clock = self.reception.registry.clock();
            let due = clock.instant_of(self.liveness.next(clock.heard_floor(), self.rhythm));
            // The arms only receive, so they are safe to cancel.
            let event = tokio::select! {
                frame = socket.next() => Event::Frame(frame),
                notice = self.mailbox.notice() => Event::Notice(notice),
                () = tokio::time::sleep_until(due) => Event::Due,
            };
            let end = match event {
                Event::Frame(frame) => self.frame(socket, frame).await,
                Event::Notice(notice) => self.notice(socket, notice).await,
                Event::Due => self.due(socket).await,
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
                self.liveness.message(now);
                self.heard(now).await;
                match self.dialogue.hear(&text, now) {
                    Reply::Nothing | Reply::Note { .. } | Reply::OfferHandoff | Reply::CancelHandoff => None,
                    Reply::Say(message) => say(socket, &message).await,
                    Reply::Release => Some(End::Part(Farewell::ended(EndReason::Logout))),
                    Reply::Part(farewell) => Some(End::Part(farewell)),
                }
            }
            Some(Ok(Message::Binary(_))) => Some(End::Part(Farewell::silent(CloseCode::Binary))),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {
                self.liveness.frame(now);
                self.heard(now).await;
                None
            }
            Some(Ok(Message::Close(_))) | None => Some(End::Gone),
            Some(Err(error)) => Some(Ending::of(&error).farewell().map_or(End::Gone, End::Part)),
        }
    }

    async fn notice(&mut self, socket: &mut Socket, notice: Notice) -> Option<End> {
        let registry = &self.reception.registry;
        let maintained = || registry.is_in_maintenance(Some(self.place.organization()));
        match last_word(notice, maintained) {
            Ok(farewell) => Some(End::Part(farewell)),
            Err(Notice::Seated(seat)) => Some(End::Seated(seat)),
            Err(Notice::Place(place)) if self.told != Some(place) => {
                self.told = Some(place);
                say(socket, &ServerMessage::waiting(place.ahead, place.estimate)).await
            }
            Err(Notice::Maintenance(one)) => {
                let notice = Box::new(notices::told(&one));
                say(socket, &ServerMessage::Notice { notice }).await
            }
            Err(Notice::MaintenanceOver(id)) => {
                let id = id.to_string();
                say(socket, &ServerMessage::NoticeCleared { id }).await
            }
            Err(_) => None,
        }
    }

    async fn due(&mut self, socket: &mut Socket) -> Option<End> {
        let floor = self.reception.registry.clock().heard_floor();
        match self.liveness.due(self.now(), floor, self.rhythm) {
            Due::Nothing => None,
            Due::Heartbeat => say(socket, &ServerMessage::Heartbeat).await,
            Due::Ping | Due::PingFrozenPage => {
                let ping = Message::Ping(tungstenite::Bytes::new());
                send(socket, ping).await.err().map(End::from)
            }
            Due::Silent => Some(End::Gone),
            Due::Unresponsive => Some(End::Part(Farewell::ended(EndReason::Unresponsive))),
        }
    }

    /// Takes the seat that was given, and tells the widget. `None`: it is gone.
    async fn take_seat(self, seat: SeatFromLine, mut socket: Socket) -> Option<(Held, Socket)> {
        let Self {
            reception,
            place,
            mailbox,
            liveness,
            rhythm,
            secret,
            ..
        } = self;
        place.seated();
        let seated = reception.seated_message(&seat.presence, secret, false, seat.over_allocation, rhythm);
        let held = Held::new(seat.presence, mailbox, liveness, reception.terms(rhythm)).given_from_line();
        send(&mut socket, Message::text(seated.to_text()))
            .await
            .is_ok()
            .then_some((held, socket))
    }

    async fn heard(&self, now: Served) {
        let heard = Command::WaiterHeard {
            connection: self.place.connection(),
            awake_until: now + awake_for(self.rhythm),
        };
        // An organization that is gone has no line.
        let _ = self
            .reception
            .registry
            .submit(self.place.organization(), heard)
            .await;
    }

    fn now(&self) -> Served {
        self.reception.registry.clock().served()
    }
}

async fn say(socket: &mut Socket, message: &ServerMessage) -> Option<End> {
    let text = Message::text(message.to_text());
    send(socket, text).await.err().map(End::from)
}

impl From<Unsent> for End {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Gone => Self::Gone,
            Unsent::Slow => Self::Part(too_slow()),
        }
    }
}
