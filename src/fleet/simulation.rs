//! A fleet and the rules in virtual time: no sockets, no waiting. Weeks pass in a moment.
//!
//! The agents follow the scripts of real fleets. Messages take no time. What a recorder would have on
//! record is kept, and a restart takes it over as the server does at its start. The auditor counts the
//! effects with rules of its own.

mod auditor;
mod figures;
mod record;
mod server;
mod witness;
mod worker;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use jiff::tz::TimeZone;
use rand::SeedableRng;
use rand::rngs::SmallRng;

use super::chart::Chart;
use super::profile::{Profile, Setting};
use super::referee::At;
use super::report::FleetReport;
use super::run::agent_seed;
use crate::schedule::Restart;
use crate::seats::{Allocation, Pool, Timestamp};
pub use figures::Figures;
use figures::Tally;
use server::{Lost, Server};
pub use witness::Witness;
use witness::{Calendar, Nobody};
use worker::Worker;

/// What is to be simulated.
#[derive(Debug, Clone)]
pub struct SimulationPlan {
    /// What the agents do.
    pub profile: Profile,
    /// How many there are.
    pub agents: usize,
    /// The organization's seats.
    pub seats: u32,
    /// How many may wait for one; 0: nobody does.
    pub line: u32,
    /// Its grace.
    pub grace: Duration,
    /// After how long without a frame a connection is given up.
    pub silence_limit: Duration,
    /// How much time passes.
    pub duration: Duration,
    /// The same seed gives the same simulation.
    pub seed: u64,
}

/// What happens at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A worker goes on, unless something came in between since its turn was set.
    Turn { number: usize, turn: u64 },
    /// The server finds out that a connection is silent.
    Discovery(Lost),
    /// The server frees what is over.
    Sweep,
    /// The server is gone.
    Down,
    /// It is there again.
    Up,
}

/// The moments to come, in the order of time; what was put in first comes first.
#[derive(Default)]
struct Agenda {
    events: BinaryHeap<Reverse<(At, u64, Event)>>,
    count: u64,
}

impl Agenda {
    fn put(&mut self, at: At, event: Event) {
        self.count += 1;
        self.events.push(Reverse((at, self.count, event)));
    }

    fn next_until(&mut self, end: At) -> Option<(At, Event)> {
        let Reverse((at, _, event)) = self.events.pop()?;
        (at <= end).then_some((at, event))
    }
}

/// Simulates `plan` to its end and judges.
pub fn simulate(plan: &SimulationPlan) -> FleetReport {
    run(plan, Calendar::default(), &mut Nobody)
}

/// The same from the midnight `begin` of a Monday in `zone` on, before a witness.
pub fn simulate_before(
    plan: &SimulationPlan,
    begin: Timestamp,
    zone: TimeZone,
    witness: &mut dyn Witness,
) -> FleetReport {
    run(plan, Calendar::new(begin, zone), witness)
}

fn run(plan: &SimulationPlan, calendar: Calendar, witness: &mut dyn Witness) -> FleetReport {
    let setting = Setting {
        grace: plan.grace,
        silence_limit: plan.silence_limit,
        agents: plan.agents,
        from: At::ZERO,
        duration: plan.duration,
    };
    let restarts = match &plan.profile {
        Profile::Churn | Profile::Storm => Vec::new(),
        Profile::Days(days) => days.schedule(plan.agents, plan.duration, plan.seed).restarts,
    };
    let mut agenda = Agenda::default();
    for Restart { at, length } in restarts {
        agenda.put(at, Event::Down);
        agenda.put(at + length, Event::Up);
    }
    let mut workers: Vec<Worker> = plan
        .profile
        .scripts(setting, plan.seed)
        .into_iter()
        .enumerate()
        .map(|(number, script)| {
            agenda.put(At::ZERO, Event::Turn { number, turn: 0 });
            Worker::new(
                number,
                script,
                SmallRng::seed_from_u64(agent_seed(plan.seed, number)),
            )
        })
        .collect();
    let mut chart = Chart::new(plan.profile.axis(), plan.duration);
    chart.know_limit(u64::from(plan.seats));
    let tally = Tally::new(chart);
    let rng = SmallRng::seed_from_u64(agent_seed(plan.seed, plan.agents));
    let allocation = Allocation {
        line: plan.line,
        ..Allocation::of(plan.seats)
    };
    let pool = Pool::new(allocation, plan.grace);
    let mut server = Server::new(pool, plan.silence_limit, tally, rng, (calendar, witness));

    while let Some((at, event)) = agenda.next_until(plan.duration) {
        match event {
            Event::Turn { number, turn } => {
                if let Some(next) = workers[number].go_on(at, turn, &mut server) {
                    let turn = workers[number].turn();
                    agenda.put(next, Event::Turn { number, turn });
                }
            }
            Event::Discovery(lost) => server.lost(lost, at),
            Event::Sweep => server.sweep(at),
            Event::Down => {
                server.go_down(at);
                for (number, worker) in workers.iter_mut().enumerate() {
                    if worker.break_connection() {
                        let turn = worker.turn();
                        agenda.put(at, Event::Turn { number, turn });
                    }
                }
            }
            Event::Up => server.come_up(at),
        }
        for (number, seat) in server.seated_from_line() {
            workers[number].sit_down(seat, at, &mut server);
            let turn = workers[number].turn();
            agenda.put(at, Event::Turn { number, turn });
        }
        for (at, lost) in server.discoveries() {
            agenda.put(at, Event::Discovery(lost));
        }
        if let Some(at) = server.sweep_due(at) {
            agenda.put(at, Event::Sweep);
        }
    }
    server.finish(plan.duration);
    server.report(plan)
}

#[cfg(test)]
mod tests;
