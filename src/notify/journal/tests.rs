use super::super::delivery::{Attempt, DeliveryState, Outcome};
use super::super::{Event, EventKind};
use super::*;
use crate::alert::{Alarm, Change as AlarmChange, Severity};
use crate::seats::{OrganizationId, Timestamp};
use crate::store::Job;
use std::collections::BTreeSet;
use tokio::sync::mpsc;

fn acme() -> OrganizationId {
    OrganizationId::parse("acme").unwrap()
}

fn event(at: i64) -> Event {
    Event {
        kind: EventKind::Ping,
        at: Timestamp(at),
        data: serde_json::Map::new(),
    }
}

fn failed(outcome: Outcome) -> Attempt {
    Attempt {
        at: 0,
        took_ms: 0,
        outcome,
        status: None,
    }
}

fn in_memory() -> Journal {
    Journal::open(Recorder::in_memory(), &[]).unwrap()
}

fn deliver(journal: &Journal, webhook: &str, at: i64) -> Option<(String, bool)> {
    journal.change(|draft| draft.deliver(&acme(), (webhook, None), &event(at), Timestamp(at)))
}

fn due(journal: &Journal, now: i64, busy: &[&str]) -> Vec<String> {
    let busy: BTreeSet<_> = busy
        .iter()
        .map(|webhook| (acme(), (*webhook).to_owned()))
        .collect();
    let found = journal.read(|draft| draft.take_due(Timestamp(now), &busy, 10));
    found.into_iter().map(|((_, name), _)| name).collect()
}

/// Answers the next change that is to be recorded, and returns the names of its rows.
async fn store(jobs: &mut mpsc::Receiver<Job>, takes: bool) -> Vec<(String, bool)> {
    let Some(Job::Change { change, done }) = jobs.recv().await else {
        panic!("no change")
    };
    if takes {
        done.send(()).unwrap();
    }
    let rows = change.settings.into_iter();
    rows.map(|(key, value)| (key.kind, value.is_some())).collect()
}

#[tokio::test]
async fn nothing_is_sent_before_the_store_took_it_with_its_incident() {
    let (recorder, mut jobs) = Recorder::queue(8);
    let journal = Journal::open(recorder, &[]).unwrap();
    journal.change(|draft| {
        let changes = [AlarmChange::Raised(Alarm::Exhausted)];
        let severity = Some(Severity::Critical);
        let name = draft.take_changes(&acme(), || "i".to_owned(), (&changes, severity), Timestamp(0));
        draft.deliver(&acme(), ("w", Some(&name)), &event(0), Timestamp(0));
    });
    assert_eq!(due(&journal, 10, &[]), [""; 0]);

    let (refused, rows) = tokio::join!(journal.record(), store(&mut jobs, false));
    assert_eq!((refused, rows.len()), (Err(NotRecorded), 2));
    assert_eq!(due(&journal, 10, &[]), [""; 0]);
    let (taken, rows) = tokio::join!(journal.record(), store(&mut jobs, true));

    assert_eq!(taken, Ok(()));
    assert_eq!(
        rows,
        [("incident".to_owned(), true), ("delivery".to_owned(), true)]
    );
    assert_eq!(due(&journal, 10, &[]).len(), 1);
    assert_eq!(journal.record().await, Ok(()), "there is nothing more to record");
}

#[tokio::test]
async fn what_was_recorded_is_read_back_as_it_was() {
    let (recorder, mut jobs) = Recorder::queue(8);
    let journal = Journal::open(recorder, &[]).unwrap();
    deliver(&journal, "w", 5);
    deliver(&journal, "gone", 6);
    let (_, rows) = tokio::join!(journal.record(), store(&mut jobs, true));
    assert_eq!(rows.len(), 2);
    let name = (acme(), due(&journal, 10, &["w"]).remove(0));
    journal.change(|draft| draft.tried(&name, failed(Outcome::Gone), Timestamp(7), (0.0, None)));
    let stored = {
        let recording = journal.record();
        let taking = async {
            let Some(Job::Change { change, done }) = jobs.recv().await else {
                panic!("no change")
            };
            done.send(()).unwrap();
            change.settings
        };
        let (_, settings) = tokio::join!(recording, taking);
        let kept = settings.into_iter();
        kept.filter_map(|(key, value)| Some((key, value?)))
            .collect::<Vec<_>>()
    };
    assert!(stored.iter().all(|(key, _)| is_of_the_journal(key)));

    let again = Journal::open(Recorder::in_memory(), &stored).unwrap();

    let webhook = (acme(), "gone".to_owned());
    assert_eq!(again.read(|draft| draft.gone_since(&webhook)), Some(Timestamp(7)));
    let log = again.read(|draft| draft.deliveries_of(&webhook));
    assert_eq!(
        (log.len(), log[0].1.state, log[0].1.attempts.len()),
        (1, DeliveryState::Failed, 1)
    );
    assert_eq!(
        deliver(&again, "gone", 8),
        None,
        "a receiver that is gone is told nothing"
    );
    let broken = [(stored[0].0.clone(), "{".to_owned())];
    assert!(Journal::open(Recorder::in_memory(), &broken).is_err());
}

#[tokio::test]
async fn a_webhook_keeps_a_hundred_events_and_what_is_done_with_goes_first() {
    let journal = in_memory();
    for at in 0..100 {
        assert!(!deliver(&journal, "w", at).unwrap().1);
    }
    deliver(&journal, "other", 0);
    journal.record().await.unwrap();
    let done = (acme(), due(&journal, 1000, &["other"]).remove(0));
    journal.change(|draft| draft.tried(&done, failed(Outcome::Delivered), Timestamp(0), (0.0, None)));
    let all = || journal.read(|draft| draft.deliveries_of(&(acme(), "w".to_owned())));

    assert!(!deliver(&journal, "w", 100).unwrap().1, "one was done with");
    assert!(all().iter().all(|(name, _)| *name != done.1));
    assert!(deliver(&journal, "w", 101).unwrap().1, "all wait");

    assert_eq!((all().len(), all().last().unwrap().1.at), (100, 2));
    let others = journal.read(|draft| draft.deliveries_of(&(acme(), "other".to_owned())));
    assert_eq!(others.len(), 1);
}

#[tokio::test]
async fn one_goes_to_a_webhook_at_a_time_and_a_clock_that_was_set_back_stops_nothing() {
    let journal = in_memory();
    for webhook in ["a", "a", "b"] {
        deliver(&journal, webhook, 1_000);
    }
    journal.record().await.unwrap();
    assert_eq!(due(&journal, 999, &[]), [""; 0]);
    assert_eq!(due(&journal, 1_000, &[]).len(), 2);
    assert_eq!(due(&journal, 1_000, &["a"]).len(), 1);
    let days = 3 * 86_400_000;
    assert_eq!(due(&journal, 1_000 - days, &["b"]).len(), 1);
}

#[tokio::test]
async fn a_webhook_or_an_organization_that_goes_takes_everything_along() {
    let journal = in_memory();
    for webhook in ["a", "b"] {
        deliver(&journal, webhook, 0);
    }
    journal.record().await.unwrap();
    journal.change(|draft| draft.keep_webhooks(&acme(), |webhook| webhook == "b"));
    assert_eq!(due(&journal, 0, &[]).len(), 1);
    assert_eq!(journal.read(Draft::waiting), 1);

    journal.change(|draft| draft.forget(&acme()));

    assert_eq!(
        journal.read(|draft| (draft.waiting(), draft.organizations().len())),
        (0, 0)
    );
}

#[test]
fn an_organization_keeps_a_hundred_incidents_and_one_is_open_at_most() {
    let journal = in_memory();
    let change = |at: i64, changes: &[AlarmChange], severity| {
        journal.change(|draft| {
            let name = || format!("{at:05}");
            draft.take_changes(&acme(), name, (changes, severity), Timestamp(at))
        })
    };
    for at in 0..150 {
        let name = change(
            at,
            &[AlarmChange::Raised(Alarm::LongWait)],
            Some(Severity::Warning),
        );
        assert_eq!(journal.read(Draft::open_incidents), 1);
        assert_eq!(change(at, &[AlarmChange::Cleared(Alarm::LongWait)], None), name);
        assert_eq!(journal.read(Draft::open_incidents), 0);
    }
    let all = journal.read(|draft| draft.incidents_of(&acme()));
    assert_eq!((all.len(), all[0].1.since, all[99].1.since), (100, 149, 50));
}
