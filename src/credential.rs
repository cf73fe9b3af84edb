//! Credentials: how they are made, kept and verified. Pure; time and randomness are arguments.

mod keyed_hash;

pub use keyed_hash::KeyedHash;
