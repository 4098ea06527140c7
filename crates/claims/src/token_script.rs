use std::sync::LazyLock;

use script::Program;

use crate::normal_form::tokens;

/// The script of an application that has none of its own: comments that explain the objects, and every setting
/// commented out. Lines pasted at its end or after its line 76 stand at the top level.
pub const DEFAULT_SCRIPT: &str = include_str!("default.js");

/// The objects and functions that token scripts know, for [`Program`] (protocol.md §2.8 "Token script").
pub const HOST: &str = include_str!("host.js");

/// The three lines that the classic product's guide has admins paste (protocol.md §2.8 "Token script").
const CLASSIC_LINES: &str = include_str!("classic.js");

static CLASSIC_TOKENS: LazyLock<Option<Vec<&'static str>>> = LazyLock::new(|| tokens(CLASSIC_LINES));

/// A token script, and whether it needs an engine.
#[derive(Clone, Debug)]
pub enum TokenScript {
    /// Does nothing: the default script, or any other without a statement.
    Default,
    /// The classic three lines, alone or anywhere among comments, as in the default script.
    Classic,
    /// Anything else: runs in a worker.
    Custom(Program),
}

impl TokenScript {
    /// Reads an application's script, once per change. Only scripts that are the compiled-in ones token by token
    /// are recognised; the classic lines end all their statements in semicolons, so line breaks change nothing.
    pub fn recognise(script: Option<&str>) -> Self {
        let Some(source) = script else {
            return Self::Default;
        };
        match tokens(source) {
            Some(none) if none.is_empty() => Self::Default,
            read if read.is_some() && read == *CLASSIC_TOKENS => Self::Classic,
            _ => Self::Custom(Program::new(HOST, source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_line_76() -> String {
        let mut lines: Vec<&str> = DEFAULT_SCRIPT.lines().collect();
        lines.insert(76, CLASSIC_LINES.trim_end());
        lines.join("\r\n")
    }

    #[test]
    fn the_default_script_is_recognised_with_and_without_the_classic_lines() {
        assert!(DEFAULT_SCRIPT.lines().count() >= 76);
        assert!(matches!(TokenScript::recognise(None), TokenScript::Default));
        assert!(matches!(TokenScript::recognise(Some(DEFAULT_SCRIPT)), TokenScript::Default));
        let at_the_end = format!("{DEFAULT_SCRIPT}\n{CLASSIC_LINES}");
        for script in [CLASSIC_LINES, &after_line_76(), &at_the_end] {
            assert!(matches!(TokenScript::recognise(Some(script)), TokenScript::Classic));
        }
    }

    #[test]
    fn any_other_script_needs_an_engine() {
        for script in [
            "setIssuer('URN:x.example');".to_owned(),
            CLASSIC_LINES.replace("[1]", "[0]"),
            CLASSIC_LINES.replace('\'', "\""),
            CLASSIC_LINES.replace("'URN:'", "'urn:'"),
            CLASSIC_LINES.replace("var URN", "varURN"),
            format!("{CLASSIC_LINES}{CLASSIC_LINES}"),
            format!("if (false) {{ {CLASSIC_LINES} }}"),
            format!("{CLASSIC_LINES}// \u{2028}setIssuer('x')"),
            format!("'use strict'; {CLASSIC_LINES}"),
            "/* open".to_owned(),
        ] {
            assert!(matches!(TokenScript::recognise(Some(&script)), TokenScript::Custom(_)), "{script}");
        }
    }
}
