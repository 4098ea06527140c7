use std::net::IpAddr;

use serde::Serialize;

use crate::question::Question;

/// What came of one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The stable name of the question.
    pub name: &'static str,
    /// The question in words.
    pub title: &'static str,
    /// What Entra holds.
    pub expected: String,
    /// What the answer carried; none when an earlier refusal came first.
    pub received: Option<String>,
    /// The code with which Entra refuses.
    pub code: &'static str,
    /// Whether it passed; none when an earlier refusal came first.
    pub passed: Option<bool>,
}

/// A claim that the token carried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// The claim type, a URI, or the name of a part of the assertion.
    #[serde(rename = "type")]
    pub claim_type: String,
    /// Its values.
    pub values: Vec<String>,
}

impl Claim {
    /// What people call it: the part of its type behind the last slash.
    pub fn name(&self) -> &str {
        self.claim_type.rsplit('/').next().unwrap_or_default()
    }
}

/// What Entra would have said to an answer, check by check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether all checks passed.
    pub accepted: bool,
    /// The code of the check that failed.
    pub code: Option<&'static str>,
    /// All checks, in Entra's order.
    pub checks: Vec<Check>,
    /// The claims of the token; proven only when the sign-in is accepted.
    pub claims: Vec<Claim>,
    /// Who signed in, as the tenant names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Where the browser pretended to come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub came_from: Option<IpAddr>,
    /// Where the person would land.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Why it was refused and what to do.
    #[serde(skip)]
    pub(crate) advice: Option<&'static str>,
    /// The token as it was sent.
    #[serde(skip)]
    pub(crate) token: String,
}

/// A finding: what was received, as approval or as objection.
pub(crate) type Finding = Result<String, String>;

/// The sheet on which the answers are noted, in order. After the first refusal nothing more is asked.
#[derive(Default)]
pub(crate) struct Sheet {
    checks: Vec<Check>,
    refused: Option<Question>,
}

impl Sheet {
    pub(crate) fn ask(
        &mut self,
        question: Question,
        expected: impl AsRef<str>,
        finding: impl FnOnce() -> Finding,
    ) {
        let finding = if self.refused.is_none() { Some(finding()) } else { None };
        if matches!(finding, Some(Err(_))) {
            self.refused = Some(question);
        }
        self.note(question, expected.as_ref(), finding);
    }

    /// Notes a question that there is nothing to ask about.
    pub(crate) fn leave_out(&mut self, question: Question) {
        self.note(question, "", None);
    }

    /// The report, still without anything about the token.
    pub(crate) fn finish(self) -> Report {
        Report {
            accepted: self.refused.is_none(),
            code: self.refused.map(|question| question.code),
            advice: self.refused.map(|question| question.advice),
            checks: self.checks,
            claims: Vec::new(),
            user: None,
            came_from: None,
            target: None,
            token: String::new(),
        }
    }

    fn note(&mut self, question: Question, expected: &str, finding: Option<Finding>) {
        self.checks.push(Check {
            name: question.name,
            title: question.title,
            expected: shortened(expected),
            code: question.code,
            passed: finding.as_ref().map(Result::is_ok),
            received: finding.map(|finding| shortened(&finding.unwrap_or_else(|objection| objection))),
        });
    }
}

/// A value as it fits a cell of the table.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(200).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
