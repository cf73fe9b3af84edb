//! Weekday by half-hour: how high the use was.

use super::calendar::weekly_place;
use super::row::Row;
use crate::seats::Timestamp;
use jiff::tz::TimeZone;

/// Half-hours of a day.
pub const HALF_HOURS: usize = 48;

/// The peaks of one half-hour of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The highest of them.
    pub max: u32,
    /// The middle one; of an even number the higher of the two.
    pub median: u32,
}

/// By weekday, Monday first, and half-hour of the day. `intervals` are half-hours with their
/// beginnings; where nothing is known there is no cell.
pub fn heatmap(intervals: &[(Timestamp, Option<Row>)], zone: &TimeZone) -> [[Option<Cell>; HALF_HOURS]; 7] {
    let mut peaks: Vec<Vec<u32>> = vec![Vec::new(); 7 * HALF_HOURS];
    for (start, row) in intervals {
        let peak = row
            .as_ref()
            .filter(|row| row.known_ms() > 0)
            .and_then(|row| row.in_use.highest());
        if let Some(peak) = peak {
            let (weekday, half_hour) = weekly_place(zone, *start);
            peaks[weekday * HALF_HOURS + half_hour].push(peak);
        }
    }
    let mut map = [[None; HALF_HOURS]; 7];
    for (place, mut peaks) in peaks.into_iter().enumerate() {
        peaks.sort_unstable();
        if let (Some(max), Some(median)) = (peaks.last(), peaks.get(peaks.len() / 2)) {
            map[place / HALF_HOURS][place % HALF_HOURS] = Some(Cell {
                max: *max,
                median: *median,
            });
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Standing;

    #[test]
    fn a_cell_is_the_highest_and_the_middle_of_its_peaks() {
        let monday = 1_767_603_600_000;
        let week = 7 * 24 * 3_600_000;
        let peaks = [5, 9, 4].into_iter().zip(0..).map(|(seats, number)| {
            let start = Timestamp(monday + number * week);
            let mut row = Row::at(
                start,
                Standing {
                    connected: seats,
                    ..Standing::default()
                },
            );
            row.stand_until(Timestamp(start.0 + 1), &[]);
            (start, Some(row))
        });
        let mut intervals: Vec<_> = peaks.collect();
        intervals.push((Timestamp(monday + 1_800_000), None));

        let map = heatmap(&intervals, &TimeZone::UTC);

        assert_eq!(map[0][18], Some(Cell { max: 9, median: 5 }));
        assert_eq!(map.iter().flatten().flatten().count(), 1);
    }
}
