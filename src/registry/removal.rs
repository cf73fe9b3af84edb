//! The end of an organization.

use super::authority::{NotDone, Registry};
use super::deliveries::Notice;
use super::ledger::Ledger;
use super::sweeper::{PURGES_A_TURN, RETRY};
use crate::seats::{
    Allocation, Cause, Command, Ending, OrganizationId, Outcome, Served, Session, SessionState,
};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two looks whether the last calls are over.
const LOOK: Duration = Duration::from_millis(100);

/// What is left to do.
enum Next {
    Submit(Command),
    /// Calls that may still go on.
    Wait,
}

impl Registry {
    /// Ends all sessions of an organization and forgets it: at once, or after a call that its
    /// agent is in, unless `hurry` is cancelled. Waits for a store that takes nothing.
    pub async fn remove(self: &Arc<Self>, id: &OrganizationId, hurry: &CancellationToken) {
        let Some(ledger) = self.ledger(id) else { return };
        let waiting: Vec<_> = {
            let mut ledger = ledger.lock();
            let (moment, now) = self.now();
            let nothing = Allocation {
                suspended: true,
                ..Allocation::of(0)
            };
            // A login that is on its way gets no seat any more.
            ledger.carry_out(&Command::Allocate(nothing), (moment, &now), &mut Vec::new());
            ledger.pool.line().map(|waiter| waiter.connection).collect()
        };
        for connection in waiting {
            self.deliveries().post(connection, Notice::Terminated);
        }
        loop {
            let next = next(&ledger.lock(), self.clock().served(), hurry.is_cancelled());
            let command = match next {
                Next::Submit(command) => command,
                Next::Wait => {
                    tokio::select! {
                        () = hurry.cancelled() => {}
                        () = tokio::time::sleep(LOOK) => {}
                    }
                    continue;
                }
            };
            match self.submit(id, command).await.map(|answer| answer.outcome) {
                Ok(Outcome::Swept(0)) | Err(NotDone::UnknownOrganization) => break,
                Ok(_) => {}
                Err(NotDone::NotRecorded(_)) => {
                    tracing::warn!(organization = %id, "its sessions cannot be ended yet and are tried again");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
        // Nobody has a seat of it any more: its usage ends with it.
        if self.recorder().takes_grants() && self.send_usage(id, &ledger).await.is_err() {
            tracing::warn!(organization = %id, "the end of its usage is not recorded");
        }
        self.forget(id, &ledger);
    }
}

fn next(ledger: &Ledger, now: Served, in_a_hurry: bool) -> Next {
    let mut waits = false;
    for session in ledger.pool.sessions(now) {
        let id = session.record.session;
        if in_a_hurry {
            return Next::Submit(Command::End {
                session: id,
                cause: Cause::Terminated,
            });
        }
        if may_go_on(session) {
            waits = true;
        } else {
            return Next::Submit(Command::EndLater {
                session: id,
                ending: Ending::AfterCall,
            });
        }
    }
    if waits {
        Next::Wait
    } else {
        Next::Submit(Command::Sweep { most: PURGES_A_TURN })
    }
}

/// Its end is planned and will come: after its call, or where it has to come back first.
fn may_go_on(session: &Session) -> bool {
    let is_silent = matches!(session.state, SessionState::Connected { on_call: false, .. });
    match session.record.ending {
        None => false,
        Some(Ending::AfterCall) => true,
        Some(Ending::Notice(_)) => !is_silent,
    }
}
