use std::fmt;
use std::ops::Range;

use thiserror::Error;

/// One thing that is wrong in a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    span: Range<usize>,
    message: String,
}

impl Problem {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

/// A document that cannot be used, with everything that is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct DocumentError {
    problems: Vec<Located>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Located {
    line: usize,
    column: usize,
    /// How many characters of the line are meant.
    width: usize,
    text: String,
    message: String,
}

impl DocumentError {
    /// Finds the lines that the problems are in.
    pub(crate) fn new(document: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span.start);
        Self { problems: problems.into_iter().map(|problem| Located::find(document, problem)).collect() }
    }

    /// The lines that something is wrong in, counted from one.
    pub fn lines(&self) -> impl Iterator<Item = usize> {
        self.problems.iter().map(|problem| problem.line)
    }
}

impl Located {
    fn find(document: &str, problem: Problem) -> Self {
        let Problem { span, message } = problem;
        let before = document.get(..span.start).unwrap_or(document);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = document.get(line_start..).unwrap_or_default();
        let text = rest.lines().next().unwrap_or_default();
        let column = before.len() - line_start;
        let meant = text.get(column..).unwrap_or_default();
        let meant = meant.get(..span.len()).unwrap_or(meant);
        Self {
            line: before.matches('\n').count() + 1,
            column: text.get(..column).unwrap_or(text).chars().count(),
            width: meant.chars().count().max(1),
            text: text.to_owned(),
            message,
        }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Located { line, column, width, text, message }) in self.problems.iter().enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            let marks = "^".repeat(*width);
            write!(f, "{separator}line {line}: {message}\n  {text}\n  {:column$}{marks}", "")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_shown_below_the_line_that_it_is_in() {
        let document = "a = 1\nß = \"rule\" # x\n";
        let at = document.find("\"rule\"").unwrap();
        let error = DocumentError::new(document, vec![Problem::new(at..at + 6, "no such thing")]);
        assert_eq!(error.to_string(), "line 2: no such thing\n  ß = \"rule\" # x\n      ^^^^^^");
        assert!(error.lines().eq([2]));
    }

    #[test]
    fn a_problem_outside_the_document_is_none() {
        let error = DocumentError::new("", vec![Problem::new(7..9, "cut off")]);
        assert_eq!(error.to_string(), "line 1: cut off\n  \n  ^");
    }
}
