//! The live state of this process: all pools, and who must be told what.
//!
//! One way through: reserve a place with the recorder, lock the pool, decide, apply, queue the
//! effects, unlock, wait for the record, tell.

mod announcement;
mod announcements;
mod authority;
mod changes;
mod deliveries;
mod ledger;
mod listing;
mod presence;
mod record;
mod removal;
mod restart;
mod sight;
mod sweeper;
mod turns;
mod view;

pub use announcements::{Announcement, Maintenance};
pub use authority::{Answer, NotDone, Registry};
pub use deliveries::{Deliveries, Mailbox, Notice, Place, SeatFromLine, Slot};
pub use listing::{Piece, SessionView, Standing};
pub use presence::{Presence, WaitingPlace};
pub use record::{Known, NotKnown};
pub use sight::Seen;
pub use view::OrganizationView;

#[cfg(test)]
mod restart_tests;
#[cfg(test)]
mod tests;
