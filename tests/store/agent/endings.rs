//! How a seat goes to somebody else: by the line, by a hand-off, by an administrator.

use super::Agent;
use crate::server::Desk;
use crate::wire::{Gone, Heard, Wire};
use serde_json::{Value, json};
use uuid::Uuid;

impl Agent {
    /// Logs in, and stays in line where no seat is free.
    pub async fn line_up(&mut self, listen: &str) -> Result<(), Gone> {
        let (attempt, mut wire) = (Uuid::new_v4(), Wire::open(listen).await?);
        self.unanswered = Some(attempt);
        let (mut login, number) = self.login_message(attempt);
        login["wait"] = true.into();
        let heard = wire.ask(&login).await?;
        match heard.word("type") {
            "waiting" => {
                self.place = Some((wire, attempt, number));
                Ok(())
            }
            _ => self.is_answered(wire, attempt, number, &heard),
        }
    }

    pub fn is_in_line(&self) -> bool {
        self.place.is_some()
    }

    /// Whoever is in line hears that a seat is free, and says so.
    pub async fn take_seat(&mut self) -> Result<(), Gone> {
        let (mut wire, attempt, number) = self.place.take().expect("a place in line");
        let heard = loop {
            let heard = wire.hear().await?;
            if heard.word("type") != "waiting" {
                break heard;
            }
        };
        self.is_answered(wire, attempt, number, &heard)?;
        if let Some(wire) = &mut self.wire {
            wire.send(&json!({"type":"status","on_call":false})).await?;
        }
        Ok(())
    }

    /// Passes the seat to `heir`. One that cannot be recorded leaves it here.
    pub async fn hand_off(&mut self, heir: &mut Self, listen: &str) -> Result<(), Gone> {
        let wire = self.wire.as_mut().expect("a connection");
        let code = wire
            .ask(&json!({"type":"handoff"}))
            .await?
            .word("code")
            .to_owned();
        let (attempt, mut claim) = (Uuid::new_v4(), Wire::open(listen).await?);
        let (mut login, number) = heir.login_message(attempt);
        login["handoff"] = code.into();
        let stay = self.stay.as_mut().expect("a session");
        self.board.leaves(self.number);
        (stay.leaving, stay.heir) = (true, Some(attempt));
        heir.unanswered = Some(attempt);
        let heard = claim.ask(&login).await?;
        heir.is_answered(claim, attempt, number, &heard)?;
        if heir.stay.is_none() {
            let stay = self.stay.as_mut().expect("a session");
            (stay.leaving, stay.heir) = (false, None);
            return Ok(());
        }
        // From here on the seat is the heir's, whatever is still heard here.
        self.ended.extend(self.stay.take());
        let last = self.wire.take().expect("a connection").hear().await?;
        assert_eq!(last.word("reason"), "handed_off");
        Ok(())
    }

    /// An administrator ends the session as `how` says, and the agent is told.
    pub async fn be_ended(&mut self, desk: &Desk, how: &Value) -> Result<(), Gone> {
        let stay = self.stay.as_mut().expect("a session");
        stay.leaving = true;
        self.board.leaves(self.number);
        let path = format!("/api/v1/organizations/acme/sessions/{}/end", stay.session);
        let (status, _) = desk.ask("POST", &path, &how.to_string()).await.ok_or(Gone)?;
        if status != 202 {
            return Err(Gone);
        }
        let wire = self.wire.as_mut().expect("a connection");
        loop {
            match wire.hear().await? {
                heard if heard.word("type") == "ended" => break,
                Heard::Text(_) => {}
                Heard::Close(_) => return Err(Gone),
            }
        }
        self.wire = None;
        self.ended.extend(self.stay.take());
        Ok(())
    }

    /// Never comes back. Its seat is freed after the grace.
    pub fn forget(&mut self) {
        self.lose();
        self.board.leaves(self.number);
        self.ended.extend(self.stay.take());
    }
}
