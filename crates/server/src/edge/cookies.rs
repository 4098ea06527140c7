use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

/// The cookies we set. Each is for this host alone, out of reach of scripts, and stays at home when another site
/// sends something other than a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CookieName {
    /// The session's secret.
    Session,
    /// What binds a sign-in form to the browser that it was made for, before anybody is signed in (S21).
    Browser,
    /// What a browser is known again by, long after it signed out.
    Device,
    /// The recent answers to relying parties, sealed: the loop's trail.
    Trail,
    /// The second factor that was used last: a hint for what is offered first, worth nothing to whoever forges it.
    Method,
}

/// How cookies are called and set at this address.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    secure: bool,
}

impl Cookies {
    /// For addresses with TLS: `Secure`, and the `__Host-` prefix that keeps neighbours from setting them.
    pub const SECURE: Self = Self { secure: true };

    /// For the demo's plain loopback address (S83).
    #[cfg(feature = "demo")]
    pub const DEMO: Self = Self { secure: false };

    const fn name(self, cookie: CookieName) -> &'static str {
        match (self.secure, cookie) {
            (true, CookieName::Session) => "__Host-countersign",
            (true, CookieName::Browser) => "__Host-countersign-browser",
            (true, CookieName::Device) => "__Host-countersign-device",
            (true, CookieName::Trail) => "__Host-countersign-trail",
            (true, CookieName::Method) => "__Host-countersign-method",
            (false, CookieName::Session) => "countersign",
            (false, CookieName::Browser) => "countersign-browser",
            (false, CookieName::Device) => "countersign-device",
            (false, CookieName::Trail) => "countersign-trail",
            (false, CookieName::Method) => "countersign-method",
        }
    }

    /// The value of a cookie; none when it is there twice, because then somebody else set one of them.
    pub(crate) fn find(self, headers: &HeaderMap, cookie: CookieName) -> Option<&str> {
        let name = self.name(cookie);
        let mut values = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter_map(|(candidate, value)| (candidate == name).then_some(value));
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }

    /// Sets a cookie, for some seconds or until the browser closes. The value is base64url.
    pub(crate) fn set(self, cookie: CookieName, value: &str, seconds: Option<u64>) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let lasting = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let name = self.name(cookie);
        HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{lasting}")).ok()
    }

    /// Makes the browser forget a cookie.
    pub(crate) fn forget(self, cookie: CookieName) -> Option<HeaderValue> {
        self.set(cookie, "", Some(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(header: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static(header));
        Cookies::SECURE.find(&headers, CookieName::Session).map(str::to_owned)
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        assert_eq!(find("a=b; __Host-countersign=xyz; c=d").as_deref(), Some("xyz"));
        assert_eq!(find("__Host-countersign-browser=no; __Host-countersign=yes").as_deref(), Some("yes"));
        assert_eq!(find("countersign=plain"), None);
    }

    #[test]
    fn a_cookie_that_is_there_twice_is_nobodys() {
        assert_eq!(find("__Host-countersign=mine; __Host-countersign=theirs"), None);
    }

    #[test]
    fn cookies_stay_at_home_and_away_from_scripts() {
        let cookie = Cookies::SECURE.set(CookieName::Session, "xyz", None).unwrap();
        assert_eq!(cookie, "__Host-countersign=xyz; Path=/; HttpOnly; SameSite=Lax; Secure");
        let gone = Cookies::SECURE.forget(CookieName::Trail).unwrap();
        assert_eq!(gone, "__Host-countersign-trail=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
    }

    #[cfg(feature = "demo")]
    #[test]
    fn only_the_demo_sets_cookies_without_secure() {
        let cookie = Cookies::DEMO.set(CookieName::Browser, "xyz", Some(60)).unwrap();
        assert_eq!(cookie, "countersign-browser=xyz; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
    }
}
