//! The waiting line.

use super::test_commands::*;
use super::*;
use crate::seats::{AttemptHash, Command, Effect, Login, Outcome, Refusal};

#[test]
fn a_freed_seat_goes_to_the_head_of_the_line_in_the_same_step() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    assert_eq!(ask(&mut pool, waiting(2), at(0)).0, Outcome::Waiting { ahead: 0 });
    assert_eq!(ask(&mut pool, waiting(3), at(0)).0, Outcome::Waiting { ahead: 1 });

    let (outcome, effects) = ask(&mut pool, logout(1), at(1));

    assert_eq!((outcome, granted(&effects)), (Outcome::Released, vec![2]));
    let newcomer = ask(&mut pool, Command::Login(login(4)), at(1)).0;
    let Outcome::Refused(Refusal::SeatsExhausted(full)) = newcomer else {
        panic!("{newcomer:?}")
    };
    assert_eq!((full.in_use, full.waiting), (1, 1));
}

#[test]
fn a_seat_whose_grace_is_over_goes_to_the_line_before_a_newcomer() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, waiting(2), at(0));
    ask(&mut pool, lost(1, 0), at(0));

    let (outcome, effects) = ask(&mut pool, Command::Login(login(3)), at(60));

    assert!(matches!(outcome, Outcome::Refused(_)));
    assert!(matches!(effects[0], Effect::SeatPurged { .. }));
    assert_eq!(granted(&effects), [2]);
}

#[test]
fn a_newcomer_stays_behind_a_line_that_is_too_long_for_one_step() {
    let mut pool = pool(1, 400);
    ask(&mut pool, Command::Login(login(1)), at(0));
    for n in 0..300_u64 {
        let mut id = [9; 16];
        id[..8].copy_from_slice(&n.to_ne_bytes());
        let waiter = Login {
            session: SessionId(id),
            attempt: None,
            connection: ConnectionNumber(1000 + n),
            wait: Some(at(HOUR).served),
            ..login(2)
        };
        ask(&mut pool, Command::Login(waiter), at(0));
    }
    let allocation = Allocation {
        base: 1000,
        ..pool.allocation().clone()
    };
    ask(&mut pool, Command::Allocate(allocation), at(1));

    let (outcome, effects) = ask(&mut pool, waiting(3), at(1));

    let served = granted(&effects).len();
    assert!(served > 0 && !granted(&effects).contains(&3));
    let ahead = count(300 - served);
    assert_eq!(outcome, Outcome::Waiting { ahead });
}

#[test]
fn who_sleeps_is_passed_over_and_keeps_its_place() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    let asleep = Login {
        wait: Some(at(30).served),
        ..login(2)
    };
    ask(&mut pool, Command::Login(asleep), at(0));
    ask(&mut pool, waiting(3), at(0));
    assert_eq!(granted(&ask(&mut pool, logout(1), at(30)).1), [3]);
    let (connection, awake_until) = (ConnectionNumber(2), at(90).served);

    ask(
        &mut pool,
        Command::WaiterHeard {
            connection,
            awake_until,
        },
        at(31),
    );

    assert_eq!(granted(&ask(&mut pool, logout(3), at(40)).1), [2]);
}

#[test]
fn the_line_is_bounded_and_only_for_those_who_want_to_wait() {
    let mut pool = pool(1, 1);
    ask(&mut pool, Command::Login(login(1)), at(0));
    assert!(matches!(
        ask(&mut pool, Command::Login(login(2)), at(0)).0,
        Outcome::Refused(_)
    ));
    ask(&mut pool, waiting(3), at(0));

    assert!(matches!(
        ask(&mut pool, waiting(4), at(0)).0,
        Outcome::Refused(Refusal::SeatsExhausted(_))
    ));
}

#[test]
fn the_same_attempt_takes_over_its_place_and_never_two_seats() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, waiting(2), at(0));
    ask(&mut pool, waiting(3), at(0));
    let again = Login {
        attempt: Some(AttemptHash([2; 16])),
        wait: Some(at(HOUR).served),
        ..login(9)
    };

    let (outcome, effects) = ask(&mut pool, Command::Login(again), at(1));

    assert_eq!(outcome, Outcome::Waiting { ahead: 0 });
    let older = Some(ConnectionNumber(2));
    assert!(matches!(effects[..], [Effect::LineJoined { superseded, .. }] if superseded == older));
    assert_eq!(granted(&ask(&mut pool, logout(1), at(2)).1), [9]);
    let third = Login {
        connection: ConnectionNumber(10),
        ..again
    };
    let (outcome, effects) = ask(&mut pool, Command::Login(third), at(3));
    assert!(matches!(outcome, Outcome::Seated { resumed: true, .. }));
    assert!(granted(&effects).is_empty());
}

#[test]
fn an_increase_that_begins_serves_the_line_by_the_next_look() {
    let mut pool = pool(1, 5);
    let increase = crate::seats::Increase {
        seats: 2,
        from: at(100).utc,
        until: at(200).utc,
    };
    let allocation = Allocation {
        increases: vec![increase],
        ..pool.allocation().clone()
    };
    ask(&mut pool, Command::Allocate(allocation), at(0));
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, waiting(2), at(0));
    assert!(pool.next_due(at(99).served).unwrap() <= at(100).served);

    assert!(granted(&ask(&mut pool, Command::Sweep { most: 9 }, at(99)).1).is_empty());
    assert_eq!(
        granted(&ask(&mut pool, Command::Sweep { most: 9 }, at(100)).1),
        [2]
    );
}
