//! What pages load: one stylesheet per organisation and three small scripts, under names that change with their
//! content, so that browsers keep them for ever. Nothing comes from anywhere else.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Extras of the sign-in page: show the password, warn of Caps Lock.
pub(crate) static SIGN_IN_SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| script("sign-in", include_str!("../scripts/sign-in.js")));

/// Asks the browser for a passkey.
pub(crate) static PASSKEY_SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| script("passkey", include_str!("../scripts/passkey.js")));

/// Goes on from the signed-out page once every application has answered.
pub(crate) static SIGNED_OUT_SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| script("signed-out", include_str!("../scripts/signed-out.js")));

fn script(name: &str, source: &str) -> Asset {
    Asset::new(name, "js", "text/javascript; charset=utf-8", source.to_owned())
}

/// A file that pages refer to.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    /// Its address on this host.
    pub(crate) path: String,
    content_type: &'static str,
    bytes: Bytes,
}

impl Asset {
    pub(crate) fn new(name: &str, extension: &str, content_type: &'static str, content: String) -> Self {
        let digest = Sha256::digest(&content);
        let hash = digest.iter().take(8).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        Self { path: format!("/assets/{name}-{hash}.{extension}"), content_type, bytes: content.into() }
    }
}

impl IntoResponse for &Asset {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(self.content_type)),
            (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        (headers, self.bytes.clone()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_changes_with_its_content() {
        let one = Asset::new("style", "css", "text/css", "a".into());
        let other = Asset::new("style", "css", "text/css", "b".into());
        assert_ne!(one.path, other.path);
        assert_eq!(one.path, "/assets/style-ca978112ca1bbdca.css");
    }

    #[test]
    fn scripts_speak_the_language_of_old_engines() {
        for source in [
            include_str!("../scripts/passkey.js"),
            include_str!("../scripts/sign-in.js"),
            include_str!("../scripts/signed-out.js"),
        ] {
            for newer in ["=>", "let ", "const ", "`", "class ", "?."] {
                assert!(!source.contains(newer), "{newer} is not ES5");
            }
        }
    }
}
