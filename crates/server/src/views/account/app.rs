use std::fmt::Write as _;

use askama::Template;
use qrcode::Color;
use zeroize::Zeroizing;

use super::Who;
use crate::Language;
use crate::stop::Stop;
use crate::views::Face;

/// Sets up an authenticator app, and takes one away.
#[derive(Template)]
#[template(path = "app.html")]
pub(crate) struct AppPage<'a> {
    pub(crate) face: &'a Face,
    pub(crate) language: Language,
    pub(crate) who: Who,
    /// What the code turns on, sealed.
    pub(crate) act: String,
    pub(crate) picture: QrCode,
    /// The address that opens an app on this device.
    pub(crate) uri: Zeroizing<String>,
    pub(crate) secret: Zeroizing<String>,
    /// Whether the last code was none of this moment.
    pub(crate) is_wrong: bool,
    /// What takes the present app away, sealed; none when there is none.
    pub(crate) remove: Option<String>,
    /// Whether it was not taken away, because a second factor is demanded.
    pub(crate) is_demanded: bool,
}

impl AppPage<'_> {
    /// The secret in groups of four, as people type it.
    fn groups(&self) -> Zeroizing<String> {
        in_groups(&self.secret)
    }
}

/// A secret in groups of four.
pub(crate) fn in_groups(secret: &str) -> Zeroizing<String> {
    let mut groups = Zeroizing::new(String::with_capacity(secret.len() * 5 / 4));
    for (at, letter) in secret.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            groups.push(' ');
        }
        groups.push(letter);
    }
    groups
}

/// A QR code (ISO/IEC 18004) as a path in a square of so many units.
pub(crate) struct QrCode {
    pub(crate) side: usize,
    pub(crate) path: String,
}

impl QrCode {
    pub(crate) fn of(text: &str) -> Result<Self, Stop> {
        let code = qrcode::QrCode::new(text).map_err(|error| {
            tracing::error!(%error, "a QR code could not be drawn");
            Stop::FAILED
        })?;
        let (side, colours) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (y, row) in colours.chunks(side.max(1)).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, other| one == other) {
                if run.first() == Some(&Color::Dark) {
                    let _ = write!(path, "M{x} {y}h{0}v1h-{0}z", run.len());
                }
                x += run.len();
            }
        }
        Ok(Self { side, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_as_dark_as_its_code() {
        let uri = "otpauth://totp/Contoso:ada%40contoso.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let drawn = QrCode::of(uri).unwrap();
        let code = qrcode::QrCode::new(uri).unwrap();
        assert_eq!(drawn.side, code.width());
        let lengths = drawn.path.split('h').skip(1).step_by(2).filter_map(|rest| rest.split('v').next());
        let drawn: usize = lengths.map(|length| length.parse::<usize>().unwrap()).sum();
        assert_eq!(drawn, code.to_colors().iter().filter(|colour| **colour == Color::Dark).count());
    }

    #[test]
    fn a_secret_is_read_in_groups_of_four() {
        assert_eq!(in_groups("GEZDGNBVGY").as_str(), "GEZD GNBV GY");
    }
}
