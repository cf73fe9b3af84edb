use super::*;

fn read(text: &str) -> Result<Scenario, Vec<String>> {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("days.toml");
    std::fs::write(&path, text).unwrap();
    load_scenario(&path).map_err(|problems| {
        let shown = |problem: &Problem| problem.to_string().replace(path.to_str().unwrap(), "FILE");
        problems.iter().map(shown).collect()
    })
}

#[test]
fn the_example_says_what_the_office_profile_is() {
    let example = load_scenario(Path::new("config/fleet.example.toml"));
    assert_eq!(example, Ok(Scenario::office()));
}

#[test]
fn what_is_left_out_is_as_in_the_profile_it_starts_from() {
    assert_eq!(read(""), Ok(Scenario::office()));
    let mut expected = Scenario::around_the_clock();
    assert_eq!(read("profile = \"24x7\""), Ok(expected.clone()));

    expected.home = 1.0;
    expected.arrival.late = 0.5;
    expected.disturbances.drops.home = 2.0;
    let text = "profile = \"24x7\"\nhome = 1\n[arrival]\nlate = 0.5\n[disturbances]\ndrops = { home = 2 }";
    assert_eq!(read(text), Ok(expected));
}

#[test]
fn shifts_of_a_file_replace_those_of_the_profile() {
    let scenario = read("[[shift]]\nstart = \"06:30\"\nlength = \"6h\"\nshare = 1").unwrap();
    let start = TimeOfDay::at(6, 30);
    let expected = Shift {
        start,
        start_until: start,
        length: HOUR * 6,
        share: 1.0,
    };
    assert_eq!(scenario.shifts, [expected]);
}

#[test]
fn all_problems_are_said_with_their_lines() {
    let text = "\
profile = \"ofice\"
on_duty = 2
weekdays = [1, 1]
beginn = \"07:00\"
[arrival]
late = 0.9
early = 0.5
[lunch]
length = [\"5m\"]
[incidents]
blip_length = [\"90s\", \"5s\"]
[[shift]]
start = \"09:00\"
start_until = \"08:00\"
length = \"20h\"
";
    let expected = [
        "FILE:1: profile: this is a profile: \"office\", \"extended\" or \"24x7\"",
        "FILE:2: on_duty: this is a number from 0 to 1",
        "FILE:3: weekdays: this has seven shares, from Monday on: [1, 1, 1, 1, 1, 0.5, 0]",
        "FILE:4: beginn: unknown key; did you mean `begin`?",
        "FILE:5: arrival.late: late and early are parts of the same people; together at most 1",
        "FILE:9: lunch.length: these are two times, the shorter one first, as in [\"5s\", \"90s\"]",
        "FILE:11: incidents.blip_length: these are two times, the shorter one first, as in [\"5s\", \"90s\"]",
        "FILE:12: shift.share: this is missing; write share = 45",
        "FILE:14: shift.start_until: the latest start is not before the first",
        "FILE:15: shift.length: this is a time from 1800s to 57600s",
    ];
    assert_eq!(read(text).unwrap_err(), expected);
}
