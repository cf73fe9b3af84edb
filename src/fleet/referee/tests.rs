use super::*;

const GRACE: Duration = Duration::from_secs(60);

fn at(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn seated(referee: &mut Referee, visit: u64, asked: f64, answered: f64) {
    let visit = VisitNumber(visit);
    referee.observe(at(asked), Observation::LoginAsked(visit));
    let asked = at(asked);
    let seated = Observation::Seated {
        visit,
        asked,
        same: true,
        grace: GRACE,
        over_allocation: false,
    };
    referee.observe(at(answered), seated);
}

fn refused(referee: &mut Referee, visit: u64, asked: f64, answered: f64, in_use: u32) {
    let visit = VisitNumber(visit);
    referee.observe(at(asked), Observation::LoginAsked(visit));
    let seats = Some(Disclosed {
        limit: 2,
        in_use,
        in_grace: 0,
    });
    let code = "seats_exhausted".to_owned();
    referee.observe(
        at(answered),
        Observation::Refused {
            visit,
            asked: at(asked),
            code,
            seats,
        },
    );
}

fn lost(referee: &mut Referee, visit: u64, proof: f64, done: f64) {
    let departure = Departure::Lost { proof: at(proof) };
    referee.observe(at(done), Observation::Departed(VisitNumber(visit), departure));
}

fn gone(referee: &mut Referee, visit: u64, asked: f64, answered: f64) {
    referee.observe(at(asked), Observation::ResumeAsked(VisitNumber(visit)));
    referee.observe(
        at(answered),
        Observation::Gone {
            visit: VisitNumber(visit),
            asked: at(asked),
        },
    );
}

fn resumed(referee: &mut Referee, visit: u64, asked: f64, doubled: bool) {
    let visit = VisitNumber(visit);
    referee.observe(at(asked), Observation::ResumeAsked(visit));
    let resumed = Observation::Resumed {
        visit,
        asked: at(asked),
        same: true,
        doubled,
    };
    referee.observe(at(asked + 0.01), resumed);
}

fn rules(referee: Referee) -> Vec<Rule> {
    referee
        .judge(at(1000.0))
        .breaches
        .into_iter()
        .map(|breach| breach.rule)
        .collect()
}

/// Two of two seats held from the first second on.
fn full() -> Referee {
    let mut referee = Referee::default();
    seated(&mut referee, 1, 0.0, 0.1);
    seated(&mut referee, 2, 0.0, 0.1);
    referee
}

#[test]
fn a_refusal_at_full_use_is_justified() {
    let mut referee = full();
    refused(&mut referee, 3, 1.0, 1.1, 2);
    assert_eq!(rules(referee), []);
}

#[test]
fn a_third_holder_of_two_seats_exceeds_the_cap() {
    let mut referee = full();
    refused(&mut referee, 3, 1.0, 1.1, 2);
    seated(&mut referee, 4, 2.0, 2.1);
    assert_eq!(rules(referee), [Rule::CapExceeded]);
}

#[test]
fn a_seat_that_is_taken_while_the_logout_is_on_its_way_exceeds_nothing() {
    let mut referee = full();
    refused(&mut referee, 3, 1.0, 1.1, 2);
    let departure = Departure::LogoutSent { before: at(2.0) };
    referee.observe(at(2.0), Observation::Departed(VisitNumber(1), departure));
    seated(&mut referee, 4, 1.9, 2.05);
    referee.observe(
        at(2.1),
        Observation::Departed(VisitNumber(1), Departure::LogoutAnswered),
    );
    assert_eq!(rules(referee), []);
}

#[test]
fn a_session_gone_before_the_end_of_its_grace_was_freed_early() {
    let mut referee = full();
    lost(&mut referee, 1, 10.0, 10.0);
    gone(&mut referee, 1, 69.0, 69.9);
    assert_eq!(rules(referee), [Rule::FreedEarly]);
}

#[test]
fn an_answer_that_is_read_after_the_grace_accuses_nobody() {
    let mut referee = full();
    lost(&mut referee, 1, 10.0, 10.0);
    gone(&mut referee, 1, 69.0, 70.0);
    assert_eq!(rules(referee), []);
}

#[test]
fn a_session_gone_under_an_open_connection_is_lost() {
    let mut referee = full();
    gone(&mut referee, 1, 5.0, 5.1);
    assert_eq!(rules(referee), [Rule::SessionLost]);
}

#[test]
fn a_session_gone_after_its_older_connection_ended_is_the_old_goodbyes_fault() {
    let mut referee = full();
    resumed(&mut referee, 1, 5.0, true);
    lost(&mut referee, 1, 10.0, 10.0);
    gone(&mut referee, 1, 12.0, 12.1);
    assert_eq!(rules(referee), [Rule::OldGoodbye]);
}

#[test]
fn a_refusal_more_than_a_second_after_a_grace_is_a_late_purge() {
    let mut referee = full();
    lost(&mut referee, 1, 10.0, 10.2);
    refused(&mut referee, 3, 71.1, 71.3, 2);
    let mut late = full();
    lost(&mut late, 1, 10.0, 10.2);
    refused(&mut late, 3, 71.3, 71.4, 2);

    assert_eq!(rules(referee), []);
    let found = rules(late);
    assert_eq!(found, [Rule::FreedLate, Rule::NumberLies]);
}

#[test]
fn a_resume_more_than_a_second_after_the_grace_is_a_late_purge() {
    let mut referee = full();
    lost(&mut referee, 1, 10.0, 10.0);
    resumed(&mut referee, 1, 71.5, false);
    assert_eq!(rules(referee), [Rule::FreedLate]);
}

#[test]
fn a_silent_loss_may_hold_its_seat_for_the_silence_limit() {
    let mut referee = full();
    let departure = Departure::Silent { last_sent: at(10.0) };
    referee.observe(at(11.0), Observation::Departed(VisitNumber(1), departure));
    refused(&mut referee, 3, 71.9, 71.95, 2);
    assert_eq!(rules(referee), []);
}

#[test]
fn a_refusal_with_a_seat_never_taken_is_unjustified() {
    let mut referee = Referee::default();
    seated(&mut referee, 1, 0.0, 0.1);
    refused(&mut referee, 3, 1.0, 1.1, 1);
    assert_eq!(rules(referee), [Rule::UnjustifiedRefusal]);
}

#[test]
fn an_unanswered_login_may_hold_a_seat() {
    let mut referee = Referee::default();
    seated(&mut referee, 1, 0.0, 0.1);
    referee.observe(at(0.5), Observation::LoginAsked(VisitNumber(2)));
    referee.observe(
        at(0.6),
        Observation::Departed(VisitNumber(2), Departure::Unanswered),
    );
    refused(&mut referee, 3, 1.0, 1.1, 2);
    assert_eq!(rules(referee), []);
}

#[test]
fn a_repeated_attempt_with_another_session_is_a_second_seat() {
    let mut referee = full();
    let visit = VisitNumber(1);
    referee.observe(at(3.0), Observation::LoginAsked(visit));
    let asked = at(3.0);
    let other = Observation::Seated {
        visit,
        asked,
        same: false,
        grace: GRACE,
        over_allocation: false,
    };
    referee.observe(at(3.1), other);
    assert_eq!(rules(referee), [Rule::SecondSeat]);
}

#[test]
fn the_admin_apis_numbers_have_to_add_up_and_to_be_possible() {
    let sample = Sample {
        total: 2,
        in_use: 2,
        connected: 2,
        in_grace: 0,
        free: 0,
    };
    for (sample, expected) in [
        (sample, vec![]),
        (
            Sample {
                connected: 1,
                ..sample
            },
            vec![Rule::NumberLies],
        ),
        (Sample { free: 1, ..sample }, vec![Rule::NumberLies]),
        (
            Sample {
                in_use: 1,
                connected: 1,
                free: 1,
                ..sample
            },
            vec![Rule::NumberLies],
        ),
        (
            Sample {
                in_use: 3,
                connected: 3,
                ..sample
            },
            vec![Rule::NumberLies],
        ),
    ] {
        let mut referee = full();
        referee.observe(
            at(5.1),
            Observation::Sampled {
                asked: at(5.0),
                sample,
            },
        );
        assert_eq!(rules(referee), expected, "{sample:?}");
    }
}

#[test]
fn a_close_code_has_to_fit_the_message_before_it() {
    let mut referee = Referee::default();
    referee.observe(
        at(1.0),
        Observation::Closed {
            said: "superseded".into(),
            close: 4509,
        },
    );
    referee.observe(
        at(2.0),
        Observation::Closed {
            said: "seats_exhausted".into(),
            close: 1000,
        },
    );
    assert_eq!(rules(referee), [Rule::WrongCloseCode]);
}

#[test]
fn lateness_counts_while_somebody_polls() {
    let mut referee = full();
    lost(&mut referee, 1, 10.0, 10.0);
    refused(&mut referee, 3, 70.0, 70.05, 2);
    refused(&mut referee, 4, 70.2, 70.25, 2);
    seated(&mut referee, 5, 70.4, 70.5);

    let lateness = referee.judge(at(80.0)).purge_lateness;
    assert_eq!(lateness, [at(0.2)]);
}
