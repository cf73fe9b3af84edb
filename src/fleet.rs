//! The fleet: simulated agents that use a running server as widgets do, and the referee that judges it
//! from outside.
//!
//! It is a client like any other. It knows the wire and the administrator's view, and nothing of the
//! server's own types, so that a mistake in those cannot hide itself here. Only the simulation knows the
//! rules: it runs them in virtual time, and an auditor that does not know them counts what they do.

mod admin_view;
mod agent;
mod chart;
mod connection;
mod descriptors;
mod history;
mod ledger;
mod plot;
mod profile;
pub mod referee;
mod report;
mod run;
mod simulation;
mod stopwatch;
mod target;
mod wire;
mod world;

pub use admin_view::{AdminAccess, AdminError, connect};
pub use chart::{Axis, Bin, Chart};
pub use history::{HistoryPlan, write_history};
pub use ledger::{Gauges, Percentiles};
pub use plot::{NotDrawn, svg};
pub use profile::{Days, Profile};
pub use report::FleetReport;
pub use run::{Fleet, FleetError, FleetPlan, run};
pub use simulation::{Figures, SimulationPlan, Witness, simulate, simulate_before};
pub use target::{InvalidSeatUrl, SeatUrl};
