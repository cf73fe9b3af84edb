//! What a server can be accused of.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// A promise of the server that the fleet saw broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// More sessions held seats at one instant than the limit allows.
    CapExceeded,
    /// A session was gone although its grace was not over.
    FreedEarly,
    /// A seat was still taken more than a second after its grace was over.
    FreedLate,
    /// A session was gone although its connection was open or its attempt just granted.
    SessionLost,
    /// A resume or a repeated attempt gave another session.
    SecondSeat,
    /// A login was refused although nothing stood in its way.
    UnjustifiedRefusal,
    /// The end of an old connection ended the session that a newer one carried.
    OldGoodbye,
    /// A number that the server told cannot have been true.
    NumberLies,
    /// A connection was closed with a code that does not fit what was said before.
    WrongCloseCode,
}

/// One accusation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breach {
    /// Which promise.
    pub rule: Rule,
    /// When, since the run began; seconds in JSON.
    #[serde(serialize_with = "seconds")]
    pub at: Duration,
    /// The numbers behind it, without anything that names a session.
    pub detail: String,
}

fn seconds<S: Serializer>(at: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((at.as_secs_f64() * 1000.0).round() / 1000.0)
}
