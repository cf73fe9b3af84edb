//! Whatever text a widget sends is a message or a reason, and a message is a JSON object.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mirabridge_seats::protocol::ClientMessage;

fuzz_target!(|text: &str| {
    let message = ClientMessage::read(text);
    let is_object = serde_json::from_str::<serde_json::Map<_, _>>(text).is_ok();
    assert!(message.is_err() || is_object, "a message that is no object");
});
