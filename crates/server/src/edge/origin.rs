use axum::http::{HeaderMap, HeaderName, HeaderValue, header::ORIGIN};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether nothing says that another site sent this form (S21).
///
/// Old engines send neither header, and `null` comes from privacy settings too: absence alone refuses nobody, the
/// sealed field with the browser's binding is what protects. A header that is there must not contradict.
pub(crate) fn may_be_ours(headers: &HeaderMap, own_origin: &str) -> bool {
    let origin_fits = headers.get(ORIGIN).is_none_or(|origin| origin == own_origin || origin == "null");
    let site_fits = headers.get(SEC_FETCH_SITE).is_none_or(is_same_origin);
    origin_fits && site_fits
}

fn is_same_origin(site: &HeaderValue) -> bool {
    site == "same-origin" || site == "none"
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://sign-in.contoso.example";

    fn ours(pairs: &[(HeaderName, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
        may_be_ours(&headers, OURS)
    }

    /// S21
    #[test]
    fn a_form_sent_by_another_site_is_not_ours() {
        for origin in
            ["https://evil.example", "http://sign-in.contoso.example", "https://contoso.example", ""]
        {
            assert!(!ours(&[(ORIGIN, origin)]), "{origin:?} was taken for ours");
        }
        for site in ["cross-site", "same-site", ""] {
            assert!(!ours(&[(ORIGIN, OURS), (SEC_FETCH_SITE, site)]), "{site:?} was taken for ours");
        }
    }

    /// S21: old engines send nothing, privacy settings send `null`.
    #[test]
    fn absence_alone_refuses_nobody() {
        assert!(ours(&[]));
        assert!(ours(&[(ORIGIN, "null")]));
        assert!(ours(&[(ORIGIN, OURS)]));
        assert!(ours(&[(ORIGIN, OURS), (SEC_FETCH_SITE, "same-origin")]));
    }
}
