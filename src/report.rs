//! The report about an organization's usage: its figures, a table for spreadsheets, a page to print.
//! Pure: rows of the record come in, text goes out.

mod definitions;
mod figures;
mod page;
mod picture;
mod table;

pub use definitions::DEFINITIONS;
pub use figures::{Day, Ends, Peak, Report, Subject, Week, resume_success};
pub use page::{html, policy};
pub use picture::{Forecast, NotDrawn, forecast};
pub use table::csv;

#[cfg(test)]
mod test_report;
