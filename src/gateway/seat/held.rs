//! What a held seat does about what it hears and what is due.

use super::super::closing::{Ending, take_leave};
use super::super::notices;
use super::super::sending::{Unsent, WRITE_TIME, found_out_by_tcp, part, part_from_the_slow, send};
use super::super::upper::Socket;
use super::terms::Terms;
use crate::clock::Clock;
use crate::conversation::{Farewell, Reply, Seated};
use crate::credential::handoff_code;
use crate::liveness::{Due, Liveness};
use crate::protocol::{CloseCode, EndReason, ServerMessage};
use crate::registry::{Mailbox, Notice, Presence, Registry};
use crate::seats::{Command, HANDOFF_CLAIMABLE, Served};
use std::sync::Arc;
use std::time::Duration;
use tokio_tungstenite::tungstenite::{self, Message};
use zeroize::Zeroizing;

/// A widget that got its seat from the line answers within this time, or counts as gone.
const ANSWER_TIME: Duration = Duration::from_secs(10);

/// A seat with its connection's dialogue and liveness, but without the connection.
pub(in crate::gateway) struct Held {
    pub(super) presence: Presence,
    pub(super) mailbox: Mailbox,
    pub(super) liveness: Liveness,
    pub(super) dialogue: Seated,
    pub(super) terms: Arc<Terms>,
    /// Frames heard at the last look: parts of a message show only here.
    frames: u64,
    /// Whoever got its seat from the line has to say something by then.
    answer_by: Option<Served>,
}

/// How a held seat ends for its connection.
pub(super) enum End {
    /// Say the last word.
    Part(Farewell),
    /// The other side is gone, and said so.
    Gone,
    /// Only this server found out.
    Silent,
    /// It does not read; this is left of a frame.
    TooSlow(&'static [u8]),
}

impl Held {
    pub(in crate::gateway) fn new(
        presence: Presence,
        mailbox: Mailbox,
        liveness: Liveness,
        terms: Arc<Terms>,
    ) -> Self {
        Self {
            presence,
            mailbox,
            liveness,
            dialogue: Seated::default(),
            terms,
            frames: 0,
            answer_by: None,
        }
    }

    /// A seat from the line: its widget has to say something soon, or it counts as gone.
    pub(in crate::gateway) fn given_from_line(mut self) -> Self {
        self.answer_by = Some(self.now() + ANSWER_TIME);
        self
    }

    /// Whether nothing has to be remembered but what a seat at rest remembers.
    pub(super) fn may_rest(&self) -> bool {
        self.answer_by.is_none() && self.dialogue.matters_until() <= self.now()
    }

    /// When something is due if nothing is heard until then.
    pub(super) fn next_due(&self) -> tokio::time::Instant {
        let next = self.liveness.next(self.clock().heard_floor(), self.terms.rhythm);
        let rest = Some(self.dialogue.matters_until()).filter(|until| *until > self.now());
        let next = [self.answer_by, rest]
            .into_iter()
            .flatten()
            .fold(next, Served::min);
        self.clock().instant_of(next)
    }

    /// The word of somebody else.
    pub(super) async fn notice(&self, socket: &mut Socket, notice: Notice) -> Option<End> {
        let maintained = || {
            self.registry()
                .is_in_maintenance(Some(self.presence.organization()))
        };
        match last_word(notice, maintained) {
            Ok(farewell) => Some(End::Part(farewell)),
            Err(Notice::Ending { within }) => self.say(socket, &ServerMessage::ending(within)).await,
            Err(Notice::Maintenance(one)) => {
                let notice = Box::new(notices::told(&one));
                self.say(socket, &ServerMessage::Notice { notice }).await
            }
            Err(Notice::MaintenanceOver(id)) => {
                let id = id.to_string();
                self.say(socket, &ServerMessage::NoticeCleared { id }).await
            }
            Err(_) => None,
        }
    }

    /// Gives the seat up and ends the connection.
    pub(super) async fn end(self, socket: Socket, end: End) {
        let heard = self.liveness.heard(self.clock().heard_floor());
        let Self {
            presence,
            mailbox: _mailbox,
            ..
        } = self;
        match end {
            End::Part(farewell) => {
                drop(presence);
                part(socket, farewell).await;
            }
            End::Gone => {
                drop(presence);
                take_leave(socket).await;
            }
            End::Silent => presence.fell_silent(heard),
            End::TooSlow(rest) => {
                presence.fell_silent(heard);
                Box::pin(part_from_the_slow(socket, rest)).await;
            }
        }
    }

    pub(super) async fn frame(
        &mut self,
        socket: &mut Socket,
        frame: Option<Result<Message, tungstenite::Error>>,
    ) -> Option<End> {
        let now = self.now();
        match frame {
            Some(Ok(Message::Text(text))) => {
                self.answer_by = None;
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
            Some(Err(error)) => Some(Ending::of(&error).farewell().map_or(End::Gone, End::Part)),
        }
    }

    async fn reply(&mut self, socket: &mut Socket, reply: Reply) -> Option<End> {
        match reply {
            Reply::Nothing => None,
            Reply::Say(message) => self.say(socket, &message).await,
            Reply::Part(farewell) => Some(End::Part(farewell)),
            Reply::Release => Some(End::Part(self.release().await)),
            Reply::OfferHandoff => self.offer_handoff(socket).await,
            Reply::CancelHandoff => {
                let (session, connection) = (self.presence.session(), self.presence.connection());
                self.tell(Command::CancelHandoff { session, connection }).await;
                None
            }
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

    async fn offer_handoff(&self, socket: &mut Socket) -> Option<End> {
        let mut random = Zeroizing::new([0; 8]);
        getrandom::fill(&mut *random).expect("the system gives random numbers");
        let code = handoff_code(*random);
        let organization = self.presence.organization();
        self.tell(Command::OfferHandoff {
            session: self.presence.session(),
            connection: self.presence.connection(),
            code: self.terms.hashes.handoff(organization, &code),
        })
        .await;
        self.say(socket, &ServerMessage::handoff(code, HANDOFF_CLAIMABLE))
            .await
    }

    /// Frees the seat. It is free before the answer, or the grace begins.
    async fn release(&self) -> Farewell {
        let (session, connection) = (self.presence.session(), self.presence.connection());
        let logout = self.registry().submit(
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

    /// Does what is due by now.
    pub(super) async fn time(&mut self, socket: &mut Socket) -> Option<End> {
        let now = self.now();
        let frames = socket.get_ref().frames_heard();
        if std::mem::replace(&mut self.frames, frames) != frames && !socket.get_ref().is_between_messages() {
            self.liveness.frame(now);
        }
        if self.answer_by.is_some_and(|by| by <= now) {
            return Some(End::Silent);
        }
        let due = self
            .liveness
            .due(now, self.clock().heard_floor(), self.terms.rhythm);
        self.due(socket, due).await
    }

    pub(super) async fn due(&self, socket: &mut Socket, due: Due) -> Option<End> {
        match due {
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

    pub(super) async fn responsive(&self, responsive: bool) {
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
        let _ = self
            .registry()
            .submit(self.presence.organization(), command)
            .await;
    }

    fn registry(&self) -> &Arc<Registry> {
        self.presence.registry()
    }

    fn clock(&self) -> &Clock {
        self.registry().clock()
    }

    fn now(&self) -> Served {
        self.clock().served()
    }
}

/// What ends a connection by somebody else's word; `maintained`: its organization is in maintenance.
/// Other notices are given back.
pub(in crate::gateway) fn last_word(
    notice: Notice,
    maintained: impl FnOnce() -> bool,
) -> Result<Farewell, Notice> {
    match notice {
        Notice::Superseded => Ok(Farewell::ended(EndReason::Superseded)),
        Notice::Terminated => Ok(Farewell::ended(EndReason::Terminated)),
        Notice::HandedOff => Ok(Farewell::ended(EndReason::HandedOff)),
        Notice::NotRecorded => Ok(Farewell::error(
            CloseCode::Overloaded,
            "this session could not be recorded",
        )),
        Notice::Draining { reconnect_after } => Ok(Farewell::draining(reconnect_after, maintained())),
        Notice::Seated(_)
        | Notice::Place(_)
        | Notice::Ending { .. }
        | Notice::Maintenance(_)
        | Notice::MaintenanceOver(_) => Err(notice),
    }
}

impl From<Unsent> for End {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Gone => Self::Gone,
            Unsent::Slow => Self::TooSlow(&[]),
        }
    }
}
