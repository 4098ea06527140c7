//! What a command prints: words for people, JSON for programs.

use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::Value;

/// How the answer is wanted.
#[derive(Clone, Copy)]
pub struct Output {
    /// JSON instead of words.
    pub json: bool,
}

impl Output {
    /// Says that something was done: a sentence, or the thing itself.
    pub fn done(self, sentence: &str, thing: &impl Serialize) -> anyhow::Result<()> {
        print(&if self.json { serde_json::to_string_pretty(thing)? } else { sentence.to_owned() })
    }

    /// Prints rows under their headings, or the things themselves; `empty` says what to do when there are none.
    pub fn table<const N: usize>(
        self,
        headings: [&str; N],
        rows: &[[String; N]],
        things: &Value,
        empty: &str,
    ) -> anyhow::Result<()> {
        print(&if self.json {
            serde_json::to_string_pretty(things)?
        } else if rows.is_empty() {
            empty.to_owned()
        } else {
            layout(headings, rows)
        })
    }
}

/// Prints a text and ends its last line. Whoever closes the pipe, as `head` does, has read enough.
fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{}", text.trim_end_matches('\n')) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}

fn layout<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let headings = headings.map(str::to_owned);
    let lines = || std::iter::once(&headings).chain(rows);
    let widths: Vec<usize> =
        (0..N).map(|column| lines().map(|line| line[column].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines() {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_have_no_trailing_space() {
        let rows = [["ada".to_owned(), "active".to_owned()], ["grace hopper".to_owned(), "off".to_owned()]];
        assert_eq!(
            layout(["Name", "State"], &rows),
            "Name          State\nada           active\ngrace hopper  off\n"
        );
    }
}
