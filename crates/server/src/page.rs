//! Pages as responses: the headers that every one of them carries (S14).

use askama::Template;
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

/// Pages with forms of our own. With `no-referrer` a browser would send `Origin: null` with them.
const OWN_FORMS: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; \
                         form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a page may do beyond showing itself.
pub(crate) enum Reach {
    /// Send forms to us.
    OwnForms,
    /// Post itself elsewhere, by the one script with this nonce. No `form-action`: some browsers apply it to
    /// whatever the relying party redirects to (protocol.md §1.3).
    PostBack {
        /// The nonce of the script.
        nonce: String,
    },
    /// Load pages of visited applications, from these origins or wherever they redirect to.
    CleanUp {
        /// Origins, parted by spaces.
        origins: String,
    },
}

impl Reach {
    fn policy(&self) -> Option<HeaderValue> {
        let policy = match self {
            Self::OwnForms => return Some(HeaderValue::from_static(OWN_FORMS)),
            Self::PostBack { nonce } => format!(
                "default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; img-src data:; \
                 base-uri 'none'; frame-ancestors 'none'"
            ),
            Self::CleanUp { origins } => format!("{OWN_FORMS}; frame-src {origins} https:"),
        };
        HeaderValue::try_from(policy).ok()
    }

    const fn referrer(&self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::OwnForms | Self::CleanUp { .. } => "same-origin",
            Self::PostBack { .. } => "no-referrer",
        })
    }
}

/// A page as a response that nobody stores, frames or reads as something else.
pub(crate) fn page(status: StatusCode, reach: &Reach, html: impl Into<Body>) -> Response {
    let mut response = Response::new(html.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(10);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, reach.referrer());
    if let Some(policy) = reach.policy() {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Sends the browser on to a page of ours by GET (RFC 9110 §15.4.4).
pub(crate) fn see_other(path: &'static str) -> Response {
    let mut response = page(StatusCode::SEE_OTHER, &Reach::OwnForms, Body::empty());
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(path));
    response
}

/// Renders a view. A template that does not render is a fault of ours: an empty page with a 500.
pub(crate) fn rendered(status: StatusCode, reach: &Reach, view: &impl Template) -> Response {
    match view.render() {
        Ok(html) => page(status, reach, html),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            page(StatusCode::INTERNAL_SERVER_ERROR, reach, Body::empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(reach: &Reach, name: axum::http::HeaderName) -> String {
        let response = page(StatusCode::OK, reach, "");
        response.headers()[name].to_str().unwrap().to_owned()
    }

    /// S14
    #[test]
    fn no_page_is_stored_framed_or_guessed_at() {
        for reach in [Reach::OwnForms, Reach::PostBack { nonce: "n".into() }] {
            assert_eq!(header(&reach, CACHE_CONTROL), "no-store");
            assert_eq!(header(&reach, X_CONTENT_TYPE_OPTIONS), "nosniff");
            assert_eq!(header(&reach, X_FRAME_OPTIONS), "DENY");
            assert!(header(&reach, CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'"));
            assert!(!header(&reach, CONTENT_SECURITY_POLICY).contains("unsafe"));
        }
    }

    /// S08, S14
    #[test]
    fn our_forms_come_home_and_the_post_back_may_leave() {
        assert!(header(&Reach::OwnForms, CONTENT_SECURITY_POLICY).contains("form-action 'self'"));
        assert_eq!(header(&Reach::OwnForms, REFERRER_POLICY), "same-origin");
        let post_back = Reach::PostBack { nonce: "bm9uY2U".into() };
        let policy = header(&post_back, CONTENT_SECURITY_POLICY);
        assert!(!policy.contains("form-action") && policy.contains("script-src 'nonce-bm9uY2U';"));
        assert_eq!(header(&post_back, REFERRER_POLICY), "no-referrer");
    }
}
