//! The file while it is read: its lines, and what was found in it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeTable;

use super::problem::Problem;
use super::sources::{Source, Sources};

/// The text of the file with its line starts, the problems found so far, the sources of what was
/// read, and the names of settings that could not be read.
pub(super) struct Page<'a> {
    file: Arc<Path>,
    text: &'a str,
    line_starts: Vec<usize>,
    problems: RefCell<Vec<Problem>>,
    broken: RefCell<BTreeSet<String>>,
    sources: RefCell<Sources>,
}

impl<'a> Page<'a> {
    pub(super) fn new(file: &Path, text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        Self {
            file: Arc::from(file),
            text,
            line_starts: std::iter::once(0).chain(ends).collect(),
            problems: RefCell::default(),
            broken: RefCell::default(),
            sources: RefCell::default(),
        }
    }

    /// The document, or its syntax errors, one for each line that has any.
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'a>>, Vec<Problem>> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        if errors.is_empty() {
            return Ok(document);
        }
        let mut problems: Vec<Problem> = errors
            .iter()
            .map(|error| Problem {
                source: self.line_of(error.span().unwrap_or_default()),
                key: "syntax".to_owned(),
                message: error.message().replace('\n', "; "),
            })
            .collect();
        problems.sort_by(|one, other| one.source.cmp(&other.source));
        problems.dedup_by(|next, first| next.source == first.source);
        Err(problems)
    }

    pub(super) fn line_of(&self, span: Range<usize>) -> Source {
        let line = self.line_starts.partition_point(|start| *start <= span.start);
        Source::Line(Arc::clone(&self.file), line)
    }

    pub(super) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Marks the setting `name` as one that could not be read, so that nothing is derived from it.
    pub(super) fn mark_broken(&self, name: &str) {
        self.broken.borrow_mut().insert(name.to_owned());
    }

    pub(super) fn note(&self, name: String, source: Source) {
        self.sources.borrow_mut().note(name, source);
    }

    pub(super) fn into_parts(self) -> (Vec<Problem>, BTreeSet<String>, Sources) {
        (
            self.problems.into_inner(),
            self.broken.into_inner(),
            self.sources.into_inner(),
        )
    }
}
