//! Who may do what: the reviewed table `tests/console-authorization.md`.
//!
//! - [`table`]: every cell, against the running server;
//! - [`requests`]: for each row a page or a well-formed form;
//! - [`crawl`]: every page that the console leads to has its row, and every row its page.

mod crawl;
mod requests;
mod table;

const TABLE: &str = include_str!("../../../../console-authorization.md");

/// A row of the table.
struct Row {
    /// Method and path below the console's, such as `POST /roles/{id}`.
    page: &'static str,
    /// Which of a page's forms is meant, if it has several.
    form: &'static str,
    /// The name of each column, and the status in it.
    cells: Vec<(&'static str, u16)>,
}

impl Row {
    #[track_caller]
    fn status(&self, column: &str) -> u16 {
        let cell = self.cells.iter().find(|(name, _)| *name == column);
        let cell = cell.unwrap_or_else(|| panic!("{}: no column for {column}", self.page));
        cell.1
    }

    fn is_form(&self) -> bool {
        self.page.starts_with("POST ")
    }
}

/// Reads the tables.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut columns = Vec::new();
    let lines = TABLE
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    for line in lines {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (first, rest) = cells.split_first().unwrap();
        if *first == "Page" {
            columns = rest.to_vec();
            continue;
        }
        let named = first
            .strip_prefix('`')
            .and_then(|first| first.split_once('`'));
        let (page, form) = named.unwrap_or_else(|| panic!("no page: {first}"));
        assert_eq!(
            rest.len(),
            columns.len(),
            "the row {page} has too few or too many cells"
        );
        let cells = columns.iter().zip(rest);
        let cells = cells.map(|(column, status)| (*column, status.parse().unwrap()));
        rows.push(Row {
            page,
            form: form.trim(),
            cells: cells.collect(),
        });
    }
    rows
}
