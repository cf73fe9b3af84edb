//! What may happen next. The sweep is a step like any other: a sweep after each step would
//! hide every bug of a late one.

use super::world::World;
use crate::seats::{Command, SessionId};

mod disk;
mod operators;
mod time;
mod waiting;
mod widgets;

const SECOND: u64 = 1_000_000_000;

impl World {
    pub(crate) fn step(&mut self) {
        self.pass_time();
        self.compare_what_time_changes();
        if self.somebody_should_sweep() && self.random.chance(30) {
            return self.sweep();
        }
        match self.random.below(1000) {
            0..250 => self.login(),
            250..370 => self.lose(),
            370..500 => self.resume(),
            500..560 => self.log_out(),
            560..575 => self.end(),
            575..610 => self.end_later(),
            610..665 => self.say(),
            665..700 => self.offer_a_handoff(),
            700..710 => self.withdraw_a_handoff(),
            710..740 => self.be_heard_in_the_line(),
            740..750 => self.leave_the_line(),
            750..800 => self.sweep(),
            800..835 => self.allocate(),
            835..840 => self.change_grace(),
            840..860 => self.maintain(),
            860..880 => self.stall(),
            880..895 => self.turn_the_clock(),
            895..910 => self.restart(),
            910..975 => self.commit(),
            _ => self.fail_a_commit(),
        }
    }

    /// What was decided comes to disk, and what is due is done; then all agree once more.
    pub(crate) fn settle(&mut self) {
        self.ask(&Command::Sweep { most: usize::MAX });
        self.recorder.commit(u64::MAX);
        self.compare();
    }

    /// Mostly one that has a seat.
    fn some_session(&mut self) -> Option<SessionId> {
        if self.random.chance(85) && !self.reference.seats.is_empty() {
            let seated: Vec<_> = self.reference.seats.iter().map(|s| s.record.session).collect();
            return self.random.pick(&seated);
        }
        let known: Vec<_> = self.tickets.iter().map(|ticket| ticket.session).collect();
        self.random.pick(&known)
    }
}
