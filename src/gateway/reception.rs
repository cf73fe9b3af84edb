//! The upper half: from the first message to a held seat.

use super::claims::Claims;
use super::closing::{Ending, take_leave};
use super::directory::Directory;
use super::drain::LONGEST_RETURN;
use super::head::RawOrigin;
use super::lot::Lot;
use super::notices;
use super::seat::{AllTerms, Held, Seat, Terms};
use super::sending::{part, send};
use super::upper::{Socket, Upper, Visitor};
use super::waiting::{Waiting, awake_for};
use super::wheel::Wheels;
use crate::clock::{Stopwatch, utc};
use crate::conversation::{Farewell, Greeting, InLine, greet};
use crate::credential::{KeyedHash, OfferedOrigin, is_allowed};
use crate::liveness::{Liveness, Rhythm};
use crate::protocol::{CloseCode, LoginMessage, ResumeMessage, ServerMessage};
use crate::registry::{Answer, Mailbox, NotDone, Presence, Registry, WaitingPlace};
use crate::seats::{
    Cause, Command, ConnectionNumber, Entry, Login, OrganizationId, Outcome, Refusal, SessionId,
};
use crate::telemetry::{Metrics, RefusalCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt as _;
use parking_lot::RwLock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A login that is told `overloaded` waits so long for what it may have been granted to be taken back.
const WITHDRAWAL: Duration = Duration::from_secs(1);
/// Between two tries to take a grant back.
const WITHDRAW_AGAIN: Duration = Duration::from_millis(500);
/// Receives visitors, seats them, and keeps their seats while they are heard.
pub struct Reception {
    /// Who decides.
    pub registry: Arc<Registry>,
    /// Who may ask, by organization. Replaced as a whole by a reload.
    pub directory: RwLock<Arc<Directory>>,
    /// Hashes secrets, attempts and codes.
    pub hashes: Arc<KeyedHash>,
    /// Hand-off codes that are tried, at a bounded pace.
    claims: Claims,
    /// The heartbeat and the silence limit.
    pub rhythm: Rhythm,
    /// How long a login may take.
    login_timeout: Duration,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// The tasks of held seats.
    pub seats: TaskTracker,
    /// Cancelled by the drain: no more logins, and whoever has not spoken yet is told.
    pub leaving: CancellationToken,
    /// When seats at rest are woken.
    wheels: Arc<Wheels>,
    /// What seats go by.
    terms: AllTerms,
    /// The next connection's number.
    numbers: AtomicU64,
}

/// Who was let in, and how far.
enum Admitted {
    Seated(Box<Held>),
    Waiting(Box<Waiting>),
}

/// What a login or a resume came to, a refusal aside.
enum Granted {
    Seat {
        presence: Presence,
        resumed: bool,
        over_allocation: bool,
    },
    Place {
        place: WaitingPlace,
        ahead: u32,
    },
}

impl Upper for Reception {
    fn is_ready(&self) -> bool {
        !self.leaving.is_cancelled() && self.registry.takes_logins() && !self.registry.is_erasure_overdue()
    }

    fn frame_ancestors(&self, organization: Option<&str>) -> String {
        self.directory.read().frame_ancestors(organization)
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
            () = self.leaving.cancelled() => return part(socket, self.draining()).await,
        };
        drop(handshake);
        let watch = Stopwatch::start();
        let greeting = match first {
            Ok(Ok(text)) => greet(&text),
            Ok(Err(ending)) => match ending.farewell() {
                Some(farewell) => Err(farewell),
                None => return take_leave(socket).await,
            },
            Err(_) => Err(Farewell::error(
                CloseCode::LoginTimeout,
                "no login or resume came in time",
            )),
        };
        let mailbox = self.registry.deliveries().open(self.next_number());
        // The drain leaves before it looks for mailboxes: whoever it missed sees that it left.
        let admitted = match greeting {
            Ok(_) if self.leaving.is_cancelled() => Err(self.draining()),
            Ok(Greeting::Login(login)) => {
                let admitted = self.login(&login, &origin, mailbox).await;
                self.metrics.login_took(watch.elapsed());
                admitted
            }
            Ok(Greeting::Resume(resume)) => self.resume(&resume, &origin, mailbox).await,
            Err(farewell) => Err(farewell),
        };
        let (admitted, message) = match admitted {
            Ok(admitted) => admitted,
            Err(farewell) => return part(socket, farewell).await,
        };
        if send(&mut socket, Message::text(message.to_text())).await.is_err() {
            return;
        }
        match admitted {
            Admitted::Seated(held) => {
                drop(self.seats.spawn(Seat::new(*held, socket, connection)));
            }
            Admitted::Waiting(waiting) => drop(self.seats.spawn(waiting.hold(socket, connection))),
        }
    }
}

impl Reception {
    /// A reception with no door yet, in this runtime. Its widgets keep `rhythm`, which each organization's
    /// limit completes.
    pub fn new(
        registry: Arc<Registry>,
        hash_key: &[u8; 32],
        rhythm: Rhythm,
        login_timeout: Duration,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            wheels: Arc::new(Wheels::start(registry.clock())),
            registry,
            directory: RwLock::default(),
            hashes: Arc::new(KeyedHash::new(hash_key)),
            claims: Claims::default(),
            rhythm,
            login_timeout,
            metrics,
            seats: TaskTracker::new(),
            leaving: CancellationToken::new(),
            terms: AllTerms::default(),
            numbers: AtomicU64::new(1),
        }
    }

    async fn login(
        self: &Arc<Self>,
        login: &LoginMessage,
        origin: &RawOrigin,
        mailbox: Mailbox,
    ) -> Result<(Admitted, ServerMessage), Farewell> {
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
        let rhythm = access.rhythm(self.rhythm);
        let wanted = Login {
            session: lot.session,
            secret: self.hashes.secret(&*lot.secret),
            attempt: login
                .attempt
                .map(|attempt| self.hashes.attempt(&access.id, attempt.as_bytes())),
            connection: mailbox.number(),
            entry,
            wait: login
                .wait
                .then(|| self.registry.clock().served() + awake_for(rhythm)),
            handoff: login
                .handoff
                .as_deref()
                .map(|code| self.hashes.handoff(&access.id, code)),
        };
        if !vouched_for && !is_allowed(&access.allowed_origins, &origin) {
            // A token that was used is judged before the origin.
            return Err(match self.registry.admits(&access.id, &wanted) {
                Err(Refusal::TokenSpent) => self.refuse(RefusalCode::unauthorized, CloseCode::Unauthorized),
                Ok(()) | Err(_) => self.refuse(RefusalCode::origin_not_allowed, CloseCode::OriginNotAllowed),
            });
        }
        if !shown.is_within_its_pace() {
            self.metrics.refused(RefusalCode::rate_limited);
            return Err(Farewell::error(
                CloseCode::RateLimited,
                "too many logins with this credential",
            ));
        }
        if login.handoff.is_some() && !self.claims.wait(&access.id, self.login_timeout).await {
            return Err(self.refuse(RefusalCode::overloaded, CloseCode::Overloaded));
        }
        let command = Command::Login(wanted);
        let granted = self.granted(&access.id, command, access.disclose_counts).await?;
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(lot.secret.as_slice()));
        Ok(self.admitted(granted, mailbox, rhythm, login.heartbeat, lot.phase, secret))
    }

    async fn resume(
        self: &Arc<Self>,
        resume: &ResumeMessage,
        origin: &RawOrigin,
        mailbox: Mailbox,
    ) -> Result<(Admitted, ServerMessage), Farewell> {
        let directory = Arc::clone(&self.directory.read());
        let Some(access) = directory.find_for_resume(&resume.org) else {
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
        let granted = self.granted(&access.id, command, access.disclose_counts).await?;
        let rhythm = access.rhythm(self.rhythm);
        Ok(self.admitted(
            granted,
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
    async fn granted(
        self: &Arc<Self>,
        id: &OrganizationId,
        command: Command,
        disclose: bool,
    ) -> Result<Granted, Farewell> {
        let session = match &command {
            Command::Login(login) => Some(login.session),
            _ => None,
        };
        let submitted = tokio::time::timeout(self.login_timeout, self.registry.submit(id, command)).await;
        if submitted.is_err()
            && let Some(session) = session
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
                ..
            } => Ok(Granted::Seat {
                presence,
                resumed,
                over_allocation,
            }),
            Answer {
                outcome: Outcome::Waiting { ahead },
                place: Some(place),
                ..
            } => Ok(Granted::Place { place, ahead }),
            Answer {
                outcome: Outcome::Refused(refusal),
                ..
            } => Err(match refusal {
                Refusal::SeatsExhausted(full) => Farewell::exhausted(full, disclose),
                Refusal::NoAllocation => Farewell::refused(CloseCode::NoAllocation),
                Refusal::SessionGone => Farewell::refused(CloseCode::SessionGone),
                Refusal::HandoffInvalid => Farewell::refused(CloseCode::HandoffInvalid),
                Refusal::Maintenance { ends_in } => {
                    Farewell::maintenance(ends_in + LONGEST_RETURN.mul_f64(Lot::draw().phase))
                }
                Refusal::TokenSpent => Farewell::refused(CloseCode::Unauthorized),
                Refusal::TooManyTokens => Farewell::refused(CloseCode::Overloaded),
            }),
            Answer { .. } => Err(self.refuse(RefusalCode::overloaded, CloseCode::Overloaded)),
        }
    }

    fn admitted(
        self: &Arc<Self>,
        granted: Granted,
        mailbox: Mailbox,
        rhythm: Rhythm,
        heartbeat: bool,
        phase: f64,
        secret: Zeroizing<String>,
    ) -> (Admitted, ServerMessage) {
        let liveness = Liveness::new(self.registry.clock().served(), heartbeat, phase, rhythm);
        match granted {
            Granted::Seat {
                presence,
                resumed,
                over_allocation,
            } => {
                let message = self.seated_message(&presence, secret, resumed, over_allocation, rhythm);
                let held = Held::new(presence, mailbox, liveness, self.terms(rhythm));
                (Admitted::Seated(Box::new(held)), message)
            }
            Granted::Place { place, ahead } => {
                let told = self.registry.place(place.organization(), ahead);
                let message = ServerMessage::waiting(ahead, told.and_then(|place| place.estimate));
                let waiting = Waiting {
                    reception: Arc::clone(self),
                    place,
                    mailbox,
                    liveness,
                    rhythm,
                    secret,
                    told,
                    dialogue: InLine::default(),
                };
                (Admitted::Waiting(Box::new(waiting)), message)
            }
        }
    }

    /// `seated`, as it is told to whoever holds `presence`.
    pub(super) fn seated_message(
        &self,
        presence: &Presence,
        secret: Zeroizing<String>,
        resumed: bool,
        over_allocation: bool,
        rhythm: Rhythm,
    ) -> ServerMessage {
        ServerMessage::seated(
            Uuid::from_bytes(presence.session().0),
            secret,
            resumed,
            over_allocation,
            self.registry.grace(presence.organization()).unwrap_or_default(),
            rhythm.heartbeat,
            utc(),
        )
        .announcing(notices::all(&self.registry.announced(presence.organization())))
    }

    /// What a seat with this rhythm goes by.
    pub(super) fn terms(&self, rhythm: Rhythm) -> Arc<Terms> {
        self.terms.of(rhythm, || Terms {
            rhythm,
            hashes: Arc::clone(&self.hashes),
            wheels: Arc::clone(&self.wheels),
        })
    }

    /// For whoever has not said yet which organization it belongs to.
    fn draining(&self) -> Farewell {
        Farewell::draining(Duration::ZERO, self.registry.is_in_maintenance(None))
    }

    fn refuse(&self, counted: RefusalCode, code: CloseCode) -> Farewell {
        self.metrics.refused(counted);
        Farewell::refused(code)
    }

    fn next_number(&self) -> ConnectionNumber {
        ConnectionNumber(self.numbers.fetch_add(1, Ordering::Relaxed))
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
            Some(Ok(Message::Close(_))) => return Err(Ending::Gone),
            Some(Err(error)) => return Err(Ending::of(&error)),
            None => return Err(Ending::Gone),
        }
    }
}
