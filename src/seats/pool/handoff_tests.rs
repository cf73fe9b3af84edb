//! Seats that pass from one agent to the next.

use super::test_commands::*;
use super::*;
use crate::seats::{AttemptHash, Cause, Command, Effect, Login, Outcome, Refusal};

#[test]
fn a_hand_off_passes_the_seat_on_at_full_use_and_its_code_is_good_once() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, waiting(5), at(0));
    ask(&mut pool, offer(1, 7), at(0));
    assert_eq!(
        ask(&mut pool, claim(2, 8), at(1)).0,
        Outcome::Refused(Refusal::HandoffInvalid)
    );

    let (outcome, effects) = ask(&mut pool, claim(3, 7), at(59));

    assert!(matches!(outcome, Outcome::Seated { resumed: false, .. }));
    assert!(matches!(
        effects[..],
        [
            Effect::SeatReleased {
                cause: Cause::HandedOff,
                ..
            },
            Effect::SeatGranted { .. }
        ]
    ));
    assert_eq!(
        ask(&mut pool, claim(4, 7), at(59)).0,
        Outcome::Refused(Refusal::HandoffInvalid)
    );
}

#[test]
fn an_attempt_that_claims_a_hand_off_gives_up_its_place_in_the_line() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, waiting(2), at(0));
    ask(&mut pool, offer(1, 7), at(0));
    let again = Login {
        attempt: Some(AttemptHash([2; 16])),
        handoff: Some(HandoffHash([7; 16])),
        ..login(9)
    };

    let (_, effects) = ask(&mut pool, Command::Login(again), at(1));

    assert_eq!(granted(&effects), [9]);
    let older = Some(ConnectionNumber(2));
    assert!(matches!(effects[0], Effect::LineJoined { superseded, .. } if superseded == older));
    assert_eq!(pool.line().len(), 0);
}

#[test]
fn a_code_is_over_after_a_minute_and_dies_with_a_newer_one_and_its_session() {
    let is_void = |pool: &mut Pool, code, moment| {
        ask(pool, claim(2, code), moment).0 == Outcome::Refused(Refusal::HandoffInvalid)
    };
    let mut pool = pool(5, 0);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, offer(1, 1), at(0));
    ask(&mut pool, offer(1, 2), at(0));
    assert!(is_void(&mut pool, 1, at(1)), "a newer code was made");
    assert!(is_void(&mut pool, 2, at(60)), "a minute is over");
    ask(&mut pool, offer(1, 3), at(0));
    ask(&mut pool, logout(1), at(1));
    assert!(is_void(&mut pool, 3, at(1)), "the session is over");
}
