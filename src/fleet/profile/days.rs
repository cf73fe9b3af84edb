//! A call center over days: agents that act a schedule out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::super::agent::Situation;
use super::super::referee::At;
use super::{Script, Setting, Step};
use crate::schedule::{Cut, DAY, Goodbye, Outage, Scenario, Schedule, Visit};

/// The days of a call center, and how fast they pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Days {
    /// What they are drawn from.
    pub scenario: Arc<Scenario>,
    /// How many hours of the schedule pass in an hour of the run.
    pub speed: f64,
    /// The moment of the schedule at which the run begins.
    pub begin: Duration,
}

impl Days {
    /// Beyond this speed the shares of a day are not realistic: reloads, drops and graces take as long as
    /// ever and fill the shortened day.
    pub const FASTEST_REALISTIC: f64 = 12.0;
    /// Whoever is there when the run begins logs in within this time of the schedule.
    const FIRST_LOGINS: Duration = Duration::from_secs(600);

    /// The schedule of a run of `duration`.
    pub(in crate::fleet) fn schedule(&self, agents: usize, duration: Duration, seed: u64) -> Schedule {
        let end = self.begin + duration.mul_f64(self.speed);
        let days = u32::try_from(end.as_secs().div_ceil(DAY.as_secs())).unwrap_or(u32::MAX);
        let mut rng = SmallRng::seed_from_u64(seed);
        let schedule = Schedule::draw(&self.scenario, agents, days.max(1), &mut rng);
        schedule.starting_at(self.begin, Self::FIRST_LOGINS, &mut rng)
    }

    /// A script for each agent.
    pub(super) fn workdays(&self, setting: Setting, seed: u64) -> impl Iterator<Item = Workdays> + use<> {
        let pace = Pace {
            from: setting.from,
            begin: self.begin,
            speed: self.speed,
            unhurried: setting.grace * 2,
        };
        let return_within = self.scenario.waits.return_within;
        let schedule = self.schedule(setting.agents, setting.duration, seed);
        schedule.heads.into_iter().map(move |visits| Workdays {
            pace,
            visits: visits.into(),
            cuts: 0,
            arrives: true,
            return_within,
        })
    }
}

/// How the schedule's time passes in the run.
#[derive(Debug, Clone, Copy)]
struct Pace {
    from: At,
    begin: Duration,
    speed: f64,
    /// What is shorter than this takes as long as ever.
    unhurried: Duration,
}

impl Pace {
    fn moment(&self, scheduled: Duration) -> At {
        self.from + scheduled.saturating_sub(self.begin).div_f64(self.speed)
    }

    /// A wait within a visit. A longer one never becomes a short one, or a loss would become a drop.
    fn wait(&self, length: Duration) -> Duration {
        length.div_f64(self.speed).max(length.min(self.unhurried))
    }
}

/// One agent's script.
pub(super) struct Workdays {
    pace: Pace,
    visits: VecDeque<Visit>,
    /// How many outages of the first visit are over.
    cuts: usize,
    /// It was not seated when it planned last.
    arrives: bool,
    return_within: Duration,
}

impl Workdays {
    fn leave(&mut self, situation: Situation, steps: &mut VecDeque<Step>) {
        if let Some(visit) = self.visits.pop_front()
            && situation == Situation::Seated
        {
            steps.push_back(match visit.goodbye {
                Goodbye::Logout => Step::Logout,
                Goodbye::Close => Step::Close(1001),
            });
        }
        self.cuts = 0;
        self.arrives = true;
        steps.push_back(Step::Forget);
    }

    /// The next outage of the first visit. One that was over before there was a seat cuts nothing.
    fn next_outage(&mut self, now: At) -> Option<Outage> {
        let outages = &self.visits.front()?.outages;
        if std::mem::take(&mut self.arrives) {
            let missed = outages[self.cuts..].iter();
            self.cuts += missed
                .take_while(|outage| self.pace.moment(outage.over()) <= now)
                .count();
        }
        outages.get(self.cuts).copied()
    }

    fn work(&mut self, now: At, end: At, next: Option<Outage>, steps: &mut VecDeque<Step>) {
        let Some(outage) = next else {
            return steps.push_back(Step::WaitUntil(end));
        };
        let at = self.pace.moment(outage.at);
        if now < at {
            return steps.push_back(Step::WaitUntil(at));
        }
        self.cuts += 1;
        let cut = match outage.cut {
            Cut::Reload => Step::Close(1001),
            Cut::Reset => Step::Reset,
            Cut::Finish => Step::Finish,
            Cut::Silence => Step::Silence,
        };
        steps.extend([cut, Step::Wait(self.pace.wait(outage.length)), Step::Resume]);
    }
}

impl Script for Workdays {
    fn plan(&mut self, now: At, situation: Situation, rng: &mut SmallRng, steps: &mut VecDeque<Step>) {
        let Some(visit) = self.visits.front() else {
            return steps.push_back(Step::Wait(DAY));
        };
        let (login, end) = (self.pace.moment(visit.login), self.pace.moment(visit.end));
        if now >= end {
            return self.leave(situation, steps);
        }
        match situation {
            Situation::Away if now < login => steps.push_back(Step::WaitUntil(login)),
            Situation::Away => steps.push_back(Step::Login),
            Situation::Refused => {
                let again = now + self.pace.wait(visit.retry);
                steps.push_back(Step::WaitUntil(again.min(end)));
                if again < end {
                    steps.push_back(Step::Login);
                }
            }
            Situation::Unanswered => {
                let back = self.return_within.mul_f64(rng.random_range(0.02..1.0));
                steps.extend([Step::Wait(back), Step::Repeat]);
            }
            Situation::Seated => {
                let next = self.next_outage(now);
                self.work(now, end, next, steps);
            }
            // The server broke the connection, or did not answer.
            Situation::Lost | Situation::Silent => {
                let back = self.return_within.mul_f64(rng.random_range(0.02..1.0));
                steps.extend([Step::Wait(back), Step::Resume]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn pace(speed: f64) -> Pace {
        Pace {
            from: At::from_secs(5),
            begin: MINUTE * 60,
            speed,
            unhurried: MINUTE * 2,
        }
    }

    fn workdays(speed: f64) -> Workdays {
        let visit = Visit {
            login: MINUTE * 72,
            outages: vec![Outage {
                at: MINUTE * 84,
                length: Duration::from_secs(4),
                cut: Cut::Reload,
            }],
            end: MINUTE * 120,
            goodbye: Goodbye::Close,
            retry: MINUTE * 12,
        };
        Workdays {
            pace: pace(speed),
            visits: [visit].into(),
            cuts: 0,
            arrives: true,
            return_within: Duration::from_secs(5),
        }
    }

    fn plan(script: &mut Workdays, now: At, situation: Situation) -> Vec<Step> {
        let mut steps = VecDeque::new();
        script.plan(now, situation, &mut SmallRng::seed_from_u64(1), &mut steps);
        steps.into()
    }

    #[test]
    fn the_speed_compresses_the_schedule_and_nothing_that_is_short() {
        let pace = pace(12.0);
        assert_eq!(pace.moment(MINUTE * 72), At::from_secs(5) + MINUTE);
        assert_eq!(pace.wait(Duration::from_secs(4)), Duration::from_secs(4));
        assert_eq!(pace.wait(MINUTE * 2), MINUTE * 2);
        assert_eq!(pace.wait(MINUTE * 20), MINUTE * 2);
        assert_eq!(pace.wait(MINUTE * 60), MINUTE * 5);
    }

    #[test]
    fn an_agent_comes_reloads_and_leaves_as_scheduled() {
        let mut script = workdays(12.0);
        let at = |minutes| At::from_secs(5) + MINUTE * minutes;

        let before = plan(&mut script, at(0), Situation::Away);
        let come = plan(&mut script, at(1), Situation::Away);
        let work = plan(&mut script, at(1), Situation::Seated);
        let reload = plan(&mut script, at(2), Situation::Seated);
        let rest = plan(&mut script, at(2), Situation::Seated);
        let leave = plan(&mut script, at(5), Situation::Seated);

        assert_eq!(before, [Step::WaitUntil(at(1))]);
        assert_eq!(come, [Step::Login]);
        assert_eq!(work, [Step::WaitUntil(at(2))]);
        let gap = Step::Wait(Duration::from_secs(4));
        assert_eq!(reload, [Step::Close(1001), gap, Step::Resume]);
        assert_eq!(rest, [Step::WaitUntil(at(5))]);
        assert_eq!(leave, [Step::Close(1001), Step::Forget]);
        assert_eq!(plan(&mut script, at(5), Situation::Away), [Step::Wait(DAY)]);
    }

    #[test]
    fn whoever_gets_a_seat_late_is_not_cut_off_for_what_it_missed() {
        let mut script = workdays(1.0);
        let at = |minutes| At::from_secs(5) + MINUTE * minutes;

        assert_eq!(
            plan(&mut script, at(30), Situation::Seated),
            [Step::WaitUntil(at(60))]
        );
    }

    #[test]
    fn whoever_is_refused_tries_again_until_it_is_time_to_go() {
        let mut script = workdays(1.0);
        let now = At::from_secs(5) + MINUTE * 12;

        let again = plan(&mut script, now, Situation::Refused);
        let late = plan(&mut script, now + MINUTE * 40, Situation::Refused);
        let over = plan(&mut script, now + MINUTE * 48, Situation::Refused);

        assert_eq!(again, [Step::WaitUntil(now + MINUTE * 12), Step::Login]);
        assert_eq!(late, [Step::WaitUntil(now + MINUTE * 48)]);
        assert_eq!(over, [Step::Forget]);
    }
}
