//! One value of the file.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;
use std::time::Duration;

use toml::de::DeValue;

use super::Section;
use crate::config::duration::parse_duration;
use crate::config::page::Page;
use crate::config::problem::Problem;
use crate::config::sources::Source;
use crate::seats::Timestamp;

/// A value with its place. Each reader reports what it cannot read and returns `None`.
pub(in crate::config) struct Field<'a> {
    page: &'a Page<'a>,
    value: &'a DeValue<'a>,
    span: Range<usize>,
    path: String,
    name: String,
}

impl<'a> Field<'a> {
    pub(super) fn new(
        page: &'a Page<'a>,
        value: &'a DeValue<'a>,
        span: Range<usize>,
        path: String,
        name: String,
    ) -> Self {
        Self {
            page,
            value,
            span,
            path,
            name,
        }
    }

    pub(in crate::config) fn value(&self) -> &'a DeValue<'a> {
        self.value
    }

    pub(in crate::config) fn source(&self) -> Source {
        self.page.line_of(self.span.clone())
    }

    pub(in crate::config) fn report(&self, message: impl Display) {
        self.page.mark_broken(&self.name);
        self.page.report(Problem {
            source: self.source(),
            key: self.path.clone(),
            message: message.to_string(),
        });
    }

    pub(in crate::config) fn text(&self) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.expected("a text in quotes");
        }
        text
    }

    pub(in crate::config) fn boolean(&self) -> Option<bool> {
        let boolean = self.value.as_bool();
        if boolean.is_none() {
            self.expected("true or false");
        }
        boolean
    }

    /// A whole number within `range`.
    pub(in crate::config) fn number<T: TryFrom<u64>>(&self, range: RangeInclusive<u64>) -> Option<T> {
        let number = self.value.as_integer().and_then(|digits| {
            let number = u64::from_str_radix(digits.as_str(), digits.radix()).ok()?;
            T::try_from(number).ok().filter(|_| range.contains(&number))
        });
        if number.is_none() {
            let (least, most) = range.into_inner();
            self.report(format!("this is a whole number from {least} to {most}"));
        }
        number
    }

    /// A number within `range`, whole or not.
    pub(in crate::config) fn fraction(&self, range: RangeInclusive<f64>) -> Option<f64> {
        let digits = match self.value {
            DeValue::Integer(integer) if integer.radix() == 10 => Some(integer.as_str()),
            DeValue::Float(float) => Some(float.as_str()),
            _ => None,
        };
        let number = digits
            .and_then(|digits| digits.parse().ok())
            .filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = range.into_inner();
            self.report(format!("this is a number from {least} to {most}"));
        }
        number
    }

    /// What `read` makes of the text.
    pub(in crate::config) fn parsed<T, E: Display>(
        &self,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        read(self.text()?).map_err(|error| self.report(error)).ok()
    }

    /// A length of time within `range`.
    pub(in crate::config) fn duration(&self, range: RangeInclusive<Duration>) -> Option<Duration> {
        let duration = self.parsed(parse_duration)?;
        if range.contains(&duration) {
            return Some(duration);
        }
        let (least, most) = range.into_inner();
        self.report(format!("this is a time from {least:?} to {most:?}"));
        None
    }

    /// A date and time with its offset.
    pub(in crate::config) fn timestamp(&self) -> Option<Timestamp> {
        let timestamp = self
            .value
            .as_datetime()
            .and_then(|time| time.to_string().parse::<jiff::Timestamp>().ok());
        if timestamp.is_none() {
            self.report(
                "this is a date and a time with its offset, without quotes, as in 2027-12-31T23:59:59Z",
            );
        }
        timestamp.map(|time| Timestamp(time.as_millisecond()))
    }

    pub(in crate::config) fn path(&self) -> Option<PathBuf> {
        let text = self.text()?;
        if text.is_empty() {
            self.report("a path is not empty");
            return None;
        }
        Some(PathBuf::from(text))
    }

    /// The elements of a list; none if it is no list.
    pub(in crate::config) fn list(&self) -> Vec<Field<'a>> {
        let Some(elements) = self.value.as_array() else {
            self.expected("a list in [ ]");
            return Vec::new();
        };
        let field = |element: &'a toml::Spanned<DeValue<'a>>| Field {
            page: self.page,
            value: element.get_ref(),
            span: element.span(),
            path: self.path.clone(),
            name: self.name.clone(),
        };
        elements.iter().map(field).collect()
    }

    pub(in crate::config) fn section(&self) -> Option<Section<'a>> {
        let Some(table) = self.value.as_table() else {
            self.expected("a table");
            return None;
        };
        Some(Section {
            page: self.page,
            table,
            span: self.span.clone(),
            path: self.path.clone(),
            name: self.name.clone(),
            known: Vec::new(),
        })
    }

    fn expected(&self, what: &str) {
        self.report(format!("this is {what}, not {}", with_article(self.value)));
    }
}

fn with_article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
