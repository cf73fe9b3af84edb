//! What is recorded, and the way to it.

mod recorder;

pub use recorder::{Batch, Job, NotRecorded, Place, Receipt, Recorder};
