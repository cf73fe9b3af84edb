//! The two frames that are known at a glance, without a WebSocket: a pong, and the widget's heartbeat.

/// What a client's frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It answers a ping, or nothing at all.
    Pong,
    /// The text of a heartbeat, as our widget writes it.
    Heartbeat,
}

/// As `JSON.stringify` writes it. Another spelling means the same and is read by the WebSocket.
const HEARTBEAT: &[u8] = br#"{"type":"heartbeat"}"#;
/// Final and without reserved bits.
const TEXT: u8 = 0x81;
const PONG: u8 = 0x8a;
const MASKED: u8 = 0x80;
/// A longer payload has a longer head.
const SHORT: u8 = 125;

/// The frame at the front of `bytes`, and its length. `None`: it is not whole, or of another kind.
pub(super) fn glance(bytes: &[u8]) -> Option<(Known, usize)> {
    let (&[first, second, ref mask @ ..], rest) = bytes.split_first_chunk::<6>()?;
    let length = second ^ MASKED;
    if length > SHORT {
        return None;
    }
    let payload = rest.get(..usize::from(length))?;
    let known = match first {
        PONG => Known::Pong,
        TEXT if is_heartbeat(payload, mask) => Known::Heartbeat,
        _ => return None,
    };
    Some((known, 6 + payload.len()))
}

fn is_heartbeat(payload: &[u8], mask: &[u8]) -> bool {
    let unmasked = payload
        .iter()
        .zip(mask.iter().cycle())
        .map(|(byte, mask)| byte ^ mask);
    unmasked.eq(HEARTBEAT.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [7, 0, 255, 1];
        let mut frame = vec![first, MASKED | u8::try_from(payload.len()).unwrap()];
        frame.extend(mask);
        frame.extend(
            payload
                .iter()
                .zip(mask.iter().cycle())
                .map(|(byte, mask)| byte ^ mask),
        );
        frame
    }

    #[test]
    fn a_heartbeat_and_a_pong_are_known() {
        assert_eq!(glance(&frame(TEXT, HEARTBEAT)), Some((Known::Heartbeat, 26)));
        assert_eq!(glance(&frame(PONG, b"")), Some((Known::Pong, 6)));
        let two = [frame(PONG, &[b'x'; 125]), frame(TEXT, HEARTBEAT)].concat();
        assert_eq!(glance(&two), Some((Known::Pong, 131)));
    }

    #[test]
    fn whatever_is_not_whole_or_else_is_for_the_websocket() {
        let whole = frame(TEXT, HEARTBEAT);
        assert!((0..whole.len()).all(|cut| glance(&whole[..cut]).is_none()));
        for first in (0..=u8::MAX).filter(|first| *first != TEXT && *first != PONG) {
            assert_eq!(glance(&frame(first, HEARTBEAT)), None, "{first:#x}");
        }
        for text in [
            &b""[..],
            br#"{"type":"heartbeats"}"#,
            br#"{"type":"heartbeat"} "#,
            b"{\"type\":\"logout\"}",
        ] {
            assert_eq!(glance(&frame(TEXT, text)), None);
        }
        let mut unmasked = frame(PONG, b"");
        unmasked[1] ^= MASKED;
        assert_eq!(glance(&unmasked), None);
        let mut long = frame(PONG, &[0; 125]);
        long[1] = MASKED | 126;
        assert_eq!(glance(&long), None, "a length in two bytes more");
    }
}
