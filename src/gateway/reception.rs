//! The upper half: from the first message to a held seat.

use super::closing::{Ending, say_goodbye};
use super::directory::Directory;
use super::head::RawOrigin;
use super::seat::Seat;
use super::upper::{Socket, Upper, Visitor};
use crate::clock::{Stopwatch, utc};
use crate::conversation::{Farewell, Greeting, greet};
use crate::credential::{KeyedHash, OfferedOrigin, is_allowed};
use crate::liveness::{Liveness, Rhythm};
use crate::protocol::{CloseCode, LoginMessage, ResumeMessage, ServerMessage};
use crate::registry::{Answer, Mailbox, NotDone, Notice, Presence, Registry};
use crate::seats::{
    Cause, Command, ConnectionNumber, Entry, Login, OrganizationId, Outcome, Refusal, SessionId,
};
use crate::telemetry::{Metrics, RefusalCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{SinkExt as _, StreamExt as _};
use parking_lot::RwLock;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A client that does not take a message within this time is disconnected.
pub(super) const WRITE_TIME: Duration = Duration::from_secs(5);
/// A login that is told `overloaded` waits so long for what it may have been granted to be taken back.
const WITHDRAWAL: Duration = Duration::from_secs(1);
/// Between two tries to take a grant back.
const WITHDRAW_AGAIN: Duration = Duration::from_millis(500);
/// How many widgets a second may come back after a drain.
const RETURNS_A_SECOND: u64 = 5_000;
/// No widget waits longer than this after a drain.
const LONGEST_RETURN: Duration = Duration::from_secs(20);

/// Receives visitors, seats them, and keeps their seats while they are heard.
pub struct Reception {
    /// Who decides.
    pub registry: Arc<Registry>,
    /// Who may ask, by organization. Replaced as a whole by a reload.
    pub directory: RwLock<Arc<Directory>>,
    /// Hashes secrets and attempts.
    pub hashes: KeyedHash,
    /// The heartbeat and the silence limit.
    pub rhythm: Rhythm,
    /// How long a login may take.
    pub login_timeout: Duration,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// The tasks of held seats.
    pub seats: TaskTracker,
    /// Cancelled by the drain: no more logins, and whoever has not spoken yet is told.
    pub leaving: CancellationToken,
    /// The next connection's number.
    pub numbers: AtomicU64,
}

/// What is made outside of the rules for one login.
struct Lot {
    session: SessionId,
    secret: Zeroizing<[u8; 32]>,
    phase: f64,
}

impl Upper for Reception {
    fn is_ready(&self) -> bool {
        !self.leaving.is_cancelled() && self.registry.takes_logins() && !self.registry.is_erasure_overdue()
    }

    async fn converse(self: Arc<Self>, visitor: Visitor) {
        let Visitor {
            mut socket,
            origin,
            deadline,
            handshake,
            connection,
        } = visitor;
        let first = tokio::select! {
            first = tokio::time::timeout_at(deadline, first_text(&mut socket)) => first,
            () = self.leaving.cancelled() => return part(socket, Farewell::draining(Duration::ZERO)).await,
        };
        drop(handshake);
        let watch = Stopwatch::start();
        let greeting = match first {
            Ok(Ok(text)) => greet(&text),
            Ok(Err(Ending::Close(code))) => Err(Farewell::silent(code)),
            Ok(Err(Ending::RateLimited)) => Err(Farewell::error(
                CloseCode::RateLimited,
                "too many messages at once",
            )),
            Ok(Err(Ending::Gone)) => return,
            Err(_) => Err(Farewell::error(
                CloseCode::LoginTimeout,
                "no login or resume came in time",
            )),
        };
        let mailbox = self.registry.deliveries().open(self.next_number());
        // The drain leaves before it looks for mailboxes: whoever it missed sees that it left.
        let admitted = match greeting {
            Ok(_) if self.leaving.is_cancelled() => Err(Farewell::draining(Duration::ZERO)),
            Ok(Greeting::Login(login)) => {
                let admitted = self.login(&login, &origin, mailbox).await;
                self.metrics.login_took(watch.elapsed());
                admitted
            }
            Ok(Greeting::Resume(resume)) => self.resume(&resume, &origin, mailbox).await,
            Err(farewell) => Err(farewell),
        };
        match admitted {
            Ok((seat, seated)) => {
                if send(&mut socket, Message::text(seated.to_text())).await.is_ok() {
                    self.seats.spawn(seat.hold(socket, connection));
                }
            }
            Err(farewell) => part(socket, farewell).await,
        }
    }
}

impl Reception {
    async fn login(
        self: &Arc<Self>,
        login: &LoginMessage,
        origin: &RawOrigin,
        mailbox: Mailbox,
    ) -> Result<(Box<Seat>, ServerMessage), Farewell> {
        let directory = Arc::clone(&self.directory.read());
        let Some(access) = directory.find(&login.org) else {
            return Err(self.refuse(RefusalCode::unauthorized, CloseCode::Unauthorized));
        };
        let Ok(shown) = access.judge(login, &self.hashes, utc()) else {
            return Err(self.refuse(RefusalCode::unauthorized, CloseCode::Unauthorized));
        };
        let origin = offered(origin);
        let entry = Entry {
            token: shown.token,
            without_origin: matches!(origin, OfferedOrigin::Absent),
        };
        let vouched_for = entry.without_origin && entry.token.is_some();
        let lot = Lot::draw();
        let wanted = Login {
            session: lot.session,
            secret: self.hashes.secret(&*lot.secret),
            attempt: login
                .attempt
                .map(|attempt| self.hashes.attempt(&access.id, attempt.as_bytes())),
            connection: mailbox.number(),
            entry,
        };
        if !vouched_for && !is_allowed(&access.allowed_origins, &origin) {
            // A token that was used is judged before the origin.
            return Err(match self.registry.admits(&access.id, &wanted) {
                Ok(()) => self.refuse(RefusalCode::origin_not_allowed, CloseCode::OriginNotAllowed),
                Err(_) => self.refuse(RefusalCode::unauthorized, CloseCode::Unauthorized),
            });
        }
        if !shown.is_within_its_pace() {
            self.metrics.refused(RefusalCode::rate_limited);
            return Err(Farewell::error(
                CloseCode::RateLimited,
                "too many logins with this credential",
            ));
        }
        if login.handoff.is_some() {
            return Err(self.refuse(RefusalCode::handoff_invalid, CloseCode::HandoffInvalid));
        }
        let command = Command::Login(wanted);
        let seated = self.seated(&access.id, command, access.disclose_counts).await?;
        let rhythm = access.rhythm(self.rhythm);
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(lot.secret.as_slice()));
        Ok(self.seat(seated, mailbox, rhythm, login.heartbeat, lot.phase, secret))
    }

    async fn resume(
        self: &Arc<Self>,
        resume: &ResumeMessage,
        origin: &RawOrigin,
        mailbox: Mailbox,
    ) -> Result<(Box<Seat>, ServerMessage), Farewell> {
        let directory = Arc::clone(&self.directory.read());
        let Some(access) = directory.find(&resume.org) else {
            return Err(self.refuse(RefusalCode::unauthorized, CloseCode::Unauthorized));
        };
        let session = SessionId(resume.session.into_bytes());
        let origin = offered(origin);
        let as_granted = |entry: Entry| entry.without_origin && matches!(origin, OfferedOrigin::Absent);
        let entry = self.registry.entry(&access.id, session);
        if entry.is_some_and(|entry| !as_granted(entry) && !is_allowed(&access.allowed_origins, &origin)) {
            return Err(self.refuse(RefusalCode::origin_not_allowed, CloseCode::OriginNotAllowed));
        }
        let secret = Zeroizing::new(
            URL_SAFE_NO_PAD
                .decode(resume.secret.as_bytes())
                .unwrap_or_default(),
        );
        let command = Command::Resume {
            session,
            secret: self.hashes.secret(&secret),
            connection: mailbox.number(),
        };
        let seated = self.seated(&access.id, command, access.disclose_counts).await?;
        let rhythm = access.rhythm(self.rhythm);
        Ok(self.seat(
            seated,
            mailbox,
            rhythm,
            resume.heartbeat,
            Lot::draw().phase,
            resume.secret.clone(),
        ))
    }

    /// Takes back what was granted to a login that is told `overloaded`, so that it leaves no
    /// seat: at once where the store is quick, else as soon as it takes it.
    async fn withdraw(self: &Arc<Self>, id: &OrganizationId, session: SessionId) {
        if self.registry.entry(id, session).is_none() {
            return;
        }
        let (registry, id) = (Arc::clone(&self.registry), id.clone());
        let withdrawal = tokio::spawn(async move {
            let end = Command::End {
                session,
                cause: Cause::Withdrawn,
            };
            while let Err(NotDone::NotRecorded(_)) = registry.submit(&id, end.clone()).await {
                tokio::time::sleep(WITHDRAW_AGAIN).await;
            }
        });
        let _ = tokio::time::timeout(WITHDRAWAL, withdrawal).await;
    }

    /// Submits a login or a resume. At most the login timeout, then `overloaded`.
    async fn seated(
        self: &Arc<Self>,
        id: &OrganizationId,
        command: Command,
        disclose: bool,
    ) -> Result<(Presence, bool, bool), Farewell> {
        let granted = match &command {
            Command::Login(login) => Some(login.session),
            _ => None,
        };
        let submitted = tokio::time::timeout(self.login_timeout, self.registry.submit(id, command)).await;
        if submitted.is_err()
            && let Some(session) = granted
        {
            self.withdraw(id, session).await;
        }
        let answer = match submitted {
            Ok(Ok(answer)) => answer,
            Ok(Err(NotDone::UnknownOrganization)) => {
                return Err(self.refuse(RefusalCode::unauthorized, CloseCode::Unauthorized));
            }
            Ok(Err(NotDone::NotRecorded(_))) | Err(_) => {
                return Err(self.refuse(RefusalCode::overloaded, CloseCode::Overloaded));
            }
        };
        match answer {
            Answer {
                outcome:
                    Outcome::Seated {
                        resumed,
                        over_allocation,
                        ..
                    },
                presence: Some(presence),
            } => Ok((presence, resumed, over_allocation)),
            Answer {
                outcome: Outcome::Refused(refusal),
                ..
            } => Err(match refusal {
                Refusal::SeatsExhausted(full) => Farewell::exhausted(full, disclose),
                Refusal::NoAllocation => Farewell::refused(CloseCode::NoAllocation),
                Refusal::SessionGone => Farewell::refused(CloseCode::SessionGone),
                Refusal::TokenSpent => Farewell::refused(CloseCode::Unauthorized),
                Refusal::TooManyTokens => Farewell::refused(CloseCode::Overloaded),
            }),
            Answer { .. } => Err(self.refuse(RefusalCode::overloaded, CloseCode::Overloaded)),
        }
    }

    fn seat(
        &self,
        (presence, resumed, over_allocation): (Presence, bool, bool),
        mailbox: Mailbox,
        rhythm: Rhythm,
        heartbeat: bool,
        phase: f64,
        secret: Zeroizing<String>,
    ) -> (Box<Seat>, ServerMessage) {
        let grace = self.registry.grace(presence.organization()).unwrap_or_default();
        let session = Uuid::from_bytes(presence.session().0);
        let seated = ServerMessage::seated(
            session,
            secret,
            resumed,
            over_allocation,
            grace,
            rhythm.heartbeat,
            utc(),
        );
        let liveness = Liveness::new(self.registry.clock().served(), heartbeat, phase, rhythm);
        (
            Box::new(Seat::new(
                Arc::clone(&self.registry),
                presence,
                mailbox,
                liveness,
                rhythm,
            )),
            seated,
        )
    }

    fn refuse(&self, counted: RefusalCode, code: CloseCode) -> Farewell {
        self.metrics.refused(counted);
        Farewell::refused(code)
    }

    fn next_number(&self) -> ConnectionNumber {
        ConnectionNumber(self.numbers.fetch_add(1, Ordering::Relaxed))
    }

    /// Tells every widget to come back later, spread over a while, those in a call last; then
    /// waits for their connections, at most `timeout`.
    /// `conversations` are the tasks of the listener.
    pub async fn drain(&self, conversations: &TaskTracker, timeout: Duration) {
        self.leaving.cancel();
        let connections = self.registry.deliveries().connections();
        let fleet = connections.len() as u64;
        let spread = Duration::from_millis(fleet * 1000 / RETURNS_A_SECOND).min(LONGEST_RETURN);
        for (told, number) in connections.into_iter().enumerate() {
            let reconnect_after = spread.mul_f64(Lot::draw().phase);
            self.registry
                .deliveries()
                .post(number, Notice::Draining { reconnect_after });
            if told % 256 == 255 {
                tokio::task::yield_now().await;
            }
        }
        conversations.close();
        self.seats.close();
        let all_gone = async {
            // A conversation may still take a seat, so seats come last.
            conversations.wait().await;
            self.seats.wait().await;
        };
        if tokio::time::timeout(timeout, all_gone).await.is_err() {
            let connections = conversations.len() + self.seats.len();
            tracing::warn!(connections, "the drain took too long and is cut off");
        }
    }
}

impl Lot {
    fn draw() -> Self {
        let mut random = Zeroizing::new([0_u8; 52]);
        getrandom::fill(&mut *random).expect("the system gives random numbers");
        let (mut id, mut secret, mut phase) = ([0; 16], Zeroizing::new([0; 32]), [0; 4]);
        id.copy_from_slice(&random[..16]);
        secret.copy_from_slice(&random[16..48]);
        phase.copy_from_slice(&random[48..]);
        let session = SessionId(uuid::Builder::from_random_bytes(id).into_uuid().into_bytes());
        Self {
            session,
            secret,
            phase: f64::from(u32::from_ne_bytes(phase)) / f64::from(u32::MAX),
        }
    }
}

fn offered(origin: &RawOrigin) -> OfferedOrigin {
    match origin {
        RawOrigin::Absent => OfferedOrigin::Absent,
        RawOrigin::One(origin) => OfferedOrigin::One(origin.clone()),
        RawOrigin::Unusable => OfferedOrigin::Unusable,
    }
}

async fn first_text(socket: &mut Socket) -> Result<String, Ending> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(text.as_str().to_owned()),
            Some(Ok(Message::Binary(_))) => return Err(Ending::Close(CloseCode::Binary)),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Close(_))) => {
                let _ = tokio::time::timeout(WRITE_TIME, socket.flush()).await;
                return Err(Ending::Gone);
            }
            Some(Err(error)) => return Err(Ending::of(&error)),
            None => return Err(Ending::Gone),
        }
    }
}

/// Why a frame was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsent {
    /// The other side broke the connection: a proof of life.
    Gone,
    /// It does not take what it is sent, or TCP gave up: only this server found out.
    Slow,
}

/// Sends `message` under the write deadline.
pub(super) async fn send(socket: &mut Socket, message: Message) -> Result<(), Unsent> {
    match tokio::time::timeout(WRITE_TIME, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(tungstenite::Error::Io(error))) if found_out_by_tcp(&error) => Err(Unsent::Slow),
        Ok(Err(_)) => Err(Unsent::Gone),
        Err(_) => Err(Unsent::Slow),
    }
}

/// What TCP gave up on its own is no word of the other side.
pub(super) fn found_out_by_tcp(error: &io::Error) -> bool {
    use io::ErrorKind::{HostUnreachable, NetworkDown, NetworkUnreachable, TimedOut};
    matches!(
        error.kind(),
        TimedOut | HostUnreachable | NetworkUnreachable | NetworkDown
    )
}

/// Says the last word and closes.
pub(super) async fn part(mut socket: Socket, farewell: Farewell) {
    if let Some(message) = &farewell.message
        && send(&mut socket, Message::text(message.to_text())).await.is_err()
    {
        return;
    }
    say_goodbye(socket, farewell.code).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::gateway::{FrameBudget, FrameMeter, Metered};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::protocol::Role;

    #[tokio::test]
    async fn a_reset_met_while_writing_is_a_word_of_the_other_side() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        let meter = Arc::new(FrameMeter::new(FrameBudget::default(), Clock::by_hand()));
        let metered = Metered::new(accepted.into(), &[], meter);
        let mut socket = WebSocketStream::from_raw_socket(metered, Role::Server, None).await;
        socket2::SockRef::from(&client)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
        drop(client);

        let unsent = loop {
            if let Err(unsent) = send(&mut socket, Message::text("x")).await {
                break unsent;
            }
        };

        assert_eq!(unsent, Unsent::Gone, "the grace counts from the reset");
        assert!(
            found_out_by_tcp(&io::ErrorKind::TimedOut.into()),
            "what TCP gave up on is no word"
        );
    }
}
