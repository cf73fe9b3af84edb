//! When to call a person: levels with hold times and hysteresis, refusals, long waits, increases
//! that end, many losses at once. Pure: what is seen and the moment go in, what changed comes out.
//!
//! An organization has at most one open incident. It begins with the first alarm and ends with
//! the last; meanwhile its severity moves.

mod alarm;
mod hold;
mod increases;
mod level;
mod rules;
mod watch;

pub use alarm::{Alarm, Change, Severity};
pub use increases::end_in_need;
pub use level::Level;
pub use rules::Rules;
pub use watch::{Sight, Watch};

#[cfg(test)]
mod tests;
