//! What the history is for: how many seats are right.

#![expect(unused_qualifications, reason = "the macro of the description writes them")]

mod right_size;

pub(super) use right_size::{__path_right_size, right_size};
