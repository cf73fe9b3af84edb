//! The Grafana dashboard asks for what `/metrics` has.

use crate::server::Server;
use serde_json::Value;
use std::collections::BTreeSet;

/// The queries of the dashboard.
fn queries() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(include_str!("../../config/grafana/seats.json")).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let targets = dashboard["panels"].as_array().unwrap().iter();
    let targets = targets.flat_map(|panel| panel["targets"].as_array().unwrap());
    let variables = dashboard["templating"]["list"].as_array().unwrap().iter();
    let variables = variables.filter(|variable| variable["type"] == "query");
    targets
        .map(|target| text(&target["expr"]))
        .chain(variables.map(|variable| text(&variable["query"])))
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
}

#[tokio::test]
async fn every_query_asks_for_metrics_and_labels_that_are_there_from_the_start() {
    let server = Server::with(&["--seats", "acme=2"]);
    let (_, metrics) = server.get("/metrics", None).await;
    let samples: Vec<_> = metrics.lines().filter(|line| !line.starts_with('#')).collect();
    let mut asked = BTreeSet::new();
    for query in queries() {
        let names: Vec<_> = words(&query)
            .filter(|word| word.starts_with("mirabridge_seats_"))
            .collect();
        assert!(!names.is_empty(), "{query}");
        for name in names {
            let found = samples.iter().find(|line| {
                line.strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with(['{', ' ']))
            });
            let sample = found.unwrap_or_else(|| panic!("{name} of {query} is not there"));
            for label in ["org", "code", "cause", "outcome", "le"] {
                if words(&query).any(|word| word == label) {
                    assert!(
                        sample.contains(&format!("{label}=\"")),
                        "{label} of {query}: {sample}"
                    );
                }
            }
            asked.insert(name.to_owned());
        }
    }
    let families = samples.iter().filter_map(|line| line.split(['{', ' ']).next());
    let family = |name: &str| {
        name.trim_end_matches("_bucket")
            .trim_end_matches("_count")
            .trim_end_matches("_sum")
            .to_owned()
    };
    let asked: BTreeSet<_> = asked.iter().map(|name| family(name)).collect();
    let unasked: BTreeSet<_> = families
        .map(family)
        .filter(|name| !asked.contains(name))
        .collect();
    let of_the_inside = ["build_info", "store_commit_batches"];
    let of_the_inside = of_the_inside.map(|name| format!("mirabridge_seats_{name}"));
    assert!(
        unasked.is_subset(&BTreeSet::from(of_the_inside)),
        "no panel shows {unasked:?}"
    );
}
