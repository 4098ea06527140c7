use super::colour::Colour;

/// The accent of an organisation that names none, or none that can be read.
const DEFAULT: Colour = Colour::new(0x2b, 0x54, 0xcc);

/// The sheet that everything stands on, light and dark; equal to `surface` in `tokens.css`.
const LIGHT_SURFACE: Colour = Colour::WHITE;
const DARK_SURFACE: Colour = Colour::new(0x15, 0x19, 0x20);
/// What surrounds the sheet before the accent tints it.
const LIGHT_CANVAS: Colour = Colour::new(0xf6, 0xf7, 0xf9);
const DARK_CANVAS: Colour = Colour::new(0x0d, 0x10, 0x15);

/// Contrast that text needs (WCAG 2.2 AA, 1.4.3).
const TEXT: f64 = 4.5;
/// Contrast that a control needs against what surrounds it (WCAG 2.2 AA, 1.4.11).
const CONTROL: f64 = 3.0;

/// The roles that one organisation's colour plays in one scheme.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accent {
    /// Fills the button that acts; white text stands on it.
    pub(crate) fill: Colour,
    /// The same under the pointer.
    pub(crate) hover: Colour,
    /// Text of links, on the surface, on `soft` and on `wash`.
    pub(crate) link: Colour,
    /// Behind a callout, and its line.
    pub(crate) soft: Colour,
    pub(crate) soft_line: Colour,
    /// Around the sheet.
    pub(crate) wash: Colour,
}

impl Accent {
    /// Derives the roles for light and dark so that each pair that meets on a page has AA contrast.
    pub(crate) fn derive(colour: &str) -> (Self, Self) {
        let colour = Colour::parse(colour).unwrap_or(DEFAULT);
        (Self::light(colour), Self::dark(colour))
    }

    fn light(colour: Colour) -> Self {
        let soft = LIGHT_SURFACE.mixed(colour, 0.11);
        let wash = LIGHT_CANVAS.mixed(colour, 0.05);
        let fill = colour.towards(Colour::BLACK, |fill| Colour::WHITE.contrast(fill) >= TEXT);
        Self {
            fill,
            hover: fill.mixed(Colour::BLACK, 0.18),
            link: fill.towards(Colour::BLACK, |link| readable(link, [LIGHT_SURFACE, soft, wash])),
            soft,
            soft_line: LIGHT_SURFACE.mixed(colour, 0.3),
            wash,
        }
    }

    fn dark(colour: Colour) -> Self {
        let soft = DARK_SURFACE.mixed(colour, 0.2);
        let wash = DARK_CANVAS.mixed(colour, 0.04);
        let visible = colour.towards(Colour::WHITE, |fill| fill.contrast(DARK_SURFACE) >= CONTROL);
        let fill = visible.towards(Colour::BLACK, |fill| Colour::WHITE.contrast(fill) >= TEXT);
        Self {
            fill,
            hover: fill.mixed(Colour::BLACK, 0.14),
            link: colour.towards(Colour::WHITE, |link| readable(link, [DARK_SURFACE, soft, wash])),
            soft,
            soft_line: DARK_SURFACE.mixed(colour, 0.4),
            wash,
        }
    }

    /// The tokens as `pages.css` names them, with their values.
    pub(crate) fn tokens(self) -> [(&'static str, Colour); 6] {
        [
            ("accent", self.fill),
            ("accent-hover", self.hover),
            ("link", self.link),
            ("soft", self.soft),
            ("soft-line", self.soft_line),
            ("wash", self.wash),
        ]
    }
}

fn readable(text: Colour, backgrounds: [Colour; 3]) -> bool {
    backgrounds.iter().all(|background| text.contrast(*background) >= TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIGHT_INK: [Colour; 3] =
        [Colour::new(0x16, 0x1b, 0x26), Colour::new(0x46, 0x50, 0x62), Colour::new(0x5d, 0x67, 0x78)];
    const DARK_INK: [Colour; 3] =
        [Colour::new(0xe9, 0xec, 0xf2), Colour::new(0xb6, 0xbf, 0xcd), Colour::new(0x97, 0xa2, 0xb3)];

    fn assert_readable(accent: Accent, surface: Colour, [ink, ink_2, ink_3]: [Colour; 3]) {
        assert!(Colour::WHITE.contrast(accent.fill) >= TEXT, "button text on {accent:?}");
        assert!(Colour::WHITE.contrast(accent.hover) >= TEXT, "button text under the pointer on {accent:?}");
        assert!(accent.fill.contrast(surface) >= CONTROL, "button on its sheet, {accent:?}");
        assert!(readable(accent.link, [surface, accent.soft, accent.wash]), "link of {accent:?}");
        assert!(ink.contrast(accent.soft) >= TEXT, "callout text on {accent:?}");
        for text in [ink_2, ink_3] {
            assert!(text.contrast(accent.wash) >= TEXT, "text {text} around the sheet, {accent:?}");
        }
    }

    proptest! {
        #[test]
        fn every_accent_is_readable_in_both_schemes(red: u8, green: u8, blue: u8) {
            let colour = Colour::new(red, green, blue).to_string();
            let (light, dark) = Accent::derive(&colour);
            assert_readable(light, LIGHT_SURFACE, LIGHT_INK);
            assert_readable(dark, DARK_SURFACE, DARK_INK);
        }
    }

    #[test]
    fn an_accent_that_is_already_readable_is_kept() {
        let (light, _) = Accent::derive("#0b6b61");
        assert_eq!(light.fill.to_string(), "#0b6b61");
        assert_eq!(light.link, light.fill);
    }

    #[test]
    fn black_and_white_are_no_exceptions() {
        for colour in ["#000000", "#ffffff", "nonsense"] {
            let (light, dark) = Accent::derive(colour);
            assert_readable(light, LIGHT_SURFACE, LIGHT_INK);
            assert_readable(dark, DARK_SURFACE, DARK_INK);
        }
    }
}
