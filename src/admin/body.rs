//! Bodies: one JSON object, read field by field, so that what is wrong is said by name.

use super::problem::Problem;
use crate::seats::Timestamp;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::time::Duration;

/// How long a client may take for a body.
const BODY_TIME: Duration = Duration::from_secs(10);

/// The fields of a body that are not read yet.
pub(super) struct Fields {
    left: Map<String, Value>,
    known: Vec<&'static str>,
}

/// What would be right.
type Wish = Cow<'static, str>;

impl Fields {
    /// What `read` makes of a field. `None`: it is not there; `Some(None)`: it is null.
    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, Wish>,
    ) -> Result<Option<Option<T>>, Problem> {
        self.known.push(name);
        match self.left.remove(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(value) => match read(&value) {
                Ok(value) => Ok(Some(Some(value))),
                Err(wish) => Err(Problem::field(name, wish)),
            },
        }
    }

    /// What `read` makes of a field that has to be there.
    pub(super) fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, Wish>,
    ) -> Result<T, Problem> {
        self.optional(name, read)?
            .flatten()
            .ok_or_else(|| Problem::field(name, "this is missing"))
    }

    /// Nothing else may be there.
    pub(super) fn finish(self) -> Result<(), Problem> {
        match self.left.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => {
                let known = if self.known.is_empty() {
                    "no field is known here".to_owned()
                } else {
                    format!("unknown field; known here are {}", self.known.join(", "))
                };
                // What somebody sent is not sent back at any length.
                let name: String = name.chars().take(64).collect();
                Err(Problem::field(name, known))
            }
        }
    }
}

/// One line for people, of 1 to `most` characters.
pub(super) fn line(most: usize) -> impl Fn(&Value) -> Result<String, Wish> {
    move |value| {
        let text = value.as_str().unwrap_or_default();
        let good =
            !text.trim().is_empty() && text.chars().count() <= most && !text.contains(char::is_control);
        good.then(|| text.to_owned())
            .ok_or_else(|| format!("this is one line of 1 to {most} characters").into())
    }
}

/// At most `most` characters.
pub(super) fn text(most: usize) -> impl Fn(&Value) -> Result<String, Wish> {
    move |value| {
        let text = value.as_str().filter(|text| text.chars().count() <= most);
        text.map(str::to_owned)
            .ok_or_else(|| format!("this is a text of at most {most} characters").into())
    }
}

/// A whole number without a bound.
pub(super) fn whole(value: &Value) -> Result<u64, Wish> {
    value.as_u64().ok_or_else(|| "this is a whole number".into())
}

/// A whole number.
pub(super) fn number(range: RangeInclusive<u32>) -> impl Fn(&Value) -> Result<u32, Wish> {
    move |value| {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| format!("this is a whole number from {} to {}", range.start(), range.end()).into())
    }
}

/// True or false.
pub(super) fn boolean(value: &Value) -> Result<bool, Wish> {
    value.as_bool().ok_or_else(|| "this is true or false".into())
}

/// A point of time, RFC 3339 with an offset, of this era.
pub(super) fn time(value: &Value) -> Result<Timestamp, Wish> {
    /// 1970 to 2200.
    const ERA: RangeInclusive<i64> = 0..=7_258_118_400_000;
    let time = value
        .as_str()
        .and_then(|text| text.parse::<jiff::Timestamp>().ok());
    time.map(|time| Timestamp(time.as_millisecond()))
        .filter(|time| ERA.contains(&time.0))
        .ok_or_else(|| "this is a time with its offset, as in 2026-11-27T06:00:00Z".into())
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = tokio::time::timeout(BODY_TIME, Bytes::from_request(request, state))
            .await
            .map_err(|_| Problem::BodyTooSlow)?;
        let body = body.map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::BodyTooLarge,
            _ => Problem::BadBody,
        })?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(left)) => Ok(Self {
                left,
                known: Vec::new(),
            }),
            Ok(_) | Err(_) => Err(Problem::BadBody),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        let Value::Object(left) = value else {
            panic!("no object")
        };
        Fields {
            left,
            known: Vec::new(),
        }
    }

    fn blamed(problem: Problem) -> String {
        match problem {
            Problem::BadField { field, .. } => field.into_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_field_is_there_null_or_not_there() {
        let mut body = fields(json!({"a": 1, "b": null}));
        assert_eq!(body.optional("a", number(0..=1)), Ok(Some(Some(1))));
        assert_eq!(body.optional("b", number(0..=1)), Ok(Some(None)));
        assert_eq!(body.optional("c", number(0..=1)), Ok(None));
        assert_eq!(blamed(body.required("d", boolean).unwrap_err()), "d");
        assert_eq!(body.finish(), Ok(()));
    }

    #[test]
    fn a_bad_value_and_an_unknown_field_are_named() {
        for bad in [json!(-1), json!(2), json!(0.5), json!("1"), json!([])] {
            let mut body = fields(json!({"a": bad}));
            assert_eq!(blamed(body.optional("a", number(0..=1)).unwrap_err()), "a");
        }
        for bad in [
            json!("soon"),
            json!("2026-11-27"),
            json!("2026-11-27T06:00:00"),
            json!(5),
            json!("9000-01-01T00:00:00Z"),
        ] {
            assert!(time(&bad).is_err(), "{bad}");
        }
        for bad in [json!(""), json!(" "), json!("a\nb"), json!("abcd"), json!(1)] {
            assert!(line(3)(&bad).is_err(), "{bad}");
        }
        assert_eq!(time(&json!("1970-01-01T01:00:01+01:00")), Ok(Timestamp(1000)));
        assert_eq!(blamed(fields(json!({"z": 1})).finish().unwrap_err()), "z");
    }
}
