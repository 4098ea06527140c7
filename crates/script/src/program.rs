use std::sync::Arc;

use sha2::{Digest, Sha256};

/// The longest script, in bytes.
pub const MAXIMUM_SOURCE: usize = 131_072;

/// A script and the objects it may use. Cheap to clone; workers keep it.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) host: Arc<str>,
    pub(crate) source: Arc<str>,
    pub(crate) digest: [u8; 32],
}

impl Program {
    /// Binds a script to its host: the body of a strict JavaScript function of `input` that puts what scripts may
    /// use on `globalThis`, and returns the object or array that collects the outcome of the run. The host runs
    /// afresh before each run of the script, which sees neither `input` nor that object.
    ///
    /// A statement of the host that begins a line with `globalThis.NAME = `, and goes on in indented lines, is left
    /// out for a script that does not name it: making what nobody uses costs each run.
    pub fn new(host: &str, source: &str) -> Self {
        let source = without_opening_comments(source);
        let host = named_in(&source, host);
        let mut digest = Sha256::new();
        digest.update(host.len().to_le_bytes());
        digest.update(&host);
        digest.update(&source);
        Self { host: host.into(), source: source.into(), digest: digest.finalize().into() }
    }
}

/// The script with nothing but the line breaks of the comments that it begins with. A script that was written into
/// another's explanations begins with many, which would be read at each run and name everything.
fn without_opening_comments(source: &str) -> String {
    let mut rest = source;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let after = if let Some(comment) = rest.strip_prefix("//") {
            let end = comment.find(is_line_end).unwrap_or(comment.len());
            comment.get(end..)
        } else {
            rest.strip_prefix("/*").and_then(|comment| comment.split_once("*/")).map(|(_, after)| after)
        };
        let Some(after) = after else {
            break;
        };
        rest = after;
    }
    let opening = source.strip_suffix(rest).unwrap_or_default();
    opening.chars().filter(|c| is_line_end(*c)).chain(rest.chars()).collect()
}

/// ECMAScript 2024 §12.3.
const fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// The host without what the script does not name.
fn named_in(source: &str, host: &str) -> String {
    // Whoever holds the global object can put a name together, and an escape spells one differently.
    if ["this", "globalThis", "\\u"].into_iter().any(|word| source.contains(word)) {
        return host.to_owned();
    }
    let mut kept = true;
    let is_kept = |line: &&str| {
        if !line.starts_with([' ', '\t', '}']) {
            let given = line.strip_prefix("globalThis.").and_then(|rest| rest.split_once(" = "));
            kept = given.is_none_or(|(name, _)| source.contains(name));
        }
        kept
    };
    host.split_inclusive('\n').filter(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "const a = 1;\nglobalThis.One = {\n  a,\n};\nglobalThis.two = () => a;\nreturn a;\n";

    #[test]
    fn a_host_gives_a_script_what_it_names() {
        assert_eq!(
            &*Program::new(HOST, "two(1)").host,
            "const a = 1;\nglobalThis.two = () => a;\nreturn a;\n"
        );
        assert_eq!(
            &*Program::new(HOST, "One.a").host,
            "const a = 1;\nglobalThis.One = {\n  a,\n};\nreturn a;\n"
        );
        assert_eq!(&*Program::new(HOST, "").host, "const a = 1;\nreturn a;\n");
    }

    #[test]
    fn comments_at_the_beginning_are_not_read_again_and_again() {
        for (source, kept) in [
            ("// One\r\n\n  /* two\n */ One // two", "\r\n\n\nOne // two"),
            ("// One", ""),
            ("a // One\n", "a // One\n"),
            ("/* One", "/* One"),
            ("// a\u{2028}two", "\u{2028}two"),
            ("/**/'use strict'", "'use strict'"),
            ("/ a/", "/ a/"),
        ] {
            assert_eq!(&*Program::new(HOST, source).source, kept, "{source}");
        }
        assert!(!Program::new(HOST, "// One this\ntwo").host.contains("One"));
    }

    #[test]
    fn a_script_that_may_put_names_together_gets_everything() {
        for source in ["this['t' + 'wo']", "(() => globalThis)()", "\\u0074wo()", "One; two"] {
            assert_eq!(&*Program::new(HOST, source).host, HOST, "{source}");
        }
    }
}
