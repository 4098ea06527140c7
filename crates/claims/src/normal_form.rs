/// JavaScript's operators of several characters, longest first.
const OPERATORS: &[&str] = &[
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=",
    ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "%=", "&=", "|=", "^=", "<<", ">>", "**",
];

/// Characters that are an operator, or the start of one, by themselves. Not `/`, which may open a regular
/// expression, nor what opens a template or a private name.
const SINGLE: &str = "{}()[];,<>+-*%&|^!~?:=.";

/// The tokens of a script, without comments and white space.
///
/// None for any script that this small reader could mistake for another: regular expressions, division, template
/// strings, escapes in names, numbers other than plain digits, HTML-like comments, control characters, anything
/// outside ASCII that is neither string nor comment. Such a script merely goes to a worker. Two scripts with the
/// same tokens still differ where a line break ends a statement, so compare only with a script whose statements
/// all end in semicolons.
pub fn tokens(script: &str) -> Option<Vec<&str>> {
    let mut tokens = Vec::new();
    let mut rest = script;
    loop {
        rest = without_space(rest)?;
        let Some(first) = rest.chars().next() else {
            return Some(tokens);
        };
        let length = match first {
            '"' | '\'' => string_length(rest, first)?,
            '0'..='9' => number_length(rest, tokens.last())?,
            'a'..='z' | 'A'..='Z' | '_' | '$' => word_length(rest),
            _ => operator_length(rest, first)?,
        };
        let (token, after) = rest.split_at_checked(length)?;
        tokens.push(token);
        rest = after;
    }
}

/// What follows white space and comments.
fn without_space(mut rest: &str) -> Option<&str> {
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        if let Some(comment) = rest.strip_prefix("//") {
            let end = comment.find(is_line_end).unwrap_or(comment.len());
            rest = comment.get(end..)?;
            if rest.starts_with(['\u{2028}', '\u{2029}']) {
                return None;
            }
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/")?.1;
        } else {
            return Some(rest);
        }
    }
}

/// ECMAScript 2024 §12.3; a comment ends at each of them.
const fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn string_length(rest: &str, quote: char) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            _ if c == quote => return Some(at + 1),
            _ if is_line_end(c) || c.is_control() => return None,
            '\\' => {
                characters.next().filter(|(_, escaped)| !is_line_end(*escaped))?;
            }
            _ => {}
        }
    }
    None
}

/// Plain digits only, and no dot at either side: `1.5`, `1 .5` and `1. 5` are three different things.
fn number_length(rest: &str, before: Option<&&str>) -> Option<usize> {
    let length = word_length(rest);
    let plain = rest.get(..length)?.bytes().all(|digit| digit.is_ascii_digit());
    let dotted = before.is_some_and(|token| token.ends_with('.')) || rest.get(length..)?.starts_with('.');
    (plain && !dotted).then_some(length)
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len())
}

fn operator_length(rest: &str, first: char) -> Option<usize> {
    // Old engines and Annex B read these as the start of a comment.
    if rest.starts_with("<!--") || rest.starts_with("-->") {
        return None;
    }
    let several =
        OPERATORS.iter().find(|operator| rest.starts_with(**operator)).map(|operator| operator.len());
    several.or_else(|| SINGLE.contains(first).then_some(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn comments_and_white_space_do_not_count() {
        let plain = tokens("var a = b[1];").unwrap();
        assert_eq!(plain, ["var", "a", "=", "b", "[", "1", "]", ";"]);
        assert_eq!(tokens("// x\nvar\ta\r\n=/* ; */b\n[ 1 ] ; // end").unwrap(), plain);
    }

    #[test]
    fn what_only_looks_alike_has_another_normal_form() {
        for (one, other) in [
            ("var a", "vara"),
            ("a + + b", "a ++ b"),
            ("a = = b", "a == b"),
            ("'a b'", "'ab'"),
            ("'a//b'", "'a'"),
            ("\"a\"", "'a'"),
            ("'\\x61'", "'a'"),
            ("'a' 'b'", "'a\\' \\'b'"),
            ("a ? . b", "a?.b"),
            ("/* a */", "a"),
        ] {
            assert_ne!(tokens(one), tokens(other), "{one} and {other}");
        }
    }

    #[test]
    fn what_this_reader_may_mistake_has_none() {
        for script in [
            "/a/",
            "a / b",
            "`a`",
            "\\u0061",
            "a#b",
            "1.5",
            "1 .5",
            ".5",
            "0x10",
            "1n",
            "1_0",
            "<!-- a",
            "--> a",
            "é",
            "'a\nb'",
            "'a",
            "'a\\\nb'",
            "/* a",
            "a\u{0}",
            "a\u{b}b",
            "\u{feff}a",
            "// a\u{2028}b",
            "@a",
        ] {
            assert_eq!(tokens(script), None, "{script:?}");
        }
    }

    fn token() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Z_$][a-zA-Z0-9_$]{0,6}",
            "[0-9]{1,4}",
            r"'([^'\\\p{Cc}\u{2028}\u{2029}]|\\['\\nx]){0,8}'",
            r#""([^"\\\p{Cc}\u{2028}\u{2029}]|\\["\\nx]){0,8}""#,
            proptest::sample::select(OPERATORS).prop_map(str::to_owned),
            proptest::sample::select(&["{", "}", "(", ")", "[", "]", ";", ",", "<", "+", "=", ":"])
                .prop_map(str::to_owned),
        ]
    }

    fn space() -> impl Strategy<Value = String> {
        prop_oneof![" {1,3}", "[\\n\\r\\t]", " // [a-z'\"*/;]{0,9}\n", " /\\*[a-z'\";\n/]{0,9}\\*/ "]
    }

    proptest! {
        /// The normal form is the token list itself, so scripts that differ in tokens never share one.
        #[test]
        fn the_normal_form_is_exactly_the_tokens(parts in prop::collection::vec((token(), space()), 0..20)) {
            let script: String = parts.iter().flat_map(|(token, space)| [token.as_str(), space]).collect();
            let written: Vec<&str> = parts.iter().map(|(token, _)| token.as_str()).collect();
            if let Some(read) = tokens(&script) {
                prop_assert_eq!(read, written);
            } else {
                let dotted = |token: &&str| token.ends_with('.');
                prop_assert!(written.iter().any(dotted), "{} was not read", script);
            }
        }

        #[test]
        fn no_text_makes_the_reader_fail(script in "\\PC{0,60}|[ -~\\n]{0,60}") {
            if let Some(read) = tokens(&script) {
                let kept: usize = read.iter().map(|token| token.len()).sum();
                prop_assert!(kept <= script.len());
            }
        }
    }
}
