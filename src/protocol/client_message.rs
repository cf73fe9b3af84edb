//! What a widget may send.

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;
use zeroize::Zeroizing;

/// A message of a widget. It may hold secrets, so it can be neither printed nor logged.
#[derive(PartialEq)]
pub enum ClientMessage {
    /// Take a seat.
    Login(Box<LoginMessage>),
    /// Take the same session up again.
    Resume(Box<ResumeMessage>),
    /// Free the seat.
    Logout,
    /// The answer to a heartbeat.
    Heartbeat,
    /// Asks for `alive`.
    Probe,
    /// What the agent does.
    Status {
        /// In a call.
        on_call: bool,
    },
    /// Ask for a hand-off code.
    Handoff,
    /// Withdraw the hand-off code.
    CancelHandoff,
}

/// The fields of `login`.
#[derive(PartialEq)]
pub struct LoginMessage {
    /// The organization, as it was sent.
    pub org: String,
    /// A widget key.
    pub key: Option<Zeroizing<String>>,
    /// A signed token.
    pub token: Option<Zeroizing<String>>,
    /// Stay in line when no seat is free.
    pub wait: bool,
    /// This client answers application heartbeats.
    pub heartbeat: bool,
    /// The same for every try of one login.
    pub attempt: Option<Uuid>,
    /// A hand-off code.
    pub handoff: Option<String>,
}

/// The fields of `resume`.
#[derive(PartialEq)]
pub struct ResumeMessage {
    /// The organization, as it was sent.
    pub org: String,
    /// Which session.
    pub session: Uuid,
    /// The proof that it is the caller's.
    pub secret: Zeroizing<String>,
    /// This client answers application heartbeats.
    pub heartbeat: bool,
}

/// A text that is no message: not JSON, no known type, a field missing or of the wrong type.
/// Says what is wrong and repeats nothing of what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    /// Not one JSON object.
    #[error("a message is one JSON object")]
    NotAnObject,
    /// `type` is missing or unknown.
    #[error("the field type names no known message")]
    UnknownType,
    /// A field is missing or of the wrong type.
    #[error("the field {0} is missing or not as the protocol has it")]
    Field(&'static str),
    /// It does not belong here.
    #[error("this message does not belong here")]
    OutOfPlace,
}

impl ClientMessage {
    /// Reads one text frame. Unknown fields are passed over.
    pub fn read(text: &str) -> Result<Self, BadMessage> {
        let fields: Fields = serde_json::from_str(text).map_err(|_| BadMessage::NotAnObject)?;
        match fields
            .0
            .get("type")
            .and_then(Value::as_str)
            .ok_or(BadMessage::UnknownType)?
        {
            "login" => Ok(Self::Login(Box::new(fields.login()?))),
            "resume" => Ok(Self::Resume(Box::new(fields.resume()?))),
            "logout" => Ok(Self::Logout),
            "heartbeat" => Ok(Self::Heartbeat),
            "probe" => Ok(Self::Probe),
            "status" => match fields.0.get("on_call") {
                Some(Value::Bool(on_call)) => Ok(Self::Status { on_call: *on_call }),
                Some(_) | None => Err(BadMessage::Field("on_call")),
            },
            "handoff" => Ok(Self::Handoff),
            "cancel_handoff" => Ok(Self::CancelHandoff),
            _ => Err(BadMessage::UnknownType),
        }
    }
}

#[derive(Deserialize)]
struct Fields(Map<String, Value>);

impl Fields {
    fn login(mut self) -> Result<LoginMessage, BadMessage> {
        Ok(LoginMessage {
            org: self.text("org")?.ok_or(BadMessage::Field("org"))?,
            key: self.text("key")?.map(Zeroizing::new),
            token: self.text("token")?.map(Zeroizing::new),
            wait: self.flag("wait")?,
            heartbeat: self.flag("heartbeat")?,
            attempt: match self.text("attempt")? {
                Some(text) => Some(uuid("attempt", &text)?),
                None => None,
            },
            handoff: self.text("handoff")?,
        })
    }

    fn resume(mut self) -> Result<ResumeMessage, BadMessage> {
        let session = self.text("session")?.ok_or(BadMessage::Field("session"))?;
        Ok(ResumeMessage {
            org: self.text("org")?.ok_or(BadMessage::Field("org"))?,
            session: uuid("session", &session)?,
            secret: Zeroizing::new(self.text("secret")?.ok_or(BadMessage::Field("secret"))?),
            heartbeat: self.flag("heartbeat")?,
        })
    }

    fn text(&mut self, name: &'static str) -> Result<Option<String>, BadMessage> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(BadMessage::Field(name)),
        }
    }

    fn flag(&self, name: &'static str) -> Result<bool, BadMessage> {
        match self.0.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(BadMessage::Field(name)),
        }
    }
}

fn uuid(name: &'static str, text: &str) -> Result<Uuid, BadMessage> {
    Uuid::try_parse(text).map_err(|_| BadMessage::Field(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_message_of_the_wire_examples_is_read() {
        let examples: Value = serde_json::from_str(include_str!("../../tests/wire/client.json")).unwrap();
        for example in examples.as_array().unwrap() {
            assert!(ClientMessage::read(&example.to_string()).is_ok(), "{example}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_nothing_is_repeated() {
        let cases = [
            ("", BadMessage::NotAnObject),
            ("[1]", BadMessage::NotAnObject),
            ("\u{feff}{\"type\":\"probe\"}", BadMessage::NotAnObject),
            (r#"{"type":"probe"} x"#, BadMessage::NotAnObject),
            (r#"{"type":"probe","n":1e999}"#, BadMessage::NotAnObject),
            (r#"{}"#, BadMessage::UnknownType),
            (r#"{"type":7}"#, BadMessage::UnknownType),
            (r#"{"type":"steal"}"#, BadMessage::UnknownType),
            (r#"{"type":"login"}"#, BadMessage::Field("org")),
            (r#"{"type":"login","org":7}"#, BadMessage::Field("org")),
            (
                r#"{"type":"login","org":"a","attempt":"x"}"#,
                BadMessage::Field("attempt"),
            ),
            (
                r#"{"type":"login","org":"a","wait":1}"#,
                BadMessage::Field("wait"),
            ),
            (
                r#"{"type":"login","org":"a","key":null}"#,
                BadMessage::Field("key"),
            ),
            (r#"{"type":"status"}"#, BadMessage::Field("on_call")),
            (
                r#"{"type":"resume","org":"a","session":"x","secret":"y"}"#,
                BadMessage::Field("session"),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(ClientMessage::read(text).err(), Some(expected), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_an_answer_and_not_an_overflow() {
        let deep = format!(
            r#"{{"type":"probe","x":{}{}}}"#,
            "[".repeat(2000),
            "]".repeat(2000)
        );
        assert_eq!(ClientMessage::read(&deep).err(), Some(BadMessage::NotAnObject));
    }

    /// Any JSON, with the names and values of the protocol among the rest.
    fn json() -> impl Strategy<Value = Value> {
        let known = prop::sample::select(vec![
            "login", "resume", "logout", "status", "acme", UUID, "c2VjcmV0",
        ]);
        let leaf = prop_oneof![
            known.prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            Just(Value::Null),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                fields(inner),
            ]
        })
    }

    fn fields(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
        let name = prop::sample::select(vec![
            "org",
            "key",
            "token",
            "wait",
            "heartbeat",
            "attempt",
            "handoff",
            "session",
            "secret",
            "on_call",
            "x",
        ]);
        prop::collection::vec((name, value), 0..8).prop_map(|fields| {
            fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        })
    }

    const UUID: &str = "3f2b8a52-0c38-4c3e-9a55-0a4a55a1c001";

    proptest! {
        #[test]
        fn whatever_text_comes_it_is_read_or_said_to_be_no_message(text in ".{0,200}", value in json()) {
            let _ = ClientMessage::read(&text);
            let _ = ClientMessage::read(&value.to_string());
        }

        #[test]
        fn a_login_is_read_exactly_if_each_of_its_fields_has_its_type(fields in fields(json())) {
            let mut message = fields;
            message["type"] = "login".into();
            let is_text = |name: &str| message.get(name).is_none_or(Value::is_string);
            let is_flag = |name: &str| message.get(name).is_none_or(Value::is_boolean);
            let good = message.get("org").is_some()
                && ["org", "key", "token", "attempt", "handoff"].into_iter().all(is_text)
                && ["wait", "heartbeat"].into_iter().all(is_flag)
                && message.get("attempt").and_then(Value::as_str).is_none_or(|text| text == UUID);

            let read = ClientMessage::read(&message.to_string());

            prop_assert_eq!(matches!(read, Ok(ClientMessage::Login(_))), good);
        }

        #[test]
        fn a_message_cut_short_is_no_message(cut in 0..LOGIN.len()) {
            prop_assert_eq!(ClientMessage::read(&LOGIN[..cut]).err(), Some(BadMessage::NotAnObject));
        }
    }

    const LOGIN: &str = r#"{"type":"login","org":"acme","attempt":"3f2b8a52-0c38-4c3e-9a55-0a4a55a1c001"}"#;
}
