//! A damaged database is a refusal that names the file, or exactly what was in it.

use crate::contents::{Pen, SMALL, granted, make, read, record};
use crate::{sample, scale};
use mirabridge_seats::seats::{OrganizationId, Record};
use std::path::{Path, PathBuf};

const BLOCK: usize = 512;
const FILES: [&str; 4] = ["seats.db", "seats.db-wal", "mark", "ballast"];

/// How the database is spoilt.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// A block of other bytes.
    Noise(usize),
    /// A block of zeros, as after a write that was lost.
    Zeros(usize),
    /// One bit.
    Bit(usize),
    /// Cut to this length.
    Length(usize),
}

impl Damage {
    fn apply(self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        match self {
            Self::Noise(block) => bytes[block * BLOCK..][..BLOCK].fill(0xa5),
            Self::Zeros(block) => bytes[block * BLOCK..][..BLOCK].fill(0),
            Self::Bit(byte) => bytes[byte] ^= 4,
            Self::Length(length) => bytes.truncate(length),
        }
        bytes
    }
}

/// What all trials came to.
#[derive(Default)]
struct Tally {
    refused: usize,
    unharmed: usize,
}

#[tokio::test]
async fn damage_and_truncation_are_refused_by_name_or_do_no_harm() {
    let home = tempfile::tempdir().unwrap();
    let original = home.path().join("original");
    make(&original, SMALL).await;
    damage_everywhere(&original, home.path()).await;
}

#[tokio::test]
async fn damage_beside_a_log_is_refused_by_name_or_does_no_harm() {
    let home = tempfile::tempdir().unwrap();
    let (running, original) = (home.path().join("running"), home.path().join("original"));
    make(&running, SMALL / 2).await;
    let mut pen = Pen::take(&running);
    for n in SMALL / 2 + 1..=SMALL {
        pen.record(vec![granted(record(n))]).await;
    }
    // What a crash leaves.
    std::fs::create_dir(&original).unwrap();
    for file in FILES {
        std::fs::copy(running.join(file), original.join(file)).unwrap();
    }
    pen.close().await;
    damage_everywhere(&original, home.path()).await;
}

async fn damage_everywhere(original: &Path, home: &Path) {
    let whole = std::fs::read(original.join("seats.db")).unwrap();
    let first = copy(original, home);
    let expected = read(&first).await.unwrap();
    std::fs::remove_dir_all(first).unwrap();
    assert_eq!(expected.len(), SMALL as usize);
    let blocks = whole.len() / BLOCK;
    let few = scale(25, usize::MAX);
    let damages = [
        sample(vec![(0..blocks).map(Damage::Noise).collect()], few),
        sample(vec![(0..blocks).map(Damage::Zeros).collect()], few),
        sample(vec![(0..whole.len()).map(Damage::Bit).collect()], scale(50, 5000)),
        sample(vec![(0..whole.len()).map(Damage::Length).collect()], few),
    ];

    let mut tally = Tally::default();
    for damage in damages.concat() {
        let folder = copy(original, home);
        std::fs::write(folder.join("seats.db"), damage.apply(&whole)).unwrap();
        judge(damage, read(&folder).await, &expected, &mut tally);
        std::fs::remove_dir_all(folder).unwrap();
    }

    println!("{} refused, {} unharmed", tally.refused, tally.unharmed);
    assert!(
        tally.refused > 20 && tally.unharmed > 0,
        "the damage was too small or too big"
    );
}

fn judge(
    damage: Damage,
    found: Result<Vec<(OrganizationId, Record)>, String>,
    expected: &[(OrganizationId, Record)],
    tally: &mut Tally,
) {
    match found {
        Ok(found) => {
            assert!(
                found == expected,
                "{damage:?}: a store with {} sessions",
                found.len()
            );
            tally.unharmed += 1;
        }
        Err(text) => {
            assert!(
                text.contains("seats.db"),
                "{damage:?} is refused without its name: {text}"
            );
            tally.refused += 1;
        }
    }
}

/// A copy of all but the ballast, which is shared.
fn copy(original: &Path, home: &Path) -> PathBuf {
    let folder = home.join("copy");
    std::fs::create_dir(&folder).unwrap();
    for file in FILES.into_iter().filter(|file| original.join(file).exists()) {
        if file == "ballast" {
            std::fs::hard_link(original.join(file), folder.join(file)).unwrap();
        } else {
            std::fs::copy(original.join(file), folder.join(file)).unwrap();
        }
    }
    folder
}
