//! Where frames begin and end (RFC 6455, section 5.2).

/// The longest head: two bytes, eight of length, four of mask.
const LONGEST: usize = 14;

/// Follows frames through a stream of bytes.
#[derive(Default)]
pub(super) struct Frames {
    head: [u8; LONGEST],
    head_length: u8,
    payload_left: u64,
}

/// A frame whose last byte has just passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// A ping, a pong, a close, or what the WebSocket will refuse.
    Control,
    /// A part of a message, to be continued.
    Part,
    /// The only or the last part of a message.
    Last,
}

impl Frames {
    /// Whether no byte of an unfinished frame has passed.
    pub(super) const fn is_between(&self) -> bool {
        self.head_length == 0
    }

    /// Lets bytes pass up to the end of a frame: how many, and the frame if it is whole.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> (usize, Option<Frame>) {
        let mut passed = 0;
        while !self.head_is_whole() {
            let Some(&byte) = bytes.get(passed) else {
                return (passed, None);
            };
            passed += 1;
            self.head[usize::from(self.head_length)] = byte;
            self.head_length += 1;
            if self.head_is_whole() {
                self.payload_left = self.payload_length();
            }
        }
        let rest = bytes.len() - passed;
        let payload = usize::try_from(self.payload_left).map_or(rest, |left| left.min(rest));
        passed += payload;
        self.payload_left -= payload as u64;
        if self.payload_left > 0 {
            return (passed, None);
        }
        self.head_length = 0;
        (passed, Some(self.frame()))
    }

    fn head_is_whole(&self) -> bool {
        if self.head_length < 2 {
            return false;
        }
        let length = match self.head[1] & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if self.head[1] & 0x80 == 0 { 0 } else { 4 };
        self.head_length == 2 + length + mask
    }

    fn payload_length(&self) -> u64 {
        let mut long = [0; 8];
        match self.head[1] & 0x7f {
            126 => long[6..].copy_from_slice(&self.head[2..4]),
            127 => long.copy_from_slice(&self.head[2..10]),
            short => long[7] = short,
        }
        u64::from_be_bytes(long)
    }

    const fn frame(&self) -> Frame {
        let (is_final, is_control) = (self.head[0] & 0x80 != 0, self.head[0] & 0x08 != 0);
        match (is_control, is_final) {
            (true, _) => Frame::Control,
            (false, false) => Frame::Part,
            (false, true) => Frame::Last,
        }
    }
}
