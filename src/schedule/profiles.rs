//! The call centers that come along.

use std::time::Duration;

use super::scenario::{
    Arrival, ByPlace, Disturbances, Incidents, Leaving, Lunch, Scenario, Shift, TimeOfDay, Waits,
};

const WHOLE_SHIFT: Duration = Duration::from_secs(8 * 3600 + 1800);

impl Scenario {
    /// The call center of a name: `office`, `extended` or `24x7`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "office" => Some(Self::office()),
            "extended" => Some(Self::extended()),
            "24x7" => Some(Self::around_the_clock()),
            _ => None,
        }
    }

    /// An office that is open on weekdays from eight to half past six.
    pub fn office() -> Self {
        Self::with_shifts(vec![
            shift(8, 0, 45.0),
            shift(9, 0, 35.0),
            shift(10, 0, 12.0),
            part_time(8, (13, 30), 8.0),
        ])
    }

    /// Long opening hours, from seven to nine, on Saturdays with fewer people.
    pub fn extended() -> Self {
        Self {
            weekdays: [1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0],
            begin: TimeOfDay::at(6, 40),
            ..Self::with_shifts(vec![
                shift(7, 0, 22.0),
                shift(8, 0, 20.0),
                shift(9, 30, 14.0),
                shift(11, 30, 16.0),
                shift(12, 30, 18.0),
                part_time(7, (16, 0), 10.0),
            ])
        }
    }

    /// Around the clock, with half an hour of overlap.
    pub fn around_the_clock() -> Self {
        Self {
            weekdays: [1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 0.8],
            begin: TimeOfDay::at(5, 40),
            ..Self::with_shifts(vec![
                shift(6, 0, 32.0),
                shift(14, 0, 32.0),
                shift(22, 0, 16.0),
                shift(9, 0, 20.0),
            ])
        }
    }

    fn with_shifts(shifts: Vec<Shift>) -> Self {
        let seconds = Duration::from_secs;
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Self {
            shifts,
            on_duty: 0.62,
            weekdays: [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0],
            home: 0.4,
            begin: TimeOfDay::at(7, 40),
            arrival: Arrival {
                on_time_mean: -3.0,
                on_time_deviation: 5.0,
                late: 0.08,
                late_mean: 12.0,
                early: 0.02,
                early_mean: 12.0,
            },
            leaving: Leaving {
                on_time_mean: 4.0,
                on_time_deviation: 5.0,
                overtime: 0.15,
                overtime_mean: 20.0,
                early: 0.05,
                early_mean: 20.0,
                close: 0.25,
                stay_open: 0.03,
                open_for: minutes(2 * 60)..=minutes(13 * 60),
            },
            lunch: Lunch {
                logout: 0.06,
                from_length: minutes(6 * 60),
                length: minutes(25)..=minutes(45),
            },
            disturbances: Disturbances {
                reloads: 0.25,
                reload_gap: seconds(1)..=seconds(4),
                drops: ByPlace {
                    site: 0.08,
                    home: 0.25,
                },
                drop_median: seconds(4),
                drop_sigma: 1.0,
                losses: ByPlace {
                    site: 0.013,
                    home: 0.033,
                },
                loss_mean: minutes(4),
                silent: 0.5,
            },
            incidents: Incidents {
                blips: 1.0,
                blip_length: seconds(5)..=seconds(90),
                restarts: 1.0,
                restart_length: seconds(2)..=seconds(20),
            },
            waits: Waits {
                retry: minutes(2)..=minutes(10),
                return_within: seconds(5),
            },
        }
    }
}

fn shift(hour: u64, minute: u64, share: f64) -> Shift {
    let start = TimeOfDay::at(hour, minute);
    Shift {
        start,
        start_until: start,
        length: WHOLE_SHIFT,
        share,
    }
}

/// Part-timers work five hours, at any time within the opening hours.
fn part_time(opening: u64, last_start: (u64, u64), share: f64) -> Shift {
    Shift {
        start: TimeOfDay::at(opening, 0),
        start_until: TimeOfDay::at(last_start.0, last_start.1),
        length: Duration::from_secs(5 * 3600),
        share,
    }
}
