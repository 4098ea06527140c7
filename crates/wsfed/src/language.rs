/// At most this many languages are kept of a request; nobody reads more.
const MOST: usize = 8;

/// The primary languages of Windows locale numbers, the low ten bits of an LCID (MS-LCID §2.2).
const LOCALE_NUMBERS: [(u16, &str); 32] = [
    (0x01, "ar"),
    (0x02, "bg"),
    (0x03, "ca"),
    (0x04, "zh"),
    (0x05, "cs"),
    (0x06, "da"),
    (0x07, "de"),
    (0x08, "el"),
    (0x09, "en"),
    (0x0a, "es"),
    (0x0b, "fi"),
    (0x0c, "fr"),
    (0x0d, "he"),
    (0x0e, "hu"),
    (0x10, "it"),
    (0x11, "ja"),
    (0x12, "ko"),
    (0x13, "nl"),
    (0x14, "nb"),
    (0x15, "pl"),
    (0x16, "pt"),
    (0x18, "ro"),
    (0x19, "ru"),
    (0x1b, "sk"),
    (0x1d, "sv"),
    (0x1e, "th"),
    (0x1f, "tr"),
    (0x22, "uk"),
    (0x24, "sl"),
    (0x25, "et"),
    (0x26, "lv"),
    (0x27, "lt"),
];

/// The languages asked for by a list of tags (`ui_locales`), one tag (`mkt`) and a locale number (`lc`), in
/// that order, as language tags (BCP 47). What is no language is left out: it is a wish, not a demand.
pub(crate) fn wanted(list: &str, tag: &str, locale_number: &str) -> Vec<String> {
    let mut languages: Vec<String> = Vec::new();
    let tags = list.split([' ', ',']).chain([tag, of_locale_number(locale_number).unwrap_or_default()]);
    for tag in tags.filter(|tag| is_tag(tag)) {
        if languages.len() < MOST && !languages.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            languages.push(tag.to_owned());
        }
    }
    languages
}

fn is_tag(text: &str) -> bool {
    let is_subtag =
        |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    text.len() <= 35
        && text.split('-').next().is_some_and(|language| (2..=3).contains(&language.len()))
        && text.split('-').all(is_subtag)
}

fn of_locale_number(text: &str) -> Option<&'static str> {
    let number: u16 = text.parse().ok()?;
    LOCALE_NUMBERS.iter().find(|(primary, _)| *primary == number & 0x3ff).map(|(_, tag)| *tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WSF-15
    #[test]
    fn languages_come_in_the_order_of_the_wish_and_once_each() {
        assert_eq!(wanted("de-AT fr de-at", "en-GB", "1033"), ["de-AT", "fr", "en-GB", "en"]);
        assert_eq!(wanted("", "", "1031"), ["de"]);
        assert_eq!(wanted("", "", "3079"), ["de"]);
    }

    /// S08: nothing but a language leaves this function.
    #[test]
    fn what_is_no_language_is_left_out() {
        for hostile in
            ["", "<script>", "\"onfocus=", "e", "en_US", "en-", "😀", "en-abcdefghi", "99999999", "-1"]
        {
            assert!(wanted(hostile, hostile, hostile).is_empty(), "{hostile:?}");
        }
        let many: Vec<String> = (b'a'..=b'z').map(|c| format!("a{}", char::from(c))).collect();
        assert_eq!(wanted(&many.join(" "), "", "").len(), MOST);
    }
}
