//! How long a page of a list is.

use super::problem::Problem;

/// The most items of a page.
const MOST_ITEMS: usize = 1000;
/// The items of a page where nothing is asked for.
const ITEMS: usize = 100;

/// The number of items that `limit` asks for.
pub(super) fn page_length(limit: Option<&str>) -> Result<usize, Problem> {
    let Some(text) = limit else { return Ok(ITEMS) };
    text.parse()
        .ok()
        .filter(|limit| (1..=MOST_ITEMS).contains(limit))
        .ok_or(Problem::BadLimit)
}
