//! Escaping: one field, for one place, once.
//!
//! The replacements are those of canonical XML (Canonical XML 1.0 §2.3, which Exclusive Canonicalization keeps),
//! so that what is written is what a verifier's canonicaliser yields. The functions do not look for characters
//! that XML cannot carry; [`check_characters`](crate::check_characters) does, and comes first.

/// Appends text content in canonical form: `&`, `<`, `>` and carriage return are replaced.
pub fn push_text(out: &mut String, text: &str) {
    push_escaped(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

/// Appends the value of an attribute in canonical form, for double quotes: `&`, `<`, `"`, tab, line feed and
/// carriage return are replaced.
pub fn push_attribute_value(out: &mut String, value: &str) {
    push_escaped(out, value, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

/// Appends the value of an HTML attribute, for either kind of quotes: `&`, `<`, `>`, `"` and `'` are replaced.
pub fn push_html_attribute(out: &mut String, value: &str) {
    push_escaped(out, value, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    });
}

/// Appends XML text content as it stands in a document that is itself the value of an HTML attribute.
///
/// It is [`push_html_attribute`] of [`push_text`] in one pass, but for one character: a line feed becomes a
/// reference. A browser would turn it into CRLF when it submits the form, and WSF-11 wants none; to an XML reader
/// both mean the same character, so a signature over the canonical form holds.
pub fn push_text_in_html(out: &mut String, text: &str) {
    push_escaped(out, text, |byte| match byte {
        b'&' => Some("&amp;amp;"),
        b'<' => Some("&amp;lt;"),
        b'>' => Some("&amp;gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        b'\n' => Some("&amp;#xA;"),
        b'\r' => Some("&amp;#xD;"),
        _ => None,
    });
}

/// Appends an XML attribute's value as it stands in a document that is itself the value of an HTML attribute:
/// [`push_html_attribute`] of [`push_attribute_value`] in one pass.
pub fn push_attribute_value_in_html(out: &mut String, value: &str) {
    push_escaped(out, value, |byte| match byte {
        b'&' => Some("&amp;amp;"),
        b'<' => Some("&amp;lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&amp;quot;"),
        b'\'' => Some("&#39;"),
        b'\t' => Some("&amp;#x9;"),
        b'\n' => Some("&amp;#xA;"),
        b'\r' => Some("&amp;#xD;"),
        _ => None,
    });
}

/// Whether XML carries the text and every function here would append it as it stands; a few texts of which that is
/// true are not recognised. Most texts are plain, and to find out costs less than to check and to escape.
pub fn is_plain(text: &str) -> bool {
    is_plain_part(text.as_bytes())
}

/// Looks at all bytes, without leaving early, so that the compiler can look at many at a time.
fn is_plain_part(part: &[u8]) -> bool {
    let special = part.iter().fold(false, |found, byte| {
        // Below a space are control characters; the two non-characters begin with 0xEF.
        found | matches!(byte, 0..=0x1F | b'&' | b'<' | b'>' | b'"' | b'\'' | 0xEF)
    });
    !special
}

/// Copies `text`, each byte that `replacement` knows replaced: ASCII only, so that the pieces between are whole
/// characters, and none that [`is_plain`] calls plain.
fn push_escaped(out: &mut String, text: &str, replacement: impl Fn(u8) -> Option<&'static str>) {
    const STRIDE: usize = 32;
    let mut rest = text;
    let mut searched = 0;
    while let Some(part) = rest.as_bytes().get(searched..).filter(|part| !part.is_empty()) {
        let stride = part.get(..STRIDE).unwrap_or(part);
        if is_plain_part(stride) {
            searched += stride.len();
            continue;
        }
        let found = stride.iter().enumerate().find_map(|(at, byte)| Some((at, replacement(*byte)?)));
        let Some((at, escape)) = found else {
            searched += stride.len();
            continue;
        };
        let (plain, after) = rest.split_at(searched + at);
        out.push_str(plain);
        out.push_str(escape);
        rest = after.get(1..).unwrap_or_default();
        searched = 0;
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Push = fn(&mut String, &str);

    fn pushed(push: Push, text: &str) -> String {
        let mut out = String::new();
        push(&mut out, text);
        out
    }

    #[test]
    fn text_is_escaped_as_canonical_xml_says() {
        assert_eq!(pushed(push_text, "a<b>&\"'\t\n\r😀"), "a&lt;b&gt;&amp;\"'\t\n&#xD;😀");
    }

    #[test]
    fn attribute_values_are_escaped_as_canonical_xml_says() {
        assert_eq!(pushed(push_attribute_value, "a<b>&\"'\t\n\rü"), "a&lt;b>&amp;&quot;'&#x9;&#xA;&#xD;ü");
    }

    #[test]
    fn html_attributes_hold_both_kinds_of_quotes() {
        assert_eq!(pushed(push_html_attribute, "<a b=\"c\">'&'"), "&lt;a b=&quot;c&quot;&gt;&#39;&amp;&#39;");
    }

    /// WSF-11: a browser would submit a line feed as CRLF.
    #[test]
    fn no_line_break_reaches_an_html_attribute() {
        for push in [push_text_in_html as Push, push_attribute_value_in_html] {
            assert!(!pushed(push, "a\r\nb\n\rc").contains(['\r', '\n']));
        }
    }

    proptest! {
        #[test]
        fn plain_text_is_carried_and_appended_as_it_stands(text in any::<String>()) {
            let pushes: [Push; 5] = [
                push_text,
                push_attribute_value,
                push_html_attribute,
                push_text_in_html,
                push_attribute_value_in_html,
            ];
            let unchanged = pushes.into_iter().all(|push| pushed(push, &text) == text);
            prop_assert!(!is_plain(&text) || (unchanged && crate::check_characters(&text).is_ok()));
        }

        #[test]
        fn one_pass_equals_two(text in "[^\n]*") {
            prop_assert_eq!(
                pushed(push_text_in_html, &text),
                pushed(push_html_attribute, &pushed(push_text, &text))
            );
        }

        #[test]
        fn one_pass_equals_two_in_attributes(text in any::<String>()) {
            prop_assert_eq!(
                pushed(push_attribute_value_in_html, &text),
                pushed(push_html_attribute, &pushed(push_attribute_value, &text))
            );
        }
    }
}
