use super::*;

fn id(name: &str) -> OrganizationId {
    OrganizationId::parse(name).unwrap()
}

fn look(name: &str, text: &str) -> (OrganizationId, Option<String>) {
    (id(name), Some(format!("\"{name} {text}\"")))
}

fn begun() -> Past {
    let mut past = Past::new(Timestamp(1_000));
    past.note(vec![look("a", "0"), look("b", "0")], None);
    past
}

fn told(past: &Past, scope: &Scope, place: &mut Place) -> (u64, &'static str, String) {
    let Told { number, kind, data } = past.tell(scope, place).expect("an event");
    (number - past.base, kind, data)
}

#[test]
fn a_snapshot_is_followed_by_what_changed_and_nothing_else() {
    let mut past = begun();
    let mut place = past.place(&Scope::All, None);
    let whole = r#"{"organizations":["a 0","b 0"]}"#;
    assert_eq!(
        told(&past, &Scope::All, &mut place),
        (1, "snapshot", whole.to_owned())
    );

    past.note(vec![look("a", "0")], None);
    assert!(!past.has_news(&Scope::All, place), "it looks as before");
    past.note(vec![look("b", "1")], None);

    assert!(past.has_news(&Scope::All, place) && !past.is_behind(&Scope::All, place));
    let change = r#"{"organizations":["b 1"]}"#;
    assert_eq!(
        told(&past, &Scope::All, &mut place),
        (2, "change", change.to_owned())
    );
}

#[test]
fn numbers_grow_by_one_also_where_only_one_organization_is_looked_at() {
    let mut past = begun();
    let scope = Scope::One(id("b"));
    let mut place = past.place(&scope, None);
    let (first, ..) = told(&past, &scope, &mut place);
    for round in 1..5 {
        past.note(vec![look("a", &round.to_string())], None);
        past.note(vec![look("b", &round.to_string())], None);
    }
    assert!(past.is_behind(&scope, place));
    past.note(Vec::new(), Some("store"));

    let heard: Vec<_> = (0..5).map(|_| told(&past, &scope, &mut place)).collect();

    let numbers: Vec<_> = heard.iter().map(|(number, ..)| number - first).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!(heard[4].1, "stale");
    assert!(heard.iter().all(|(.., data)| !data.contains("a ")));
    assert_eq!(past.place(&scope, None).number + 1, past.number(&scope));
}

#[test]
fn a_reader_goes_on_after_its_number_or_begins_anew() {
    for scope in [Scope::All, Scope::One(id("a"))] {
        let mut past = begun();
        let mut place = past.place(&scope, None);
        let (start, ..) = told(&past, &scope, &mut place);
        for round in 1..4 {
            past.note(vec![look("a", &round.to_string())], None);
        }
        let mut again = past.place(&scope, Some(past.base + start + 1));
        assert_eq!(told(&past, &scope, &mut again).0, start + 2);
        assert_eq!(told(&past, &scope, &mut again).0, start + 3);
        assert!(!past.has_news(&scope, again));
        for strange in [0, past.base + start + 4, u64::MAX] {
            let mut anew = past.place(&scope, Some(strange));
            assert_eq!(told(&past, &scope, &mut anew).1, "snapshot");
        }
    }
}

#[test]
fn a_reader_that_is_too_slow_is_dropped_and_its_number_gets_a_snapshot() {
    let mut past = begun();
    let mut place = past.place(&Scope::All, None);
    told(&past, &Scope::All, &mut place);
    let number = place.number;
    for round in 0..=KEPT {
        past.note(vec![look("a", &format!("r{round}"))], None);
    }

    assert!(past.has_news(&Scope::All, place));
    assert!(past.tell(&Scope::All, &mut place).is_none());
    assert!(past.place(&Scope::All, Some(number)).anew);
    assert!(past.entries.len() <= KEPT);
}

#[test]
fn stale_numbers_are_said_to_be_stale_until_a_snapshot() {
    let mut past = begun();
    let mut place = past.place(&Scope::All, None);
    told(&past, &Scope::All, &mut place);
    past.note(vec![look("a", "1")], Some("store"));
    past.note(vec![look("a", "2")], Some("store"));

    let (number, kind, data) = told(&past, &Scope::All, &mut place);
    assert_eq!((number, kind), (2, "stale"));
    assert_eq!(data, r#"{"organizations":[],"reason":"store"}"#);
    assert!(!past.has_news(&Scope::All, place));
    let mut late = past.place(&Scope::All, None);
    assert_eq!(told(&past, &Scope::All, &mut late).1, "snapshot");
    assert_eq!(told(&past, &Scope::All, &mut late), (2, "stale", data));

    past.note(Vec::new(), None);
    let (number, kind, data) = told(&past, &Scope::All, &mut place);
    assert_eq!((number, kind), (3, "snapshot"));
    assert!(data.contains("a 2"));
}

#[test]
fn a_removed_organization_is_missing_in_a_new_snapshot_and_ends_its_own_feed() {
    let mut past = begun();
    let own = Scope::One(id("a"));
    let (mut all, mut one) = (past.place(&Scope::All, None), past.place(&own, None));
    told(&past, &Scope::All, &mut all);
    told(&past, &own, &mut one);

    past.note(vec![(id("a"), None)], None);

    let whole = r#"{"organizations":["b 0"]}"#;
    assert_eq!(
        told(&past, &Scope::All, &mut all),
        (2, "snapshot", whole.to_owned())
    );
    assert!(past.has_news(&own, one) && past.tell(&own, &mut one).is_none());
}
