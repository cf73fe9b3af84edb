use super::test_commands::*;
use super::*;
use crate::seats::{AttemptHash, Cause, Command, Effect, Entry, Outcome, Refusal, SecretHash};

#[test]
fn a_login_beyond_the_limit_is_refused_with_the_numbers() {
    let mut pool = pool(2, 0);
    ask(&mut pool, login_as(1, None), at(0));
    ask(&mut pool, login_as(2, None), at(0));
    ask(&mut pool, lost(2, 10), at(10));

    let (outcome, _) = ask(&mut pool, login_as(3, None), at(30));

    let Outcome::Refused(Refusal::SeatsExhausted(full)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((full.limit.total, full.in_use, full.in_grace), (2, 2, 1));
    assert_eq!(full.next_release, Some(Duration::from_secs(40)));
}

#[test]
fn a_resume_at_full_use_is_never_refused() {
    let mut pool = pool(1, 0);
    ask(&mut pool, login_as(1, None), at(0));
    ask(&mut pool, lost(1, 10), at(10));

    let (outcome, effects) = ask(&mut pool, resume(1, 9), at(69));

    assert!(matches!(outcome, Outcome::Seated { resumed: true, .. }));
    let connection = ConnectionNumber(9);
    assert_eq!(
        effects,
        [Effect::SeatResumed {
            session: SessionId([1; 16]),
            connection,
            superseded: None
        }]
    );
}

#[test]
fn the_seat_is_free_exactly_when_the_grace_is_over() {
    let mut pool = pool(1, 0);
    ask(&mut pool, login_as(1, None), at(0));
    ask(&mut pool, lost(1, 10), at(10));

    let early = ask(&mut pool, login_as(2, None), at(69)).0;
    let (granted, effects) = ask(&mut pool, login_as(2, None), at(70));
    let gone = ask(&mut pool, resume(1, 9), at(70)).0;

    assert!(matches!(early, Outcome::Refused(_)));
    assert!(matches!(granted, Outcome::Seated { .. }));
    assert!(
        matches!(effects[0], Effect::SeatPurged { .. }),
        "purged before it is granted again"
    );
    assert_eq!(gone, Outcome::Refused(Refusal::SessionGone));
}

#[test]
fn what_is_over_counts_as_free_before_any_sweep() {
    let mut pool = pool(3, 0);
    ask(&mut pool, login_as(1, None), at(0));
    ask(&mut pool, lost(1, 0), at(0));

    assert_eq!(pool.numbers(at(59)).in_use(), 1);
    assert_eq!(pool.numbers(at(60)).in_use(), 0);
    assert_eq!(
        ask(&mut pool, Command::Sweep { most: 9 }, at(60)).0,
        Outcome::Swept(1)
    );
}

#[test]
fn a_late_goodbye_of_an_older_connection_does_not_touch_the_newer() {
    let mut pool = pool(1, 0);
    ask(&mut pool, login_as(1, None), at(0));
    let (_, effects) = ask(&mut pool, resume(1, 9), at(1));

    let (_, nothing) = ask(&mut pool, lost(1, 2), at(2));
    let session = SessionId([1; 16]);
    let logout = Command::Logout {
        session,
        connection: ConnectionNumber(1),
    };
    let (done, _) = ask(&mut pool, logout, at(3));

    assert!(
        matches!(
            effects[..],
            [Effect::SeatResumed {
                superseded: Some(ConnectionNumber(1)),
                ..
            }]
        ),
        "{effects:?}"
    );
    assert!(nothing.is_empty());
    assert_eq!(done, Outcome::Done);
    assert_eq!(pool.numbers(at(200)).connected, 1);
}

#[test]
fn a_repeated_attempt_gets_the_same_session_and_a_new_secret() {
    let mut pool = pool(1, 0);
    ask(&mut pool, login_as(1, Some(7)), at(0));

    let (outcome, _) = ask(&mut pool, login_as(2, Some(7)), at(59));
    let old_secret = ask(&mut pool, resume(1, 3), at(59)).0;
    let (late, _) = ask(&mut pool, login_as(3, Some(7)), at(60));

    let session = SessionId([1; 16]);
    assert_eq!(
        outcome,
        Outcome::Seated {
            session,
            resumed: true,
            over_allocation: false
        }
    );
    assert_eq!(old_secret, Outcome::Refused(Refusal::SessionGone));
    assert!(
        matches!(late, Outcome::Refused(Refusal::SeatsExhausted(_))),
        "a repetition renews nothing"
    );
}

#[test]
fn a_silent_loss_counts_from_the_last_proof_but_never_before_its_discovery() {
    let mut pool = pool(2, 0);
    ask(&mut pool, login_as(1, None), at(0));
    ask(&mut pool, login_as(2, None), at(0));
    ask(&mut pool, lost(1, 5), at(50));
    ask(&mut pool, lost(2, 5), at(300));

    assert_eq!(pool.numbers(at(300)).in_use(), 0);
    let until = at(300).served;
    assert_eq!(
        pool.sessions[&SessionId([2; 16])].state,
        SessionState::InGrace { until }
    );
}

#[test]
fn a_limit_below_use_ends_nobody_and_refuses_until_use_is_below_it() {
    let mut pool = pool(3, 0);
    (1..=3).for_each(|n| drop(ask(&mut pool, login_as(n, None), at(0))));
    ask(&mut pool, Command::Allocate(Allocation::of(1)), at(1));
    assert_eq!(pool.numbers(at(1)).over_allocation(), 2);

    for n in 1..=2 {
        ask(
            &mut pool,
            Command::End {
                session: SessionId([n; 16]),
                cause: Cause::Terminated,
            },
            at(2),
        );
        assert!(matches!(
            ask(&mut pool, login_as(9, None), at(2)).0,
            Outcome::Refused(_)
        ));
    }
    ask(
        &mut pool,
        Command::End {
            session: SessionId([3; 16]),
            cause: Cause::Terminated,
        },
        at(3),
    );

    assert!(matches!(
        ask(&mut pool, login_as(9, None), at(3)).0,
        Outcome::Seated { .. }
    ));
}

#[test]
fn burst_and_observe_seat_more_and_say_so() {
    let mut pool = pool(1, 0);
    ask(&mut pool, login_as(1, None), at(0));
    let burst = Allocation {
        policy: crate::seats::Policy::Burst(1),
        ..Allocation::of(1)
    };
    ask(&mut pool, Command::Allocate(burst), at(0));
    let second = ask(&mut pool, login_as(2, None), at(0)).0;
    let third = ask(&mut pool, login_as(3, None), at(0)).0;
    let observe = Allocation {
        policy: crate::seats::Policy::Observe,
        ..Allocation::of(1)
    };
    ask(&mut pool, Command::Allocate(observe), at(0));
    let (fourth, effects) = ask(&mut pool, login_as(4, None), at(0));

    assert!(matches!(
        second,
        Outcome::Seated {
            over_allocation: true,
            ..
        }
    ));
    assert!(matches!(third, Outcome::Refused(_)));
    assert!(matches!(
        fourth,
        Outcome::Seated {
            over_allocation: true,
            ..
        }
    ));
    assert_eq!(effects[0], Effect::WouldBeRefused);
}

#[test]
fn renewed_graces_bring_nothing_back_that_was_over() {
    let mut pool = pool(2, 0);
    ask(&mut pool, login_as(1, None), at(0));
    ask(&mut pool, login_as(2, None), at(0));
    ask(&mut pool, lost(1, 0), at(0));
    ask(&mut pool, lost(2, 30), at(30));

    ask(
        &mut pool,
        Command::RenewGraces {
            at_least: Duration::ZERO,
        },
        at(70),
    );

    assert_eq!(pool.numbers(at(70)).in_use(), 1);
    assert_eq!(pool.numbers(at(129)).in_use(), 1);
    assert_eq!(pool.numbers(at(130)).in_use(), 0);
}

#[test]
fn a_call_counts_while_its_connection_lasts() {
    let mut pool = pool(1, 0);
    ask(&mut pool, login_as(1, None), at(0));
    let (session, connection) = (SessionId([1; 16]), ConnectionNumber(1));
    ask(
        &mut pool,
        Command::Status {
            session,
            connection,
            on_call: true,
        },
        at(1),
    );
    ask(
        &mut pool,
        Command::Responsive {
            session,
            connection,
            responsive: false,
        },
        at(1),
    );
    let during = pool.numbers(at(1));
    ask(&mut pool, resume(1, 2), at(2));

    assert_eq!((during.on_call, during.unresponsive), (1, 1));
    assert_eq!(
        (pool.numbers(at(2)).on_call, pool.numbers(at(2)).unresponsive),
        (0, 0)
    );
}

#[test]
fn a_login_repeated_on_its_own_connection_supersedes_nothing() {
    let mut pool = pool(1, 0);
    ask(&mut pool, login_as(1, Some(7)), at(0));

    let (_, effects) = ask(&mut pool, login_as(1, Some(7)), at(1));

    assert!(matches!(
        effects[..],
        [
            Effect::SecretRenewed { .. },
            Effect::SeatResumed { superseded: None, .. }
        ]
    ));
}

#[test]
fn after_a_restart_an_attempt_gets_any_session_of_its_own_that_is_left() {
    let record = |n: u8| Record {
        session: SessionId([n; 16]),
        secret: SecretHash([n; 16]),
        attempt: Some(AttemptHash([7; 16])),
        over_allocation: false,
        granted_at: at(u64::from(n)).utc,
        ending: None,
        entry: Entry::default(),
    };
    let mut pool = pool(3, 0);
    for n in [1, 2] {
        pool.apply(&Effect::SeatRestored {
            record: record(n),
            repeatable_until: at(60).served,
            until: at(60).served,
        });
    }
    let session = SessionId([2; 16]);
    let cause = Cause::Terminated;
    ask(&mut pool, Command::End { session, cause }, at(1));

    let (outcome, _) = ask(&mut pool, login_as(3, Some(7)), at(2));

    let session = SessionId([1; 16]);
    assert!(
        matches!(outcome, Outcome::Seated { session: given, resumed: true, .. } if given == session),
        "{outcome:?}"
    );
}
