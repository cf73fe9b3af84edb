//! What a run shows while it goes on: a bar on a terminal, else a line every ten seconds.

use std::{
    io::IsTerminal,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use crate::fleet::Tally;

const REDRAW: Duration = Duration::from_millis(200);
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows `tally` on stderr until `done`.
pub(super) async fn show(tally: Arc<Tally>, duration: Duration, done: CancellationToken) {
    let bar = std::io::stderr().is_terminal().then(|| bar(duration));
    let period = if bar.is_some() { REDRAW } else { LINE_EVERY };
    loop {
        tokio::select! {
            () = done.cancelled() => break,
            () = tokio::time::sleep(period) => {}
        }
        match &bar {
            Some(bar) => {
                bar.set_position(u64::try_from(bar.elapsed().as_millis()).unwrap_or(u64::MAX));
                bar.set_message(line(&tally));
            }
            None => eprintln!("{}", line(&tally)),
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn bar(duration: Duration) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("{elapsed:>4} [{bar:30}] {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

fn line(tally: &Tally) -> String {
    let (connected, in_grace) = (tally.connected.load(Relaxed), tally.in_grace.load(Relaxed));
    let refused = tally.refused.load(Relaxed);
    format!("connected {connected}, in grace {in_grace}, refused {refused}")
}
