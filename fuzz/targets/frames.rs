//! Whatever frames come and however they are cut: the messages and the end are the same in one piece and
//! in many, and no message is longer than allowed.

#![no_main]

use futures_util::StreamExt as _;
use libfuzzer_sys::fuzz_target;
use mirabridge_seats::clock::Clock;
use mirabridge_seats::gateway::{FrameBudget, FrameMeter, Metered, limits};
use std::sync::{Arc, OnceLock};
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

/// The longest message, in bytes.
const MOST: usize = 4096;

fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    let (mut bytes, cuts) = input;
    bytes.truncate(16 * 1024);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let (whole, cut) = runtime.block_on(async { (said(&bytes, &[]).await, said(&bytes, &cuts).await) });
    assert_eq!(whole, cut);
});

/// The messages that are read from `bytes`, and how it ended, when they come in pieces as long as `cuts` say.
async fn said(bytes: &[u8], cuts: &[u8]) -> Vec<String> {
    static METER: OnceLock<Arc<FrameMeter>> = OnceLock::new();
    let meter = METER.get_or_init(|| Arc::new(FrameMeter::new(FrameBudget::default(), Clock::start())));
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    let config = limits(MOST);
    let read_ahead = cuts.first().map_or(0, |cut| usize::from(*cut)).min(bytes.len());
    let metered = Metered::new(near, &bytes[..read_ahead], Arc::clone(meter));
    let mut socket = WebSocketStream::from_raw_socket(metered, Role::Server, Some(config)).await;
    let read = async {
        let mut said = Vec::new();
        loop {
            match socket.next().await {
                None => return said,
                Some(Ok(message)) => {
                    assert!(message.len() <= MOST);
                    said.push(format!("{message:?}"));
                }
                Some(Err(error)) => {
                    said.push(error.to_string());
                    return said;
                }
            }
        }
    };
    let write = async {
        let mut rest = &bytes[read_ahead..];
        for cut in cuts.iter().skip(1) {
            let (piece, later) = rest.split_at(usize::from(*cut).min(rest.len()));
            far.write_all(piece).await.ok();
            tokio::task::yield_now().await;
            rest = later;
        }
        far.write_all(rest).await.ok();
        far.shutdown().await.ok();
    };
    let (said, ()) = tokio::join!(read, write);
    said
}
