use std::net::IpAddr;

use askama::Template;
use chrono::{DateTime, Utc};
use model::Reference;
use policy::Mechanism;

use crate::{Language, MailAddress};

/// A letter to one address.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Whom it goes to.
    pub to: MailAddress,
    /// The language it is written in.
    pub language: Language,
    /// The organisation that writes, by its name.
    pub organisation: String,
    /// What it is about.
    pub content: Content,
}

/// What a letter is about.
#[derive(Clone)]
pub enum Content {
    /// Whether letters arrive at all.
    Test,
    /// A code to type on the page of a sign-in that is under way.
    Code {
        /// The code.
        code: String,
        /// For how many minutes it works.
        minutes: u32,
        /// The sign-in.
        occasion: Occasion,
    },
    /// Something that was done to an account.
    Notice {
        /// The account, by the name that signs in.
        account: String,
        /// What was done.
        notice: Notice,
        /// When and from where.
        occasion: Occasion,
    },
}

/// When and from where something was done, and where the ledger tells of it.
#[derive(Clone, Copy, Debug)]
pub struct Occasion {
    /// When.
    pub at: DateTime<Utc>,
    /// From which address; none: on the server itself, by an operator.
    pub address: Option<IpAddr>,
    /// By which reference the help desk finds it; none for what an operator did.
    pub reference: Option<Reference>,
}

/// Something done to an account that its owner has to know of, outside the mailbox that it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A way to sign in was added.
    FactorAdded(Mechanism),
    /// A way to sign in was removed.
    FactorRemoved(Mechanism),
    /// The password is another.
    PasswordChanged,
    /// A sign-in with a device that was not seen before, as it calls itself.
    NewDevice(String),
    /// Somebody made a code that opens the enrolment of a new factor (S86).
    AccessCodeMade,
}

/// Hides the code.
impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Test => "Test",
            Self::Code { .. } => "Code",
            Self::Notice { .. } => "Notice",
        })
    }
}

/// A letter as it is read: the same words in plain text and, for programs that prefer it, as a page.
pub(crate) struct Written {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) page: String,
}

impl Letter {
    /// Writes it out.
    pub(crate) fn write(&self) -> Result<Written, askama::Error> {
        let words = self.words();
        let text = PlainLetter { letter: self, words: &words }.render()?;
        let page = PageLetter { letter: self, words: &words }.render()?;
        Ok(Written { subject: words.subject, text, page })
    }

    fn words(&self) -> Words {
        let text = |key: &str, values: &[(&'static str, &str)]| self.language.text(key, values);
        let organisation = ("organisation", self.organisation.as_str());
        match &self.content {
            Content::Test => Words {
                subject: text("test-subject", &[organisation]),
                before: vec![text("test-words", &[])],
                ..Words::default()
            },
            Content::Code { code, minutes, occasion } => Words {
                subject: text("code-subject", &[organisation]),
                before: vec![text("code-words", &[("minutes", &minutes.to_string())])],
                code: Some(code.clone()),
                after: vec![text("code-warning", &[organisation])],
                facts: self.facts(occasion),
            },
            Content::Notice { account, notice, occasion } => {
                let key = notice.key();
                let thing = self.thing(notice);
                Words {
                    subject: text(&format!("{key}-subject"), &[organisation]),
                    before: vec![text(&format!("{key}-words"), &[("account", account), ("thing", &thing)])],
                    after: vec![text("not-me", &[])],
                    facts: self.facts(occasion),
                    ..Words::default()
                }
            }
        }
    }

    /// What a notice is about, in words.
    fn thing(&self, notice: &Notice) -> String {
        match notice {
            Notice::FactorAdded(mechanism) | Notice::FactorRemoved(mechanism) => {
                self.language.text(&format!("mechanism-{}", mechanism.as_str().replace('_', "-")), &[])
            }
            Notice::NewDevice(label) => label.clone(),
            Notice::PasswordChanged | Notice::AccessCodeMade => String::new(),
        }
    }

    fn facts(&self, occasion: &Occasion) -> Vec<(String, String)> {
        let label = |key: &str| self.language.text(key, &[]);
        let at = match self.language {
            Language::English => occasion.at.format("%-d %b %Y, %H:%M UTC"),
            Language::German => occasion.at.format("%d.%m.%Y, %H:%M UTC"),
        };
        let address = occasion.address.map_or_else(|| label("by-an-operator"), |address| address.to_string());
        let reference = occasion.reference.map(|reference| (label("fact-reference"), reference.to_string()));
        let facts = [(label("fact-time"), at.to_string()), (label("fact-address"), address)];
        facts.into_iter().chain(reference).collect()
    }
}

impl Notice {
    const fn key(&self) -> &'static str {
        match self {
            Self::FactorAdded(_) => "factor-added",
            Self::FactorRemoved(_) => "factor-removed",
            Self::PasswordChanged => "password-changed",
            Self::NewDevice(_) => "new-device",
            Self::AccessCodeMade => "access-code-made",
        }
    }
}

/// The words of a letter, in their order.
#[derive(Default)]
struct Words {
    subject: String,
    before: Vec<String>,
    code: Option<String>,
    after: Vec<String>,
    facts: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "letter.txt", escape = "none")]
struct PlainLetter<'a> {
    letter: &'a Letter,
    words: &'a Words,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct PageLetter<'a> {
    letter: &'a Letter,
    words: &'a Words,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(language: Language, content: Content) -> Letter {
        let to = MailAddress::parse("ada@home.example").unwrap();
        Letter { to, language, organisation: "Contoso & Sons".to_owned(), content }
    }

    fn occasion() -> Occasion {
        Occasion {
            at: DateTime::from_timestamp(1_764_061_200, 0).unwrap(),
            address: Some([203, 0, 113, 24].into()),
            reference: Some("7K4M-2QXD".parse().unwrap()),
        }
    }

    fn contents() -> Vec<Content> {
        let notices = [
            Notice::PasswordChanged,
            Notice::NewDevice("Firefox on Linux <b>".to_owned()),
            Notice::AccessCodeMade,
        ];
        let factors =
            Mechanism::ALL.into_iter().flat_map(|one| [Notice::FactorAdded(one), Notice::FactorRemoved(one)]);
        let notices = notices.into_iter().chain(factors).map(|notice| Content::Notice {
            account: "ada@contoso.example".to_owned(),
            notice,
            occasion: occasion(),
        });
        let code = Content::Code { code: "12345678".to_owned(), minutes: 10, occasion: occasion() };
        notices.chain([Content::Test, code]).collect()
    }

    #[test]
    fn every_letter_is_written_in_every_language_with_nothing_left_open() {
        for language in Language::ALL {
            for content in contents() {
                let written = letter(language, content.clone()).write().unwrap();
                for part in [&written.subject, &written.text, &written.page] {
                    assert!(!part.is_empty() && !part.contains("{$") && !part.contains("Unknown"), "{part}");
                    assert!(!part.contains(['\u{2068}', '\u{2069}']), "{part}");
                }
                assert!(!written.page.contains("<b>") && !written.page.contains(" & "), "{}", written.page);
                assert!(!written.subject.contains("12345678"), "a locked screen shows subjects");
            }
        }
    }

    #[test]
    fn a_notice_says_what_when_from_where_and_what_to_do() {
        let notice = Notice::FactorRemoved(Mechanism::Totp);
        let account = "ada@contoso.example".to_owned();
        let written =
            letter(Language::English, Content::Notice { account, notice, occasion: occasion() }).write();
        let text = written.unwrap().text;
        for words in [
            "ada@contoso.example",
            "authenticator app",
            "203.0.113.24",
            "7K4M-2QXD",
            "25 Nov 2025",
            "help desk",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }

    #[test]
    fn nobody_finds_a_code_in_what_a_program_shows() {
        let content = Content::Code { code: "12345678".to_owned(), minutes: 10, occasion: occasion() };
        let shown = format!("{:?}", letter(Language::English, content));
        assert!(!shown.contains("12345678") && !shown.contains("ada@home.example"), "{shown}");
    }
}
