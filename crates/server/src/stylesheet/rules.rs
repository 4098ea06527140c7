/// One rule of a stylesheet, or a block passed on as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Block {
    /// The condition of the media query around it.
    pub(crate) media: Option<String>,
    pub(crate) selector: String,
    pub(crate) declarations: Vec<Declaration>,
    /// The text of a block without declarations of its own (`@keyframes`).
    pub(crate) opaque: Option<String>,
}

impl Block {
    pub(crate) const fn is_opaque(&self) -> bool {
        self.opaque.is_some()
    }

    /// The same rule under one more media condition.
    pub(crate) fn within(&self, condition: &str) -> Self {
        let media = match &self.media {
            Some(media) => format!("{condition} and {media}"),
            None => condition.to_owned(),
        };
        Self { media: Some(media), ..self.clone() }
    }
}

/// A property and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declaration {
    pub(crate) property: String,
    pub(crate) value: String,
}

impl Declaration {
    /// Whether the property may carry a colour, alone or as part of a shorthand.
    pub(crate) fn colours(&self) -> bool {
        const NEVER: [&str; 5] =
            ["color-scheme", "border-radius", "border-collapse", "border-spacing", "outline-offset"];
        const FAMILIES: [&str; 8] =
            ["color", "background", "border", "outline", "box-shadow", "fill", "stroke", "accent-color"];
        let in_family = |family: &&str| {
            self.property.strip_prefix(*family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        FAMILIES.iter().any(in_family) && !NEVER.contains(&self.property.as_str())
    }
}

/// Reads our own stylesheets: rules, media queries around rules, key frames, comments. Strings hold no braces.
pub(crate) fn parse(source: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let source = without_comments(source);
    read_rules(&source, None, &mut blocks);
    blocks
}

fn read_rules(mut rest: &str, media: Option<&str>, blocks: &mut Vec<Block>) {
    while let Some((prelude, body, after)) = next_block(rest) {
        if let Some(condition) = prelude.strip_prefix("@media") {
            read_rules(body, Some(condition.trim()), blocks);
        } else if prelude.starts_with('@') {
            let text = format!("{prelude}{{{}}}", collapsed(body));
            blocks.push(Block { opaque: Some(text), ..Block::default() });
        } else {
            blocks.push(Block {
                media: media.map(str::to_owned),
                selector: collapsed(prelude),
                declarations: body.split(';').filter_map(declaration).collect(),
                opaque: None,
            });
        }
        rest = after;
    }
}

/// Splits off the next `prelude { body }` whose braces balance.
fn next_block(source: &str) -> Option<(&str, &str, &str)> {
    let (prelude, rest) = source.split_once('{')?;
    let mut depth = 1_usize;
    for (at, character) in rest.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let (body, after) = rest.split_at(at);
            return Some((prelude.trim(), body, after.strip_prefix('}').unwrap_or(after)));
        }
    }
    None
}

fn declaration(text: &str) -> Option<Declaration> {
    let (property, value) = text.split_once(':')?;
    Some(Declaration { property: property.trim().to_owned(), value: collapsed(value) })
}

/// One space for each run of white space.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_comments(source: &str) -> String {
    let mut kept = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_inside_a_media_query_keep_its_condition() {
        let blocks =
            parse("/* a */ a { color: red } @media (max-width: 9rem) { b, c { margin: 0; fill : none } }");
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[1].media.as_deref(), Some("(max-width: 9rem)"));
        assert_eq!(blocks[1].selector, "b, c");
        assert_eq!(blocks[1].declarations[1].property, "fill");
    }

    #[test]
    fn key_frames_pass_unread() {
        let blocks = parse("@keyframes turn { from { left: 0 } to { left: 1px } } p { color: red }");
        assert_eq!(blocks[0].opaque.as_deref(), Some("@keyframes turn{from { left: 0 } to { left: 1px }}"));
        assert_eq!(blocks[1].selector, "p");
    }

    #[test]
    fn shapes_are_not_colours() {
        let colours =
            |property: &str| Declaration { property: property.into(), value: String::new() }.colours();
        assert!(
            colours("border") && colours("border-color") && colours("background") && colours("box-shadow")
        );
        assert!(!colours("border-radius") && !colours("margin"));
    }
}
