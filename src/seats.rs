//! The rules about seats: who holds one, until when, and who is refused.
//!
//! Everything here is a value. It knows nothing of sockets, JSON, tasks, clocks or a store: the
//! moment is an argument, and what happened comes out as effects.

mod allocation;
mod command;
mod effect;
mod ending;
mod ids;
mod line;
mod maintenance;
mod moment;
mod pool;

pub use allocation::{Allocation, Increase, Limit, Policy};
pub use command::{Cause, Command, Entry, Full, Login, OneTimeToken, Outcome, Refusal};
pub use effect::{Effect, Record, RecordChange};
pub use ending::{CALL_ENDS_WITHIN, Ending};
pub use ids::{
    AttemptHash, ConnectionNumber, HandoffHash, InvalidOrganizationId, OrganizationId, SecretHash, SessionId,
    TokenHash,
};
pub use line::Waiter;
pub use maintenance::Window;
pub use moment::{Moment, Served, Timestamp};
pub use pool::{
    ATTEMPT_REPEATABLE, HANDOFF_CLAIMABLE, MOST_SPENT_TOKENS, Numbers, Pool, Session, SessionState, decide,
};
