//! A stream between two messages, whose WebSocket was put down.

use super::FrameMeter;
use super::glance::{Known, glance};
use super::pace::Tally;
use crate::seats::Served;
use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is read at once. It serves all seats of a worker in turn and is empty between them.
const BUFFER: usize = 4096;

thread_local! {
    static SHARED: RefCell<[u8; BUFFER]> = const { RefCell::new([0; BUFFER]) };
}

/// What is left of a metered stream while nothing is under way.
pub(in crate::gateway) struct Still<S> {
    pub(super) stream: S,
    pub(super) tally: Tally,
    pub(super) meter: Arc<FrameMeter>,
}

/// What a look at the stream found.
pub(in crate::gateway) struct Glanced {
    /// Frames that are known at a glance came first.
    pub(in crate::gateway) known: Option<Heard>,
    /// These bytes, or the end if there are none, are for a WebSocket.
    pub(in crate::gateway) unknown: Option<Vec<u8>>,
}

/// Frames that were judged where they came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gateway) struct Heard {
    /// When.
    pub(in crate::gateway) at: Served,
    /// A heartbeat was among them.
    pub(in crate::gateway) message: bool,
}

impl<S> Still<S> {
    /// Judges what stands for itself at the front of `bytes`, and how long that is. Each frame counts against
    /// the budget; the one that is too much is left for the WebSocket's end.
    fn judge(&mut self, bytes: &[u8]) -> (Option<Heard>, usize) {
        let at = self.meter.clock.served();
        let mut judged = 0;
        let mut message = false;
        while let Some((known, length)) = glance(&bytes[judged..]) {
            let mut tally = self.tally;
            if tally.count(at, &self.meter.budget).is_err() {
                break;
            }
            self.tally = tally;
            judged += length;
            message |= known == Known::Heartbeat;
        }
        ((judged > 0).then_some(Heard { at, message }), judged)
    }
}

impl<S: AsyncRead + Unpin> Still<S> {
    /// Reads what came in, and judges in place what is known at a glance.
    pub(in crate::gateway) fn poll_glance(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Glanced>> {
        SHARED.with_borrow_mut(|shared| {
            let mut buffer = ReadBuf::new(shared);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
            let read = buffer.filled();
            let (known, judged) = self.judge(read);
            let unknown = &read[judged..];
            let is_judged = unknown.is_empty() && known.is_some();
            let unknown = (!is_judged).then(|| unknown.to_vec());
            // Nothing of one connection is left for the next.
            buffer.filled_mut().fill(0);
            Poll::Ready(Ok(Glanced { known, unknown }))
        })
    }
}

impl<S: AsyncWrite + Unpin> Still<S> {
    /// Sends `bytes` if that needs no waiting. Else returns what is left to be sent, which may be
    /// nothing but the way out of the stream's own buffers.
    pub(in crate::gateway) fn say<'a>(
        &mut self,
        context: &mut Context<'_>,
        bytes: &'a [u8],
    ) -> io::Result<Option<&'a [u8]>> {
        let rest = match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Ready(sent) => &bytes[sent?..],
            Poll::Pending => bytes,
        };
        if !rest.is_empty() {
            return Ok(Some(rest));
        }
        match Pin::new(&mut self.stream).poll_flush(context) {
            Poll::Ready(flushed) => flushed.map(|()| None),
            Poll::Pending => Ok(Some(rest)),
        }
    }

    /// The stream, to be written to before its WebSocket is made.
    pub(in crate::gateway) const fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}
