//! The way of log lines to standard error: a bounded queue, and a thread that writes. Nobody waits for
//! whoever does not read the log, and a full disk behind it ends nothing. Lines that find no room, or
//! cannot be written, are lost and counted.

use prometheus_client::metrics::counter::Counter;
use std::io::Write;
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that wait to be written.
const LINES: usize = 4096;
/// What waits at the end has so long to be written.
const LAST_LINES: Duration = Duration::from_millis(500);

static LOST: LazyLock<Counter> = LazyLock::new(Counter::default);

/// Lines of the log that were lost.
pub(in crate::telemetry) fn lost() -> Counter {
    LOST.clone()
}

enum Job {
    Line(Vec<u8>),
    /// All lines before it are written, or lost.
    Flush(SyncSender<()>),
}

/// Takes lines and never waits.
#[derive(Clone)]
pub(super) struct Outlet(SyncSender<Job>);

/// Logging goes on until this is dropped; then what waits is written, if that is possible soon.
#[must_use]
pub struct Logging(Outlet);

impl Outlet {
    /// Writes to `sink`.
    pub(super) fn to(sink: impl Write + Send + 'static) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(LINES);
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(sink, &jobs))?;
        Ok(Self(queue))
    }

    pub(super) fn logging(self) -> Logging {
        Logging(self)
    }
}

fn write_all(mut sink: impl Write, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Line(line) => {
                if sink.write_all(&line).is_err() {
                    LOST.inc();
                }
            }
            Job::Flush(done) => {
                // Nobody may wait for it any more.
                let _ = done.try_send(());
            }
        }
    }
}

impl Write for Outlet {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        match self.0.try_send(Job::Line(line.to_vec())) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                LOST.inc();
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Outlet {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        let (done, is_done) = sync_channel(1);
        if self.0.0.try_send(Job::Flush(done)).is_ok() {
            let _ = is_done.recv_timeout(LAST_LINES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Sink {
        written: Arc<Mutex<Vec<u8>>>,
        is_full: bool,
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.is_full {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            self.written.lock().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn at_the_end_all_lines_are_written_in_their_order() {
        let sink = Sink::default();
        let mut outlet = Outlet::to(sink.clone()).unwrap();
        let logging = outlet.clone().logging();
        for n in 0..100 {
            writeln!(outlet, "{n}").unwrap();
        }

        drop(logging);

        let written = String::from_utf8(sink.written.lock().clone()).unwrap();
        let expected: Vec<_> = (0..100).map(|n: i32| n.to_string()).collect();
        assert_eq!(written.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_cannot_be_written_is_counted_and_no_error_for_whoever_logs() {
        let sink = Sink {
            is_full: true,
            ..Sink::default()
        };
        let mut outlet = Outlet::to(sink).unwrap();
        let before = lost().get();

        outlet.write_all(b"line\n").unwrap();
        drop(outlet.logging());

        assert!(lost().get() > before);
    }
}
