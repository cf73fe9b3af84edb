//! The stream below the WebSocket.

use super::FrameMeter;
use super::head::Frames;
use super::pace::{OverBudget, Pace};
use super::still::Still;
use bytes::{Buf as _, Bytes};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream whose reader gets at most one frame at a time, within a budget. What is written passes.
pub struct Metered<S> {
    stream: S,
    /// What was read and belongs to later frames.
    spill: Bytes,
    frames: Frames,
    pace: Pace,
    heard: u64,
    is_over: bool,
    meter: Arc<FrameMeter>,
}

impl<S> Metered<S> {
    /// Starts with `read_ahead`, which was read from `stream` already.
    pub fn new(stream: S, read_ahead: &[u8], meter: Arc<FrameMeter>) -> Self {
        Self {
            stream,
            // A copy: a slice, even an empty one, would keep the buffer that it was read into.
            spill: Bytes::copy_from_slice(read_ahead),
            frames: Frames::default(),
            pace: Pace::default(),
            heard: 0,
            is_over: false,
            meter,
        }
    }

    /// Goes on where a stream was put down, with `read_ahead`, which was read from it meanwhile.
    pub(in crate::gateway) fn take_up(still: Still<S>, read_ahead: &[u8]) -> Self {
        let Still { stream, tally, meter } = still;
        Self {
            pace: Pace::go_on(tally),
            ..Self::new(stream, read_ahead, meter)
        }
    }

    /// Keeps what matters between two messages. Nothing waits to be handed up.
    pub(in crate::gateway) fn put_down(self) -> Still<S> {
        debug_assert!(self.is_between_messages(), "a part would be lost");
        debug_assert!(!self.has_more(), "a frame would be lost");
        Still {
            stream: self.stream,
            tally: self.pace.tally(),
            meter: self.meter,
        }
    }

    /// What it is measured by.
    pub fn meter(&self) -> &FrameMeter {
        &self.meter
    }

    /// The whole frames that were handed up. Each is a proof of life.
    pub const fn frames_heard(&self) -> u64 {
        self.heard
    }

    /// Whether everything that was handed up was whole messages.
    pub fn is_between_messages(&self) -> bool {
        self.frames.is_between() && self.pace.is_between_messages()
    }

    /// Whether there is something to hand up, or to refuse, without reading the stream.
    pub fn has_more(&self) -> bool {
        self.is_over || !self.spill.is_empty()
    }

    /// The stream itself.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The stream itself. What was read ahead is lost.
    pub fn into_inner(self) -> S {
        self.stream
    }

    #[cfg(test)]
    pub(super) const fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// Lets `bytes` pass up to the end of a frame.
    fn pass(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (passed, frame) = self.frames.pass(bytes);
        self.heard += u64::from(frame.is_some());
        let pace = self
            .pace
            .pass(frame, self.meter.clock.served(), &self.meter.budget);
        self.is_over = pace.is_err();
        match pace {
            Ok(()) => Ok(passed),
            Err(over) => Err(io::Error::other(over)),
        }
    }

    /// Hands up from the spill.
    fn hand_up(&mut self, buffer: &mut ReadBuf<'_>) -> io::Result<()> {
        let offered = self.spill.slice(..self.spill.len().min(buffer.remaining()));
        let passed = self.pass(&offered)?;
        buffer.put_slice(&offered[..passed]);
        self.spill.advance(passed);
        if self.spill.is_empty() {
            // An empty slice would keep the whole allocation.
            self.spill = Bytes::new();
        }
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let metered = &mut *self;
        if metered.is_over {
            return Poll::Ready(Err(io::Error::other(OverBudget)));
        }
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        if !metered.spill.is_empty() {
            return Poll::Ready(metered.hand_up(buffer));
        }
        let start = buffer.filled().len();
        ready!(Pin::new(&mut metered.stream).poll_read(context, buffer))?;
        let read = &buffer.filled()[start..];
        if read.is_empty() {
            return Poll::Ready(Ok(()));
        }
        let passed = match metered.pass(read) {
            Ok(passed) => passed,
            Err(error) => {
                buffer.set_filled(start);
                return Poll::Ready(Err(error));
            }
        };
        if passed < read.len() {
            metered.spill = Bytes::copy_from_slice(&read[passed..]);
        }
        buffer.set_filled(start + passed);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
