//! Tables and values of the file. A value of the wrong kind is reported and counts as absent, so
//! that one reading finds everything that is wrong.

mod field;

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::page::Page;
use super::problem::Problem;
pub(super) use field::Field;

/// How alike an unknown key and a known one are before the one is offered for the other, 0 to 1.
const LIKENESS: f64 = 0.8;

/// A table of the file, whose keys are taken one by one.
pub(super) struct Section<'a> {
    page: &'a Page<'a>,
    table: &'a DeTable<'a>,
    span: Range<usize>,
    /// What messages call it: `organization`.
    path: String,
    /// What its settings are noted under: `organization.acme`.
    name: String,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(super) fn root(page: &'a Page<'a>, table: &'a DeTable<'a>) -> Self {
        Self {
            page,
            table,
            span: 0..0,
            path: String::new(),
            name: String::new(),
            known: Vec::new(),
        }
    }

    pub(super) fn page(&self) -> &'a Page<'a> {
        self.page
    }

    /// Notes the section and its settings under `name` from here on.
    pub(super) fn rename(&mut self, name: String) {
        self.page.note(name.clone(), self.page.line_of(self.span.clone()));
        self.name = name;
    }

    /// The value of `key`, if it is written.
    pub(super) fn field(&mut self, key: &'static str) -> Option<Field<'a>> {
        self.known.push(key);
        let value = self.table.get(key)?;
        let field = Field::new(
            self.page,
            value.get_ref(),
            value.span(),
            join(&self.path, key),
            join(&self.name, key),
        );
        self.page.note(join(&self.name, key), field.source());
        Some(field)
    }

    /// The value of `key`, which must be written.
    pub(super) fn required(&mut self, key: &'static str, example: &str) -> Option<Field<'a>> {
        let field = self.field(key);
        if field.is_none() {
            self.report(key, format!("this is missing; write {example}"));
        }
        field
    }

    /// The table `key`, if it is written.
    pub(super) fn section(&mut self, key: &'static str) -> Option<Section<'a>> {
        self.field(key)?.section()
    }

    /// The tables `[[key]]`.
    pub(super) fn sections(&mut self, key: &'static str) -> Vec<Section<'a>> {
        let Some(field) = self.field(key) else {
            return Vec::new();
        };
        match field.value() {
            DeValue::Array(_) => field.list().iter().filter_map(Field::section).collect(),
            _ => {
                field.report(format!(
                    "each of these is a table of its own; write [[{}]]",
                    join(&self.path, key)
                ));
                Vec::new()
            }
        }
    }

    /// Reports a problem with the section as a whole, at its first line.
    pub(super) fn report(&self, key: &str, message: String) {
        self.page.mark_broken(&join(&self.name, key));
        self.page.report(Problem {
            source: self.page.line_of(self.span.clone()),
            key: join(&self.path, key),
            message,
        });
    }

    /// Reports every key that nothing asked for.
    pub(super) fn finish(self) {
        let unknown = self
            .table
            .iter()
            .filter(|(key, _)| !self.known.contains(&key.get_ref().as_ref()));
        for (key, _) in unknown {
            let message = match self.nearest(key.get_ref()) {
                Some(known) => format!("unknown key; did you mean `{known}`?"),
                None => format!("unknown key; known here are {}", self.known.join(", ")),
            };
            self.page.report(Problem {
                source: self.page.line_of(key.span()),
                key: join(&self.path, &key.get_ref().escape_debug().to_string()),
                message,
            });
        }
    }

    fn nearest(&self, unknown: &str) -> Option<&'static str> {
        let likeness = |known: &&'static str| strsim::jaro_winkler(unknown, known);
        let nearest = *self
            .known
            .iter()
            .max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
        (likeness(&nearest) >= LIKENESS).then_some(nearest)
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
