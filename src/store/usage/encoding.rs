//! Rows as bytes: numbers of variable length, nothing that can be told from the rest.

use crate::seats::Timestamp;
use crate::store::cell::checksum;
use crate::usage::{Bucket, Count, Counts, Histogram, Levels, Row, Standing};

/// Bytes that are not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// No seat was in grace.
const NO_GRACE: u64 = 1;
/// Nobody tried for a seat: the demand was the use.
const NOBODY_TRIED: u64 = 2;
/// One limit held throughout.
const ONE_LIMIT: u64 = 4;
/// No waits and no ends of sessions.
const NO_HISTOGRAMS: u64 = 8;
/// The row begins with its interval.
const WHOLE: u64 = 16;

/// A row of the interval `bucket`, after its checksum, which is bound to `place`.
pub(super) fn sealed(place: i64, body: &[u8]) -> Vec<u8> {
    let mut bytes = checksum(bound(place), body).to_vec();
    bytes.extend_from_slice(body);
    bytes
}

/// What was sealed for `place`.
pub(super) fn unsealed(place: i64, bytes: &[u8]) -> Result<&[u8], Damaged> {
    let (sum, body) = bytes.split_at_checked(8).ok_or(Damaged)?;
    if checksum(bound(place), body) == sum {
        Ok(body)
    } else {
        Err(Damaged)
    }
}

/// Appends a row.
pub(super) fn write_row(bytes: &mut Vec<u8>, start: Timestamp, row: &Row) {
    let total = row.in_use.total_ms();
    let flag = |set: bool, flag: u64| if set { flag } else { 0 };
    let one_limit = row.limit.iter().eq([(row.last.limit, total)]);
    let flags = flag(row.in_grace.iter().eq([(0, total)]), NO_GRACE)
        | flag(row.demand == row.in_use, NOBODY_TRIED)
        | flag(one_limit, ONE_LIMIT)
        | flag(row.waits.count() + row.lengths.count() == 0, NO_HISTOGRAMS)
        | flag(row.from == start, WHOLE);
    put(bytes, flags);
    if flags & WHOLE == 0 {
        put(bytes, between(start, row.from));
    }
    put(bytes, between(row.from, row.until));
    let last = row.last;
    for number in [last.connected, last.in_grace, last.trying, last.limit] {
        put(bytes, number.into());
    }
    put_levels(bytes, &row.in_use);
    if flags & NO_GRACE == 0 {
        put_levels(bytes, &row.in_grace);
    }
    if flags & NOBODY_TRIED == 0 {
        put_levels(bytes, &row.demand);
    }
    if flags & ONE_LIMIT == 0 {
        put_levels(bytes, &row.limit);
    }
    let counted = Count::ALL.into_iter().filter(|count| row.counts.get(*count) > 0);
    put(
        bytes,
        counted.clone().fold(0, |mask, count| mask | 1 << count as u32),
    );
    counted.for_each(|count| put(bytes, row.counts.get(count)));
    if flags & NO_HISTOGRAMS == 0 {
        put_histogram(bytes, &row.waits);
        put_histogram(bytes, &row.lengths);
    }
}

/// Takes a row off the front.
pub(super) fn read_row(bytes: &mut &[u8], start: Timestamp) -> Result<Row, Damaged> {
    read_row_by(bytes, start, take_levels, take_histogram)
}

/// The same, of which the levels are known by their highest one and their whole time alone, and no
/// waits and lengths.
fn read_peaks(bytes: &mut &[u8], start: Timestamp) -> Result<Row, Damaged> {
    read_row_by(bytes, start, take_highest, skip_histogram)
}

fn read_row_by(
    bytes: &mut &[u8],
    start: Timestamp,
    take_levels: impl Fn(&mut &[u8]) -> Result<Levels, Damaged>,
    take_histogram: impl Fn(&mut &[u8]) -> Result<Histogram, Damaged>,
) -> Result<Row, Damaged> {
    let flags = take(bytes)?;
    let from = if flags & WHOLE == 0 {
        after(start, take(bytes)?)?
    } else {
        start
    };
    let until = after(from, take(bytes)?)?;
    let last = Standing {
        connected: take_small(bytes)?,
        in_grace: take_small(bytes)?,
        trying: take_small(bytes)?,
        limit: take_small(bytes)?,
    };
    let in_use = take_levels(bytes)?;
    let total = in_use.total_ms();
    let one = |level| Levels::of(vec![(level, total)]).ok_or(Damaged);
    let in_grace = if flags & NO_GRACE == 0 {
        take_levels(bytes)?
    } else {
        one(0)?
    };
    let demand = if flags & NOBODY_TRIED == 0 {
        take_levels(bytes)?
    } else {
        in_use.clone()
    };
    let limit = if flags & ONE_LIMIT == 0 {
        take_levels(bytes)?
    } else {
        one(last.limit)?
    };
    let mask = take(bytes)?;
    let mut counts = Counts::default();
    for number in (0..u64::BITS).filter(|number| mask >> number & 1 == 1) {
        let count = *Count::ALL.get(number as usize).ok_or(Damaged)?;
        counts.add(count, take(bytes)?);
    }
    let (waits, lengths) = if flags & NO_HISTOGRAMS == 0 {
        (take_histogram(bytes)?, take_histogram(bytes)?)
    } else {
        Default::default()
    };
    Ok(Row {
        from,
        until,
        in_use,
        in_grace,
        demand,
        limit,
        counts,
        waits,
        lengths,
        last,
    })
}

/// Rows with their intervals, all of them in the hour from `hour` on.
pub(super) fn write_pack(hour: Timestamp, rows: &[(Bucket, Row)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (bucket, row) in rows {
        put(&mut bytes, between(hour, bucket.start) / 60_000);
        put(&mut bytes, u64::try_from(bucket.length_ms / 60_000).unwrap_or(0));
        write_row(&mut bytes, bucket.start, row);
    }
    bytes
}

/// The rows of a pack.
pub(super) fn read_pack(hour: Timestamp, bytes: &[u8]) -> Result<Vec<(Bucket, Row)>, Damaged> {
    read_pack_by(hour, bytes, read_row)
}

/// The same, of which the levels are known by their highest one and their whole time alone, and no
/// waits and lengths.
pub(super) fn read_pack_of_peaks(hour: Timestamp, bytes: &[u8]) -> Result<Vec<(Bucket, Row)>, Damaged> {
    read_pack_by(hour, bytes, read_peaks)
}

fn read_pack_by(
    hour: Timestamp,
    mut bytes: &[u8],
    read_row: impl Fn(&mut &[u8], Timestamp) -> Result<Row, Damaged>,
) -> Result<Vec<(Bucket, Row)>, Damaged> {
    let mut rows = Vec::new();
    while !bytes.is_empty() {
        let minute = take(&mut bytes)?;
        let length_ms = i64::from(take_small(&mut bytes)?) * 60_000;
        let start = after(hour, minute.checked_mul(60_000).ok_or(Damaged)?)?;
        rows.push((Bucket { start, length_ms }, read_row(&mut bytes, start)?));
    }
    Ok(rows)
}

fn bound(place: i64) -> u32 {
    // Both halves count.
    u32::try_from((place >> 32) ^ (place & 0xffff_ffff)).unwrap_or(0)
}

fn between(from: Timestamp, until: Timestamp) -> u64 {
    u64::try_from(until.0 - from.0).unwrap_or(0)
}

fn after(start: Timestamp, ms: u64) -> Result<Timestamp, Damaged> {
    let ms = i64::try_from(ms).map_err(|_| Damaged)?;
    start.0.checked_add(ms).map(Timestamp).ok_or(Damaged)
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn take(bytes: &mut &[u8]) -> Result<u64, Damaged> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or(Damaged)?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Damaged)
}

fn take_small(bytes: &mut &[u8]) -> Result<u32, Damaged> {
    u32::try_from(take(bytes)?).map_err(|_| Damaged)
}

fn put_levels(bytes: &mut Vec<u8>, levels: &Levels) {
    put(bytes, levels.iter().len() as u64);
    let mut before = 0;
    for (level, ms) in levels.iter() {
        put(bytes, u64::from(level) - before);
        put(bytes, ms);
        before = u64::from(level);
    }
}

fn take_levels(bytes: &mut &[u8]) -> Result<Levels, Damaged> {
    let count = take(bytes)?;
    let mut levels = Vec::new();
    let mut level = 0_u32;
    for _ in 0..count {
        level = level.checked_add(take_small(bytes)?).ok_or(Damaged)?;
        levels.push((level, take(bytes)?));
    }
    Levels::of(levels).ok_or(Damaged)
}

fn take_highest(bytes: &mut &[u8]) -> Result<Levels, Damaged> {
    let count = take(bytes)?;
    let (mut level, mut total) = (0_u32, 0_u64);
    for _ in 0..count {
        level = level.checked_add(take_small(bytes)?).ok_or(Damaged)?;
        total = total.checked_add(take(bytes)?).ok_or(Damaged)?;
    }
    let known = if count > 0 {
        vec![(level, total)]
    } else {
        Vec::new()
    };
    Levels::of(known).ok_or(Damaged)
}

fn put_histogram(bytes: &mut Vec<u8>, histogram: &Histogram) {
    put(bytes, histogram.iter().len() as u64);
    for (bucket, count) in histogram.iter() {
        put(bytes, bucket.into());
        put(bytes, count);
    }
}

fn take_histogram(bytes: &mut &[u8]) -> Result<Histogram, Damaged> {
    let count = take(bytes)?;
    let mut buckets = Vec::new();
    for _ in 0..count {
        let bucket = u8::try_from(take(bytes)?).map_err(|_| Damaged)?;
        buckets.push((bucket, take(bytes)?));
    }
    Histogram::of(buckets).ok_or(Damaged)
}

fn skip_histogram(bytes: &mut &[u8]) -> Result<Histogram, Damaged> {
    let count = take(bytes)?;
    for _ in 0..count {
        take(bytes)?;
        take(bytes)?;
    }
    Ok(Histogram::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn levels() -> impl Strategy<Value = Levels> {
        prop::collection::btree_map(0..9000_u32, 0..90_000_000_u64, 0..6)
            .prop_map(|levels| Levels::of(levels.into_iter().collect()).unwrap())
    }

    fn histogram() -> impl Strategy<Value = Histogram> {
        prop::collection::btree_map(0..=80_u8, 1..9_000_u64, 0..3)
            .prop_map(|buckets| Histogram::of(buckets.into_iter().collect()).unwrap())
    }

    prop_compose! {
        fn row()(
            from in 0..60_000_i64,
            length in 0..90_000_000_i64,
            in_use in levels(),
            other in prop::option::of((levels(), levels(), levels())),
            counted in prop::collection::vec((0..Count::ALL.len(), 0..1_000_000_u64), 0..5),
            histograms in prop::option::of((histogram(), histogram())),
            numbers in (0..5000_u32, 0..50_u32, 0..3_u32, 0..5000_u32),
        ) -> Row {
            let from = Timestamp(1_767_600_000_000 + from.max(30_000) - 30_000);
            let last = Standing { connected: numbers.0, in_grace: numbers.1, trying: numbers.2, limit: numbers.3 };
            let one = |level| Levels::of(vec![(level, in_use.total_ms())]).unwrap();
            let (in_grace, demand, limit) = other.unwrap_or((one(0), in_use.clone(), one(last.limit)));
            let mut counts = Counts::default();
            counted.into_iter().for_each(|(number, times)| counts.add(Count::ALL[number], times));
            let (waits, lengths) = histograms.unwrap_or_default();
            let until = Timestamp(from.0 + length);
            Row { from, until, in_use, in_grace, demand, limit, counts, waits, lengths, last }
        }
    }

    proptest! {
        #[test]
        fn a_pack_reads_back(rows in prop::collection::vec((0..60_i64, row()), 0..5)) {
            let hour = Timestamp(1_767_600_000_000);
            let rows: Vec<_> = rows.into_iter().map(|(minute, mut row)| {
                let start = Timestamp(hour.0 + minute * 60_000);
                row.from = row.from.max(start);
                row.until = row.until.max(row.from);
                (Bucket { start, length_ms: 60_000 }, row)
            }).collect();
            let pack = write_pack(hour, &rows);
            for ((_, whole), (_, peaks)) in rows.iter().zip(read_pack_of_peaks(hour, &pack).unwrap()) {
                prop_assert_eq!(peaks.in_use.highest(), whole.in_use.highest());
                prop_assert_eq!(peaks.limit.highest(), whole.limit.highest());
                prop_assert_eq!((peaks.known_ms(), peaks.last), (whole.known_ms(), whole.last));
                prop_assert_eq!(peaks.counts, whole.counts);
            }
            prop_assert_eq!(read_pack(hour, &pack), Ok(rows));
        }

        #[test]
        fn damage_is_found_and_no_bytes_are_too_strange(place: i64, mut body: Vec<u8>, at: usize, bit in 0..8_u8) {
            let sealed = sealed(place, &body);
            prop_assert_eq!(unsealed(place, &sealed), Ok(body.as_slice()));
            let mut damaged = sealed;
            let at = at % damaged.len();
            damaged[at] ^= 1_u8 << bit;
            prop_assert_eq!(unsealed(place, &damaged), Err(Damaged));
            body.truncate(64);
            let _ = read_pack(Timestamp(0), &body);
        }
    }
}
