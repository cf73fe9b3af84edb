//! Intervals from rows: what lies between two rows is filled in.

use super::row::Row;
use super::timeline::Gap;
use crate::seats::Timestamp;

/// The figures of each interval between two of the ascending `edges`, up to `now`. `rows` are in
/// the order of time, do not overlap, and each lies in one interval or before the first edge.
/// `None` where nothing is known yet.
pub fn intervals(rows: &[Row], edges: &[Timestamp], gaps: &[Gap], now: Timestamp) -> Vec<Option<Row>> {
    let mut rows = rows.iter().peekable();
    let mut standing = None;
    let first = edges.first().copied().unwrap_or(now);
    while let Some(row) = rows.next_if(|row| row.from < first) {
        standing = Some(row.last);
    }
    edges
        .windows(2)
        .map(|edge| {
            let (from, until) = (edge[0], edge[1].min(now));
            let mut interval = standing.map(|standing| Row::at(from, standing));
            while let Some(row) = rows.next_if(|row| row.from < edge[1]) {
                interval
                    .get_or_insert_with(|| Row::at(row.from, row.last))
                    .join(row, gaps);
            }
            if let Some(interval) = &mut interval {
                interval.stand_until(until, gaps);
                standing = Some(interval.last);
            }
            interval
        })
        .collect()
}

/// Adds what came later to what is there, both in the order of time.
pub fn settle(rows: &mut Vec<Row>, additions: &[super::Addition], gaps: &[Gap]) {
    for addition in additions {
        let end = addition.bucket.start.0 + addition.bucket.length_ms;
        match rows.last_mut() {
            Some(last) if last.from >= addition.bucket.start && last.until.0 <= end && last.from.0 < end => {
                last.join(&addition.row, gaps);
            }
            Some(_) | None => rows.push(addition.row.clone()),
        }
    }
}
