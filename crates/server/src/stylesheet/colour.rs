use std::fmt;

/// A colour of the sRGB space, without transparency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour([u8; 3]);

impl Colour {
    pub(crate) const WHITE: Self = Self([255; 3]);
    pub(crate) const BLACK: Self = Self([0; 3]);

    pub(crate) const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Reads `#rrggbb`, in either case.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// This colour with a share (0 to 1) of another mixed in.
    pub(crate) fn mixed(self, other: Self, share: f64) -> Self {
        let Self([red, green, blue]) = self;
        let Self([other_red, other_green, other_blue]) = other;
        Self([
            mixed_channel(red, other_red, share),
            mixed_channel(green, other_green, share),
            mixed_channel(blue, other_blue, share),
        ])
    }

    /// Relative luminance, 0 for black to 1 for white (WCAG 2.2, definition of that term).
    pub(crate) fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Contrast ratio, 1 to 21 (WCAG 2.2, definition of that term).
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if one > two { one / two } else { two / one }
    }

    /// The first colour on the way from this one to `end` that satisfies `fits`; `end` when none before does.
    pub(crate) fn towards(self, end: Self, fits: impl Fn(Self) -> bool) -> Self {
        (0..=128_u8)
            .map(|step| self.mixed(end, f64::from(step) / 128.0))
            .find(|colour| fits(*colour))
            .unwrap_or(end)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mean of two channels lies between them"
)]
fn mixed_channel(one: u8, other: u8, share: f64) -> u8 {
    (f64::from(one) + (f64::from(other) - f64::from(one)) * share).round() as u8
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_hexadecimal_digits_are_a_colour() {
        assert_eq!(Colour::parse("#0B6b61"), Some(Colour::new(0x0b, 0x6b, 0x61)));
        for text in ["", "#fff", "0b6b61", "#0b6b6g", "#+b6b61", "#0b6b61;}", "red"] {
            assert_eq!(Colour::parse(text), None, "{text:?} was accepted");
        }
    }

    #[test]
    fn black_and_white_have_the_greatest_contrast() {
        assert!((Colour::WHITE.contrast(Colour::BLACK) - 21.0).abs() < 1e-9);
        assert!((Colour::BLACK.contrast(Colour::BLACK) - 1.0).abs() < 1e-9);
    }
}
