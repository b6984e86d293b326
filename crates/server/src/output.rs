//! What the commands print: results on standard output, one line about a failure on standard
//! error. A reader that goes away (`roster user list | head`) ends the output, not in an error.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::failure::Failure;

/// Prints `text` to standard output as it is.
///
/// # Errors
/// [`Failure::Output`] when it can't be written, except to a reader that went away.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    write(text).map(drop)
}

/// Prints one line to standard output.
///
/// # Errors
/// As [`print()`].
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    write(&format!("{text}\n")).map(drop)
}

/// Prints one line beside the result, to standard error. Nobody may be reading it.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints why the command failed, as one line, and answers its exit code.
pub(crate) fn fail(message: &str) -> ExitCode {
    let words: Vec<&str> = message.split_whitespace().collect();
    note(&format!("roster: {}", words.join(" ")));
    ExitCode::FAILURE
}

/// Prints a part of what is longer. `false`: nobody reads any more.
///
/// # Errors
/// As [`print()`].
pub(crate) fn part(text: &str) -> Result<bool, Failure> {
    write(text)
}

/// Whether there is still somebody who reads.
fn write(text: &str) -> Result<bool, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::Output(error)),
    }
}

/// A list on standard output, printed as its pages come: columns for people, or one JSON array
/// for programs.
pub(crate) struct List<const N: usize> {
    json: bool,
    titles: [&'static str; N],
    printed: usize,
}

impl<const N: usize> List<N> {
    /// An empty list with the titles of its columns.
    pub(crate) const fn new(json: bool, titles: [&'static str; N]) -> Self {
        Self {
            json,
            titles,
            printed: 0,
        }
    }

    /// Prints one page. `false`: nobody reads any more.
    ///
    /// # Errors
    /// As [`print()`].
    pub(crate) fn page<T, V: Serialize>(
        &mut self,
        items: &[T],
        columns: impl Fn(&T) -> [String; N],
        json: impl Fn(&T) -> V,
    ) -> Result<bool, Failure> {
        let text = if self.json {
            self.json_page(items, json)?
        } else {
            self.table_page(items, columns)
        };
        self.printed += items.len();
        write(&text)
    }

    /// Prints what closes the list.
    ///
    /// # Errors
    /// As [`print()`].
    pub(crate) fn end(self) -> Result<(), Failure> {
        match (self.json, self.printed) {
            (true, 0) => line("[]"),
            (true, _) => print("\n]\n"),
            (false, _) => Ok(()),
        }
    }

    fn json_page<T, V: Serialize>(
        &self,
        items: &[T],
        json: impl Fn(&T) -> V,
    ) -> Result<String, Failure> {
        let mut text = String::new();
        for (index, item) in items.iter().enumerate() {
            text.push_str(if self.printed + index == 0 {
                "[\n  "
            } else {
                ",\n  "
            });
            text.push_str(
                &serde_json::to_string(&json(item))
                    .map_err(|error| Failure::Output(error.into()))?,
            );
        }
        Ok(text)
    }

    fn table_page<T>(&self, items: &[T], columns: impl Fn(&T) -> [String; N]) -> String {
        let titles = (self.printed == 0).then(|| self.titles.map(str::to_owned));
        let rows: Vec<[String; N]> = titles
            .into_iter()
            .chain(items.iter().map(columns))
            .collect();
        let mut widths = [0; N];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for row in &rows {
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_json_list_make_one_array() {
        let mut list = List::new(true, ["N"]);
        let mut text = list.json_page(&[1, 2], |n| *n).unwrap();
        list.printed = 2;
        text.push_str(&list.json_page(&[3], |n| *n).unwrap());
        text.push_str("\n]\n");
        assert_eq!(serde_json::from_str::<Vec<u8>>(&text).unwrap(), [1, 2, 3]);
    }

    #[test]
    fn the_columns_of_a_table_stand_below_each_other() {
        let list = List::new(false, ["NAME", "X"]);
        let rows = [("é", "1"), ("longer", "2")];
        let text = list.table_page(&rows, |(name, x)| [(*name).to_owned(), (*x).to_owned()]);
        assert_eq!(text, "NAME    X\né       1\nlonger  2\n");
    }
}
