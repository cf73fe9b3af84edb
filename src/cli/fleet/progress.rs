//! What a run shows while it goes on: a bar on a terminal, else a line every ten seconds.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use super::complain;
use crate::fleet::Gauges;

const REDRAW: Duration = Duration::from_millis(200);
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows `gauges` on standard error until the run is `over`.
pub(super) async fn show(gauges: Arc<Gauges>, duration: Duration, over: CancellationToken) {
    let terminal = std::io::stderr().is_terminal();
    let bar = if terminal {
        ProgressBar::new(duration.as_secs())
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template("{elapsed:>4} [{bar:30}] {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    let mut elapsed = Duration::ZERO;
    loop {
        let period = if terminal { REDRAW } else { LINE_EVERY };
        tokio::select! {
            () = over.cancelled() => break,
            () = tokio::time::sleep(period) => elapsed += period,
        }
        let (connected, in_grace, refused) = (gauges.connected(), gauges.in_grace(), gauges.refused());
        let line = format!("connected {connected}, in grace {in_grace}, refused {refused}");
        if terminal {
            bar.set_position(elapsed.as_secs());
            bar.set_message(line);
        } else {
            complain(format_args!("{} s: {line}", elapsed.as_secs()));
        }
    }
    bar.finish_and_clear();
}
