//! An agent who remembers what the server promised.

mod endings;

use crate::board::Board;
use crate::wire::{Gone, Heard, Wire};
use mirabridge_seats::credential::{TokenAlgorithm, sign_token};
use mirabridge_seats::seats::{OrganizationId, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A session as its widget knows it.
#[derive(Debug, Clone)]
pub struct Stay {
    pub session: String,
    pub secret: String,
    pub attempt: Uuid,
    /// Since before the loss of the connection.
    pub lost: Option<Instant>,
    /// A logout is sent and not answered.
    pub leaving: bool,
    /// The attempt is repeated and not answered: which secret holds is not known.
    pub renewing: bool,
    /// The number of the signed token that it was granted for.
    pub token: Option<String>,
    /// The attempt of a claim that is sent and not answered: the seat is there or here.
    pub heir: Option<Uuid>,
}

pub struct Agent {
    number: usize,
    board: Arc<Board>,
    wire: Option<Wire>,
    /// A place in line, its attempt and the number of its token.
    place: Option<(Wire, Uuid, Option<String>)>,
    /// What signed tokens are made with.
    signs_with: Option<&'static [u8]>,
    pub stay: Option<Stay>,
    /// A login that is sent and not answered.
    pub unanswered: Option<Uuid>,
    /// Sessions of which the end was told, and those that were forgotten.
    pub ended: Vec<Stay>,
    /// Logins that were told `overloaded`.
    pub overloaded: usize,
}

impl Agent {
    pub fn new(number: usize, board: &Arc<Board>) -> Self {
        Self {
            number,
            board: Arc::clone(board),
            wire: None,
            place: None,
            signs_with: None,
            stay: None,
            unanswered: None,
            ended: Vec::new(),
            overloaded: 0,
        }
    }

    /// Brings a fresh token under key `k` to each login.
    pub fn signing(mut self, secret: &'static [u8]) -> Self {
        self.signs_with = Some(secret);
        self
    }

    pub fn grace(&self) -> Duration {
        self.board.grace()
    }

    pub fn is_connected(&self) -> bool {
        self.wire.is_some()
    }

    pub async fn login(&mut self, listen: &str) -> Result<(), Gone> {
        self.try_login(listen, Uuid::new_v4()).await
    }

    /// Tries the unanswered login again.
    pub async fn try_again(&mut self, listen: &str) -> Result<(), Gone> {
        let attempt = self.unanswered.expect("an unanswered login");
        self.try_login(listen, attempt).await
    }

    async fn try_login(&mut self, listen: &str, attempt: Uuid) -> Result<(), Gone> {
        let mut wire = Wire::open(listen).await?;
        self.unanswered = Some(attempt);
        let (login, number) = self.login_message(attempt);
        let heard = wire.ask(&login).await?;
        self.is_answered(wire, attempt, number, &heard)
    }

    /// The message, and the number of the token in it.
    fn login_message(&self, attempt: Uuid) -> (Value, Option<String>) {
        let mut login = json!({"type":"login","org":"acme","attempt":attempt});
        let number = self.signs_with.map(|secret| {
            let (number, acme) = (Uuid::new_v4().to_string(), OrganizationId::parse("acme").unwrap());
            let now = Timestamp(jiff::Timestamp::now().as_millisecond());
            let key = (TokenAlgorithm::Hs256, secret);
            let ttl = Duration::from_secs(600);
            let token = sign_token("k", key, &acme, &number, now, ttl);
            login["token"] = token.unwrap().into();
            number
        });
        (login, number)
    }

    fn is_answered(
        &mut self,
        wire: Wire,
        attempt: Uuid,
        number: Option<String>,
        heard: &Heard,
    ) -> Result<(), Gone> {
        match heard.word("type") {
            "seated" => self.sit(wire, attempt, number, heard),
            "refused" => {
                self.overloaded += usize::from(heard.word("code") == "overloaded");
                self.unanswered = None;
            }
            _ => return Err(Gone),
        }
        Ok(())
    }

    fn sit(&mut self, wire: Wire, attempt: Uuid, number: Option<String>, heard: &Heard) {
        self.board.holds(self.number);
        self.unanswered = None;
        self.wire = Some(wire);
        self.stay = Some(Stay {
            session: heard.word("session").to_owned(),
            secret: heard.word("secret").to_owned(),
            attempt,
            lost: None,
            leaving: false,
            renewing: false,
            token: number,
            heir: None,
        });
    }

    /// Logs in with the attempt of the session that is held. Returns whether that was given back.
    pub async fn repeat(&mut self, listen: &str) -> Result<bool, Gone> {
        let stay = self.stay.as_mut().expect("a session");
        let (attempt, session) = (stay.attempt, stay.session.clone());
        let mut wire = Wire::open(listen).await?;
        stay.renewing = true;
        let token = stay.token.clone();
        let heard = wire.ask(&self.login_message(attempt).0).await?;
        let stay = self.stay.as_mut().expect("a session");
        match heard.word("type") {
            "seated" => {
                self.sit(wire, attempt, token, &heard);
                Ok(heard.word("session") == session)
            }
            "refused" => {
                assert_eq!(heard.word("code"), "overloaded", "a repeated attempt was refused");
                stay.renewing = false;
                Ok(true)
            }
            _ => Err(Gone),
        }
    }

    /// Breaks the connection.
    pub fn lose(&mut self) {
        let stay = self.stay.as_mut().expect("a session");
        let before = Instant::now();
        stay.lost.get_or_insert(before);
        self.board.lost(self.number, before);
        if let Some(wire) = self.wire.take() {
            wire.reset();
        }
    }

    /// Whether the session was given back.
    pub async fn resume(&mut self, listen: &str) -> Result<bool, Gone> {
        let stay = self.stay.as_mut().expect("a session");
        let mut wire = Wire::open(listen).await?;
        let heard = wire.ask(&resume(stay)).await?;
        match heard.word("type") {
            "seated" => {
                assert_eq!(heard.word("session"), stay.session);
                self.board.holds(self.number);
                (stay.lost, stay.leaving, stay.renewing) = (None, false, false);
                stay.heir = None;
                self.wire = Some(wire);
                Ok(true)
            }
            "refused" => {
                assert_eq!(heard.word("code"), "session_gone");
                self.stay = None;
                Ok(false)
            }
            _ => Err(Gone),
        }
    }

    /// Logs out. One that cannot be recorded keeps the session.
    pub async fn logout(&mut self) -> Result<(), Gone> {
        let stay = self.stay.as_mut().expect("a session");
        let mut wire = self.wire.take().expect("a connection");
        let before = Instant::now();
        stay.leaving = true;
        self.board.leaves(self.number);
        let heard = wire.ask(&json!({"type":"logout"})).await?;
        match (heard.word("reason"), heard.word("code")) {
            ("logout", _) => self.ended.extend(self.stay.take()),
            (_, "overloaded") => {
                (stay.lost, stay.leaving) = (Some(before), false);
                assert!(matches!(wire.hear().await?, Heard::Close(1013)));
            }
            _ => return Err(Gone),
        }
        Ok(())
    }

    /// The server is gone, and its line with it.
    pub fn is_cut_off(&mut self) {
        self.wire = None;
        self.place = None;
    }

    /// The next server has begun: from here on the agent has a grace.
    pub fn has_grace_from(&self, begun: Instant) {
        self.board.cut_off(self.number, begun);
    }

    /// Never comes back.
    pub fn vanish(&mut self) -> Option<Stay> {
        self.board.leaves(self.number);
        self.wire = None;
        self.stay.take()
    }
}

pub fn resume(stay: &Stay) -> Value {
    json!({"type":"resume","org":"acme","session":stay.session,"secret":stay.secret})
}
