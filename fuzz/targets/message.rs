//! Whatever text a widget sends: a message or a reason, and what is JSON with a type is never "not JSON".

#![no_main]

use libfuzzer_sys::fuzz_target;
use mirabridge_seats::protocol::ClientMessage;

fuzz_target!(|text: &str| {
    let message = ClientMessage::read(text);
    let is_object = serde_json::from_str::<serde_json::Map<_, _>>(text).is_ok();
    assert!(message.is_err() || is_object, "a message that is no object");
    // The same text means the same at every time.
    assert_eq!(message.is_ok(), ClientMessage::read(text).is_ok());
});
