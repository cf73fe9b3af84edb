use super::*;
use bytes::Bytes;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};

const TEXT: u8 = 0x81;
const TEXT_BEGINS: u8 = 0x01;
const CONTINUES: u8 = 0x00;
const ENDS: u8 = 0x80;
const PING: u8 = 0x89;

#[test]
fn byte_by_byte_a_frame_is_one_frame() {
    let bytes = frame(TEXT, 300);
    let mut metered = metered(bytes.iter().map(|&byte| vec![byte]), FrameBudget::default());

    let pieces = read_all(&mut metered, 4096).unwrap();

    assert_eq!(pieces.concat(), bytes);
    assert_eq!(metered.frames_heard(), 1);
    assert!(metered.is_between_messages());
}

#[test]
fn glued_frames_come_up_one_by_one() {
    let (first, second, third) = (frame(TEXT, 5), frame(PING, 0), frame(TEXT, 126));
    let glued = [first.clone(), second.clone(), third.clone()].concat();
    let mut metered = metered([glued], FrameBudget::default());

    assert_eq!(read_all(&mut metered, 4096).unwrap(), [first, second, third]);
    assert_eq!(metered.frames_heard(), 3);
}

#[test]
fn what_was_read_ahead_comes_first() {
    let (first, second) = (frame(TEXT, 5), frame(TEXT, 6));
    let ahead = Bytes::from([first.as_slice(), &second[..3]].concat());
    let meter = Arc::new(FrameMeter::new(FrameBudget::default(), Clock::by_hand()));
    let mut metered = Metered::new(Chunks([second[3..].to_vec()].into()), &ahead, meter);

    let pieces = read_all(&mut metered, 4096).unwrap();

    assert_eq!(pieces, [first, second[..3].to_vec(), second[3..].to_vec()]);
    assert_eq!(metered.frames_heard(), 2);
}

#[test]
fn the_fragments_of_a_message_are_one_message_and_a_ping_between_is_another() {
    let budget = FrameBudget {
        messages_per_second: 2,
        ..FrameBudget::default()
    };
    let message = [frame(TEXT_BEGINS, 1), frame(PING, 0), frame(CONTINUES, 1)];
    let mut metered = metered(message, budget);
    read_all(&mut metered, 4096).unwrap();
    assert!(!metered.is_between_messages());

    metered.stream_mut().0.push_back(frame(ENDS, 1));

    read_all(&mut metered, 4096).unwrap();
    assert!(metered.is_between_messages());
    metered.stream_mut().0.push_back(frame(TEXT, 1));
    assert!(OverBudget::is_in(&read_all(&mut metered, 4096).unwrap_err()));
}

#[test]
fn endless_empty_continuations_are_stopped() {
    let empty = std::iter::repeat_with(|| frame(CONTINUES, 0)).take(1000);
    let mut metered = metered(
        [frame(TEXT_BEGINS, 0)].into_iter().chain(empty),
        FrameBudget::default(),
    );

    let error = read_all(&mut metered, 4096).unwrap_err();

    assert!(OverBudget::is_in(&error));
    assert_eq!(metered.frames_heard(), 128);
    assert!(
        OverBudget::is_in(&read_all(&mut metered, 4096).unwrap_err()),
        "it stays over"
    );
}

#[test]
fn a_message_of_as_many_frames_as_allowed_passes() {
    let parts = std::iter::repeat_with(|| frame(CONTINUES, 0)).take(126);
    let message = [frame(TEXT_BEGINS, 0)]
        .into_iter()
        .chain(parts)
        .chain([frame(ENDS, 0)]);
    let mut metered = metered(message, FrameBudget::default());

    assert_eq!(read_all(&mut metered, 4096).unwrap().len(), 128);
}

#[test]
fn the_head_of_a_frame_over_any_limit_is_handed_up() {
    let mut head = vec![TEXT, 0x80 | 127];
    head.extend((1_u64 << 63).to_be_bytes());
    head.extend([1, 2, 3, 4]);
    let mut metered = metered([head.clone(), vec![7; 100]], FrameBudget::default());

    assert_eq!(
        read_all(&mut metered, 4096).unwrap().concat(),
        [head, vec![7; 100]].concat()
    );
    assert_eq!(metered.frames_heard(), 0);
}

#[test]
fn the_window_begins_with_its_first_message() {
    let clock = Clock::by_hand();
    let meter = Arc::new(FrameMeter::new(FrameBudget::default(), clock.clone()));
    let mut metered = Metered::new(Chunks::default(), &[], meter);
    clock.advance(Duration::from_millis(900));
    metered
        .stream_mut()
        .0
        .extend(std::iter::repeat_with(|| frame(PING, 0)).take(20));
    read_all(&mut metered, 4096).unwrap();

    clock.advance(Duration::from_secs(1));
    metered
        .stream_mut()
        .0
        .extend(std::iter::repeat_with(|| frame(PING, 0)).take(20));
    read_all(&mut metered, 4096).unwrap();

    clock.advance(Duration::from_millis(999));
    metered.stream_mut().0.push_back(frame(PING, 0));
    assert!(OverBudget::is_in(&read_all(&mut metered, 4096).unwrap_err()));
}

#[test]
fn a_message_that_trickles_is_stopped() {
    let clock = Clock::by_hand();
    let meter = Arc::new(FrameMeter::new(FrameBudget::default(), clock.clone()));
    let mut metered = Metered::new(Chunks::default(), &[], meter);
    let mut seconds = 0;
    for byte in frame(TEXT, 100) {
        metered.stream_mut().0.push_back(vec![byte]);
        if let Err(error) = read_all(&mut metered, 4096) {
            assert!(OverBudget::is_in(&error));
            break;
        }
        clock.advance(Duration::from_secs(1));
        seconds += 1;
    }
    assert_eq!(seconds, 11);
}

proptest! {
    #[test]
    fn any_split_of_any_frames_passes_the_same_bytes_one_frame_at_a_time(
        frames in prop::collection::vec((any::<u8>(), 0_usize..300, any::<bool>()), 0..20),
        cuts in prop::collection::vec(1_usize..400, 1..40),
        ahead in 0_usize..500,
        buffer in 1_usize..600,
    ) {
        let frames: Vec<Vec<u8>> = frames
            .into_iter()
            .map(|(first, length, masked)| if masked { frame(first, length) } else { unmasked(first, length) })
            .collect();
        let bytes = frames.concat();
        let (ahead, mut rest) = bytes.split_at(ahead.min(bytes.len()));
        let mut chunks = Chunks::default();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, later) = rest.split_at((*cut).min(rest.len()));
            chunks.0.push_back(chunk.to_vec());
            rest = later;
        }
        let meter = Arc::new(FrameMeter::new(FrameBudget::unlimited(), Clock::by_hand()));
        let mut metered = Metered::new(chunks, ahead, meter);

        let pieces = read_all(&mut metered, buffer).unwrap();

        prop_assert_eq!(pieces.concat(), bytes);
        prop_assert_eq!(metered.frames_heard(), frames.len() as u64);
        let mut ends = frames.iter().scan(0, |end, frame| { *end += frame.len(); Some(*end) });
        let (mut position, mut end) = (0, ends.next().unwrap_or(0));
        for piece in pieces {
            if position == end {
                end = ends.next().unwrap();
            }
            position += piece.len();
            prop_assert!(position <= end, "a piece with bytes of two frames");
        }
    }
}

/// A stream that gives one chunk a read, then has nothing yet.
#[derive(Default)]
struct Chunks(VecDeque<Vec<u8>>);

impl AsyncRead for Chunks {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(mut chunk) = self.0.pop_front() else {
            return Poll::Pending;
        };
        let later = chunk.split_off(chunk.len().min(buffer.remaining()));
        buffer.put_slice(&chunk);
        if !later.is_empty() {
            self.0.push_front(later);
        }
        Poll::Ready(Ok(()))
    }
}

fn metered(chunks: impl IntoIterator<Item = Vec<u8>>, budget: FrameBudget) -> Metered<Chunks> {
    let meter = Arc::new(FrameMeter::new(budget, Clock::by_hand()));
    Metered::new(Chunks(chunks.into_iter().collect()), &[], meter)
}

/// What each read gives, until there is nothing more.
fn read_all(metered: &mut Metered<Chunks>, buffer: usize) -> io::Result<Vec<Vec<u8>>> {
    let mut pieces = Vec::new();
    let mut room = vec![0; buffer];
    loop {
        let mut buffer = ReadBuf::new(&mut room);
        match Pin::new(&mut *metered).poll_read(&mut Context::from_waker(Waker::noop()), &mut buffer) {
            Poll::Pending => return Ok(pieces),
            Poll::Ready(read) => read?,
        }
        assert!(!buffer.filled().is_empty(), "an end where there is none");
        pieces.push(buffer.filled().to_vec());
    }
}

fn frame(first: u8, length: usize) -> Vec<u8> {
    let mut frame = unmasked(first, length);
    frame[1] |= 0x80;
    let payload = frame.len() - length;
    frame.splice(payload..payload, [1, 2, 3, 4]);
    frame
}

fn unmasked(first: u8, length: usize) -> Vec<u8> {
    let mut frame = vec![first];
    match u8::try_from(length) {
        Ok(short) if short < 126 => frame.push(short),
        _ => {
            frame.push(126);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    frame.extend(std::iter::repeat_n(b'x', length));
    frame
}
