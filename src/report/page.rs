//! A report as a page to print: no script, nothing from outside.

use super::definitions::DEFINITIONS;
use super::figures::{Ends, HELD_MS, Report, resume_success};
use super::picture::{self, NotDrawn};
use super::table::date;
use crate::seats::Timestamp;
use crate::usage::{Count, Row};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");

/// The Content-Security-Policy of the page: its own style and nothing else.
pub fn policy() -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The page.
pub fn html(report: &Report) -> Result<String, NotDrawn> {
    let mut page = String::new();
    let name = escaped(&report.subject.name);
    // A page that is saved keeps its policy; what surrounds it cannot be said here.
    let policy = policy().replace("; frame-ancestors 'none'", "");
    put(
        &mut page,
        &format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Seats of {name}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>Seats of {name}</h1>"
        ),
    );
    put(&mut page, &format!("<p class=\"range\">{}</p>", range(report)));
    match report.known() {
        None => put(
            &mut page,
            &format!(
                "<div class=\"empty\"><strong>Nothing is recorded of this time.</strong><br>\
             The record begins with the first start of the server, and days are kept for five years.{}</div>",
                " Choose another time with <code>from</code> and <code>to</code>."
            ),
        ),
        Some(total) => known(&mut page, report, total)?,
    }
    put(
        &mut page,
        "<h2>What the numbers are</h2>\n<table class=\"words\">",
    );
    for (word, meaning) in DEFINITIONS {
        put(&mut page, &format!("<tr><th>{word}</th><td>{meaning}</td></tr>"));
    }
    put(&mut page, "</table>\n</body>\n</html>");
    Ok(page)
}

fn known(page: &mut String, report: &Report, total: &Row) -> Result<(), NotDrawn> {
    numbers(page, total);
    put(page, "<h2>Peaks and limit</h2>");
    let step = if picture::is_fine(report) {
        "half-hour"
    } else {
        "day"
    };
    figure(
        page,
        &picture::occupancy(report)?,
        &format!(
            "The peak of each {step}. A red foot marks a {step} with refusals; where nothing is drawn, nothing is known."
        ),
    );
    put(page, "<h2>The week</h2>");
    if report.map.iter().flatten().flatten().next().is_some() {
        let caption = "The highest peak of each half-hour of the week.";
        figure(page, &picture::heatmap(report)?, caption);
    } else {
        put(
            page,
            "<p>Half-hours are kept for 13 months: there are none of this time.</p>",
        );
    }
    put(page, "<h2>How long how many seats were in use</h2>");
    if total.open_ms() > 0 {
        figure(
            page,
            &picture::levels(total)?,
            "Hours with no seat in use are left out.",
        );
    } else {
        put(page, "<p>No seat was in use.</p>");
    }
    put(page, "<h2>Trend</h2>");
    match picture::trend(report) {
        Some(picture) => figure(page, &picture?, "Each point is a whole week from Monday on."),
        None => put(page, "<p>A trend takes at least two whole weeks.</p>"),
    }
    tables(page, report, total);
    Ok(())
}

fn numbers(page: &mut String, total: &Row) {
    let counts = &total.counts;
    let open = total.open_ms();
    let seats = |seats: Option<u32>| seats.map_or_else(|| "–".to_owned(), |seats| grouped(seats.into()));
    // What was refused is not in use: with refusals nobody knows how many would have been enough.
    let is_capped = counts.get(Count::Refusals) > 0;
    let enough = |share| {
        let enough = seats(total.in_use.enough_for(share));
        if is_capped {
            format!("at least {enough}")
        } else {
            enough
        }
    };
    let limit = match (total.limit.lowest(), total.limit.highest()) {
        (Some(low), Some(high)) if low < high => {
            format!("{} to {}", grouped(low.into()), grouped(high.into()))
        }
        (_, high) => seats(high),
    };
    let mean = total.in_use.product_ms() as f64 / open.max(1) as f64;
    let resumed =
        resume_success(counts).map_or_else(|| "–".to_owned(), |part| format!("{:.1} %", part * 100.0));
    put(page, "<dl class=\"numbers\">");
    for (name, value) in [
        ("peak", seats(total.in_use.highest())),
        ("peak held 30 minutes", seats(total.in_use.held_for(HELD_MS))),
        ("limit", limit),
        ("mean while open", format!("{mean:.1}")),
        ("enough for 95 %", enough(0.95)),
        ("enough for 99 %", enough(0.99)),
        ("enough for 99.9 %", enough(0.999)),
        (
            "seat hours",
            grouped((total.in_use.product_ms() + 1_800_000) / 3_600_000),
        ),
        ("logins", grouped(counts.get(Count::Logins))),
        ("refusals", grouped(counts.get(Count::Refusals))),
        (
            "waited / abandoned",
            format!(
                "{} / {}",
                grouped(counts.get(Count::Waited)),
                grouped(counts.get(Count::Abandoned))
            ),
        ),
        ("resume success", resumed),
    ] {
        put(page, &format!("<div><dt>{name}</dt><dd>{value}</dd></div>"));
    }
    put(page, "</dl>");
}

fn tables(page: &mut String, report: &Report, total: &Row) {
    put(
        page,
        "<div class=\"two\">\n<div>\n<h2>Top peaks</h2>\n<table>\n<tr><th class=\"n\">seats</th><th>first reached</th></tr>",
    );
    for peak in &report.peaks {
        let at = peak
            .at
            .map_or_else(|| date(&report.subject.zone, peak.day), |at| moment(report, at));
        put(
            page,
            &format!("<tr><td class=\"n\">{}</td><td>{at}</td></tr>", peak.seats),
        );
    }
    put(
        page,
        "</table>\n</div>\n<div>\n<h2>Sessions</h2>\n<table>\n<tr><th>ended by</th><th class=\"n\">sessions</th><th class=\"n\">part</th></tr>",
    );
    let all = total.counts.ends();
    for (name, count) in Ends::of(&total.counts).named() {
        let part = count as f64 * 100.0 / all.max(1) as f64;
        put(
            page,
            &format!(
                "<tr><td>{name}</td><td class=\"n\">{}</td><td class=\"n\">{part:.1} %</td></tr>",
                grouped(count)
            ),
        );
    }
    let long = total.counts.get(Count::OverTwelveHours);
    let part = long as f64 * 100.0 / all.max(1) as f64;
    put(
        page,
        &format!(
            "<tr><td>over 12 hours</td><td class=\"n\">{long}</td><td class=\"n\">{part:.1} %</td></tr>"
        ),
    );
    for (name, share) in [
        ("half are no longer than", 0.5),
        ("95 % are no longer than", 0.95),
    ] {
        let length = total
            .lengths
            .quantile_s(share)
            .map_or_else(|| "–".to_owned(), |s| format!("{:.1} h", s / 3600.0));
        put(
            page,
            &format!("<tr><td>{name}</td><td class=\"n\">{length}</td><td></td></tr>"),
        );
    }
    put(page, "</table>\n</div>\n</div>");
}

/// With its thousands apart, from ten thousand on.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join("\u{202f}")
}

fn range(report: &Report) -> String {
    let zone = report.subject.zone.iana_name().unwrap_or("UTC");
    let mut text = format!(
        "{} to {}, {}",
        moment(report, report.from),
        moment(report, report.until),
        escaped(zone)
    );
    if report.unknown_ms > 0 && report.known().is_some() {
        let hours = report.unknown_ms as f64 / 3_600_000.0;
        let _ = write!(
            text,
            " · not known: {}",
            if hours < 1.0 {
                format!("{:.0} min", (hours * 60.0).ceil())
            } else {
                format!("{hours:.1} h")
            }
        );
    }
    text
}

fn moment(report: &Report, at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map(|at| {
            at.to_zoned(report.subject.zone.clone())
                .strftime("%a %Y-%m-%d %H:%M")
                .to_string()
        })
        .unwrap_or_default()
}

fn figure(page: &mut String, svg: &str, caption: &str) {
    put(
        page,
        &format!("<figure>\n{svg}\n<figcaption>{caption}</figcaption>\n</figure>"),
    );
}

fn put(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_report::{empty, office};

    #[test]
    fn the_page_shows_every_picture_and_explains_every_number() {
        let page = html(&office(23)).unwrap();
        assert_eq!(page.matches("<svg ").count(), 4);
        assert!(page.contains("Seats of Acme &lt;Support&gt;") && !page.contains("<Support>"));
        for (word, _) in DEFINITIONS {
            assert!(page.contains(word), "{word}");
        }
        for text in [
            "<dt>peak</dt><dd>50</dd>",
            "<td>logout</td>",
            "Tue 2026-01-27 10:00",
            "66.7 %",
        ] {
            assert!(page.contains(text), "{text} is missing");
        }
    }

    #[test]
    fn thousands_stand_apart_where_there_are_many() {
        let told = [0, 999, 9999, 10_000, 1_234_567].map(grouped);
        assert_eq!(
            told,
            ["0", "999", "9999", "10\u{202f}000", "1\u{202f}234\u{202f}567"]
        );
    }

    #[test]
    fn nothing_comes_from_outside_and_nothing_runs() {
        let page = html(&office(23)).unwrap();
        for text in ["<script", " on", "style=\"", "href=", "src=", "url(", "@import"] {
            let found = page.matches(text).any(|_| text != " on") || text == " on" && has_handler(&page);
            assert!(!found, "{text}");
        }
        assert_eq!(
            page.replace("http://www.w3.org/2000/svg", "")
                .matches("://")
                .count(),
            0
        );
        assert!(policy().contains("default-src 'none'"));
    }

    fn has_handler(page: &str) -> bool {
        ["onload=", "onclick=", "onerror="]
            .iter()
            .any(|handler| page.contains(handler))
    }

    #[test]
    fn a_time_without_a_record_says_so_and_shows_no_picture() {
        let page = html(&empty()).unwrap();
        assert!(page.contains("Nothing is recorded of this time."));
        assert_eq!(page.matches("<svg ").count(), 0);
        assert!(
            html(&office(1))
                .unwrap()
                .contains("A trend takes at least two whole weeks.")
        );
    }
}
