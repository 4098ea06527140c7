//! One stylesheet per organisation: the parts of `styles/pages.css` with the tokens of `styles/tokens.css` and the
//! organisation's accent written in as plain values, for light and, inside a media query, for dark.
//!
//! Old embedded engines know neither custom properties nor `prefers-color-scheme`: they see the light rules and
//! skip the rest.

mod accent;
mod colour;
mod rules;

use std::collections::HashMap;

use accent::Accent;
use rules::{Block, Declaration};

const TOKENS: &str = include_str!("../../styles/tokens.css");
const PAGES: &str = include_str!("../../styles/pages.css");

/// Writes the stylesheet for an accent, `#rrggbb` (anything else gets Countersign's own).
pub fn stylesheet(accent: &str) -> String {
    let (light, dark) = Accent::derive(accent);
    let light = Tokens::of(":root", light);
    let dark = Tokens::of("dark", dark);
    let pages = rules::parse(PAGES);

    let mut sheet = String::with_capacity(2 * PAGES.len());
    for block in &pages {
        write(&mut sheet, block, |declaration| Some(light.substitute(&declaration.value)));
    }
    for block in pages.iter().filter(|block| !block.is_opaque()) {
        // Everything that colours is repeated, tokens or not: the cascade is then the same in both schemes.
        let dark_block = block.within("(prefers-color-scheme:dark)");
        write(&mut sheet, &dark_block, |declaration| {
            declaration.colours().then(|| dark.substitute(&declaration.value))
        });
    }
    sheet
}

/// Values by token name, in one scheme.
struct Tokens(HashMap<String, String>);

impl Tokens {
    fn of(scheme: &str, accent: Accent) -> Self {
        let mut values = HashMap::new();
        for block in rules::parse(TOKENS).iter().filter(|block| scheme == "dark" || block.media.is_none()) {
            for declaration in &block.declarations {
                if let Some(name) = declaration.property.strip_prefix("--") {
                    values.insert(name.to_owned(), declaration.value.clone());
                }
            }
        }
        for (name, colour) in accent.tokens() {
            values.insert(name.to_owned(), colour.to_string());
        }
        Self(values)
    }

    /// Writes the values in place of `var(--name)`; an unknown name stays, and a test finds it.
    fn substitute(&self, value: &str) -> String {
        let mut written = String::with_capacity(value.len());
        let mut rest = value;
        while let Some((before, after)) = rest.split_once("var(--") {
            written.push_str(before);
            let (name, after) = after.split_once(')').unwrap_or((after, ""));
            match self.0.get(name) {
                Some(value) => written.push_str(value),
                None => written.extend(["var(--", name, ")"]),
            }
            rest = after;
        }
        written.push_str(rest);
        written
    }
}

fn write(sheet: &mut String, block: &Block, value: impl Fn(&Declaration) -> Option<String>) {
    if let Some(text) = &block.opaque {
        sheet.push_str(text);
        return;
    }
    let declarations: Vec<String> = block
        .declarations
        .iter()
        .filter_map(|declaration| value(declaration).map(|value| format!("{}:{value}", declaration.property)))
        .collect();
    if declarations.is_empty() {
        return;
    }
    let rule = format!("{}{{{}}}", block.selector, declarations.join(";"));
    match &block.media {
        Some(media) => sheet.extend(["@media ", media, "{", &rule, "}"]),
        None => sheet.push_str(&rule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_left_in_what_is_served() {
        let sheet = stylesheet("#0b6b61");
        assert!(!sheet.contains("var("), "unknown token in {sheet}");
        assert!(sheet.contains("#0b6b61"));
    }

    #[test]
    fn an_old_engine_finds_nothing_that_the_layout_depends_on_and_it_lacks() {
        let sheet = stylesheet("#0b6b61");
        for construct in
            ["gap:", "grid", ":is(", ":has(", "inset", "-inline", "-block:", "color-mix", "clamp(", "min("]
        {
            assert!(!sheet.contains(construct), "{construct} is used");
        }
    }

    #[test]
    fn the_dark_scheme_repeats_only_what_colours() {
        let sheet = stylesheet("#0b6b61");
        let (light, dark) = sheet.split_once("@media (prefers-color-scheme:dark)").unwrap();
        assert!(light.contains("font-size") && light.contains("#ffffff"));
        assert!(dark.contains("background:#151920") && !dark.contains("font-size"));
        assert!(dark.contains("@media (prefers-color-scheme:dark) and (max-width: 30rem){"));
    }

    #[test]
    fn the_stylesheet_is_small() {
        assert!(stylesheet("#0b6b61").len() < 30_000, "{} bytes", stylesheet("#0b6b61").len());
    }
}
