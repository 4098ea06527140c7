//! The languages of the pages. Texts stand in `languages/`, one folder per language with the same keys.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

static_loader! {
    static TEXTS = {
        locales: "./languages",
        fallback_language: "en",
        // The marks around arguments are meant for mixed directions; neither language here needs them, and
        // they would stand between a reader and the search for a name.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A language that every page speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// British English, also for anybody whose language is none of ours.
    English,
    /// German.
    German,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The first language that a request asks for (`mkt`, `ui_locales`, `lc`) and that we speak (WSF-15).
    pub fn asked(tags: &[String]) -> Option<Self> {
        tags.iter().find_map(|tag| Self::of_tag(tag))
    }

    /// The browser's favourite by `Accept-Language` (RFC 9110 §12.5.4) among ours, the first among equals;
    /// English when there is none.
    pub fn of_browser(accept_language: Option<&str>) -> Self {
        let mut best = None;
        for range in accept_language.unwrap_or_default().split(',') {
            let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
            let weight: f32 = weight.trim().parse().unwrap_or(0.0);
            let Some(language) = Self::of_tag(tag) else { continue };
            if weight > best.map_or(0.0, |(_, greatest)| greatest) {
                best = Some((language, weight));
            }
        }
        best.map_or(Self::English, |(language, _)| language)
    }

    /// The tag of the `lang` attribute.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The text of a key.
    pub fn text(self, key: &str) -> String {
        TEXTS.lookup(&self.identifier(), key)
    }

    /// The text of a key that comes from elsewhere, if there is one.
    pub(crate) fn text_if_any(self, key: &str) -> Option<String> {
        TEXTS.try_lookup(&self.identifier(), key)
    }

    /// The text of a key with one value in it.
    pub fn text_with(self, key: &str, name: &'static str, value: &str) -> String {
        self.text_with_all(key, [(name, value.to_owned().into())])
    }

    /// The text of a key with a number in it, in the plural that fits.
    pub fn text_with_number(self, key: &str, name: &'static str, number: u64) -> String {
        self.text_with_all(key, [(name, number.into())])
    }

    /// The text of a key with several values in it.
    pub fn text_with_all<const N: usize>(
        self,
        key: &str,
        values: [(&'static str, FluentValue<'_>); N],
    ) -> String {
        let values: HashMap<_, _> =
            values.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        TEXTS.lookup_with_args(&self.identifier(), key, &values)
    }

    /// An instant as people of this language write it; UTC, because the page may be read elsewhere.
    pub fn instant(self, at: DateTime<Utc>) -> String {
        match self {
            Self::English => at.format("%-d %b %Y, %H:%M UTC").to_string(),
            Self::German => at.format("%d.%m.%Y, %H:%M UTC").to_string(),
        }
    }

    const fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::English => langid!("en"),
            Self::German => langid!("de"),
        }
    }

    /// Reads a BCP 47 tag (`de-AT`) by its primary language.
    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use std::collections::BTreeSet;

    const ENGLISH: &str = concat!(
        include_str!("../languages/en/account.ftl"),
        include_str!("../languages/en/mail.ftl"),
        include_str!("../languages/en/pages.ftl"),
        include_str!("../languages/en/passkeys.ftl"),
        include_str!("../languages/en/refusals.ftl"),
    );
    const GERMAN: &str = concat!(
        include_str!("../languages/de/account.ftl"),
        include_str!("../languages/de/mail.ftl"),
        include_str!("../languages/de/pages.ftl"),
        include_str!("../languages/de/passkeys.ftl"),
        include_str!("../languages/de/refusals.ftl"),
    );

    fn keys(source: &'static str) -> BTreeSet<&'static str> {
        source
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key))
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_keys() {
        assert_eq!(keys(ENGLISH), keys(GERMAN));
    }

    #[test]
    fn every_key_has_a_text_in_every_language() {
        for language in Language::ALL {
            for key in keys(ENGLISH) {
                let arguments = [
                    "application",
                    "at",
                    "organisation",
                    "user",
                    "reference",
                    "seconds",
                    "count",
                    "window",
                    "days",
                    "number",
                    "mailbox",
                ];
                let text = language.text_with_all(key, arguments.map(|name| (name, "x".into())));
                assert!(
                    !text.is_empty() && !text.contains("Unknown localization"),
                    "{key} in {language:?}: {text}"
                );
            }
        }
    }

    #[test]
    fn the_first_language_that_we_speak_is_taken() {
        let asked = ["xx".to_owned(), "de-AT".to_owned(), "en".to_owned()];
        assert_eq!(Language::asked(&asked), Some(Language::German));
        assert_eq!(Language::asked(&["fr".to_owned()]), None);
    }

    #[test]
    fn the_browser_is_heard_by_weight() {
        assert_eq!(Language::of_browser(Some("fr, de;q=0.5, en;q=0.4")), Language::German);
        assert_eq!(Language::of_browser(Some("en-GB,de;q=0.9")), Language::English);
        assert_eq!(Language::of_browser(Some("de-CH, en")), Language::German);
    }

    #[test]
    fn unknown_and_broken_preferences_mean_english() {
        for accept in ["", "*", "fr", "de;q=0", "de;q=x", ";;;,,,"] {
            assert_eq!(Language::of_browser(Some(accept)), Language::English, "{accept:?}");
        }
        assert_eq!(Language::of_browser(None), Language::English);
    }

    #[test]
    fn one_second_is_not_seconds() {
        assert!(Language::English.text_with_number("wait-next", "seconds", 1).ends_with("one second."));
        assert!(
            Language::German.text_with_number("wait-next", "seconds", 30).ends_with("30 Sekunden wieder.")
        );
    }

    #[test]
    fn an_instant_says_that_it_is_utc() {
        let at = Utc.with_ymd_and_hms(2026, 11, 3, 9, 16, 5).unwrap();
        assert_eq!(Language::English.instant(at), "3 Nov 2026, 09:16 UTC");
        assert_eq!(Language::German.instant(at), "03.11.2026, 09:16 UTC");
    }
}
