//! Notices when files of the configuration change.

use super::settling::{Contents, Look, Settling};
use crate::clock::Stopwatch;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;

/// More of a file than this is not looked at, in bytes; no file of the configuration is as large.
const MOST_BYTES: u64 = 1024 * 1024;
/// A look without a reason, for what no watch of a folder can see: a link far away.
const LOOK_ANYWAY: Duration = Duration::from_secs(60);

/// Files that are watched.
pub(super) struct Watch {
    files: Vec<PathBuf>,
    settling: Settling,
    stirred: mpsc::Receiver<()>,
    /// The next look, where one is due.
    due: Option<Duration>,
    watch: Stopwatch,
    /// Kept for its threads.
    _watcher: Option<RecommendedWatcher>,
}

impl Watch {
    /// Watches `files`, whose contents count as taken. Where the machine cannot tell of changes, it is
    /// looked once a minute.
    pub(super) fn over(files: Vec<PathBuf>) -> Self {
        let (stir, stirred) = mpsc::channel(1);
        let watcher = watch_folders(&files, move |event: notify::Result<Event>| {
            // Our own reading is no change.
            if !matches!(
                event,
                Ok(Event {
                    kind: EventKind::Access(_),
                    ..
                })
            ) {
                // A full channel says it already.
                let _ = stir.try_send(());
            }
        });
        if let Err(error) = &watcher {
            tracing::warn!(%error, "changed files are noticed after a minute; SIGHUP reloads at once");
        }
        Self {
            settling: Settling::after(contents(&files)),
            files,
            stirred,
            due: None,
            watch: Stopwatch::start(),
            _watcher: watcher.ok(),
        }
    }

    /// Waits until the files are others than the taken ones and have settled; then they are taken.
    /// Safe to cancel.
    pub(super) async fn changed(&mut self) {
        loop {
            let now = self.watch.elapsed();
            let wait = self.due.map_or(LOOK_ANYWAY, |due| due.saturating_sub(now));
            tokio::select! {
                Some(()) = self.stirred.recv(), if self.due.is_none() => {}
                () = tokio::time::sleep(wait) => {}
            }
            let now = self.watch.elapsed();
            match self.settling.look(contents(&self.files), now) {
                Look::Same => self.due = None,
                Look::Unsettled(wait) => self.due = Some(now + wait),
                Look::Changed => {
                    self.due = None;
                    return;
                }
            }
        }
    }
}

fn watch_folders(
    files: &[PathBuf],
    tell: impl FnMut(notify::Result<Event>) + Send + 'static,
) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(tell)?;
    // Folders, since a file is often replaced by another one; also the one that a link leads to.
    let real = files.iter().filter_map(|file| file.canonicalize().ok());
    let folders: BTreeSet<PathBuf> = files
        .iter()
        .cloned()
        .chain(real)
        .map(|file| folder(&file))
        .collect();
    for folder in folders {
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    }
    Ok(watcher)
}

fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

fn contents(files: &[PathBuf]) -> Contents {
    let hash = |file: &PathBuf| {
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        File::open(file)
            .ok()?
            .take(MOST_BYTES)
            .read_to_end(&mut bytes)
            .ok()?;
        Some(Sha256::digest(&*bytes).into())
    };
    files.iter().map(hash).collect()
}
