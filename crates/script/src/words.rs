use rquickjs::context::intrinsic;
use rquickjs::{Context, Error, Runtime};

/// What every script finds in the language. Without typed arrays there is no `SharedArrayBuffer` and no `Atomics`;
/// `performance`, `WeakRef` and `Proxy` are absent too. `Eval` is the compiler itself, which the prelude takes away
/// from scripts.
type Core = (intrinsic::Eval, intrinsic::Json, intrinsic::Promise);

/// Regular expressions.
type Patterns = (intrinsic::RegExpCompiler, intrinsic::RegExp);

/// `Date`, `Map`, `Set`, `WeakMap`, `WeakSet`.
type More = (intrinsic::Date, intrinsic::MapSet);

/// Parts of the language that a script gets if its text, or its host's, names them. Most name none, and making
/// these objects afresh costs a run as much as five lines of script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    patterns: bool,
    more: bool,
}

impl Words {
    pub const ALL: Self = Self { patterns: true, more: true };

    pub fn of(host: &str, source: &str) -> Self {
        let has = |word| host.contains(word) || source.contains(word);
        let patterns = ["RegExp", "match", "search"].into_iter().any(has);
        Self {
            patterns: patterns || may_hold_pattern(host) || may_hold_pattern(source),
            more: ["Date", "Map", "Set"].into_iter().any(has),
        }
    }

    pub fn context(self, runtime: &Runtime) -> Result<Context, Error> {
        match (self.patterns, self.more) {
            (false, false) => Context::custom::<Core>(runtime),
            (true, false) => Context::custom::<(Core, Patterns)>(runtime),
            (false, true) => Context::custom::<(Core, More)>(runtime),
            (true, true) => Context::custom::<(Core, Patterns, More)>(runtime),
        }
    }
}

/// Whether a script has a slash that is neither in a plain string nor of a comment: a division or a regular
/// expression. What this reader may mistake counts as one. Up to the first such slash there are only strings and
/// comments to tell apart, so nothing after a mistake is ever relied on.
fn may_hold_pattern(script: &str) -> bool {
    // These end a line, and with it a comment, or begin a comment, in no other language.
    if script.contains(['\u{2028}', '\u{2029}']) || script.contains("<!--") || script.contains("-->") {
        return true;
    }
    let mut rest = script;
    while let Some(at) = rest.find(['/', '"', '\'', '`']) {
        let (_, found) = rest.split_at(at);
        let after = if let Some(comment) = found.strip_prefix("//") {
            comment.find(['\n', '\r']).map(|end| comment.split_at(end).1)
        } else if let Some(comment) = found.strip_prefix("/*") {
            comment.split_once("*/").map(|(_, after)| after)
        } else {
            let Some(after) = after_string(found) else {
                return true;
            };
            Some(after)
        };
        let Some(after) = after else {
            return false;
        };
        rest = after;
    }
    false
}

/// What follows the string that a text begins with. None: it begins with no string, or with one that does not end
/// in its line.
fn after_string(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\n' | '\r' => return None,
            '\\' => drop(characters.next()),
            _ if c == quote => return text.get(at + 1..),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_without_a_pattern_is_known_by_its_slashes() {
        for script in [
            "",
            "a.split('@')[1]",
            "setAttribute('http://x.example/y', \"it's a /\");",
            "// it's\na = 1; /* '/ */ b('\\'/');",
            "// /x/",
            "/* /x/ */",
            "/* open",
            "// `a`",
        ] {
            assert_eq!(Words::of("", script), Words { patterns: false, more: false }, "{script}");
        }
    }

    #[test]
    fn what_may_be_a_pattern_counts_as_one() {
        for script in [
            "/a/.test(b)",
            "a / b",
            "'a'/b",
            "x = 'a' // b\n/a/",
            "/* a */ /b/",
            "// a\r/b/.test(c)",
            "// a\u{2028}/b/.test(c)",
            "`${/b/}`",
            "'a\n/b/'",
            "'a\\\n' /b/",
            "<!-- '\n/b/ //'",
            "a.match('b')",
            "new RegExp('b')",
            "a['search']('b')",
        ] {
            assert!(Words::of("", script).patterns, "{script}");
        }
        assert!(Words::of("/a/", "").patterns);
    }

    #[test]
    fn dates_and_collections_are_known_by_their_names() {
        for script in ["new Date()", "new WeakMap()", "new Set()"] {
            assert_eq!(Words::of("", script), Words { patterns: false, more: true }, "{script}");
        }
    }
}
