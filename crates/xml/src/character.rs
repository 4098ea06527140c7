use thiserror::Error;

/// A character that XML 1.0 cannot carry, not even as a reference (XML 1.0 §2.2; TOK-13).
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the character U+{:04X} at byte {at} cannot stand in XML", u32::from(*.character))]
pub struct HostileCharacter {
    /// The character.
    pub character: char,
    /// Where it stands, in bytes from the start of the text.
    pub at: usize,
}

/// Refuses text with a character that XML 1.0 cannot carry: control characters other than tab, line feed and
/// carriage return, and the non-characters U+FFFE and U+FFFF (TOK-13). Surrogates cannot occur in a `str`.
pub fn check_characters(text: &str) -> Result<(), HostileCharacter> {
    // Nearly every text is settled by its bytes: below U+0080 they are the characters, and the non-characters begin
    // with 0xEF. Looking at all of them, without leaving early, lets the compiler look at many at a time.
    let suspicious = text.bytes().fold(false, |found, byte| found | matches!(byte, 0..=0x1F | 0xEF));
    if !suspicious {
        return Ok(());
    }
    match text.char_indices().find(|(_, character)| !is_carried(*character)) {
        None => Ok(()),
        Some((at, character)) => Err(HostileCharacter { character, at }),
    }
}

const fn is_carried(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        character => character >= ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_carries_is_accepted() {
        for text in ["", "ada", "a\tb\r\nc", "é", "e\u{301}", "😀", "\u{85}\u{2028}", "\u{FEFF}x", "\u{FFFD}"]
        {
            assert_eq!(check_characters(text), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn what_xml_cannot_carry_is_refused_and_named() {
        for character in ['\0', '\u{1}', '\u{8}', '\u{B}', '\u{C}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            let refused = check_characters(&format!("é{character}x")).unwrap_err();
            assert_eq!(refused, HostileCharacter { character, at: 2 });
        }
        assert_eq!(
            check_characters("a\0").unwrap_err().to_string(),
            "the character U+0000 at byte 1 cannot stand in XML"
        );
    }
}
