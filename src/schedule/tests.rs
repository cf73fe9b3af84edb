use super::*;
use rand::SeedableRng;

const HEADS: usize = 500;

fn drawn(scenario: &Scenario, days: u32, seed: u64) -> Schedule {
    Schedule::draw(scenario, HEADS, days, &mut SmallRng::seed_from_u64(seed))
}

fn profiles() -> [Scenario; 3] {
    [
        Scenario::office(),
        Scenario::extended(),
        Scenario::around_the_clock(),
    ]
}

fn visits(schedule: &Schedule) -> impl Iterator<Item = &Visit> {
    schedule.heads.iter().flatten()
}

/// Asserts that `part` of `whole` is about `share`.
fn about(part: usize, whole: usize, share: f64, tolerance: f64) {
    let seen = part as f64 / whole as f64;
    assert!((seen - share).abs() < tolerance, "{seen:.4} is not about {share}");
}

#[test]
fn the_same_seed_gives_the_same_schedule() {
    let office = Scenario::office();
    assert_eq!(drawn(&office, 5, 7), drawn(&office, 5, 7));
    assert_ne!(drawn(&office, 5, 7), drawn(&office, 5, 8));
}

#[test]
fn a_head_does_one_thing_at_a_time() {
    for scenario in profiles() {
        let schedule = drawn(&scenario, 28, 1);
        for head in &schedule.heads {
            for pair in head.windows(2) {
                assert!(pair[0].end < pair[1].login, "{pair:?}");
            }
            for visit in head {
                let mut free_from = visit.login;
                for outage in &visit.outages {
                    assert!(outage.at > free_from, "{visit:?}");
                    free_from = outage.over();
                }
                assert!(free_from < visit.end, "{visit:?}");
            }
        }
    }
}

#[test]
fn a_share_of_the_heads_comes_each_day_to_the_head() {
    let schedule = drawn(&Scenario::office(), 28, 1);
    for day in 0..28_u32 {
        let (from, to) = (DAY * day, DAY * (day + 1));
        let here = |head: &&Vec<Visit>| head.iter().any(|visit| (from..to).contains(&visit.login));
        let expected = if day % 7 < 5 { 310 } else { 0 };
        assert_eq!(schedule.heads.iter().filter(here).count(), expected, "day {day}");
    }
}

#[test]
fn goodbyes_and_cuts_come_as_often_as_they_should() {
    let scenario = Scenario::office();
    let schedule = drawn(&scenario, 140, 1);
    let last = |visit: &&Visit| visit.length() > Duration::from_secs(4 * 3600);
    let all = visits(&schedule).filter(last).count();
    let closed = visits(&schedule)
        .filter(last)
        .filter(|visit| visit.goodbye == Goodbye::Close);
    about(closed.count(), all, 0.28, 0.01);
    let open = visits(&schedule).filter(|visit| visit.length() > Duration::from_secs(11 * 3600));
    about(open.count(), all, 0.026, 0.005);

    let hours = visits(&schedule)
        .map(|visit| visit.length().as_secs_f64())
        .sum::<f64>()
        / 3600.0;
    let count = |wanted: fn(&Outage) -> bool| {
        visits(&schedule)
            .flat_map(|visit| &visit.outages)
            .filter(|outage| wanted(outage))
            .count() as f64
            / hours
    };
    let reloads = count(|outage| outage.cut == Cut::Reload);
    let short = count(|outage| outage.cut != Cut::Reload && outage.length < Disturbances::LONG);
    let long = count(|outage| outage.length >= Disturbances::LONG);
    assert!((0.235..0.255).contains(&reloads), "{reloads}");
    let expected = 0.6 * 0.08 + 0.4 * 0.25;
    assert!((short - expected).abs() < 0.01, "{short}");
    let expected = 0.6 * 0.013 + 0.4 * 0.033;
    assert!((long - expected).abs() < 0.002, "{long}");
}

#[test]
fn a_blip_takes_those_on_site_and_nobody_else() {
    let mut scenario = Scenario::office();
    scenario.disturbances.reloads = 0.0;
    for rate in [
        &mut scenario.disturbances.drops,
        &mut scenario.disturbances.losses,
    ] {
        *rate = ByPlace { site: 0.0, home: 0.0 };
    }
    let schedule = drawn(&scenario, 28, 3);
    let blip = schedule.blips[0];
    let there = visits(&schedule).filter(|visit| visit.login < blip.at && visit.end > blip.at + blip.length);
    let (mut hit, mut all) = (0, 0);
    for visit in there {
        all += 1;
        hit += usize::from(visit.outages.iter().any(|outage| outage.at == blip.at));
    }
    assert!(all > 20, "{all} were there");
    about(hit, all, 0.6, 0.15);
}

#[test]
fn whoever_is_there_when_a_run_begins_logs_in_at_its_beginning() {
    let begin = Duration::from_secs(12 * 3600);
    let spread = Duration::from_secs(60);
    let mut rng = SmallRng::seed_from_u64(1);
    let schedule = drawn(&Scenario::office(), 1, 1).starting_at(begin, spread, &mut rng);
    let first = visits(&schedule)
        .filter(|visit| visit.login <= begin + spread)
        .count();
    assert!((270..=310).contains(&first), "{first}");
    assert!(visits(&schedule).all(|visit| visit.login >= begin && visit.login < visit.end));
}

#[test]
fn a_time_of_day_has_hours_and_minutes() {
    assert_eq!("07:40".parse(), Ok(TimeOfDay::at(7, 40)));
    assert_eq!(TimeOfDay::at(7, 5).to_string(), "07:05");
    for wrong in ["", "7:40", "24:00", "12:60", "+1:00", "12:00:00"] {
        assert!(wrong.parse::<TimeOfDay>().is_err(), "{wrong}");
    }
}
