//! Names that nothing had before.

use crate::seats::Timestamp;
use uuid::Uuid;

/// A random name. Those of a later millisecond come later.
pub(super) fn new_name(at: Timestamp) -> Uuid {
    let mut random = [0; 10];
    getrandom::fill(&mut random).expect("the system gives random numbers");
    let ms = u64::try_from(at.0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid()
}

/// A random number from 0 to 1.
pub(super) fn chance() -> f64 {
    let mut random = [0; 4];
    getrandom::fill(&mut random).expect("the system gives random numbers");
    f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX)
}
